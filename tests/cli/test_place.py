"""`choreo place` with missing or unexpected outcomes, and with an API that fails."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest

from infra.cli import place
from infra.cli.api import Api, Refused
from infra.cli.deployed import Deployed
from infra.cli.errors import CommandError
from infra.shared.order_kinds import kinds, mix
from tests.cli.conftest import options
from tests.world import World


class Placed:
    """A fake API that returns the id of an order that exists already."""

    def __init__(self, order_id: str) -> None:
        self._order_id = order_id

    def place(self, order: dict[str, Any]) -> str:
        return self._order_id


def one(kind: str, timeout: float) -> Any:
    return options(
        orders=1, mix={kind: 1}, customer="ada", concurrency=1, timeout=timeout, no_wait=False, ids=False
    )


def test_an_order_that_does_not_end_is_reported_with_exit_code_1(
    world: World, deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = world.place()
    monkeypatch.setattr(place, "Api", lambda url: Placed(order_id))
    assert place.run(deployed, one("shipped", 0.1)) == 1
    printed = capsys.readouterr()
    assert f"{order_id}  placed" in printed.out
    assert f"{order_id} has not ended: see choreo trace {order_id}" in printed.err


def test_an_order_with_an_unexpected_outcome_is_reported_with_exit_code_1(
    world: World, deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = world.place("AQ")
    world.drain()
    monkeypatch.setattr(place, "Api", lambda url: Placed(order_id))
    assert place.run(deployed, one("shipped", 5)) == 1
    assert "ended cancelled, not as expected of kind shipped" in capsys.readouterr().err


@contextmanager
def api(*answers: tuple[int, dict[str, str], dict[str, Any]]) -> Iterator[tuple[Api, list[str]]]:
    """A server that gives these answers. Yields a client, and the idempotency keys that the server gets."""
    left, keys = list(answers), list[str]()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            keys.append(self.headers["Idempotency-Key"])
            self.rfile.read(int(self.headers["content-length"]))
            status, headers, body = left.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: Any) -> None: ...

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield Api(f"http://127.0.0.1:{server.server_port}"), keys
        server.shutdown()


PLACED: tuple[int, dict[str, str], dict[str, Any]] = (202, {}, {"order_id": "1"})


@pytest.mark.parametrize("failure", [(503, {}, {}), (429, {}, {}), (409, {"Retry-After": "1"}, {})])
def test_a_failed_request_is_repeated_with_the_same_idempotency_key(failure: Any) -> None:
    with api(failure, PLACED) as (client, keys):
        assert client.place({}) == "1"
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_rejected_request_is_not_repeated() -> None:
    problem = {"detail": "no", "errors": [{"field": "currency", "detail": "unknown"}]}
    with api((422, {}, problem)) as (client, _), pytest.raises(Refused, match="no; currency: unknown"):
        client.place({})


def test_place_fails_after_four_failed_attempts() -> None:
    with (
        api(*[(500, {}, {})] * 4) as (client, _),
        pytest.raises(CommandError, match="accepts no request, after 4 attempts"),
    ):
        client.place({})


def test_an_address_of_another_api_is_an_error() -> None:
    with (
        api((200, {}, {})) as (client, _),
        pytest.raises(CommandError, match="is not the address of the order API"),
    ):
        client.place({})


def test_the_kinds_of_a_mix_have_its_proportions_and_a_fixed_order() -> None:
    assert kinds(mix("shipped=2, declined=1"), 5) == ["shipped", "shipped", "declined", "shipped", "shipped"]
