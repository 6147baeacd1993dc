"""Runs all services in one process and one thread, step by step, for tests and simulations."""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from infra.local.aws.recursion import VARIABLE, trace_header
from infra.local.event_sources import mappings
from infra.local.http import http_api, payloads, routes
from infra.local.model.credentials import CREDENTIALS
from infra.local.model.messages import Request, Response
from infra.local.model.stack import Function, Stack
from infra.local.provisioning.snapshot import provision
from infra.local.runtime.code import load_handler
from infra.local.runtime.context import Context
from infra.shared.root import ROOT as ROOT  # for the simulation: its record names the hash of its files

STACK = "order-choreography"


@contextmanager
def environment(variables: Mapping[str, str], function: str = "") -> Iterator[None]:
    """Sets a function's environment variables, its name and moto's credentials; restores the old values."""
    given = {**CREDENTIALS, "AWS_LAMBDA_FUNCTION_NAME": function, VARIABLE: "", **variables}
    current = {name: os.environ.get(name) for name in given}
    before = {name: value for name, value in current.items() if value != given[name]}
    os.environ.update({name: given[name] for name in before})
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def invoke(function: Function, event: Any, variables: Mapping[str, str] | None = None) -> Any:
    """Calls the function's handler with its environment variables. Raises LoopStopped.

    `variables` are more environment variables.
    """
    context = Context(function, str(uuid4()), time.time() + function.timeout_seconds)
    trace = {VARIABLE: trace_header(function, event, context.aws_request_id)}
    with environment({**function.environment, **(variables or {}), **trace}, function.name):
        return load_handler(function.handler)(event, context)


def send(stack: Stack, request: Request, call: Callable[[Function, Any], Any] | None = None) -> Response:
    """Sends an HTTP request through the API's routes. `call` invokes the function in place of `invoke`."""
    found = routes.find_route(stack.routes, request.method, request.path)
    if found is None:
        return http_api.error_response(404, "Not Found")
    route = found[0]
    result = (call or invoke)(stack.functions[route.function], payloads.event(request, *found))
    return http_api.response(result, route.payload_format)


class InProcess:
    """A template's resources on an empty moto. Functions run only during a call of one of these methods."""

    def __init__(
        self, template: Path = ROOT / "template.yaml", endpoint: str = "http://localhost:3000"
    ) -> None:
        with environment({}):
            self.stack = provision(template, STACK, endpoint)
            self.mappings = mappings(self.stack)

    def request(self, method: str, path: str, body: bytes = b"", **headers: str) -> Response:
        """Sends an HTTP request through the API's routes. A `_` in a header's name stands for `-`."""
        path, _, query = path.partition("?")
        names = {"content_type": "application/json"} | headers
        given = [(name.replace("_", "-").lower(), value) for name, value in names.items()]
        return send(self.stack, Request(method, path, query, given, body))

    def step(self, name: str) -> bool:
        """Delivers one batch of an event source mapping. Returns False if the mapping has no batch."""
        mapping = self.mappings[name]
        with environment({}):
            batch = mapping.poll()
        if batch is None:
            return False
        try:
            answer = invoke(self.stack.functions[mapping.source.function], batch.event)
        except Exception as error:
            with environment({}):
                mapping.fail(batch, repr(error))
        else:
            with environment({}):
                mapping.complete(batch, answer)
        return True

    def drain(self, *stopped: str, steps: int = 10_000) -> None:
        """Delivers batches until no event source mapping has one, except those of the `stopped` services."""
        running = [
            name
            for name, mapping in self.mappings.items()
            if self.stack.functions[mapping.source.function].service not in stopped
        ]
        while sum(self.step(name) for name in running):
            steps -= 1
            if steps < 0:
                raise RuntimeError("the event source mappings still have batches after the limit of steps")
