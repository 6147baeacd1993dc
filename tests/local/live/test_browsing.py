"""The live page's API for what a person reads: orders, counts, tables, queues; and the way to the page."""

import http.client
import json
import urllib.request
from typing import Any
from urllib.parse import quote

import pytest

from infra.live.event_check import check
from infra.live.order_facts import facts
from infra.live.service_counts import ServiceCounts
from tests.local.conftest import Run, eventually
from tests.local.live.test_api import API, STACK, ends, order, place, queue, refusal, service, state


def messages(run: Run, name: str, query: str = "") -> Any:
    return run.call("GET", f"{API}/queues/{STACK}-{name}/messages{query}")


def test_an_order_has_its_customer_items_and_tracking_number(run: Run) -> None:
    seen = ends(run, place(run))
    assert seen["customer_id"] == "ada"
    assert seen["items"] == [{"sku": "tea", "quantity": 2, "unit_price": 1250}]
    assert seen["tracking_number"]
    assert seen["shipping_address"]["city"] == "London"


def test_an_order_has_the_reason_of_its_rejection(run: Run) -> None:
    order_id = place(run, "declined")
    assert "decline" in eventually(lambda: order(run, order_id)["reason"], bool)


def test_a_broken_event_gives_no_facts() -> None:
    assert facts([{"type": "order.placed", "data": "tea"}], [])["items"] == []


def test_orders_are_found_by_status_and_text(run: Run) -> None:
    rejected, shipped = place(run, "declined"), place(run)
    number = ends(run, shipped)["tracking_number"]
    eventually(lambda: order(run, rejected)["status"], lambda status: status == "rejected")

    def found(query: str) -> list[str]:
        return [each["order_id"] for each in run.call("GET", f"{API}/orders?{query}")["orders"]]

    assert rejected in found("status=rejected")
    assert shipped not in found("status=rejected")
    assert found(f"text={shipped[:13]}") == [shipped]
    assert found(f"text={number}") == [shipped]
    assert {rejected, shipped} <= set(found("text=ADA"))
    assert found("text=nowhere") == []


def test_a_service_has_its_counts_and_the_95th_percentile_of_its_deliveries(run: Run) -> None:
    before = state(run)["services"]["payment"]
    order_id = place(run)
    ends(run, order_id)
    handled = eventually(
        lambda: [m["state"] for m in order(run, order_id)["messages"] if m["subscriber"] == "payment"],
        lambda states: set(states) == {"handled"},
    )
    after = state(run)["services"]["payment"]
    assert after["handled"] == before["handled"] + len(handled)
    assert after["failed"] == before["failed"]
    assert 0 < after["p95_seconds"] < 30


def test_a_dead_letter_counts_as_failed(run: Run) -> None:
    before = state(run)["services"]["shipping"]
    run.call("POST", f"{API}/queues/{STACK}-ShippingQueue/messages", {})
    after = eventually(
        lambda: state(run)["services"]["shipping"], lambda now: now["failed"] > before["failed"]
    )
    assert after["handled"] == before["handled"]


def test_the_95th_percentile_is_a_measured_duration() -> None:
    counts = ServiceCounts()
    for milliseconds in range(1, 101):
        counts.add_delivery(1, 0, milliseconds / 1000)
    assert counts.to_json() == {"handled": 100, "failed": 0, "p95_seconds": 0.095}


def test_the_items_of_a_table_are_read_page_by_page_and_by_key(run: Run) -> None:
    orders = [place(run) for _ in range(26)]
    name = next(
        table["name"] for table in run.call("GET", f"{API}/map")["tables"] if table["label"] == "OrderTable"
    )
    first = run.call("GET", f"{API}/tables/{name}")
    assert first["keys"] == ["order_id"]
    second = run.call("GET", f"{API}/tables/{name}?after={quote(first['next'])}")
    assert not {item["order_id"] for item in first["items"]} & {item["order_id"] for item in second["items"]}
    (item,) = run.call("GET", f"{API}/tables/{name}?key={orders[0]}")["items"]
    assert item["order_id"] == orders[0]
    for order_id in orders:
        ends(run, order_id)  # the next tests count messages


def test_a_queue_is_read_page_by_page(run: Run) -> None:
    service(run, "payment", running=False)
    for _ in range(25):
        run.call("POST", f"{API}/queues/{STACK}-PaymentQueue/messages", {})
    first, second = messages(run, "PaymentQueue"), messages(run, "PaymentQueue", "?offset=20")
    ids = {message["message_id"] for page in (first, second) for message in page["messages"]}
    assert len(ids) == first["count"] == 25
    service(run, "payment", running=True)
    eventually(lambda: messages(run, "PaymentDeadLetters")["count"], lambda count: count == 25)
    run.call("POST", f"{API}/queues/{STACK}-PaymentDeadLetters/redrive", {})
    eventually(
        lambda: [letter["redriven"] for letter in messages(run, "PaymentDeadLetters")["messages"]],
        lambda redriven: len(redriven) == 20 and all(redriven),
    )


