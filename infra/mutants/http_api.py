"""The HTTP API's code with one safeguard removed, in this process."""

from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import order.api
import order.orders
import order.views
from infra.mutants.mutant import Mutant
from order.requests import PlaceOrder


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


HTTP_API_MUTANTS: dict[str, Mutant] = {
    "new-order-at-every-request": new_order_at_every_request,
    "any-body-under-a-key": any_body_under_a_key,
    "history-sorted-by-id": history_sorted_by_id,
}
