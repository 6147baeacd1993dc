"""The relay's and the HTTP API's code with one safeguard removed, in this process."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import choreography.outbox
import choreography.publishing
import choreography.relay
import order.api
import order.orders
import order.views
from choreography import aws
from choreography.publishing import Publishable, _request
from choreography.relay import Entry
from contracts.catalogue import read
from order.requests import PlaceOrder

Mutant = Callable[[], AbstractContextManager[Any]]


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


# -- the HTTP API


def new_order_at_every_request() -> AbstractContextManager[Any]:
    """The order's id is random instead of derived from the idempotency key."""
    return patch.object(order.orders, "_order_id", lambda *_: str(uuid4()))


def any_body_under_a_key() -> AbstractContextManager[Any]:
    """The API accepts another body with a used idempotency key."""
    return patch.object(PlaceOrder, "digest", lambda _: "the same")


def history_sorted_by_id() -> AbstractContextManager[Any]:
    """The history is sorted by id instead of by cause."""
    by_id = lambda entries: sorted(entries, key=lambda entry: entry["id"])  # noqa: E731
    return patch.object(order.views, "in_causal_order", by_id)


def no_idempotency_at_the_edge() -> AbstractContextManager[Any]:
    return patch.object(order.api, "_place_once", order.api._place)


EDGE_MUTANTS: dict[str, Mutant] = {
    "new-order-at-every-request": new_order_at_every_request,
    "any-body-under-a-key": any_body_under_a_key,
    "failed-entries-are-ignored": failed_entries_are_ignored,
    "failed-publish-is-not-reported": failed_publish_is_not_reported,
    "new-ids-when-published": new_ids_when_published,
    "random-event-ids": random_event_ids,
    "history-sorted-by-id": history_sorted_by_id,
}
