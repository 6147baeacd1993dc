"""Mistakes of well-known samples. Each test shows that this choreography does not make the mistake."""

import ast
from pathlib import Path
from typing import Any

import pytest

from choreography import aws
from choreography.stored import event_json, published
from contracts.catalogue import read
from infra.local.event_sources import mappings
from infra.local.in_process import environment
from infra.local.provisioning.template import load
from infra.shared.root import ROOT
from tests.three_services import EVENT_TYPES
from tests.world import World, crash

TESTS = sorted(Path(__file__).parents[1].rglob("test_*.py"))


def test_mistake_charge_then_forget_the_token(world: World) -> None:
    """The mistake charges again after a crash between charge and outcome.

    Here the next attempt finds the intent and its key.
    """
    order_id = world.place()
    world.step("OrderRelayOutbox")
    with crash("after", "PutItem", 2):  # the gateway's own entry
        world.step("PaymentConsumerQueue")
    assert world.item("PaymentTable", order_id)["status"] == "charging"
    world.wake_hidden("PaymentQueue")
    world.drain()
    assert world.ledger("Payment", order_id) == ["charge captured"]
    assert world.status(order_id) == "shipped"


def test_mistake_publish_answer_never_looked_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """PublishBatch answers 200 and lists the failed entries. The stream must deliver their records again."""
    order_id = world.place()

    class Losing:
        def publish_batch(self, *, PublishBatchRequestEntries: Any, **_: Any) -> Any:
            return {"Failed": [{"Id": entry["Id"]} for entry in PublishBatchRequestEntries]}

    with monkeypatch.context() as patched:
        patched.setattr(aws, "sns", Losing)
        world.step("OrderRelayOutbox")
    mapping: Any = world.mappings["OrderRelayOutbox"]
    mapping._retry_at = 0
    world.drain()
    assert world.status(order_id) == "shipped"


@pytest.mark.parametrize("late", ["payment.captured", "shipment.dispatched"])
def test_mistake_status_set_without_a_condition(world: World, late: str) -> None:
    """The mistake lets a late event overwrite a final state.

    Here the status depends on all handled events.
    """
    order_id = world.place()
    world.drain("order")
    world.step("OrderRelayOutbox")
    world.drain("order")
    bodies = [message["Body"] for message in world.messages("OrderQueue")]
    last = [body for body in bodies if f'"type":"{late}"' in body]
    assert len(last) == 1
    world.deliver("OrderConsumer", *[body for body in bodies if body not in last])
    world.deliver("OrderConsumer", *last)
    assert world.status(order_id) == "shipped"


def test_mistake_schema_that_the_emitter_does_not_match(world: World) -> None:
    """Reads every type of emitted event with the contract of its consumers."""
    shipped = world.place()
    for order in ({"country": "AQ"}, {"payment_method": "pm_card_chargeDeclined"}):
        world.place(**order)
    stopped = world.place()
    world.cancel(stopped)
    world.drain("payment")
    placed = world.take("PaymentQueue", "order.placed")
    world.drain()
    world.send("PaymentQueue", *placed)
    world.drain()
    world.parcel_delivered(shipped)
    items = [i for name in ("OrderTable", "PaymentTable", "ShippingTable") for i in world.items(name)]
    emitted = [read(event_json(e)) for item in items for e in published(item["order_id"], item["outbox"])]
    assert {event.type for event in emitted} >= EVENT_TYPES


def test_mistake_outbox_with_no_relay() -> None:
    resources = load(ROOT / "template.yaml").resources
    relayed = {
        resource["Properties"]["EventSourceArn"]["Fn::GetAtt"][0]
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::EventSourceMapping"
        and resource["Properties"]["EventSourceArn"]["Fn::GetAtt"][1] == "StreamArn"
    }
    with_outbox = {
        name
        for name, resource in resources.items()
        if "StreamSpecification" in resource.get("Properties", {})
    }
    assert relayed == with_outbox
    assert relayed >= {"OrderTable", "PaymentTable", "ShippingTable"}


