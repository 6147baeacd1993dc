"""The consumers' code with one safeguard removed, in this process. The simulator must notice each removal."""

import os
from contextlib import AbstractContextManager, ExitStack
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from aws_lambda_powertools.utilities.batch import process_partial_response

import choreography.consumer
import choreography.outbox
import choreography.relay
from choreography import aws
from choreography.errors import RaceLost, Retryable
from choreography.ledger import Ledger
from choreography.participant import Handled, Participant
from choreography.publishing import _request
from choreography.relay import Entry
from choreography.stored import Record, to_item
from choreography.table import Table, to_attributes
from contracts.envelope import Event
from infra.local.model.credentials import ACCOUNT, REGION
from infra.mutants.mutant import Mutant
from payment.gateway import Charge, Refund
from shipping.carrier import Dispatch

write = Table.write
handle = Participant.handle
enter = Ledger.enter
process = process_partial_response


# -- the one write


def no_record() -> AbstractContextManager[Any]:
    """The write does not record the handled event."""

    def forgetful(table: Table[Any], read: Any, state: Any, *, handled: Any = None, emitted: Any = ()) -> Any:
        return write(table, read, state, emitted=emitted)

    return patch.object(Table, "write", forgetful)


def no_condition() -> AbstractContextManager[Any]:
    """The write has no condition, so it overwrites newer items."""

    def put(table: Table[Any], read: Any, record: Record[Any], handled: Any) -> None:
        aws.dynamodb().put_item(TableName=table._name, Item=to_attributes(to_item(record)))

    return patch.object(Table, "_put", put)


def publish_at_once(emitted: tuple[Event[Any], ...]) -> None:
    """Publishes without an outbox, as many samples do."""
    for event in emitted:
        name = f"{event.source.rpartition('/')[2].capitalize()}Topic"
        stack = os.environ["TABLE_NAME"].rpartition("-")[0]
        topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:{stack}-{name}"
        entry = _request(0, Entry("0", event.type, event.order_id, event.correlationid, event.to_json()))
        aws.sns().publish_batch(TopicArn=topic, PublishBatchRequestEntries=[entry])


def publish_before_write() -> AbstractContextManager[Any]:
    """Publishes the event before it writes the state."""

    def publish_first(
        table: Table[Any], read: Any, state: Any, *, handled: Any = None, emitted: Any = ()
    ) -> Any:
        publish_at_once(emitted)
        return write(table, read, state, handled=handled, emitted=emitted)

    return patch.object(Table, "write", publish_first)


def dual_write() -> AbstractContextManager[Any]:
    """Writes and then publishes, without a relay: a crash between the two loses the event."""

    def publish_last(
        table: Table[Any], read: Any, state: Any, *, handled: Any = None, emitted: Any = ()
    ) -> Any:
        record = write(table, read, state, handled=handled, emitted=emitted)
        publish_at_once(emitted)
        return record

    without_relay = ExitStack()
    without_relay.enter_context(patch.object(choreography.relay, "_publish", lambda batch: None))
    without_relay.enter_context(patch.object(Table, "write", publish_last))
    return without_relay


def lost_race_is_acknowledged() -> AbstractContextManager[Any]:
    """A worker that loses a race acknowledges the message."""

    def acknowledging(participant: Participant[Any], event: Event[Any]) -> Any:
        if event.type not in participant.reactions:
            return None
        read = participant.table.read(event.order_id)
        if event.id in read.inbox:
            return None
        try:
            return participant._take_effect(read, event)
        except RaceLost:
            return Handled(())

    return patch.object(Participant, "handle", acknowledging)


def retryable_is_acknowledged() -> AbstractContextManager[Any]:
    """The consumer acknowledges a message that it should retry."""

    def acknowledging(participant: Participant[Any], event: Event[Any]) -> Any:
        try:
            return handle(participant, event)
        except Retryable:
            return Handled(())

    return patch.object(Participant, "handle", acknowledging)


# -- idempotency


def random_event_ids() -> AbstractContextManager[Any]:
    """An event's id is random instead of derived from its cause."""
    return patch.object(choreography.outbox, "derived_id", lambda *_: str(uuid4()))


def new_key_at_every_call(effect: type[Any]) -> Mutant:
    """Every call to the gateway or the carrier has a new idempotency key."""
    return lambda: patch.object(effect, "idempotency_key", property(lambda _: str(uuid4())))


def keys_are_ignored() -> AbstractContextManager[Any]:
    """The sandboxes ignore idempotency keys."""

    def forgetful(ledger: Ledger, order_id: str, key: str, request: Any, result: Any) -> Any:
        return enter(ledger, order_id, f"{key}-{uuid4()}", request, result)

    return patch.object(Ledger, "enter", forgetful)


# -- the consumer


def nothing_failed() -> AbstractContextManager[Any]:
    """The consumer's answer reports no failed message."""

    def no_failures(**named: Any) -> dict[str, Any]:
        process(**named)
        return {"batchItemFailures": []}

    return patch.object(choreography.consumer, "process_partial_response", no_failures)


def poison_is_dropped() -> AbstractContextManager[Any]:
    return patch.object(choreography.consumer, "_dead_letter", lambda record, reason: None)


def no_reason() -> AbstractContextManager[Any]:
    """Dead letters have no reason."""
    dead_letter = choreography.consumer._dead_letter
    return patch.object(choreography.consumer, "_dead_letter", lambda record, _: dead_letter(record, " "))


def requeue_loses_the_message() -> AbstractContextManager[Any]:
    """After five receives, the consumer acknowledges the message without sending it again."""
    return patch.object(choreography.consumer, "_requeue", lambda record: True)


def aws_errors_are_not_classified() -> AbstractContextManager[Any]:
    """The consumer treats a throttled call as a defect."""
    return patch.object(choreography.consumer, "classified", lambda error: error)


def no_condition_on_the_record() -> AbstractContextManager[Any]:
    """The write's condition checks only the version."""
    put = Table._put

    def versioned(table: Any, read: Any, record: Any, handled: Any) -> None:
        put(table, read, record, None)

    return patch.object(Table, "_put", versioned)


CONSUMER_MUTANTS: dict[str, Mutant] = {
    "no-record": no_record,
    "no-condition-on-the-version": no_condition,
    "publish-before-write": publish_before_write,
    "dual-write": dual_write,
    "lost-race-is-acknowledged": lost_race_is_acknowledged,
    "retryable-is-acknowledged": retryable_is_acknowledged,
    "random-event-ids": random_event_ids,
    "new-charge-key-at-every-call": new_key_at_every_call(Charge),
    "new-refund-key-at-every-call": new_key_at_every_call(Refund),
    "new-dispatch-key-at-every-call": new_key_at_every_call(Dispatch),
    "keys-are-ignored": keys_are_ignored,
    "nothing-failed": nothing_failed,
    "poison-is-dropped": poison_is_dropped,
    "no-reason": no_reason,
    "requeue-loses-the-message": requeue_loses_the_message,
    "aws-errors-are-not-classified": aws_errors_are_not_classified,
}
