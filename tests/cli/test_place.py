"""Placing: outcomes that do not come, come out wrong, and an API that stumbles."""

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
    """Stands in for the API: the order is there already."""

    def __init__(self, order_id: str) -> None:
        self._order_id = order_id

    def place(self, order: dict[str, Any]) -> str:
        return self._order_id


def one(kind: str, timeout: float) -> Any:
    return options(
        orders=1, mix={kind: 1}, customer="ada", concurrency=1, timeout=timeout, no_wait=False, ids=False
    )


def test_an_order_that_does_not_end_is_named_and_exit_code_1(
    world: World, deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = world.place()
    monkeypatch.setattr(place, "Api", lambda url: Placed(order_id))
    assert place.run(deployed, one("shipped", 0.1)) == 1
    said = capsys.readouterr()
    assert f"{order_id}  placed" in said.out
    assert f"{order_id} has not ended: see choreo trace {order_id}" in said.err


def test_an_order_that_ends_as_it_should_not_is_named_and_exit_code_1(
    world: World, deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    order_id = world.place("AQ")
    world.drain()
    monkeypatch.setattr(place, "Api", lambda url: Placed(order_id))
    assert place.run(deployed, one("shipped", 5)) == 1
    assert "ended cancelled, unexpected for a shipped order" in capsys.readouterr().err


@contextmanager
def api(*answers: tuple[int, dict[str, str], dict[str, Any]]) -> Iterator[tuple[Api, list[str]]]:
    """An API that gives these answers, and the idempotency keys that it was given."""
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
def test_what_may_have_failed_is_asked_again_under_the_same_key(failure: Any) -> None:
    with api(failure, PLACED) as (asked, keys):
        assert asked.place({}) == "1"
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_refusal_is_not_asked_again() -> None:
    problem = {"detail": "no", "errors": [{"field": "currency", "detail": "unknown"}]}
    with api((422, {}, problem)) as (asked, _), pytest.raises(Refused, match="no; currency: unknown"):
        asked.place({})


def test_an_api_that_keeps_failing_is_given_up() -> None:
    with (
        api(*[(500, {}, {})] * 4) as (asked, _),
        pytest.raises(CommandError, match="no order can be placed at"),
    ):
        asked.place({})


def test_what_is_not_the_order_api_is_told() -> None:
    with api((200, {}, {})) as (asked, _), pytest.raises(CommandError, match="is not the order API"):
        asked.place({})


def test_a_mix_is_the_same_each_time_and_in_proportion() -> None:
    assert kinds(mix("shipped=2, declined=1"), 5) == ["shipped", "shipped", "declined", "shipped", "shipped"]
