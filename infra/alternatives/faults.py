"""Faults of a run in this process: at a call of gateway or carrier, at a write, or in a whole function."""

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from choreography.errors import Unanswered
from choreography.ledger import Ledger
from infra.cost.units import LEDGERS
from infra.local import in_process
from infra.local.aws import transport
from infra.local.model.stack import Function

Act = Callable[[], None]
PAYMENT = re.compile("payment.captured|payment_id")
"""What Order's item has only after the payment: the event's type, or the orchestrator's attribute."""
SILENT = {"POWERTOOLS_METRICS_DISABLED": "true"}
"""Metrics are off, because nested invocations would share them."""


class Crash(BaseException):
    """Ends a function as a crash does. A BaseException, so that no handler catches it as an error."""


def crash() -> None:
    """An act that ends the running function."""
    raise Crash


def lose_answer() -> None:
    """An act that loses the answer of gateway or carrier."""
    raise Unanswered("no answer")


@dataclass
class Faults:
    """The faults of one run. Each act happens once; then it is removed."""

    before_effect: dict[str, Act] = field(default_factory=dict)
    """By kind of ledger entry, such as `charge`."""
    after_effect: dict[str, Act] = field(default_factory=dict)
    before_payment_noted: Act | None = None
    """Happens before the write that tells Order's table of the payment."""
    after_next_write: Act | None = None
    """Happens after the next write of a function that is not an entry in a ledger."""
    broken: str = ""
    """The logical id of a function whose every invocation fails."""

    @property
    def pending(self) -> bool:
        """Whether a fault has not happened yet."""
        acts = (self.before_payment_noted, self.after_next_write, self.before_effect, self.after_effect)
        return any(acts) or bool(self.broken)

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Injects the faults into every function that runs in the block."""
        with (
            patch.dict(os.environ, SILENT),
            patch.object(Ledger, "enter", self._enter(Ledger.enter)),
            patch.object(in_process, "invoke", self._invoke(in_process.invoke)),
            transport.intercepted(self._send),
        ):
            yield

    def _enter(self, enter: Callable[..., Any]) -> Callable[..., Any]:
        def entering(ledger: Ledger, *asked: Any) -> Any:
            kind = asked[-1]["kind"]
            self.before_effect.pop(kind, _nothing)()
            entry = enter(ledger, *asked)
            self.after_effect.pop(kind, _nothing)()
            return entry

        return entering

    def _invoke(self, invoke: Callable[..., Any]) -> Callable[..., Any]:
        def invoking(function: Function, event: Any) -> Any:
            if function.logical_id == self.broken:
                raise RuntimeError("Runtime.ImportModuleError: a bad deployment")
            try:
                return invoke(function, event)
            except Crash:
                raise RuntimeError("Runtime.ExitError: the function crashed") from None

        return invoking

    def _send(self, name: str, request: AWSPreparedRequest, forward: transport.Forward) -> AWSResponse | None:
        if not name.endswith(".dynamodb.PutItem") or not isinstance(request.body, bytes | str):
            return forward()
        asked = json.loads(request.body)
        if any(ledger in asked["TableName"] for ledger in LEDGERS):
            return forward()
        if "OrderTable" in asked["TableName"] and PAYMENT.search(json.dumps(asked["Item"])):
            act, self.before_payment_noted = self.before_payment_noted, None
            (act or _nothing)()
        answer = forward()
        act, self.after_next_write = self.after_next_write, None
        (act or _nothing)()
        return answer


def _nothing() -> None:
    pass
