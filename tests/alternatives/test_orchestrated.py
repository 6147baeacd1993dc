"""The orchestrated version by itself: it stays right wherever it crashes, and its API keeps the contract."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from infra.alternatives.book import ended, items
from infra.alternatives.faults import Crash, Faults
from infra.alternatives.versions import VERSIONS
from infra.cost.outcomes import make_messages_due
from infra.local.aws import transport
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.local.model.messages import Response
from infra.shared.order_kinds import KINDS, request
from tests.local.conftest import eventually, running

TEMPLATE = VERSIONS["orchestrated"].template
CALLS = 14
"""More AWS calls than a refunded order needs, so that some crashes happen in a repetition."""


@pytest.fixture
def run() -> Iterator[InProcess]:
    with patched_moto():
        yield InProcess(TEMPLATE)


def post(run: InProcess, kind: str = "shipped", customer: str = "ada", **headers: str) -> Response:
    return run.request("POST", "/orders", json.dumps(request(kind, customer)).encode(), **headers)


def cancel(run: InProcess, order_id: str) -> Response:
    return run.request("POST", f"/orders/{order_id}/cancellation")


def body(answer: Response) -> Any:
    return json.loads(answer.body)


@contextmanager
def crashing(run: InProcess, order_id: str, crashes: set[tuple[str, int]], cancel_at: int) -> Iterator[None]:
    """Crashes before or after calls of these numbers; the customer cancels before call `cancel_at`."""
    calls = 0

    def send(_: str, __: AWSPreparedRequest, forward: transport.Forward) -> AWSResponse | None:
        nonlocal calls
        if calls < 0:  # a call of the cancellation
            return forward()
        calls += 1
        number = calls
        if number == cancel_at:
            calls = -1
            cancel(run, order_id)
            calls = number
        if ("before", number) in crashes:
            raise Crash
        answer = forward()
        if ("after", number) in crashes:
            raise Crash
        return answer

    with Faults().installed(), transport.intercepted(send):
        yield


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(["shipped", "declined", "unserviceable"]),
    st.sets(st.tuples(st.sampled_from(["before", "after"]), st.integers(1, CALLS)), max_size=4),
    st.integers(0, CALLS),
)
def test_an_order_ends_right_wherever_the_orchestrator_crashes(
    kind: str, crashes: set[tuple[str, int]], cancel_at: int
) -> None:
    with patched_moto():
        run = InProcess(TEMPLATE)
        order_id = body(post(run, kind))["order_id"]
        with crashing(run, order_id, crashes, cancel_at):
            for _ in range(6):
                run.drain()
                make_messages_due(run)
        found = ended(run, order_id)
    assert found.violations == ()
    assert found.status in KINDS[kind].final_statuses | ({"cancelled"} if cancel_at else set())


def test_a_repeated_request_with_a_key_finds_the_order_and_sends_its_message(run: InProcess) -> None:
    first, second = (post(run, idempotency_key="key-1") for _ in range(2))
    assert body(first)["order_id"] == body(second)["order_id"]
    run.drain()
    assert len(items(run, "OrderTable")) == len(items(run, "ShippingLedger")) == 1


def test_a_key_of_another_order_is_refused(run: InProcess) -> None:
    post(run, idempotency_key="key-1")
    assert post(run, "declined", idempotency_key="key-1").status == 422


def test_a_request_that_crashed_between_write_and_message_charges_only_when_repeated(run: InProcess) -> None:
    faults = Faults(after_next_write=_crash)
    with faults.installed(), pytest.raises(RuntimeError, match="crashed"):
        post(run, idempotency_key="key-1")
    run.drain()
    assert items(run, "PaymentLedger") == []
    order_id = body(post(run, idempotency_key="key-1"))["order_id"]
    run.drain()
    assert ended(run, order_id).status == "shipped"


def _crash() -> None:
    raise Crash


def test_a_cancellation_before_the_charge_costs_nothing(run: InProcess) -> None:
    order_id = body(post(run))["order_id"]
    assert (cancel(run, order_id).status, cancel(run, order_id).status) == (202, 202)
    run.drain()
    found = ended(run, order_id)
    assert (found.status, found.charges) == ("cancelled", 0)


def test_a_charge_that_was_not_made_is_made_impossible_by_a_cancellation(run: InProcess) -> None:
    """Otherwise the customer would be charged and refunded for a cancelled order."""
    order_id = body(post(run))["order_id"]
    with Faults(before_effect={"charge": _crash}).installed():
        run.drain()
    cancel(run, order_id)
    make_messages_due(run)
    run.drain()
    found = ended(run, order_id)
    assert (found.status, found.charges) == ("cancelled", 0)


def test_a_cancellation_during_the_dispatch_is_too_late(run: InProcess) -> None:
    order_id, answers = body(post(run))["order_id"], list[int]()
    with Faults(before_effect={"dispatch": lambda: answers.append(cancel(run, order_id).status)}).installed():
        run.drain()
    assert (answers, ended(run, order_id).status) == ([409], "shipped")


def test_a_shipped_order_cannot_be_cancelled(run: InProcess) -> None:
    order_id = body(post(run))["order_id"]
    run.drain()
    assert cancel(run, order_id).status == 409


@pytest.mark.parametrize(("raw", "status"), [(b"{", 400), (b"{}", 422)])
def test_an_invalid_order_is_refused(run: InProcess, raw: bytes, status: int) -> None:
    assert run.request("POST", "/orders", raw).status == status


def test_an_unknown_order_is_not_found(run: InProcess) -> None:
    assert run.request("GET", "/orders/unknown").status == 404
    assert cancel(run, "unknown").status == 404


def test_it_runs_by_itself_as_its_page_says() -> None:
    with running("run", "--template", str(TEMPLATE)) as local:
        order_id = local.call("POST", "/orders", request("shipped", "ada"))["order_id"]
        found = eventually(
            lambda: local.call("GET", f"/orders/{order_id}"), lambda order: order["status"] == "shipped"
        )
    assert found["tracking_number"]
