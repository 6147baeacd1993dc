"""The commands of `choreo` against a local run."""

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
from infra.shared.root import ROOT
from tests.cli.conftest import Choreo
from tests.local.conftest import Run, eventually, started
from tests.local.test_run import client

COMMANDS = ("place", "watch", "trace", "dead-letters", "redrive", "republish")


def command_process(run: Run, *arguments: str) -> AbstractContextManager["subprocess.Popen[str]"]:
    """Runs a command in a new process."""
    environment = os.environ | {"AWS_ENDPOINT_URL": run.url}
    return started("infra.cli", *arguments, environment=environment, stderr=subprocess.PIPE)


def one_line(text: str) -> str:
    (line,) = text.splitlines()
    return line


def test_place_prints_the_order_with_its_outcome(choreo: Choreo) -> None:
    placed = choreo("place")
    assert placed.code == 0
    assert re.fullmatch(r"[0-9a-f-]{36}  shipped  SBX\w+", one_line(placed.out))


def test_orders_of_a_mix_end_as_their_kinds_require(choreo: Choreo) -> None:
    placed = choreo("place", "--orders", "10", "--mix", "shipped=3,declined=1,unserviceable=1", "--ids")
    assert placed.code == 0
    outcomes = [line.split()[1] for line in placed.out.splitlines()[:10]]
    assert sorted(outcomes) == ["cancelled"] * 2 + ["rejected"] * 2 + ["shipped"] * 6
    assert "10 ended within" in placed.out


def test_an_order_can_be_cancelled_immediately(choreo: Choreo) -> None:
    placed = choreo("place", "--mix", "cancelled=1")
    assert placed.code == 0
    assert placed.out.split()[1] in ("cancelled", "shipped")


def test_place_does_not_wait_with_no_wait(choreo: Choreo) -> None:
    placed = choreo("place", "--no-wait")
    assert placed.code == 0
    assert placed.out.split()[1] == "placed"


def test_an_order_that_the_api_rejects_is_an_error_of_one_line_with_the_field(choreo: Choreo) -> None:
    refused = choreo("place", "--customer", "x" * 129)
    assert refused.code == 2
    assert "customer_id" in one_line(refused.err)


def test_watch_shows_a_customers_orders_once(choreo: Choreo) -> None:
    order_id = choreo("place", "--customer", "grace").out.split()[0]
    seen = choreo("watch", "--customer", "grace", "--once")
    assert seen.code == 0
    assert [line for line in seen.out.splitlines() if order_id in line and "shipped" in line]
    assert order_id in choreo("watch", "--once", "--limit", "50").out


def test_watch_exits_with_1_if_the_customer_has_no_orders(choreo: Choreo) -> None:
    assert choreo("watch", "--customer", "unknown", "--once").code == 1


def test_watch_prints_changes_until_ctrl_c(run: Run, choreo: Choreo) -> None:
    with command_process(run, "watch", "--interval", "0.1") as watching:
        order_id = choreo("place").out.split()[0]
        assert watching.stdout is not None
        assert any(order_id in line and "shipped" in line for line in watching.stdout)
        watching.send_signal(signal.SIGINT)
        _, err = watching.communicate(timeout=20)
    assert watching.returncode == 130
    assert err == ""


def test_a_trace_has_every_event_once_with_the_services_that_handled_it(choreo: Choreo) -> None:
    order_id = choreo("place").out.split()[0]
    traced = choreo("trace", order_id)
    assert traced.code == 0
    assert "Order shipped · Payment captured · Shipping dispatched" in traced.out
    assert re.search(r"order\.placed +Order → Payment, Shipping", traced.out)
    assert re.search(r"shipment\.dispatched +Shipping → Order", traced.out)
    assert "S_Shipping-)S_Order: shipment.dispatched" in choreo("trace", order_id, "--mermaid").out


def test_deliver_completes_the_order(choreo: Choreo) -> None:
    order_id = choreo("place").out.split()[0]
    for _ in range(2):
        delivered = choreo("deliver", order_id)
        assert (delivered.code, delivered.err) == (0, "")
        assert re.fullmatch(r"[0-9a-f-]{36}  completed  SBX\w+", one_line(delivered.out))
    traced = choreo("trace", order_id).out
    assert "Order completed · Payment captured · Shipping delivered" in traced
    assert re.search(r"carrier\.parcel_delivered +Carrier → Shipping", traced)
    assert re.search(r" {8}shipment\.delivered +Shipping → Order", traced)


