"""Injects faults into the AWS calls of the handlers: it intercepts every request that botocore sends."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ReadTimeoutError

from choreography.errors import Unanswered
from choreography.ledger import Ledger
from infra.local.aws import topics, transport
from infra.local.model.stack import Function
from infra.simulation.determinism import Clock
from infra.simulation.faults import Faults
from infra.simulation.outages import OUTSIDE, Outage

FUNCTIONS = str(Path(__file__).parents[2] / "functions")
THROTTLED = {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}
MOMENTS = ("before", "after")
LOST = {"Code": "InternalError", "Message": "lost", "SenderFault": False}

CallListener = Callable[[Function, str, Any], None]
"""Receives each AWS call that took effect: the function, the operation and its parameters. For PublishBatch
it receives one `Publish` for each published message, with TopicArn and Message."""

FaultListener = Callable[[Function, str], None]
"""Receives each injected fault: the function and a description."""


class Site(NamedTuple):
    """A call site: function, operation, and the stack of the services' code, innermost frame first."""

    function: str
    operation: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.operation} by {self.function} at {' < '.join(self.lines)}"


class Crash(BaseException):
    """Ends a function as a crash does.

    A BaseException, so that no handler catches it with `except Exception`.
    """


class FaultInjector:
    """Intercepts the handlers' AWS calls.

    Set the listeners `on_call` and `on_fault` before use, and `run_others`, which runs other functions.
    """

    def __init__(self, clock: Clock, faults: Faults) -> None:
        self._clock, self._faults = clock, faults
        self.on_call: CallListener
        self.on_fault: FaultListener
        self.run_others: Callable[[], None]
        self._running: list[Function | None] = []
        self._deadlines: list[float] = []
        self.outage: Outage | None = None
        self._refusals, self._silent_until = 0, 0.0
        self.sites: Counter[tuple[Site, str]] = Counter()
        """How often each call site was called, and how often a function crashed before or after the call."""

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Intercepts every request that botocore sends, and forwards it to moto."""

        def send(
            event_name: str, request: AWSPreparedRequest, forward: transport.Forward
        ) -> AWSResponse | None:
            function = self._running[-1] if self._running else None
            return forward() if function is None else self._send(function, event_name, request, forward)

        with (
            transport.intercepted(send),
            topics.publish_batch_replaced(self._publish_batch),
            patch.object(Ledger, "enter", self._enter(Ledger.enter)),
        ):
            yield

    @contextmanager
    def running(self, function: Function | None) -> Iterator[None]:
        """Attributes the AWS calls in the block to `function`, which starts now; None: to the simulation."""
        self._running.append(function)
        self._deadlines.append(self._clock.now() + (function.timeout_seconds if function else 0))
        try:
            yield
        finally:
            self._running.pop()
            self._deadlines.pop()

    def _send(
        self,
        function: Function,
        event_name: str,
        request: AWSPreparedRequest,
        forward: transport.Forward,
    ) -> AWSResponse | None:
        operation = event_name.rpartition(".")[2]
        site = call_site(function, operation)
        self.sites[site, "called"] += 1
        self._may_crash(function, site, "before")
        if self._faults.strikes("race", 0.06):
            with self.running(None):
                self.run_others()
        if self.outage is not None and f".{self.outage.service}." in event_name:
            return self._outage(self.outage, function, site, request)
        refused = self._refusal(function, event_name, request)
        if refused is not None:
            return refused
        response = forward()
        if response is not None and response.status_code < 300 and operation != "PublishBatch":
            self.on_call(function, operation, _parameters(request))
        self._may_crash(function, site, "after")
        if self._faults.strikes("lost-answer", 0.01):
            self.on_fault(function, f"receives no answer to {operation}")
            raise ReadTimeoutError(endpoint_url=request.url)
        return response

    def _may_crash(self, function: Function, site: Site, moment: str) -> None:
        crashed = self._faults.strikes("crash", 0.015)
        timed_out = self._faults.strikes("timeout", 0.005)
        if timed_out:
            self._clock.advance(function.timeout_seconds)
        if crashed or timed_out or self._faults.crashes_at(f"{moment} {site}"):
            self.sites[site, moment] += 1
            self.on_fault(function, f"{'times out' if timed_out else 'crashes'} {moment} {site.operation}")
            raise Crash(site)

    def _outage(
        self, outage: Outage, function: Function, site: Site, request: AWSPreparedRequest
    ) -> AWSResponse:
        """The failed call's answer.

        Raises botocore's error, or Crash if the function waits beyond its timeout.
        """
        try:
            return outage.answer(request, self._clock)
        finally:
            if self._clock.now() > self._deadlines[-1]:
                self.on_fault(function, f"times out because {outage.service} {outage.trouble}")
                raise Crash(site)

    def _refusal(
        self, function: Function, event_name: str, request: AWSPreparedRequest
    ) -> AWSResponse | None:
        """The error response of a throttled or failing service, for one to four calls in a row; usually None.

        botocore makes two attempts.
        """
        is_dynamodb = ".dynamodb." in event_name
        throttled = self._faults.strikes("throttle", 0.01) and is_dynamodb
        if self._faults.strikes("outage", 0.02) or throttled:
            self._refusals = 1 + self._faults.below(4)
            self.on_fault(function, f"{event_name.rpartition('.')[2]} fails {self._refusals} times")
        if not self._refusals:
            return None
        self._refusals -= 1
        if is_dynamodb:
            return transport.response(request, 400, json.dumps(THROTTLED))
        return transport.response(request, 500, "")

    def _publish_batch(self, publish: Callable[..., Any]) -> Callable[..., Any]:
        """Returns PublishBatch with a fault: the call succeeds, and some of its entries fail."""

        def lossy(backend: Any, topic_arn: str, publish_batch_request_entries: list[dict[str, Any]]) -> Any:
            function = self._running[-1]
            assert function is not None, "only functions publish batches"
            partial = self._faults.strikes("partial-publish", 0.1)
            lost = [entry for entry in publish_batch_request_entries if partial and self._faults.below(2)]
            kept = [entry for entry in publish_batch_request_entries if entry not in lost]
            successful, failed = publish(backend, topic_arn, kept)
            for entry in kept:
                self.on_call(function, "Publish", {"TopicArn": topic_arn, "Message": entry["Message"]})
            if lost:
                self.on_fault(function, f"fails to publish {len(lost)} of {len(lost) + len(kept)} events")
            return successful, failed + [LOST | {"Id": entry["Id"]} for entry in lost]

        return lossy

    def _enter(self, enter: Callable[..., Any]) -> Callable[..., Any]:
        """Returns `Ledger.enter` with a fault: the gateway or carrier does not answer, but may have acted."""

        def silent(ledger: Ledger, *asked: Any) -> Any:
            function = self._running[-1]
            assert function is not None, "only functions act"
            if self.outage is not None and self.outage.service == OUTSIDE:
                raise Unanswered("no answer for a long time")
            if self._faults.strikes("silence", 0.03):
                self._silent_until = self._clock.now() + self._faults.below(900)
            if not (self._faults.on and self._clock.now() <= self._silent_until):
                return enter(ledger, *asked)
            acts = self._faults.below(2)
            if acts:
                enter(ledger, *asked)
            self.on_fault(
                function,
                f"gets no answer from the gateway or carrier, which {'acted' if acts else 'did not act'}",
            )
            raise Unanswered("no answer")

        return silent


def _parameters(request: AWSPreparedRequest) -> Any:
    body = request.body
    return json.loads(body) if isinstance(body, str | bytes | bytearray) and body else {}


def call_site(function: Function, operation: str) -> Site:
    """The place in the services' code that makes the current AWS call."""
    lines = []
    frame = sys._getframe(1)
    while frame is not None and frame.f_code.co_name != "invoke":
        code = frame.f_code
        module = _service_module(code.co_filename)
        if module is not None:
            lines.append(f"{module}.{code.co_name}:{frame.f_lineno}")
        frame = frame.f_back  # type: ignore[assignment]  # the first frame is never None
    return Site(function.logical_id, operation, tuple(lines[:4]))


@cache
def _service_module(filename: str) -> str | None:
    """The module of a file of the services' code; None for another file."""
    if not filename.startswith(FUNCTIONS):
        return None
    return ".".join(Path(filename).relative_to(FUNCTIONS).with_suffix("").parts)
