"""The deployed code with one safeguard removed. The simulator must notice each removal."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from aws_lambda_powertools.utilities.batch import process_partial_response
from moto.sns.models import sns_backends

import choreography.consumer
import choreography.outbox
import choreography.publishing
import choreography.relay
import infra.simulation.world
import order.api
import order.orders
import order.views
from choreography import aws
from choreography.errors import RaceLost, Retryable
from choreography.ledger import Ledger
from choreography.participant import Handled, Participant
from choreography.publishing import Publishable, _request
from choreography.relay import Entry
from choreography.stored import Record, to_item
from choreography.table import Table, to_attributes
from contracts.catalogue import read
from contracts.envelope import Event
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.provisioning.model import Template
from order.requests import PlaceOrder
from payment.gateway import Charge, Refund
from shipping.carrier import Dispatch
from tests.simulation.decision_mutants import DECISION_MUTANTS, mutated

Mutant = Callable[[], AbstractContextManager[Any]]

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
        topic = next(arn for arn in sns_backends[ACCOUNT][REGION].topics if name in arn)
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
    """Writes and then publishes: a crash between the two loses the event."""

    def publish_last(
        table: Table[Any], read: Any, state: Any, *, handled: Any = None, emitted: Any = ()
    ) -> Any:
        record = write(table, read, state, handled=handled)
        publish_at_once(emitted)
        return record

    return patch.object(Table, "write", publish_last)


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


def new_key_at_every_call(effect: type[Any]) -> Mutant:
    """Every call to the gateway or the carrier has a new idempotency key."""
    return lambda: patch.object(effect, "idempotency_key", property(lambda _: str(uuid4())))


def keys_are_ignored() -> AbstractContextManager[Any]:
    """The sandboxes ignore idempotency keys."""

    def forgetful(ledger: Ledger, order_id: str, key: str, request: Any, result: Any) -> Any:
        return enter(ledger, order_id, f"{key}-{uuid4()}", request, result)

    return patch.object(Ledger, "enter", forgetful)


def new_order_at_every_request() -> AbstractContextManager[Any]:
    """The order's id is random instead of derived from the idempotency key."""
    return patch.object(order.orders, "_order_id", lambda *_: str(uuid4()))


def any_body_under_a_key() -> AbstractContextManager[Any]:
    """The API accepts another body with a used idempotency key."""
    return patch.object(PlaceOrder, "digest", lambda _: "the same")


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


# -- the relay


def failed_entries_are_ignored() -> AbstractContextManager[Any]:
    """The relay ignores the failed entries of a PublishBatch."""

    def publish(batch: list[Entry]) -> Entry | None:
        try:
            aws.sns().publish_batch(
                TopicArn=os.environ["TOPIC_ARN"],
                PublishBatchRequestEntries=[_request(n, entry) for n, entry in enumerate(batch)],
            )
        except Exception:
            return batch[0]
        return None

    return patch.object(choreography.relay, "_publish", publish)


def failed_publish_is_not_reported() -> AbstractContextManager[Any]:
    """The relay does not report unpublished events to the event source mapping."""
    publish = choreography.relay._publish
    return patch.object(choreography.relay, "_publish", lambda batch: publish(batch) and None)


def new_ids_when_published() -> AbstractContextManager[Any]:
    """The relay gives each event a new id when it publishes it."""

    def request(number: int, entry: Publishable) -> Any:
        original = _request(number, entry)
        old_id = read(entry.message).id
        return {**original, "Message": entry.message.replace(old_id, str(uuid4()))}

    return patch.object(choreography.publishing, "_request", request)


def random_event_ids() -> AbstractContextManager[Any]:
    """An event's id is random instead of derived from its cause."""
    return patch.object(choreography.outbox, "derived_id", lambda *_: str(uuid4()))


# -- the template


def filter_lacks(subscription: str, event_type: str) -> Mutant:
    """A subscription's filter policy lacks an event type."""

    @contextmanager
    def filtered() -> Iterator[None]:
        whole = infra.simulation.world.template()
        resource = whole.resources[subscription]
        types = [kind for kind in resource["Properties"]["FilterPolicy"]["type"] if kind != event_type]
        policy = {"FilterPolicy": {"type": types}}
        changed: Template = replace(
            whole,
            resources={
                **whole.resources,
                subscription: {**resource, "Properties": {**resource["Properties"], **policy}},
            },
        )
        with patch.object(infra.simulation.world, "template", lambda: changed):
            yield

    return filtered


