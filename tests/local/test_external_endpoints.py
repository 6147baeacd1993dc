"""The local run calls a carrier on this machine, and rejects a carrier on another machine."""

import subprocess
import sys

import pytest

from infra.local.control import external_endpoints
from infra.local.provisioning.errors import TemplateError
from infra.shared.root import ROOT
from tests.local.conftest import running
from tests.local.test_run import ORDER, TO_ANTARCTICA, client, ends_as, place
from tests.specified_carrier import SECRET, SpecifiedCarrier
from tests.world import DISPATCH_SECRET


def options(endpoint: str) -> list[str]:
    parameters = {"Carrier": "http", "CarrierEndpoint": endpoint, "DispatchSecretArn": DISPATCH_SECRET}
    return [part for name, value in parameters.items() for part in ("--parameter", f"{name}={value}")]


def test_orders_are_shipped_by_a_carrier_on_this_machine() -> None:
    with SpecifiedCarrier().open() as carrier, running(*options(carrier.endpoint)) as run:
        client(run, "secretsmanager").create_secret(Name="carrier", SecretString=SECRET)
        assert ends_as(run, place(run, ORDER), "shipped")
        assert ends_as(run, place(run, TO_ANTARCTICA), "cancelled")
        assert len(carrier.parcels) == 1


def test_a_carrier_on_another_machine_is_an_error_of_one_line() -> None:
    command = [sys.executable, "-m", "infra.run", "--port", "0", *options("https://carrier.example.com")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    (message,) = done.stderr.splitlines()
    assert "CarrierEndpoint=https://carrier.example.com is not an address of this machine" in message


@pytest.mark.parametrize("url", ["", "http://localhost:3000", "http://127.0.0.1", "https://[::1]:9/v1"])
def test_an_endpoint_on_this_machine_is_accepted(url: str) -> None:
    assert not is_refused(url)


@pytest.mark.parametrize(
    "url", ["https://10.0.0.1", "http://localhost.example.com", "http://localhost@10.0.0.1", "localhost", "["]
)
def test_an_endpoint_on_another_machine_is_rejected(url: str) -> None:
    assert is_refused(url)


def is_refused(url: str) -> bool:
    try:
        external_endpoints.check({"CarrierEndpoint": url})
    except TemplateError:
        return True
    return False
