"""A carrier over HTTP. infra/contracts/published/carrier.openapi.json describes the API that it implements.

Requests are signed as Standard Webhooks are, and a dispatch has an Idempotency-Key
(https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/, whose status codes it uses).
Imported only where the template's parameter Carrier says so.
"""

import ssl
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import quote

from pydantic import ValidationError
from urllib3 import BaseHTTPResponse, PoolManager, Timeout
from urllib3.exceptions import HTTPError

from choreography import deadline
from choreography.errors import ChoreographyError, KeyReused, NotAdmitted, NotUnderstood, Unanswered
from shipping.carrier import Dispatch, Dispatched, Unserviceable
from shipping.dispatches import KEY_REUSED, DispatchAnswer, DispatchRefusal, code, request_for
from shipping.signature import sign

CONNECT_SECONDS, READ_SECONDS, BODY_SECONDS = 1, 3, 1
LONGEST_CALL_SECONDS = CONNECT_SECONDS + READ_SECONDS + BODY_SECONDS + READ_SECONDS
"""Connection, status and headers, body, and the last piece of it. No call is repeated at once: the message is
retried, and by then its key may have an answer."""
ANSWER_LIMIT_BYTES = 64 * 1024
KEYS_LAST = timedelta(hours=23)
"""The carrier may forget an idempotency key after 24 hours."""
OPERATORS = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.GONE,
    }
)
"""Statuses of a wrong secret or a wrong endpoint."""
PASSING = frozenset(
    {
        HTTPStatus.REQUEST_TIMEOUT,
        HTTPStatus.CONFLICT,  # another request under the key is under way
        HTTPStatus.TOO_EARLY,
        HTTPStatus.TOO_MANY_REQUESTS,
    }
)
"""Statuses after which the same request succeeds later."""
READ = frozenset({HTTPStatus.OK, HTTPStatus.CREATED, HTTPStatus.UNPROCESSABLE_ENTITY})
"""Statuses whose body is read."""


class _Answer(NamedTuple):
    status: int
    body: bytes


class HttpCarrier:
    """Dispatches by POST, and looks up by GET. `secret` is base64, with or without the prefix `whsec_`."""

    def __init__(self, endpoint: str, secret: str) -> None:
        self._dispatches = f"{endpoint.rstrip('/')}/dispatches"
        self._secret = secret

    def dispatch(self, dispatch: Dispatch) -> Dispatched | Unserviceable:
        """Raises Unanswered, NotAdmitted, NoTimeLeft, or for good: KeyReused, NotUnderstood."""
        if _age(dispatch) > KEYS_LAST and (found := self._find(dispatch)) is not None:
            return found
        key = dispatch.idempotency_key
        answer = self._ask("POST", self._dispatches, key, _body(dispatch), {"Idempotency-Key": key})
        if answer.status in (HTTPStatus.OK, HTTPStatus.CREATED):
            return _dispatched(answer, dispatch)
        if answer.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise failure(answer.status)
        reason = _reason(answer)
        if reason == KEY_REUSED:
            raise KeyReused("the carrier knows the key from another dispatch")
        # The order is refunded next, so no earlier attempt may have sent its parcel.
        return self._find(dispatch) or Unserviceable(reason)

    def _find(self, dispatch: Dispatch) -> Dispatched | None:
        """The order's parcel that was taken, by whatever attempt. Raises as `dispatch` does."""
        order_id = dispatch.order_id
        # The signature covers no path: the message's id says what is looked up.
        answer = self._ask("GET", f"{self._dispatches}/{quote(order_id, safe='')}", f"lookup-{order_id}")
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise failure(answer.status)
        return _dispatched(answer, dispatch)

    def _ask(
        self, method: str, url: str, message_id: str, body: bytes = b"", more: dict[str, str] | None = None
    ) -> _Answer:
        deadline.check(LONGEST_CALL_SECONDS)
        sent = int(time.time())
        headers = {
            "content-type": "application/json",
            "webhook-id": message_id,
            "webhook-timestamp": str(sent),
            "webhook-signature": sign(self._secret, message_id, sent, body),
        }
        try:
            with (
                _connection() as carrier,
                carrier.request(
                    method,
                    url,
                    body=body,
                    headers=headers | (more or {}),
                    redirect=False,
                    preload_content=False,
                ) as answer,
            ):
                return _Answer(answer.status, _read(answer) if answer.status in READ else b"")
        except HTTPError as error:
            raise Unanswered(f"carrier: {type(error).__name__}") from error


def connect(endpoint: str, secret: str) -> HttpCarrier:
    """Raises NotAdmitted if the secret cannot be a key, so that no intent is written."""
    try:
        sign(secret, "", 0, b"")
    except ValueError as error:
        raise NotAdmitted(f"the secret of the dispatches: {error}") from None
    return HttpCarrier(endpoint, secret)


def failure(status: int) -> ChoreographyError:
    """What a status that is no answer means to the message. The carrier's text may quote the customer, and is
    left out."""
    text = f"carrier: HTTP {status}"
    if status in OPERATORS or 300 <= status < 400:
        return NotAdmitted(text)
    if 400 <= status < 500 and status not in PASSING:
        return NotUnderstood(text)
    return Unanswered(text)


def _connection() -> PoolManager:
    """A connection for one call. If calls shared one, an answer that the carrier sends twice would be taken
    for the next order's."""
    timeout = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
    return PoolManager(timeout=timeout, retries=False, ssl_context=_trusted())


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates takes longer than a connection."""
    return ssl.create_default_context()


def _read(answer: BaseHTTPResponse) -> bytes:
    """The body. The read timeout is that of each piece, so the sum has a limit of its own."""
    over = time.monotonic() + BODY_SECONDS
    body = b""
    while piece := answer.read1(ANSWER_LIMIT_BYTES, decode_content=False):
        body += piece
        if len(body) > ANSWER_LIMIT_BYTES or time.monotonic() > over:
            raise Unanswered("carrier: an answer that is too long, or too slow")
    return body


def _dispatched(answer: _Answer, dispatch: Dispatch) -> Dispatched:
    try:
        taken = DispatchAnswer.model_validate_json(answer.body)
    except ValidationError:
        raise Unanswered(f"carrier: HTTP {answer.status} with a body that breaks its contract") from None
    if taken.reference != dispatch.order_id:
        raise Unanswered("carrier: an answer about another order")
    return Dispatched(taken.tracking_number)


def _reason(answer: _Answer) -> str:
    try:
        return code(DispatchRefusal.model_validate_json(answer.body).reason)
    except ValidationError:
        return code("")


def _body(dispatch: Dispatch) -> bytes:
    return request_for(dispatch).model_dump_json().encode()


def _age(dispatch: Dispatch) -> timedelta:
    return timedelta(0) if dispatch.decided_at is None else datetime.now(UTC) - dispatch.decided_at
