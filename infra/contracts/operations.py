"""The operations of the HTTP API, by method and path: their models, statuses, parameters and headers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel

from infra.contracts.answers import OrderHistory, OrderPage, OrderSummary
from infra.shared.order_kinds import request
from order.requests import PlaceOrder
from shipping.messages import DeliveryMessage


@dataclass(frozen=True)
class Operation:
    """An operation of the HTTP API. `problems` are its error statuses, without those of every route."""

    id: str
    summary: str
    success: HTTPStatus
    answer: type[BaseModel] | None
    problems: tuple[HTTPStatus, ...] = ()
    takes: type[BaseModel] | None = None
    parameters: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    leads_to: tuple[str, ...] = ()
    """Operations that accept the order id of this operation's answer."""
    example: Mapping[str, Any] = field(default_factory=dict)


_BODY = (
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
)
OPERATIONS = {
    ("post", "/orders"): Operation(
        "placeOrder",
        "Places an order",
        HTTPStatus.ACCEPTED,
        OrderSummary,
        (HTTPStatus.FORBIDDEN, HTTPStatus.CONFLICT, *_BODY),
        takes=PlaceOrder,
        parameters=("IdempotencyKey",),
        headers=("Location",),
        leads_to=("getOrder", "getHistory", "cancelOrder"),
        example=request("shipped", "ada"),
    ),
    ("get", "/orders"): Operation(
        "listOrders",
        "A customer's orders, newest first",
        HTTPStatus.OK,
        OrderPage,
        (HTTPStatus.FORBIDDEN,),
        parameters=("CustomerId", "Limit", "Cursor"),
    ),
    ("get", "/orders/{order_id}"): Operation(
        "getOrder",
        "An order with its current status",
        HTTPStatus.OK,
        OrderSummary,
        (HTTPStatus.NOT_FOUND,),
        parameters=("OrderId",),
    ),
    ("get", "/orders/{order_id}/history"): Operation(
        "getHistory",
        "The events of an order that Order published or handled",
        HTTPStatus.OK,
        OrderHistory,
        (HTTPStatus.NOT_FOUND,),
        parameters=("OrderId",),
    ),
    ("post", "/orders/{order_id}/cancellation"): Operation(
        "cancelOrder",
        "Requests the cancellation of an order. 409 if the carrier already has the parcel",
        HTTPStatus.ACCEPTED,
        OrderSummary,
        (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT),
        parameters=("OrderId",),
    ),
    ("post", "/carrier/webhooks"): Operation(
        "tellOfParcel",
        "Receives the carrier's message about a parcel, with a signature of Standard Webhooks",
        HTTPStatus.NO_CONTENT,
        None,
        (
            HTTPStatus.UNAUTHORIZED,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
        ),
        takes=DeliveryMessage,
        parameters=("WebhookId", "WebhookTimestamp", "WebhookSignature"),
    ),
}
