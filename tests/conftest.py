"""Shared fixtures: the choreography on moto (`world`), and a payload of each event."""

import gc
import importlib
import io
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from botocore.loaders import create_loader

from choreography.outbox import Origin, events
from contracts.envelope import Event, Payload
from contracts.orders import OrderCancellationRequested, OrderPlaced
from contracts.payments import PaymentCaptured, PaymentDeclined, PaymentRefunded, PaymentVoided
from contracts.shipments import ShipmentCancelled, ShipmentDelivered, ShipmentDispatched, ShipmentFailed
from infra.bench.bundle import deployed
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import STACK
from infra.local.provisioning.template import load
from infra.local.shell import remove_aws_settings
from infra.permissions.calls import Permission, recorded
from infra.permissions.roles import allowed
from infra.samples import sample_order
from infra.shared.root import ROOT
from tests import incomplete
from tests.described import described
from tests.guard.sitecustomize import FILE
from tests.three_services import deliver_only_to_three_services
from tests.world import ORDER_ID, PARAMETERS, World, an_order

MakeEvent = Callable[..., Event[Any]]

remove_aws_settings()  # the tests' clients would read AWS_PROFILE and the like

MONEY: dict[str, Any] = {"amount_minor": 2500, "currency": "EUR"}
PAYLOADS: dict[str, Payload] = sample_order.PAYLOADS | {
    payload.type: payload
    for payload in (
        OrderPlaced(
            customer_id="ada",
            items=an_order()["items"],
            payment_method="pm_card_visa",
            shipping_address=an_order()["shipping_address"],
            **MONEY,
        ),
        OrderCancellationRequested(),
        PaymentCaptured(payment_id="pi_1", **MONEY),
        PaymentDeclined(reason="card_declined"),
        PaymentRefunded(payment_id="pi_1", refund_id="re_1", **MONEY),
        PaymentVoided(),
        ShipmentDispatched(tracking_number="SBX1"),
        ShipmentDelivered(tracking_number="SBX1", delivered_at=datetime(2026, 1, 2, tzinfo=UTC)),
        ShipmentFailed(reason="no service to AQ"),
        ShipmentCancelled(),
    )
}


def pytest_configure() -> None:
    """Restores the handling of SIGINT, which a shell disables for background processes and their children."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than cores, because the tests of local runs wait for half of their time."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session", autouse=True)
def one_loader() -> Iterator[None]:
    """Lets all sessions of boto3 share what they read: each would parse two megabytes of JSON for itself."""
    with patch("botocore.session.create_loader", cache(create_loader)):
        yield


@pytest.fixture(scope="session", autouse=True)
def external_connections(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file in which the guard records connections of the tests and their processes to other machines."""
    file = tmp_path_factory.mktemp("guard") / "external-connections"
    file.touch()
    paths = [str(ROOT / "tests" / "guard"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    with patch.dict(os.environ, {FILE: str(file), "PYTHONPATH": os.pathsep.join(filter(None, paths))}):
        yield file


@pytest.fixture(autouse=True)
def no_external_connections(external_connections: Path) -> Iterator[None]:
    """Fails a test if it, or a process that it started, tried to connect to another machine."""
    yield
    connections = external_connections.read_text()
    external_connections.write_text("")
    assert connections == ""


@pytest.fixture(autouse=True)
def answers_match_models() -> Iterator[None]:
    """Fails a test if an AWS answer does not match botocore's model of the service."""
    with described() as checked:
        yield
    assert checked.wrong == []


def pytest_collection_finish() -> None:
    """Excludes all loaded modules from garbage collection, which makes the tests faster."""
    gc.freeze()


@pytest.fixture
def make_event() -> MakeEvent:
    """Makes an event of a type. Its id depends only on the type and the order."""

    def make(kind: str, order_id: str = ORDER_ID, **changes: Any) -> Event[Any]:
        origin = Origin("/test", order_id, "request-1", f"cause-{order_id}")
        (event,) = events(
            (PAYLOADS[kind].model_copy(update=changes),), origin, datetime(2026, 1, 1, tzinfo=UTC)
        )
        return event

    return make


@cache
def _allowed() -> set[Permission]:
    """The permissions of all roles, with any of PARAMETERS."""
    return {
        permission
        for parameters in PARAMETERS
        for permission in allowed(load(ROOT / "template.yaml", parameters), STACK)
    }


@pytest.fixture(scope="session")
def complete() -> None:
    """Skip a test if the project is incomplete. One other test fails and names the missing parts."""
    if incomplete.found():
        pytest.skip(incomplete.REASON)


@pytest.fixture
def world(complete: None, request: pytest.FixtureRequest) -> Iterator[World]:
    """The template provisioned on a new moto in this process. Functions run only when the test invokes them.

    With the marker `three_services`, it delivers no event that this repository does not deliver. Fails the
    test if a function makes a call that its role does not allow, because AWS would deny it.
    """
    with patched_moto(), recorded() as needs:
        provisioned = World()
        if request.node.get_closest_marker("three_services"):
            deliver_only_to_three_services(provisioned.stack)
        yield provisioned
    assert sorted(map(str, needs - _allowed())) == []


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the deployed bundle, which is the same for every function."""
    path = tmp_path_factory.mktemp("bundle")
    deployed(path)
    return path


Printed = Callable[[], list[dict[str, Any]]]


class _StandardOutput(io.TextIOBase):
    """Writes to the current `sys.stdout`. A logger would keep the one that existed when it was created."""

    def write(self, text: str) -> int:
        return sys.stdout.write(text)


@pytest.fixture
def printed(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Printed:
    """Returns the JSON lines that the functions printed since the last call: log lines and metrics."""
    for name in ("choreography.relay", "order.api", "order.consumer", "payment.consumer", "shipping.webhook"):
        importlib.import_module(name)
    for logger in logging.root.manager.loggerDict.values():
        for handler in getattr(logger, "handlers", ()):
            if isinstance(handler.formatter, LambdaPowertoolsFormatter):
                monkeypatch.setattr(handler, "stream", _StandardOutput())

    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]
