"""A carrier on 127.0.0.1 that answers as carrier.openapi.json specifies, or with the fault of a test."""

import json
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import MSG_PEEK
from threading import Lock, Thread
from typing import Any

from infra.local.aws.clients import client
from infra.local.provisioning.template import load
from infra.shared.root import ROOT
from shipping.dispatches import KEY_REUSED
from shipping.sandbox import UNSERVED
from shipping.signature import NotSigned, verify
from tests.world import DISPATCH_SECRET, World

SECRET = "whsec_" + b64encode(b"shared with the carrier").decode()

Reply = tuple[int, dict[str, Any]]
Fault = str | bytes | tuple[int, Any]
"""The fault of a request: another answer, which may be any bytes, or one of these:
`fine`: no fault;
`lost`: the carrier acts, and closes the connection without an answer;
`unreached`: the carrier closes the connection, and does not act;
`late`: the carrier acts, and answers after the caller has closed the connection;
`twice`: the carrier answers the next request on this connection with the same answer;
`short`, `endless`, `dripping`: the answer ends early, never ends, or arrives byte by byte."""


class SpecifiedCarrier(ThreadingHTTPServer):
    """The accepted parcels by reference, the idempotency keys, and the faults of the next requests."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.parcels: dict[str, dict[str, Any]] = {}
        self.keys: dict[str, tuple[bytes, Reply]] = {}
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []
        self.answers: list[Reply] = []
        self.lock = Lock()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"

    @contextmanager
    def open(self) -> Iterator["SpecifiedCarrier"]:
        thread = Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            self.server_close()

    @contextmanager
    def used_by(self, world: World) -> Iterator[None]:
        """A world with the parameters for this carrier, and its secret in Secrets Manager."""
        client("secretsmanager").create_secret(Name="carrier", SecretString=SECRET)
        shipping = world.stack.functions["ShippingConsumer"]
        variables = {
            "CARRIER": "http",
            "CARRIER_ENDPOINT": self.endpoint,
            "DISPATCH_SECRET_ID": DISPATCH_SECRET,
        }
        world.stack.functions["ShippingConsumer"] = replace(
            shipping,
            environment={**shipping.environment, **variables},
            timeout_seconds=load(ROOT / "template.yaml").mappings["Carriers"]["http"]["Timeout"],
        )
        with self.open():
            yield

    def handle_error(self, *_: Any) -> None:
        """Ignores closed connections, which are part of the tests."""

    def answer(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        try:
            message_id = verify(SECRET, headers, body)
        except NotSigned as error:
            return 401, {"title": str(error)}
        collection, _, reference = path.removeprefix("/v1/").partition("/")
        match method, collection, reference:
            case "POST", "dispatches", "" if message_id == headers["idempotency-key"]:
                return self._dispatch(message_id, body)
            case "GET", "dispatches", _ if message_id == f"lookup-{reference}":
                found = self.parcels.get(reference)
                return (200, found) if found else (404, {"title": "no such dispatch"})
        return 404, {"title": "no such route"}

    def _dispatch(self, key: str, body: bytes) -> Reply:
        if key not in self.keys:
            self.keys[key] = body, self._take(json.loads(body))
        known, reply = self.keys[key]
        return reply if known == body else (422, {"reason": KEY_REUSED})

    def _take(self, request: dict[str, Any]) -> Reply:
        if request["address"]["country"] in UNSERVED:
            return 422, {"reason": "address_not_served"}
        number = f"HTTP{len(self.parcels) + 1}"
        taken = {"reference": request["reference"], "tracking_number": number}
        self.parcels[request["reference"]] = taken
        return 201, taken


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: SpecifiedCarrier

    def do_POST(self) -> None:
        self._serve()

    def do_GET(self) -> None:
        self._serve()

    def log_message(self, *_: Any) -> None: ...

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        carrier = self.server
        carrier.requests.append((self.command, self.path, headers, body))
        fault = carrier.faults.pop(0) if carrier.faults else "fine"
        if fault == "unreached":
            self.close_connection = True
            return
        if isinstance(fault, bytes):
            self.close_connection = True
            self.wfile.write(fault)
            return
        if isinstance(fault, tuple):
            self._send(*fault)
            return
        with carrier.lock:
            reply = carrier.answer(self.command, self.path, headers, body)
        carrier.answers.append(reply)
        with suppress(OSError):  # the caller has closed the connection
            self._answer_with_fault(fault, *reply)

    def _answer_with_fault(self, fault: str, status: int, answer: dict[str, Any]) -> None:
        self.close_connection = fault not in ("fine", "twice")
        match fault:
            case "late":
                self.rfile.read(1)  # returns when the caller closes the connection
                self._send(status, answer)
            case "twice":
                self._send(status, answer)
                self.connection.recv(1, MSG_PEEK)  # returns at the next request, or when the caller closes
                self._send(status, answer)
            case "short":
                self._send(status, answer, more=1)
            case "endless" | "dripping":
                self._send(status, answer, more=10**9)
                while fault == "endless" or not self._caller_has_closed():
                    self.wfile.write(b" " * (1024 if fault == "endless" else 1))
            case "fine":
                self._send(status, answer)

    def _send(self, status: int, answer: Any, more: int = 0) -> None:
        content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(content) + more))
        if 300 <= status < 400:
            self.send_header("location", self.server.endpoint)
        self.end_headers()
        self.wfile.write(content)
        self.wfile.flush()

    def _caller_has_closed(self) -> bool:
        """Return whether the caller closes the connection within 20 ms."""
        self.connection.settimeout(0.02)
        try:
            return not self.connection.recv(1)
        except TimeoutError:
            return False
