"""A local run as a lesson reaches it: over the HTTP API, the live page's API and the AWS endpoint."""

import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import uuid4

import boto3

from contracts.catalogue import ContractError, UnknownType
from infra.lessons.errors import LessonFailed, NoSystem
from infra.local.control.project import PAGE
from infra.local.control.wire import PREFIX, functions_from_json
from infra.local.model.credentials import CREDENTIALS
from infra.local.model.stack import Function
from infra.shared import parent
from infra.shared.root import ROOT
from infra.simulation.journal import Journal
from infra.simulation.tables import journal_of

HOST = "127.0.0.1"
START_SECONDS = 60
REQUEST_SECONDS = 30
POLL_SECONDS = 0.2
PLACE_SECONDS = 45
"""Longer than the API's timeout of 29 s, for which the request of a crashed process is locked."""


class System:
    """The local run on a port of this machine. `without` is the safeguard that its functions lack."""

    def __init__(self, port: int, without: str | None = None) -> None:
        self.port, self.without = port, without
        self._url = f"http://{HOST}:{port}"

    # -- the customer

    def place(self, body: Mapping[str, Any], key: str) -> str:
        """Places an order as a customer does, who repeats the request with the same key until it succeeds."""
        deadline = time.monotonic() + PLACE_SECONDS
        while time.monotonic() < deadline:
            try:
                return str(self.call("POST", "/orders", body, {"Idempotency-Key": key})["order_id"])
            except urllib.error.HTTPError as error:
                if error.code < 500 and error.code not in (409, 429):
                    raise LessonFailed(f"the API refuses the order: {error.code}") from error
            time.sleep(POLL_SECONDS)
        raise LessonFailed(f"the API accepts no order within {PLACE_SECONDS} s")

    def cancel(self, order_id: str) -> bool:
        """Requests a cancellation. Returns False if it is too late."""
        try:
            self.call("POST", f"/orders/{order_id}/cancellation")
        except urllib.error.HTTPError as error:
            if error.code == 409:
                return False
            raise LessonFailed(f"the API refuses the cancellation: {error.code}") from error
        return True

    # -- the live page

    def page(self, method: str, path: str, body: Any = None) -> Any:
        """Calls the API of the live page."""
        return self.call(method, f"{PAGE}/api/{path}", body)

    def state(self) -> dict[str, Any]:
        found: dict[str, Any] = self.page("GET", "state")
        return found

    def queue(self, label: str) -> str:
        """The name of a queue of the template."""
        queues = self.page("GET", "map")["queues"]
        return next(str(queue["name"]) for queue in queues if queue["label"] == label)

    # -- AWS

    @cached_property
    def functions(self) -> list[Function]:
        """The functions with a queue of the project's services, and not of guests."""
        shown = self.page("GET", "map")
        stacks = {service["name"]: service["stack"] for service in shown["services"]}
        consumers = {queue["service"]: None for queue in shown["queues"]}
        return [
            function
            for service in consumers
            if stacks[service] == stacks["order"]
            for function in functions_from_json(self.call("GET", f"{PREFIX}services/{service}"))
        ]

    def table(self, service: str, variable: str) -> str:
        """The name of a service's table, by the environment variable of its consumer."""
        consumers = [f for f in self.functions if f.service == service and "QUEUE_URL" in f.environment]
        return next(f.environment[variable] for f in consumers if variable in f.environment)

    def client(self, name: str) -> Any:
        return boto3.client(  # type: ignore[call-overload]  # the service's name is known only at run time
            name,
            endpoint_url=self._url,
            region_name=CREDENTIALS["AWS_DEFAULT_REGION"],
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        )

    def journal(self) -> Journal:
        """What the tables of the services and the ledgers have now. Raises LessonFailed."""
        try:
            return journal_of(self.functions, self.client("dynamodb"))
        except (ContractError, UnknownType) as error:
            raise LessonFailed(
                f"a table has an event that the contracts refuse ({error}); play it on an empty system"
            ) from error

    def call(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """The JSON of an answer. Raises HTTPError for an error status."""
        data = None if body is None else json.dumps(body).encode()
        named = {"content-type": "application/json", **(headers or {})}
        request = urllib.request.Request(self._url + path, data, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=REQUEST_SECONDS) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            raise


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Waits until the condition holds. Raises LessonFailed, with `what` did not happen."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise LessonFailed(f"{what} did not happen within {seconds:g} s")
        time.sleep(POLL_SECONDS)


def running(port: int) -> System | None:
    """The local run on this port; None if none answers. Raises NoSystem if lessons cannot use it."""
    system = System(port)
    try:
        token, state = system.page("GET", "token")["token"], system.state()
    except (OSError, ValueError, KeyError):
        return None
    if token is not None or state["without"] is not None:
        reason = "requires tokens" if token is not None else f"runs without a safeguard ({state['without']})"
        raise NoSystem(f"the local run on port {port} {reason}: start another one for lessons")
    return system


@contextmanager
def started(
    without: str | None = None,
    parameters: Sequence[str] = (),
    began: Callable[["subprocess.Popen[bytes]"], None] = lambda _: None,
) -> Iterator[System]:
    """Starts a local run on a free port, and ends it afterwards. Raises NoSystem if it does not start.

    It also ends if this process is killed. `began` gets its process, for a caller in another thread that must
    end it earlier.
    """
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    options = [] if without is None else ["--without", without]
    for parameter in parameters:
        options += ["--parameter", parameter]
    arguments = ["run", "--port", str(port), *options]
    with TemporaryFile() as errors, parent.started("infra.run", arguments, ROOT, stderr=errors) as process:
        began(process)
        system = System(port, without)
        _wait_for_start(system, process, errors)
        yield system


def _wait_for_start(system: System, process: "subprocess.Popen[bytes]", errors: IO[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            system.state()
            return
        except OSError:
            if process.poll() is not None:
                raise NoSystem(f"the lesson's own local run does not start: {_last_line(errors)}") from None
            if time.monotonic() > deadline:
                problem = f"the lesson's own local run does not answer within {START_SECONDS} s"
                raise NoSystem(f"{problem}: end other programs, and repeat the lesson") from None
            time.sleep(POLL_SECONDS)


def _last_line(errors: IO[bytes]) -> str:
    """The last line that the process printed: its error."""
    errors.seek(0)
    lines = errors.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it printed no error; run `make run PORT=3001` to see more"


def new_key() -> str:
    """An idempotency key of a request."""
    return str(uuid4())