def test_a_discarded_message_is_restored_unchanged(run: Run) -> None:
    run.call("POST", f"{API}/queues/{STACK}-OrderQueue/messages", {})
    (letter,) = eventually(lambda: messages(run, "OrderDeadLetters")["messages"], bool)
    path = f"{API}/queues/{STACK}-OrderDeadLetters/messages/{letter['message_id']}"
    run.call("DELETE", path)
    assert messages(run, "OrderDeadLetters")["count"] == 0
    run.call("POST", f"{path}/restore")
    assert messages(run, "OrderDeadLetters")["messages"] == [letter]
    run.call("DELETE", path)


def test_a_body_is_checked_against_the_schema_of_its_event(run: Run) -> None:
    queue(run, "ShippingQueue", break_next=True)
    place(run)
    (letter,) = eventually(
        lambda: [m for m in messages(run, "ShippingDeadLetters")["messages"] if m["original"]], bool
    )
    checked = run.call("POST", f"{API}/check", {"body": letter["body"]})
    assert checked["schema"] == "order.placed 1.1"
    assert [problem["place"] for problem in checked["problems"]] == ["data"]
    assert run.call("POST", f"{API}/check", {"body": letter["original"]})["problems"] == []


@pytest.mark.parametrize(
    ("body", "place", "reason"),
    [
        ('{\n  "id": }', "line 2, column 9", "Expecting value"),
        ("[]", "message", "object"),
        ('{"specversion": "1.0", "type": "tea.made", "dataschema": "x"}', "type", "catalogue"),
        ('{"specversion": "1.0", "type": "order.placed", "dataschema": "x"}', "dataschema", "not a schema"),
    ],
)
def test_a_body_that_is_no_known_event_is_told_with_the_place(body: str, place: str, reason: str) -> None:
    (problem,) = check(body)["problems"]
    assert problem["place"] == place
    assert reason in problem["reason"]


def test_the_carriers_webhook_completes_a_shipped_order(run: Run) -> None:
    order_id = place(run)
    ends(run, order_id)
    sent = run.call("GET", f"{API}/orders/{order_id}/delivery")
    webhook = urllib.request.Request(
        f"{run.url}/carrier/webhooks", sent["body"].encode(), sent["headers"], method="POST"
    )
    urllib.request.urlopen(webhook).close()
    completed = eventually(lambda: order(run, order_id), lambda seen: seen["status"] == "completed")
    assert completed["delivered_at"]


def test_an_order_without_a_parcel_has_no_delivery(run: Run) -> None:
    order_id = place(run, "declined")
    assert "no parcel" in refusal(run, "GET", f"/orders/{order_id}/delivery")["detail"]


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/tables/films", 404, "order-choreography-OrderTable"),
        (f"/tables/{STACK}-OrderTable?after=x", 400, "after"),
        (f"/tables/{STACK}-OrderTable?key=", 422, "key"),
        (f"/queues/{STACK}-OrderQueue/messages?offset=-1", 422, "offset"),
        (f"/queues/{STACK}-OrderQueue/messages?films=1", 422, "films"),
        ("/orders/x/delivery", 404, "not among the recent orders"),
    ],
)
def test_an_invalid_query_is_rejected_with_the_reason(run: Run, path: str, status: int, detail: str) -> None:
    document = refusal(run, "GET", path)
    assert (document["status"], detail in document["detail"]) == (status, True)


def answer(run: Run, path: str, accept: str) -> tuple[int, str, bytes]:
    """The status, the location and the body of the response, without following redirects."""
    connection = http.client.HTTPConnection(run.url.removeprefix("http://"))
    connection.request("GET", path, headers={"accept": accept})
    response = connection.getresponse()
    answered = response.status, response.headers.get("location", ""), response.read()
    connection.close()
    return answered


def test_the_root_leads_a_browser_to_the_page(run: Run) -> None:
    chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
    assert answer(run, "/", chrome)[:2] == (307, "/_choreo")
    assert b"<!doctype html>" in answer(run, "/_choreo", chrome)[2]


@pytest.mark.parametrize(
    ("path", "accept"), [("/", "*/*"), ("/", "application/json"), ("/films", "text/html")]
)
def test_other_requests_are_answered_by_the_api(run: Run, path: str, accept: str) -> None:
    status, location, body = answer(run, path, accept)
    assert (status, location) == (404, "")
    assert json.loads(body)["detail"] == f"the API has no GET {path}"
