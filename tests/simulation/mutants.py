"""The deployed code with one safeguard removed, as a whole: each must be caught by the simulator."""

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
from choreography.participant import Participant
from choreography.publishing import Publishable, _request
from choreography.relay import Entry
from choreography.table import Record, Table, to_attributes, to_item
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
    """What was handled is not recorded."""

    def forgetful(table: Table[Any], read: Any, state: Any, *, handled: Any = None, emitted: Any = ()) -> Any:
        return write(table, read, state, emitted=emitted)

    return patch.object(Table, "write", forgetful)


def no_condition() -> AbstractContextManager[Any]:
    """The write does not look at what it overwrites."""

    def put(table: Table[Any], read: Any, record: Record[Any], handled: Any, *, emits: bool) -> None:
        aws.dynamodb().put_item(TableName=table._name, Item=to_attributes(to_item(record, emits=emits)))

    return patch.object(Table, "_put", put)


def publish_at_once(emitted: tuple[Event[Any], ...]) -> None:
    """Publishes without an outbox, as many a sample does."""
    for event in emitted:
        name = f"{event.source.rpartition('/')[2].capitalize()}Topic"
        topic = next(arn for arn in sns_backends[ACCOUNT][REGION].topics if name in arn)
        entry = _request(0, Entry("0", event.type, event.order_id, event.correlationid, event.to_json()))
        aws.sns().publish_batch(TopicArn=topic, PublishBatchRequestEntries=[entry])


def publish_before_write() -> AbstractContextManager[Any]:
    """The event is out before the state that it tells of."""

    def hasty(table: Table[Any], read: Any, state: Any, *, handled: Any = None, emitted: Any = ()) -> Any:
        publish_at_once(emitted)
        return write(table, read, state, handled=handled, emitted=emitted)

    return patch.object(Table, "write", hasty)


def dual_write() -> AbstractContextManager[Any]:
    """Write, then publish: a crash in between loses the event."""

    def both(table: Table[Any], read: Any, state: Any, *, handled: Any = None, emitted: Any = ()) -> Any:
        record = write(table, read, state, handled=handled)
        publish_at_once(emitted)
        return record

    return patch.object(Table, "write", both)


def a_lost_race_is_done() -> AbstractContextManager[Any]:
    """A worker that loses the race acknowledges the message."""

    def careless(participant: Participant[Any], event: Event[Any]) -> Any:
        if event.type not in participant.reactions:
            return None
        read = participant.table.read(event.order_id)
        if event.id in read.inbox:
            return None
        try:
            return participant._take_effect(read, event)
        except RaceLost:
            return ()

    return patch.object(Participant, "handle", careless)


def any_failure_is_done() -> AbstractContextManager[Any]:
    """What waits for another's intent is acknowledged."""

    def careless(participant: Participant[Any], event: Event[Any]) -> Any:
        try:
            return handle(participant, event)
        except Retryable:
            return ()

    return patch.object(Participant, "handle", careless)


# -- idempotency


def a_key_a_call(effect: type[Any]) -> Mutant:
    """The idempotency key is new at every call."""
    return lambda: patch.object(effect, "idempotency_key", property(lambda _: str(uuid4())))


def keys_are_not_honoured() -> AbstractContextManager[Any]:
    """The sandboxes take every call for a new one."""

    def forgetful(ledger: Ledger, order_id: str, key: str, request: Any, result: Any) -> Any:
        return enter(ledger, order_id, f"{key}-{uuid4()}", request, result)

    return patch.object(Ledger, "enter", forgetful)


def an_order_a_request() -> AbstractContextManager[Any]:
    """The order's id does not follow from the idempotency key."""
    return patch.object(order.orders, "_order_id", lambda *_: str(uuid4()))


def any_body_under_a_key() -> AbstractContextManager[Any]:
    """A key is not bound to what was asked under it."""
    return patch.object(PlaceOrder, "digest", lambda _: "the same")


# -- the consumer


def nothing_failed() -> AbstractContextManager[Any]:
    """The batch's answer reports no failure."""

    def optimist(**named: Any) -> dict[str, Any]:
        process(**named)
        return {"batchItemFailures": []}

    return patch.object(choreography.consumer, "process_partial_response", optimist)


def poison_is_dropped() -> AbstractContextManager[Any]:
    return patch.object(choreography.consumer, "_dead_letter", lambda record, reason: None)


