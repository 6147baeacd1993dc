"""The same choreography without safeguards, as many samples have it: it writes the state, then publishes.

It has no intent before a charge or a dispatch, no outbox and no relay, no idempotency records, and no
condition on a write. Decisions, contracts, topics and queues are those of the services. It is correct only
without failures. The benchmarks use `without_safeguards`; `naive` also calls gateway and carrier without
stable idempotency keys.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from choreography import aws
from choreography.decisions import StateT
from choreography.outbox import Origin, events
from choreography.participant import Handled, Participant
from choreography.stored import Record, entries
from choreography.table import Table, from_attributes, to_attributes
from contracts.envelope import Event
from infra.local.event_sources.stream_mapping import StreamMapping
from infra.local.in_process import InProcess
from order.state import Order
from payment.gateway import Charge, Refund
from shipping.carrier import Dispatch


@contextmanager
def naive(run: InProcess) -> Iterator[None]:
    """Removes the safeguards of the run's services, and gives each external call a new idempotency key."""
    new_key = property(lambda _: str(uuid4()))
    with without_safeguards(run), ExitStack() as patches:
        for effect in (Charge, Refund, Dispatch):
            patches.enter_context(patch.object(effect, "idempotency_key", new_key))
        yield


@contextmanager
def without_safeguards(run: InProcess) -> Iterator[None]:
    """Removes the safeguards of the run's services in the block."""
    topics = {
        f"/services/{name.removesuffix('Topic').lower()}": arn for name, arn in run.stack.topics.items()
    }
    run.mappings = {n: m for n, m in run.mappings.items() if not isinstance(m, StreamMapping)}
    with (
        patch.object(Participant, "handle", _handle),
        patch.object(Table, "read", _read),
        patch.object(Table, "write", _write_and_publish(topics)),
    ):
        yield


def _handle(participant: Participant[StateT], event: Event[Any]) -> Handled | None:
    if event.type not in participant.reactions:
        return None
    read = participant.table.read(event.order_id)
    decision = participant.reactions[event.type](read.state, event)
    if decision.effect is not None and participant.perform and participant.outcome:
        decision = participant.outcome(decision.state, event, participant.perform(decision.effect))
    origin = Origin(participant.source, event.order_id, event.correlationid, decision.caused_by or event.id)
    emitted = events(decision.payloads, origin, datetime.now(UTC))
    participant.table.write(read, decision.state, emitted=emitted)
    return Handled(tuple(payload.type for payload in decision.payloads))


def _read(table: Table[StateT], order_id: str) -> Record[StateT]:
    key = to_attributes({"order_id": order_id})
    found = aws.dynamodb().get_item(TableName=table._name, Key=key, ConsistentRead=True).get("Item")
    if found is None:
        return Record(order_id, table._state())
    item = from_attributes(found)
    state = table._state.model_validate(item)
    if "placed" not in item:
        return Record(order_id, state, version=1)
    return Record(order_id, state, version=1, outbox=(item["placed"],), unknown={"placed": item["placed"]})


def _write_and_publish(topics: Mapping[str, str]) -> Any:
    def write(
        table: Table[StateT], read: Record[StateT], state: StateT, *, emitted: tuple[Event[Any], ...] = ()
    ) -> Record[StateT]:
        item = {**read.unknown, **state.model_dump(mode="json"), "order_id": read.order_id}
        outbox = tuple(entries(emitted, read)) if isinstance(state, Order) else ()
        if isinstance(state, Order):  # it has no inbox and outbox that would tell what follows
            item["event_types"] = [*state.event_types]
        if outbox and not read.version:  # the API shows what was placed
            item["placed"] = outbox[0]
        aws.dynamodb().put_item(TableName=table._name, Item=to_attributes(item))
        for event in emitted:
            aws.sns().publish(
                TopicArn=topics[event.source],
                Message=event.to_json(),
                MessageAttributes={"type": {"DataType": "String", "StringValue": event.type}},
            )
        return Record(read.order_id, state, outbox=(*read.outbox, *outbox), unknown=read.unknown)

    return write