def test_mistake_acknowledged_although_it_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    order_id = world.place()
    world.step("OrderRelayOutbox")
    with monkeypatch.context() as patched:
        patched.setattr(aws.dynamodb(), "get_item", lambda **_: 1 / 0)
        world.step("PaymentConsumerQueue")
    world.wake_hidden("PaymentQueue")
    assert len(world.messages("PaymentQueue")) == 1
    world.drain()
    assert world.status(order_id) == "shipped"


@pytest.mark.three_services
def test_mistake_idempotency_keyed_on_the_sqs_message_id(world: World) -> None:
    order_id = world.place()
    world.step("OrderRelayOutbox")
    (message,) = world.messages("PaymentQueue")
    world.send("PaymentQueue", message["Body"])
    assert len({m["MessageId"] for m in world.messages("PaymentQueue")}) == 2
    world.drain()
    assert world.ledger("Payment", order_id) == ["charge captured"]
    assert len(world.item("PaymentTable", order_id)["inbox"]) == 1


def test_mistake_record_deleted_when_something_fails_after_the_effect(world: World) -> None:
    """The write of the outcome fails after the charge.

    The intent stays, so no other worker charges or voids.
    """
    order_id = world.place()
    world.cancel(order_id)
    world.step("OrderRelayOutbox")
    with crash("before", "PutItem", 3):
        world.step("PaymentConsumerQueue")
    world.drain("payment")
    world.step("PaymentConsumerQueue")  # shipment.cancelled meets the intent, and waits
    assert world.item("PaymentTable", order_id)["status"] == "charging"
    world.wake_hidden("PaymentQueue")
    world.drain()
    world.wake_hidden("PaymentQueue")
    world.drain()
    assert world.status(order_id) == "cancelled"
    assert world.ledger("Payment", order_id) == ["charge captured", "refund refunded"]


def test_mistake_a_relay_that_starts_at_the_latest_record(world: World) -> None:
    """The relay also publishes orders that were placed before its mapping first polled."""
    order_ids = [world.place() for _ in range(3)]
    with environment({}):
        world.mappings = mappings(world.stack)
    world.drain()
    assert {world.status(order_id) for order_id in order_ids} == {"shipped"}


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_mistake_tests_that_cannot_fail(path: Path) -> None:
    """Every test has an assertion, none asserts a constant, and none ignores an exception."""
    tree = ast.parse(path.read_text())
    functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            assert not all(isinstance(statement, ast.Pass) for statement in node.body), node.lineno
        if isinstance(node, ast.Assert):
            assert not isinstance(node.test, ast.Constant), node.lineno
    for name, function in functions.items():
        assert not name.startswith("test_") or asserts(function, functions), name


def asserts(function: ast.FunctionDef, helpers: dict[str, ast.FunctionDef]) -> bool:
    """Whether a function contains an assert, an expected error, or a helper with one."""
    for node in ast.walk(function):
        match node:
            case ast.Assert() | ast.Attribute(value=ast.Name(id="pytest"), attr="raises" | "fail"):
                return True
            case ast.Call(func=ast.Name(id=name)) if name.startswith("assert_") or name == "expect":
                return True  # a helper of another module, or Playwright's
            case ast.Call(func=ast.Name(id=name)) if name in helpers and name != function.name:
                if asserts(helpers[name], helpers):
                    return True
    return False


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("def test(): print(1)", False),
        ("def test(): assert 1", True),
        ("def test(): helper()\ndef helper(): assert f()", True),
        ("def test(): helper()\ndef helper(): f()", False),
    ],
)
def test_a_test_without_an_assertion_is_found(source: str, verdict: bool) -> None:
    functions = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    assert asserts(functions["test"], functions) is verdict


def test_mistake_an_event_bus_that_logs_an_error_and_continues(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQS delivers the message again after a defect, and dead-letters it after eight receives."""
    world.place()
    world.step("OrderRelayOutbox")
    queue = world.stack.queues["PaymentQueue"]
    monkeypatch.setattr("payment.sandbox.SandboxGateway.charge", lambda *_: 1 / 0)
    for _ in range(9):
        world.step("PaymentConsumerQueue")
        world.wake_hidden("PaymentQueue")
    with environment({}):
        assert aws.sqs().receive_message(QueueUrl=queue).get("Messages") is None
    assert len(world.messages("PaymentDeadLetters")) == 1
