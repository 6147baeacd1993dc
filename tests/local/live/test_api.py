"""The live page's API: its answers, its effects and its errors."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from infra.shared.order_kinds import request
from tests.local.conftest import Run, eventually
from tests.three_services import EVENT_TYPES, RECEIVED

API = "/_choreo/api"
STACK = "order-choreography"


def state(run: Run) -> Any:
    return run.call("GET", f"{API}/state")


def service(run: Run, name: str, **change: Any) -> Any:
    return run.call("PATCH", f"{API}/services/{name}", change)


def queue(run: Run, name: str, **change: Any) -> Any:
    return run.call("PATCH", f"{API}/queues/{STACK}-{name}", change)


def place(run: Run, kind: str = "shipped") -> str:
    order_id: str = run.call("POST", "/orders", request(kind, "ada"))["order_id"]
    return order_id


def order(run: Run, order_id: str) -> Any:
    return run.call("GET", f"{API}/orders/{order_id}")


def ends(run: Run, order_id: str) -> Any:
    eventually(lambda: run.call("GET", f"/orders/{order_id}")["status"], lambda status: status == "shipped")
    return eventually(lambda: order(run, order_id), lambda seen: bool(seen["decided"]))


def refusal(run: Run, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
    """Sends a request that the API rejects, and returns the problem document."""
    sent = urllib.request.Request(run.url + API + path, body, headers, method=method)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(sent)
    with refused.value as error:
        assert error.headers["content-type"] == "application/problem+json"
        document = json.load(error)
    assert document["status"] == refused.value.code
    return document


def test_the_map_has_the_services_topics_and_queues_of_the_template(run: Run) -> None:
    drawn = run.call("GET", f"{API}/map")
    assert [found["name"] for found in drawn["services"]][:3] == ["order", "payment", "shipping"]
    publishers = {topic["label"]: topic["publisher"] for topic in drawn["topics"]}
    expected = {"OrderTopic": "order", "PaymentTopic": "payment", "ShippingTopic": "shipping"}
    assert publishers | expected == publishers
    sources = {found["label"]: found["source"] for found in drawn["queues"] if found["holds_dead_letters"]}
    assert sources["PaymentDeadLetters"] == f"{STACK}-PaymentQueue"
    assert sources["PaymentRelayDeadLetters"] is None


def test_an_order_has_its_requests_and_every_message_with_its_attempts(run: Run) -> None:
    seen = ends(run, place(run))
    assert [sent["path"] for sent in seen["requests"]] == ["/orders"]
    ways = {
        (m["event"]["type"], m["publisher"], m["subscriber"], m["state"])
        for m in seen["messages"]
        if (m["subscriber"], m["event"]["type"]) in RECEIVED
    }
    assert ways == {
        (
            "order.placed",
            "order",
            "order",
            "waiting",
        ),  # the expiry reminder, which is delayed until the deadline
        ("order.placed", "order", "payment", "handled"),
        ("order.placed", "order", "shipping", "handled"),
        ("payment.captured", "payment", "order", "handled"),
        ("payment.captured", "payment", "shipping", "handled"),
        ("shipment.dispatched", "shipping", "order", "handled"),
    }
    assert all(len(m["attempts"]) == 1 for m in seen["messages"] if m["state"] == "handled")


def test_a_stopped_service_handles_all_waiting_messages_after_its_start(run: Run) -> None:
    service(run, "payment", running=False)
    orders = [place(run) for _ in range(3)]
    name = f"{STACK}-PaymentQueue"
    eventually(lambda: state(run)["queues"][name]["waiting"], lambda waiting: waiting >= 3)
    assert order(run, orders[0])["status"] == "placed"
    service(run, "payment", running=True)
    assert all(ends(run, order_id) for order_id in orders)


def test_a_service_that_the_page_stops_and_starts_is_announced(run: Run) -> None:
    before = [notice["id"] for notice in state(run)["notices"]]
    for running in (False, False, True):
        service(run, "shipping", running=running)
    added = [n for n in state(run)["notices"] if n["id"] not in before and n["service"] == "shipping"]
    assert [notice["kind"] for notice in added] == ["stopped", "started"]


def test_the_unpublished_events_of_a_stopped_service_are_counted(run: Run) -> None:
    service(run, "order", running=False)
    order_id = place(run)
    assert eventually(lambda: state(run)["services"]["order"]["unpublished"], bool) == 1
    service(run, "order", running=True)
    assert ends(run, order_id)


def test_a_slow_service_handles_messages_later(run: Run) -> None:
    service(run, "shipping", slow_seconds=0.5)
    seen = ends(run, place(run))
    service(run, "shipping", slow_seconds=0)
    took = [
        a["ended"] - a["began"]
        for m in seen["messages"]
        if m["subscriber"] == "shipping"
        for a in m["attempts"]
    ]
    assert min(took) >= 0.5


def test_duplicates_are_delivered_and_recognized(run: Run) -> None:
    queue(run, "OrderQueue", duplicate=True)
    order_id = place(run)
    ends(run, order_id)

    def outcomes() -> list[list[str]]:
        others = [m for m in order(run, order_id)["messages"] if m["publisher"] != "order"]
        to_order = [m for m in others if m["subscriber"] == "order" and m["event"]["type"] in EVENT_TYPES]
        return [[attempt["outcome"] for attempt in message["attempts"]] for message in to_order]

    twice = [["handled", "duplicate"]] * 2
    assert eventually(outcomes, lambda seen: seen == twice) == twice
    queue(run, "OrderQueue", duplicate=False)


def test_a_delayed_message_is_received_late(run: Run) -> None:
    assert queue(run, "ShippingQueue", delay_seconds=1)["delay_seconds"] == 1
    seen = ends(run, place(run))
    queue(run, "ShippingQueue", delay_seconds=0)
    late = [m["attempts"][0]["began"] - m["at"] for m in seen["messages"] if m["subscriber"] == "shipping"]
    assert min(late) >= 0.9


def test_the_delay_of_a_message_can_be_ended(run: Run) -> None:
    queue(run, "ShippingQueue", delay_seconds=60)
    order_id = place(run)
    eventually(
        lambda: state(run)["queues"][f"{STACK}-ShippingQueue"]["delayed"], lambda delayed: delayed == 2
    )
    queue(run, "ShippingQueue", delay_seconds=0, deliver_now=True)
    assert ends(run, order_id)["trouble"] is None


def test_an_order_with_a_broken_message_ships_after_a_redrive_of_the_corrected_message(run: Run) -> None:
    queue(run, "PaymentQueue", break_next=True)
    order_id = place(run)
    name = f"{STACK}-PaymentDeadLetters"
    found = eventually(
        lambda: run.call("GET", f"{API}/queues/{name}/messages"), lambda seen: seen["count"] == 1
    )
    (letter,) = found["messages"]
    assert letter["order_id"] == order_id
    assert "data" in letter["reason"]
    (dead,) = [m for m in order(run, order_id)["messages"] if m["state"] == "dead"]
    assert dead["attempts"][-1]["reason"] == letter["reason"]
    corrected = {"message_id": letter["message_id"], "body": letter["original"]}
    assert run.call("POST", f"{API}/queues/{name}/redrive", corrected)["moved"] == 1
    assert ends(run, order_id)["trouble"] is None


def test_the_event_stream_starts_with_the_map_and_the_state(run: Run) -> None:
    with urllib.request.urlopen(f"{run.url}{API}/events") as stream:
        assert stream.headers["content-type"] == "text/event-stream"
        lines = [stream.readline().decode().strip() for _ in range(5)]
    assert [lines[0], lines[3]] == ["event: map", "event: state"]
    assert json.loads(lines[4].removeprefix("data: "))["services"].keys() >= {"order", "payment", "shipping"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "detail"),
    [
        ("PATCH", "/services/payment", b"{", 400, "not JSON"),
        ("PATCH", "/services/payment", b'{"running": "no"}', 422, "running"),
        ("PATCH", "/services/payment", b'{"slow_seconds": 31}', 422, "slow_seconds"),
        ("PATCH", "/services/payment", b'{"slow_seconds": NaN}', 422, "slow_seconds"),
        ("PATCH", "/services/payment", b'{"slower": 1}', 422, "slower"),
        ("PATCH", "/services/payment", b"[]", 422, "body"),
        ("PATCH", "/services/films", b"{}", 404, "order, payment, shipping"),
        ("PATCH", f"/queues/{STACK}-PaymentQueue", b'{"delay_seconds": -1}', 422, "delay_seconds"),
        ("PATCH", f"/queues/{STACK}-PaymentQueue", b'{"delay_seconds": 901}', 422, "delay_seconds"),
        ("PATCH", f"/queues/{STACK}-PaymentDeadLetters", b"{}", 409, "dead-letter queue"),
        ("PATCH", "/queues/films", b"{}", 404, "OrderQueue"),
        ("GET", "/queues/films/messages", None, 404, "OrderQueue"),
        ("POST", f"/queues/{STACK}-PaymentQueue/messages", b'{"body": ""}', 422, "body"),
        ("POST", f"/queues/{STACK}-PaymentQueue/redrive", b"", 409, "no source queue"),
        ("POST", f"/queues/{STACK}-PaymentRelayDeadLetters/redrive", b"", 409, "choreo republish"),
        ("POST", f"/queues/{STACK}-PaymentDeadLetters/redrive", b'{"body": "x"}', 422, "message_id"),
        ("POST", f"/queues/{STACK}-PaymentDeadLetters/redrive", b'{"message_id": "x"}', 404, "no message x"),
        ("DELETE", f"/queues/{STACK}-PaymentDeadLetters/messages/x", None, 404, "no message x"),
        ("GET", "/orders/x", None, 404, "not among the recent orders"),
        ("POST", "/map", b"", 404, "has no POST"),
        ("GET", "/films", None, 404, "has no GET"),
    ],
)
def test_an_invalid_request_is_rejected_with_the_reason(
    run: Run, method: str, path: str, body: bytes | None, status: int, detail: str
) -> None:
    document = refusal(run, method, path, body)
    assert document["status"] == status
    assert detail in document["detail"]


def test_a_page_of_another_site_may_not_control_the_run(run: Run) -> None:
    document = refusal(run, "PATCH", "/services/payment", b"{}", Origin="https://films.example")
    assert document["status"] == 403


@pytest.mark.parametrize("path", ["/films.css", "/../server.py", "/%2e%2e/server.py", "/js"])
def test_only_files_of_the_page_are_served(run: Run, path: str) -> None:
    with pytest.raises(OSError, match="404"):
        run.call("GET", f"/_choreo{path}")