def test_metrics_are_the_sums_of_the_functions_counts(choreo: Choreo) -> None:
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


def test_an_order_without_a_dispatched_parcel_cannot_be_delivered(choreo: Choreo) -> None:
    order_id = choreo("place", "--mix", "declined=1").out.split()[0]
    undelivered = choreo("deliver", order_id)
    assert undelivered.code == 1
    assert "was dispatched" in one_line(undelivered.err)


def test_an_unknown_order_has_no_trace(choreo: Choreo) -> None:
    unknown = choreo("trace", "no-such-order")
    assert unknown.code == 1
    assert "no-such-order" in one_line(unknown.err)


def test_a_poison_message_is_listed_with_its_reason_until_it_is_redriven(run: Run, choreo: Choreo) -> None:
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
    # The message is unchanged, so it fails again. The redrive gave it another message id.
    (again,) = wait_for_dead_letters(choreo)
    assert again["message_id"] != listed["message_id"]


def poison(run: Run) -> None:
    sqs = client(run, "sqs")
    url = sqs.get_queue_url(QueueName="order-choreography-PaymentQueue")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="not json")


def wait_for_dead_letters(choreo: Choreo) -> list[Any]:
    # Each call waits for a second, so the loop needs no pause.
    for _ in range(30):
        listed = choreo("dead-letters", "PaymentDeadLetters", "--json")
        if listed.code == 0:
            return [json.loads(line) for line in listed.out.splitlines()]
    raise AssertionError("the dead-letter queue is still empty")


def test_the_exit_code_is_1_if_there_are_no_dead_letters(choreo: Choreo) -> None:
    assert choreo("dead-letters", "order", "shipping").code == 1
    assert choreo("redrive", "order", "shipping").code == 1


def test_republishing_does_not_change_an_order(choreo: Choreo) -> None:
    order_id = choreo("place").out.split()[0]
    before = eventually(lambda: choreo("trace", order_id).out, lambda text: "waits for" not in text)
    events = before.count(" → ")
    assert events >= 3
    assert one_line(choreo("republish", "--order", order_id).out) == f"{events} events published again"
    assert choreo("republish").code == 0
    assert choreo("trace", order_id).out == before


def test_republishing_an_unknown_order_exits_with_1(choreo: Choreo) -> None:
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
        (("dead-letters", "billing"), "choose from OrderDeadLetters"),
        (("redrive", "billing"), "choose from OrderDeadLetters"),
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
def test_invalid_input_is_an_error_of_one_line_with_a_hint(
    choreo: Choreo, arguments: tuple[str, ...], hint: str
) -> None:
    refused = choreo(*arguments)
    assert refused.code == 2
    assert hint in one_line(refused.err)
    assert refused.out == ""


def test_the_error_without_a_running_backend_names_make_run(
    bare: pytest.MonkeyPatch, call_choreo: Choreo
) -> None:
    bare.setenv("AWS_ENDPOINT_URL", f"http://localhost:{free_port()}")
    unanswered = call_choreo("place")
    assert unanswered.code == 2
    assert "make run" in one_line(unanswered.err)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(call_choreo: Choreo, command: str) -> None:
    assert command in call_choreo("--help").out
    helped = call_choreo(command, "--help")
    assert helped.code == 0
    assert f"  choreo {command}" in helped.out
    assert "http://localhost:3000" in helped.out


@pytest.mark.parametrize("command", ["run", "join", "leave"])
def test_choreo_has_the_commands_of_the_local_run(call_choreo: Choreo, command: str) -> None:
    assert f"usage: choreo {command}" in call_choreo(command, "--help").out


def test_the_exit_code_after_ctrl_c_is_130(bare: pytest.MonkeyPatch, call_choreo: Choreo) -> None:
    def interrupted(argv: list[str]) -> int:
        raise KeyboardInterrupt

    bare.setattr(commands, "run", interrupted)
    assert call_choreo("watch").code == 130


def test_ctrl_c_does_not_wait_for_an_api_that_hangs(run: Run, bare: pytest.MonkeyPatch) -> None:
    with command_process(run, "place", "--orders", "100000", "--customer", "hopper") as placing:
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
