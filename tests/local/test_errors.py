"""Errors in a function's code: the page's data and the console say what, where, and what happens next."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local.conftest import Run, eventually, running
from tests.local.test_run import ORDER, ends_as, place

STATE = "/_choreo/api/state"


@pytest.fixture(scope="module")
def run(project: Path) -> Iterator[Run]:
    with running("run", "--template", str(project / "template.yaml")) as started:
        yield started


def failing(run: Run, order_id: str) -> dict[str, Any]:
    """Payment's message about the order, once an attempt has failed."""

    def message() -> dict[str, Any]:
        order = run.call("GET", f"/_choreo/api/orders/{order_id}")
        found = [m for m in order["messages"] if m["subscriber"] == "payment"]
        return found[0] if found else {"next_at": None}

    return eventually(message, lambda found: found["next_at"] is not None)


def test_an_exception_is_shown_with_its_place_and_the_code_that_mends_it_is_tried_at_once(
    run: Run, decisions: Path
) -> None:
    right = decisions.read_text()
    body = "    return Decision(_move(state, intent)"
    assert body in right
    decisions.write_text(right.replace(body, f"    raise KeyError('size')\n{body}", 1))
    line = right[: right.index(body)].count("\n") + 1
    order_id = place(run, ORDER)
    message = failing(run, order_id)
    attempt = message["attempts"][0]  # the relay may publish the event twice
    failure = attempt["failure"]
    assert (failure["type"], failure["text"]) == ("KeyError", "'size'")
    assert failure["place"] == f"functions/payment/decisions.py:{line}"
    assert (failure["order_id"], failure["message_id"]) == (order_id, attempt["message_id"])
    assert (failure["service"], failure["event_type"], failure["attempt"]) == ("payment", "order.placed", 1)
    assert message["next_at"] > time.time() + 60
    log = run.call("GET", f"/_choreo/api/orders/{order_id}")["log"]
    assert {line["service"] for line in log} >= {"order", "payment"}
    assert {line["failure"]["type"] for line in log if line["failure"]} == {"KeyError"}
    decisions.write_text(right)
    assert ends_as(run, order_id, "shipped")


def test_a_broken_import_is_told_at_save_and_the_code_that_mends_it_is_tried_at_once(
    run: Run, decisions: Path
) -> None:
    right = decisions.read_text()
    decisions.write_text(right + "\ndef broken(:\n")
    service = eventually(lambda: run.call("GET", STATE)["services"]["payment"], lambda s: bool(s["broken"]))
    assert service["broken"]["type"] == "SyntaxError"
    assert service["broken"]["place"] == f"functions/payment/decisions.py:{right.count(chr(10)) + 2}"
    order_id = place(run, ORDER)
    assert failing(run, order_id)["attempts"][0]["failure"]["type"] == "SyntaxError"
    decisions.write_text(right)
    assert ends_as(run, order_id, "shipped")
    state = run.call("GET", STATE)
    assert state["services"]["payment"]["broken"] is None
    reloaded = {n["service"] for n in state["notices"] if n["kind"] == "reloaded"}
    assert reloaded == {"payment"}