@contextmanager
def loops_are_stopped() -> Iterator[None]:
    """No function sets RecursiveLoop: Allow."""
    whole = infra.simulation.world.template()
    resources = deepcopy(dict(whole.resources))
    for resource in resources.values():
        resource.get("Properties", {}).pop("RecursiveLoop", None)
    with patch.object(infra.simulation.world, "template", lambda: replace(whole, resources=resources)):
        yield


def role_lacks(role: str, action: str) -> Mutant:
    """The first policy of a role lacks an action that its function needs."""

    @contextmanager
    def narrower() -> Iterator[None]:
        whole = infra.simulation.world.template()
        resources = deepcopy(dict(whole.resources))
        for statement in resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]:
            if action in statement.get("Action", ()):
                statement["Action"] = [other for other in statement["Action"] if other != action]
        changed = replace(whole, resources=resources)
        with patch.object(infra.simulation.world, "template", lambda: changed):
            yield

    return narrower


# -- the API's answers


def history_sorted_by_id() -> AbstractContextManager[Any]:
    """The history is sorted by id instead of by cause."""
    by_id = lambda entries: sorted(entries, key=lambda entry: entry["id"])  # noqa: E731
    return patch.object(order.views, "in_causal_order", by_id)


def decision(name: str) -> Mutant:
    return lambda: mutated(*DECISION_MUTANTS[name])


MUTANTS: dict[str, Mutant] = {
    "no-record": no_record,
    "no-condition-on-the-version": no_condition,
    "publish-before-write": publish_before_write,
    "dual-write": dual_write,
    "lost-race-is-acknowledged": lost_race_is_acknowledged,
    "retryable-is-acknowledged": retryable_is_acknowledged,
    "new-charge-key-at-every-call": new_key_at_every_call(Charge),
    "new-refund-key-at-every-call": new_key_at_every_call(Refund),
    "new-dispatch-key-at-every-call": new_key_at_every_call(Dispatch),
    "keys-are-ignored": keys_are_ignored,
    "new-order-at-every-request": new_order_at_every_request,
    "any-body-under-a-key": any_body_under_a_key,
    "nothing-failed": nothing_failed,
    "poison-is-dropped": poison_is_dropped,
    "no-reason": no_reason,
    "requeue-loses-the-message": requeue_loses_the_message,
    "aws-errors-are-not-classified": aws_errors_are_not_classified,
    "loops-are-stopped": loops_are_stopped,
    "failed-entries-are-ignored": failed_entries_are_ignored,
    "failed-publish-is-not-reported": failed_publish_is_not_reported,
    "new-ids-when-published": new_ids_when_published,
    "random-event-ids": random_event_ids,
    "filter-lacks-declined": filter_lacks("OrderFromPayment", "payment.declined"),
    "filter-lacks-request": filter_lacks("ShippingFromOrder", "order.cancellation_requested"),
    "role-lacks-visibility": role_lacks("PaymentConsumerRole", "sqs:ChangeMessageVisibility"),
    "history-sorted-by-id": history_sorted_by_id,
    **{name: decision(name) for name in DECISION_MUTANTS},
}


def no_idempotency_at_the_edge() -> AbstractContextManager[Any]:
    return patch.object(order.api, "_place_once", order.api._place)


def no_condition_on_the_record() -> AbstractContextManager[Any]:
    """The write's condition checks only the version."""
    put = Table._put

    def versioned(table: Any, read: Any, record: Any, handled: Any) -> None:
        put(table, read, record, None)

    return patch.object(Table, "_put", versioned)


SURVIVORS: dict[str, tuple[Mutant, str]] = {
    "no-idempotency-at-the-edge": (
        no_idempotency_at_the_edge,
        "the order's id is derived from customer and key, and its write is conditional. The HTTP API's "
        "idempotency record saves work and replays the first answer, and no invariant depends on it",
    ),
    "no-condition-on-the-record": (
        no_condition_on_the_record,
        "a write that adds a record also increments the version. The condition on the record protects only "
        "from other programs that write to the table",
    ),
}
"""Mutants that the simulator does not notice, and why each violates no invariant."""
