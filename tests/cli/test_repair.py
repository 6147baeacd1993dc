"""`choreo redrive` and `choreo republish` repair orders."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from infra.cli import redrive, republish
from infra.cli.dead_letter_queues import NO_REASON, DeadLetter
from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError
from tests.cli.conftest import options
from tests.world import World

ALL = options(queues=[])


def answer(deployed: Deployed, operation: str, respond: Callable[[Any], dict[str, Any] | None]) -> None:
    """Lets `respond` answer a call such as "sqs.SendMessage". If it returns None, moto answers."""

    def hook(params: Any, **_: Any) -> tuple[Any, dict[str, Any]] | None:
        parsed = respond(params["body"])
        if parsed is None:
            return None
        status = 400 if "Error" in parsed else 200
        metadata = {"HTTPStatusCode": parsed.pop("status", status)}
        return SimpleNamespace(status_code=metadata["HTTPStatusCode"]), parsed | {
            "ResponseMetadata": metadata
        }

    events = deployed.client(operation.partition(".")[0]).meta.events
    events.register_first(f"before-call.{operation}", hook)


def dead_letter(deployed: Deployed, world: World, service: str) -> None:
    """Moves the message of a service to its dead-letter queue, with a reason, as its consumer does."""
    sqs = deployed.client("sqs")
    (message,) = world.messages(f"{service}Queue")
    sqs.purge_queue(QueueUrl=world.stack.queues[f"{service}Queue"])
    sqs.send_message(
        QueueUrl=world.stack.queues[f"{service}DeadLetters"],
        MessageBody=message["Body"],
        MessageAttributes=message["MessageAttributes"]
        | {"reason": {"DataType": "String", "StringValue": "a bug"}},
    )


def test_a_redriven_message_completes_the_order(world: World, deployed: Deployed) -> None:
    order_id = world.place()
    world.drain("payment")
    (before,) = world.messages("PaymentQueue")
    dead_letter(deployed, world, "Payment")
    assert redrive.run(deployed, options(queues=["payment"])) == 0
    assert world.messages("PaymentDeadLetters") == []
    (after,) = world.messages("PaymentQueue")
    assert after["Body"] == before["Body"]
    assert after["MessageAttributes"].items() >= before["MessageAttributes"].items()
    world.drain()
    assert world.status(order_id) == "shipped"


def test_redrive_explains_that_the_dead_letters_of_a_relay_have_no_source_queue(
    world: World, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    world.send("PaymentRelayDeadLetters", "{}")
    world.send("PaymentDeadLetters", "poison")
    assert redrive.run(deployed, ALL) == 0
    printed = " ".join(capsys.readouterr().err.split())
    expected = "PaymentRelayDeadLetters belongs to a relay and has no source queue: run choreo republish"
    assert expected in printed


def test_the_request_to_move_dead_letters_names_the_destination(
    deployed: Deployed, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redrive, "POLL_SECONDS", 0)
    requests = []
    statuses = iter(["RUNNING", "COMPLETED"])
    answer(deployed, "sqs.StartMessageMoveTask", lambda body: requests.append(body) or {"TaskHandle": "t"})  # type: ignore[func-returns-value]  # None, so `or`
    answer(
        deployed,
        "sqs.ListMessageMoveTasks",
        lambda _: {"Results": [{"Status": next(statuses), "ApproximateNumberOfMessagesMoved": 3}]},
    )
    assert redrive.run(deployed, options(queues=["payment"])) == 0
    assert "3 moved from PaymentDeadLetters to PaymentQueue" in capsys.readouterr().out
    (request,) = requests
    assert b":order-choreography-PaymentDeadLetters" in request
    assert b":order-choreography-PaymentQueue" in request


def test_a_failed_move_is_an_error_with_its_reason(deployed: Deployed) -> None:
    failed = {"Status": "FAILED", "FailureReason": "AccessDenied"}
    answer(deployed, "sqs.StartMessageMoveTask", lambda _: {"TaskHandle": "t"})
    answer(deployed, "sqs.ListMessageMoveTasks", lambda _: {"Results": [failed]})
    with pytest.raises(
        CommandError, match="PaymentDeadLetters: SQS reports FAILED for the redrive: AccessDenied"
    ):
        redrive.run(deployed, options(queues=["payment"]))


def test_republish_sends_events_that_no_relay_has_published(world: World, deployed: Deployed) -> None:
    order_id = world.place()
    assert republish.run(deployed, options(order=order_id, after_deployment=None)) == 0
    world.drain("order")
    assert world.ledger("Payment", order_id) == ["charge captured"]


def test_republish_sends_events_that_an_older_relay_could_not_read(
    world: World, deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    order_id = world.place()
    with monkeypatch.context() as older:
        older.setattr("contracts.catalogue.EVENTS", {})
        world.step("OrderRelayOutbox")
    assert world.messages("PaymentQueue") == []
    (dead,) = world.messages("OrderRelayDeadLetters")
    assert dead["MessageAttributes"]["reason"]["StringValue"].startswith("UnknownType: type: 'order.placed'")
    assert republish.run(deployed, options(order=order_id, after_deployment=None)) == 0
    world.drain()
    assert world.status(order_id) == "shipped"


def test_republishing_all_orders_does_not_change_them(world: World, deployed: Deployed) -> None:
    orders = [world.place(), world.place("AQ"), world.place(payment_method="pm_card_chargeDeclined")]
    world.drain()
    before = [world.item(f"{name}Table", orders[0]) for name in ("Order", "Payment", "Shipping")]
    assert republish.run(deployed, options(order=None, after_deployment=None)) == 0
    world.drain()
    assert [world.item(f"{name}Table", orders[0]) for name in ("Order", "Payment", "Shipping")] == before
    assert [world.status(order_id) for order_id in orders] == ["shipped", "cancelled", "rejected"]


def test_entries_that_sns_rejects_are_sent_again(world: World, deployed: Deployed) -> None:
    world.place()
    failed = {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}], "Successful": []}
    answers = iter([failed])
    answer(deployed, "sns.PublishBatch", lambda _: next(answers, None))
    assert republish.run(deployed, options(order=None, after_deployment=None)) == 0
    assert len(world.messages("PaymentQueue")) == 1


def test_entries_that_sns_keeps_rejecting_are_an_error(world: World, deployed: Deployed) -> None:
    world.place()
    failed = {"Failed": [{"Id": "0", "Code": "InternalError", "SenderFault": False}], "Successful": []}
    answer(deployed, "sns.PublishBatch", lambda _: dict(failed))
    with pytest.raises(CommandError, match="SNS rejected 1 events in 5 attempts: InternalError"):
        republish.run(deployed, options(order=None, after_deployment=None))


def test_an_event_that_breaks_its_contract_is_not_published(
    world: World, deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    world.place()
    order_id = world.place()
    deployed.client("dynamodb").update_item(
        TableName=world.stack.tables["OrderTable"],
        Key={"order_id": {"S": order_id}},
        UpdateExpression="SET outbox[0].#data.currency = :broken",
        ExpressionAttributeNames={"#data": "data"},
        ExpressionAttributeValues={":broken": {"S": "euro"}},
    )
    assert republish.run(deployed, options(order=None, after_deployment=None)) == 0
    assert len(world.messages("PaymentQueue")) == 1
    assert "breaks its contract" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("not json", NO_REASON),
        ("[]", NO_REASON),
        ('{"type": "order.placed"}', NO_REASON),
        ('{"requestContext": {"condition": "RetryAttemptsExhausted"}}', "RetryAttemptsExhausted"),
    ],
)
def test_a_dead_letter_without_the_attribute_has_a_default_reason(body: str, reason: str) -> None:
    assert DeadLetter({"Body": body}).reason == reason
