"""The live page's API: what it tells, what it does, and what it refuses."""

import json
import urllib.error
import urllib.request
from typing import Any

import pytest

from infra.shared.order_kinds import request
from tests.local.conftest import Run, eventually

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
    """The problem document that a request is answered with."""
    asked = urllib.request.Request(run.url + API + path, body, headers, method=method)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(asked)
    with refused.value as error:
        assert error.headers["content-type"] == "application/problem+json"
        document = json.load(error)
    assert document["status"] == refused.value.code
    return document


def test_the_map_is_the_templates(run: Run) -> None:
    drawn = run.call("GET", f"{API}/map")
    assert [found["name"] for found in drawn["services"]] == ["order", "payment", "shipping"]
    assert {topic["label"]: topic["publisher"] for topic in drawn["topics"]} == {
        "OrderTopic": "order",
        "PaymentTopic": "payment",
        "ShippingTopic": "shipping",
    }
    sources = {found["label"]: found["source"] for found in drawn["queues"] if found["holds_dead_letters"]}
    assert sources["PaymentDeadLetters"] == f"{STACK}-PaymentQueue"
    assert sources["PaymentRelayDeadLetters"] is None


def test_an_order_has_its_requests_and_every_message_with_its_attempts(run: Run) -> None:
    seen = ends(run, place(run))
    assert [asked["path"] for asked in seen["requests"]] == ["/orders"]
    ways = {(m["event"]["type"], m["publisher"], m["subscriber"], m["state"]) for m in seen["messages"]}
    assert ways == {
        ("order.placed", "order", "order", "waiting"),  # the reminder, until the order's time is over
        ("order.placed", "order", "payment", "handled"),
        ("order.placed", "order", "shipping", "handled"),
        ("payment.captured", "payment", "order", "handled"),
        ("payment.captured", "payment", "shipping", "handled"),
        ("shipment.dispatched", "shipping", "order", "handled"),
    }
    assert all(len(m["attempts"]) == 1 for m in seen["messages"] if m["state"] == "handled")


def test_a_stopped_service_gets_nothing_and_what_it_gets_later_is_all(run: Run) -> None:
    service(run, "payment", running=False)
    orders = [place(run) for _ in range(3)]
    name = f"{STACK}-PaymentQueue"
    eventually(lambda: state(run)["queues"][name]["waiting"], lambda waiting: waiting == 3)
    assert order(run, orders[0])["status"] == "placed"
    service(run, "payment", running=True)
    assert all(ends(run, order_id) for order_id in orders)


def test_what_a_stopped_service_has_to_publish_is_counted(run: Run) -> None:
    service(run, "order", running=False)
    order_id = place(run)
    assert eventually(lambda: state(run)["services"]["order"]["unpublished"], bool) == 1
    service(run, "order", running=True)
    assert ends(run, order_id)


def test_a_slow_service_takes_that_much_longer(run: Run) -> None:
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


def test_duplicates_are_delivered_and_recognised(run: Run) -> None:
    queue(run, "OrderQueue", duplicate=True)
    order_id = place(run)
    ends(run, order_id)

    def outcomes() -> list[list[str]]:
        told = [m for m in order(run, order_id)["messages"] if m["publisher"] != "order"]
        to_order = [message for message in told if message["subscriber"] == "order"]
        return [[attempt["outcome"] for attempt in message["attempts"]] for message in to_order]

    twice = [["handled", "duplicate"]] * 2
    assert eventually(outcomes, lambda seen: seen == twice) == twice
    queue(run, "OrderQueue", duplicate=False)


def test_a_delayed_message_is_late(run: Run) -> None:
    assert queue(run, "ShippingQueue", delay_seconds=1)["delay_seconds"] == 1
    seen = ends(run, place(run))
    queue(run, "ShippingQueue", delay_seconds=0)
    late = [m["attempts"][0]["began"] - m["at"] for m in seen["messages"] if m["subscriber"] == "shipping"]
    assert min(late) >= 0.9


def test_a_broken_message_is_a_dead_letter_until_it_is_mended(run: Run) -> None:
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
    mended = {"message_id": letter["message_id"], "body": letter["original"]}
    assert run.call("POST", f"{API}/queues/{name}/redrive", mended)["moved"] == 1
    assert ends(run, order_id)["trouble"] is None


def test_events_start_with_the_whole_state(run: Run) -> None:
    with urllib.request.urlopen(f"{run.url}{API}/events") as stream:
        assert stream.headers["content-type"] == "text/event-stream"
        lines = [stream.readline().decode().strip() for _ in range(5)]
    assert [lines[0], lines[3]] == ["event: map", "event: state"]
    assert json.loads(lines[4].removeprefix("data: "))["services"].keys() == {"order", "payment", "shipping"}


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
        ("PATCH", f"/queues/{STACK}-PaymentDeadLetters", b"{}", 409, "holds dead letters"),
        ("PATCH", "/queues/films", b"{}", 404, "OrderQueue"),
        ("GET", "/queues/films/messages", None, 404, "OrderQueue"),
        ("POST", f"/queues/{STACK}-PaymentQueue/messages", b'{"body": ""}', 422, "body"),
        ("POST", f"/queues/{STACK}-PaymentQueue/redrive", b"", 409, "no queue to go back to"),
        ("POST", f"/queues/{STACK}-PaymentRelayDeadLetters/redrive", b"", 409, "choreo republish"),
        ("POST", f"/queues/{STACK}-PaymentDeadLetters/redrive", b'{"body": "x"}', 422, "message_id"),
        ("POST", f"/queues/{STACK}-PaymentDeadLetters/redrive", b'{"message_id": "x"}', 404, "no message x"),
        ("DELETE", f"/queues/{STACK}-PaymentDeadLetters/messages/x", None, 404, "no message x"),
        ("GET", "/orders/x", None, 404, "not among the recent ones"),
        ("POST", "/map", b"", 404, "nothing that the page can do"),
        ("GET", "/films", None, 404, "nothing that the page can do"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(
    run: Run, method: str, path: str, body: bytes | None, status: int, detail: str
) -> None:
    document = refusal(run, method, path, body)
    assert document["status"] == status
    assert detail in document["detail"]


def test_another_sites_page_may_not_control_the_run(run: Run) -> None:
    document = refusal(run, "PATCH", "/services/payment", b"{}", Origin="https://films.example")
    assert document["status"] == 403


@pytest.mark.parametrize("path", ["/films.css", "/../server.py", "/%2e%2e/server.py", "/js"])
def test_only_the_pages_own_files_are_served(run: Run, path: str) -> None:
    with pytest.raises(OSError, match="404"):
        run.call("GET", f"/_choreo{path}")
