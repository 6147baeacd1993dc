"""The commands against a local run, as a person meets them."""

import json
import os
import re
import signal
import subprocess
from contextlib import AbstractContextManager
from typing import Any

import pytest

from infra.bench.server_process import free_port
from infra.cli import commands
from tests.cli.conftest import Choreo
from tests.local.conftest import ROOT, Run, eventually, started
from tests.local.test_run import client

COMMANDS = ("place", "watch", "trace", "dead-letters", "redrive", "republish")


def elsewhere(run: Run, *arguments: str) -> AbstractContextManager["subprocess.Popen[str]"]:
    """A command in a process of its own."""
    there = os.environ | {"AWS_ENDPOINT_URL": run.url}
    return started("infra.cli", *arguments, environment=there, stderr=subprocess.PIPE)


def one_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


def test_one_order_is_placed_and_told_with_its_outcome(choreo: Choreo) -> None:
    placed = choreo("place")
    assert placed.code == 0
    assert re.fullmatch(r"[0-9a-f-]{36}  shipped  SBX\w+", one_line(placed.out))


def test_many_orders_are_mixed_as_asked_and_end_as_their_kinds_should(choreo: Choreo) -> None:
    placed = choreo("place", "--orders", "10", "--mix", "shipped=3,declined=1,unserviceable=1", "--ids")
    assert placed.code == 0
    outcomes = [line.split()[1] for line in placed.out.splitlines()[:10]]
    assert sorted(outcomes) == ["cancelled"] * 2 + ["rejected"] * 2 + ["shipped"] * 6
    assert "10 ended within" in placed.out


def test_an_order_can_be_cancelled_at_once(choreo: Choreo) -> None:
    placed = choreo("place", "--mix", "cancelled=1")
    assert placed.code == 0
    assert placed.out.split()[1] in ("cancelled", "shipped")


def test_placing_need_not_wait(choreo: Choreo) -> None:
    placed = choreo("place", "--no-wait")
    assert placed.code == 0
    assert placed.out.split()[1] == "placed"


def test_an_order_that_the_api_refuses_is_one_line_with_the_field(choreo: Choreo) -> None:
    refused = choreo("place", "--customer", "x" * 129)
    assert refused.code == 2
    assert "customer_id" in one_line(refused.err)


def test_watch_shows_a_customers_orders_once(choreo: Choreo) -> None:
    order_id = choreo("place", "--customer", "grace").out.split()[0]
    seen = choreo("watch", "--customer", "grace", "--once")
    assert seen.code == 0
    assert [line for line in seen.out.splitlines() if order_id in line and "shipped" in line]
    assert order_id in choreo("watch", "--once", "--limit", "50").out


def test_watching_a_customer_without_orders_finds_nothing(choreo: Choreo) -> None:
    assert choreo("watch", "--customer", "unknown", "--once").code == 1


def test_watch_tells_changes_until_ctrl_c(run: Run, choreo: Choreo) -> None:
    with elsewhere(run, "watch", "--interval", "0.1") as watching:
        order_id = choreo("place").out.split()[0]
        assert watching.stdout is not None
        assert any(order_id in line and "shipped" in line for line in watching.stdout)
        watching.send_signal(signal.SIGINT)
        _, err = watching.communicate(timeout=20)
    assert watching.returncode == 130
    assert err == ""


def test_a_trace_tells_every_event_once_with_who_handled_it(choreo: Choreo) -> None:
    order_id = choreo("place").out.split()[0]
    traced = choreo("trace", order_id)
    assert traced.code == 0
    assert "Order shipped · Payment captured · Shipping dispatched" in traced.out
    assert re.search(r"order\.placed +Order → Payment, Shipping", traced.out)
    assert re.search(r"shipment\.dispatched +Shipping → Order", traced.out)
    assert "S_Shipping-)S_Order: shipment.dispatched" in choreo("trace", order_id, "--mermaid").out


def test_a_parcel_is_delivered_when_it_is_told_to_be(choreo: Choreo) -> None:
    order_id = choreo("place").out.split()[0]
    for _ in range(2):
        delivered = choreo("deliver", order_id)
        assert (delivered.code, delivered.err) == (0, "")
        assert re.fullmatch(r"[0-9a-f-]{36}  completed  SBX\w+", one_line(delivered.out))
    traced = choreo("trace", order_id).out
    assert "Order completed · Payment captured · Shipping delivered" in traced
    assert re.search(r"carrier\.parcel_delivered +Carrier → Shipping", traced)
    assert re.search(r" {8}shipment\.delivered +Shipping → Order", traced)


def test_metrics_are_the_sums_of_what_the_functions_counted(choreo: Choreo) -> None:
    def sums() -> dict[str, int]:
        rows = [line.split() for line in choreo("metrics").out.splitlines()[1:]]
        return {f"{service} {name}": int(count) for service, name, count in rows}

    choreo("place")
    before = sums()
    order_id = choreo("place", "--orders", "3", "--ids").out.split()[0]
    choreo("deliver", order_id)
    grown = {name: count - before.get(name, 0) for name, count in sums().items()}
    assert grown["order OrdersAccepted"] == grown["shipping ParcelsDispatched"] == 3
    assert grown["order OrdersCompleted"] == 1


def test_a_parcel_that_never_left_is_not_delivered(choreo: Choreo) -> None:
    order_id = choreo("place", "--mix", "declined=1").out.split()[0]
    undelivered = choreo("deliver", order_id)
    assert undelivered.code == 1
    assert "was dispatched" in one_line(undelivered.err)