def no_reason() -> AbstractContextManager[Any]:
    """Dead letters do not say why."""
    dead_letter = choreography.consumer._dead_letter
    return patch.object(choreography.consumer, "_dead_letter", lambda record, _: dead_letter(record, " "))


def what_waits_is_dropped() -> AbstractContextManager[Any]:
    """After five receives, what could still succeed is forgotten."""
    return patch.object(choreography.consumer, "_requeue", lambda record: True)


def trouble_of_aws_is_a_defect() -> AbstractContextManager[Any]:
    """A throttle is an error like any other."""
    return patch.object(choreography.consumer, "classified", lambda error: error)


# -- the relay


def lost_entries_stay_lost() -> AbstractContextManager[Any]:
    """A PublishBatch that answers is taken for a success."""

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


def an_outage_is_a_success() -> AbstractContextManager[Any]:
    """What could not be published is not reported to the stream."""
    publish = choreography.relay._publish
    return patch.object(choreography.relay, "_publish", lambda batch: publish(batch) and None)


def new_ids_when_published() -> AbstractContextManager[Any]:
    """An event gets its id as it leaves."""

    def request(number: int, entry: Publishable) -> Any:
        asked = _request(number, entry)
        old_id = read(entry.message).id
        return {**asked, "Message": entry.message.replace(old_id, str(uuid4()))}

    return patch.object(choreography.publishing, "_request", request)


def random_event_ids() -> AbstractContextManager[Any]:
    """An event's id does not follow from its cause, so that no other worker derives the same id."""
    return patch.object(choreography.outbox, "derived_id", lambda *_: str(uuid4()))


# -- the template


def filter_lacks(subscription: str, event_type: str) -> Mutant:
    """A subscription's filter policy leaves an event out."""

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
    """A role does not allow an action that its function needs, of its first policy."""

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


# -- what is seen of an order


def history_as_it_came() -> AbstractContextManager[Any]:
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
    "a-lost-race-is-done": a_lost_race_is_done,
    "any-failure-is-done": any_failure_is_done,
    "a-charge-key-a-call": a_key_a_call(Charge),
    "a-refund-key-a-call": a_key_a_call(Refund),
    "a-dispatch-key-a-call": a_key_a_call(Dispatch),
    "keys-are-not-honoured": keys_are_not_honoured,
    "an-order-a-request": an_order_a_request,
    "any-body-under-a-key": any_body_under_a_key,
    "nothing-failed": nothing_failed,
    "poison-is-dropped": poison_is_dropped,
    "no-reason": no_reason,
    "what-waits-is-dropped": what_waits_is_dropped,
    "trouble-of-aws-is-a-defect": trouble_of_aws_is_a_defect,
    "loops-are-stopped": loops_are_stopped,
    "lost-entries-stay-lost": lost_entries_stay_lost,
    "an-outage-is-a-success": an_outage_is_a_success,
    "new-ids-when-published": new_ids_when_published,
    "random-event-ids": random_event_ids,
    "filter-lacks-declined": filter_lacks("OrderFromPayment", "payment.declined"),
    "filter-lacks-request": filter_lacks("ShippingFromOrder", "order.cancellation_requested"),
    "role-lacks-visibility": role_lacks("PaymentConsumerRole", "sqs:ChangeMessageVisibility"),
    "history-as-it-came": history_as_it_came,
    **{name: decision(name) for name in DECISION_MUTANTS},
}


def no_idempotency_at_the_edge() -> AbstractContextManager[Any]:
    return patch.object(order.api, "_place_once", order.api._place)


def no_condition_on_the_record() -> AbstractContextManager[Any]:
    """The version's condition alone."""
    put = Table._put

    def versioned(table: Any, read: Any, record: Any, handled: Any, *, emits: bool) -> None:
        put(table, read, record, None, emits=emits)

    return patch.object(Table, "_put", versioned)


SURVIVORS: dict[str, tuple[Mutant, str]] = {
    "no-idempotency-at-the-edge": (
        no_idempotency_at_the_edge,
        "the order's id follows from customer and key, and its put is conditional: the record at the edge "
        "saves work and replays the answer as it was, and nothing depends on it",
    ),
    "no-condition-on-the-record": (
        no_condition_on_the_record,
        "a record is only ever added together with a version: the condition on it is a second line, for a "
        "table that was written to by another hand",
    ),
}
"""Mutants that survive, and why they are right to."""