def test_an_unknown_order_has_no_trace(choreo: Choreo) -> None:
    unknown = choreo("trace", "no-such-order")
    assert unknown.code == 1
    assert "no-such-order" in one_line(unknown.err)


def test_poison_is_listed_with_its_reason_and_stays_until_it_is_redriven(run: Run, choreo: Choreo) -> None:
    poison(run)
    (listed,) = wait_for_dead_letters(choreo)
    assert listed["body"] == "not json"
    assert listed["reason"].startswith("PoisonMessage")
    shown = choreo("dead-letters", "payment")
    assert shown.code == 0
    assert "PoisonMessage" in shown.out
    moved = choreo("redrive", "payment")
    assert moved.code == 0
    assert "1 moved from PaymentDeadLetters to PaymentQueue" in moved.out
    # Nothing was mended, so it fails again, under a message id of its own.
    (again,) = wait_for_dead_letters(choreo)
    assert again["message_id"] != listed["message_id"]


def poison(run: Run) -> None:
    sqs = client(run, "sqs")
    url = sqs.get_queue_url(QueueName="order-choreography-PaymentQueue")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="not json")


def wait_for_dead_letters(choreo: Choreo) -> list[Any]:
    # Each look waits for a second by itself.
    for _ in range(30):
        listed = choreo("dead-letters", "PaymentDeadLetters", "--json")
        if listed.code == 0:
            return [json.loads(line) for line in listed.out.splitlines()]
    raise AssertionError("no dead letter came")


def test_where_there_are_no_dead_letters_nothing_is_found(choreo: Choreo) -> None:
    assert choreo("dead-letters", "order", "shipping").code == 1
    assert choreo("redrive", "order", "shipping").code == 1


def test_republishing_everything_changes_nothing(choreo: Choreo) -> None:
    order_id = choreo("place").out.split()[0]
    before = choreo("trace", order_id).out
    assert one_line(choreo("republish", "--order", order_id).out) == "3 events published again"
    assert choreo("republish").code == 0
    assert choreo("trace", order_id).out == before


def test_an_order_that_is_not_there_cannot_be_republished(choreo: Choreo) -> None:
    assert choreo("republish", "--order", "no-such-order").code == 1


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        ((), "COMMAND"),
        (("plaice",), "choose from"),
        (("place", "--orders", "0"), "above 0"),
        (("place", "--orders", "many"), "above 0"),
        (("place", "--mix", "lost=1"), "choose from shipped, declined, unserviceable, cancelled"),
        (("place", "--mix", "shipped"), "such as shipped=8"),
        (("place", "--mix", "shipped=0"), "above 0"),
        (("place", "--timeout", "soon"), "seconds"),
        (("watch", "--interval", "nan"), "seconds"),
        (("watch", "--limit", "-1"), "above 0"),
        (("trace",), "ORDER_ID"),
        (("dead-letters", "billing"), "there are OrderDeadLetters"),
        (("redrive", "billing"), "there are OrderDeadLetters"),
        (("republish", "now"), "unrecognized"),
        *(
            ((name, *rest, "--stack", "films"), "--stack")
            for name, *rest in map(
                str.split,
                ("place", "deliver 1", "watch", "trace 1", "metrics", "dead-letters", "redrive", "republish"),
            )
        ),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(
    choreo: Choreo, arguments: tuple[str, ...], hint: str
) -> None:
    refused = choreo(*arguments)
    assert refused.code == 2
    assert hint in one_line(refused.err)
    assert refused.out == ""


def test_where_nothing_answers_the_way_to_start_it_is_told(bare: pytest.MonkeyPatch, say: Choreo) -> None:
    bare.setenv("AWS_ENDPOINT_URL", f"http://localhost:{free_port()}")
    unanswered = say("place")
    assert unanswered.code == 2
    assert "make run" in one_line(unanswered.err)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(say: Choreo, command: str) -> None:
    assert command in say("--help").out
    helped = say(command, "--help")
    assert helped.code == 0
    assert f"  choreo {command}" in helped.out
    assert "http://localhost:3000" in helped.out


@pytest.mark.parametrize("command", ["run", "join", "leave"])
def test_the_local_runs_commands_are_handed_over(say: Choreo, command: str) -> None:
    assert f"usage: choreo {command}" in say(command, "--help").out


def test_ctrl_c_is_130(bare: pytest.MonkeyPatch, say: Choreo) -> None:
    def interrupted(argv: list[str]) -> int:
        raise KeyboardInterrupt

    bare.setattr(commands, "run", interrupted)
    assert say("watch").code == 130


def test_ctrl_c_does_not_wait_for_an_api_that_hangs(run: Run, bare: pytest.MonkeyPatch) -> None:
    with elsewhere(run, "place", "--orders", "100000", "--customer", "hopper") as placing:
        eventually(lambda: run.call("GET", "/orders?customer_id=hopper")["orders"], bool)
        run.process.send_signal(signal.SIGSTOP)
        try:
            placing.send_signal(signal.SIGINT)
            _, err = placing.communicate(timeout=20)
        finally:
            run.process.send_signal(signal.SIGCONT)
    assert placing.returncode == 130
    assert err == ""


def test_make_installs_the_command() -> None:
    if not (ROOT / ".venv/ready").exists():
        pytest.skip("this copy was not set up by make")
    subprocess.run(["make", "--silent", "--old-file=.venv/ready", ".venv/bin/choreo"], cwd=ROOT, check=True)
    helped = subprocess.run([ROOT / ".venv/bin/choreo", "--help"], cwd="/", capture_output=True, text=True)
    assert helped.returncode == 0, helped.stderr
    assert "dead-letters" in helped.stdout
