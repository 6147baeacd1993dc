"""No process of the tests connects to another machine: these tests check the guard itself."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from infra.local.model.credentials import CREDENTIALS
from tests.guard.sitecustomize import FILE, ExternalConnection, is_this_machine
from tests.local.conftest import running, started

OTHER_MACHINE = "192.0.2.1"
"""An address for documentation, which no machine has: RFC 5737."""
FUNCTION = f"""
Transform: AWS::Serverless-2016-10-31
Resources:
  Caller:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.13
      Handler: index.handler
      InlineCode: |
        import socket
        def handler(event, context):
            try:
                socket.create_connection(("{OTHER_MACHINE}", 80), 0.1)
            except RuntimeError as error:
                return {{"raised": type(error).__name__}}
      Events: {{Get: {{Type: HttpApi, Properties: {{Method: GET, Path: /call}}}}}}
"""
CONNECT = f"import socket; socket.create_connection(('{OTHER_MACHINE}', 80), 0.1)"


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        (b"localhost", True),
        (OTHER_MACHINE, False),
        ("10.0.0.1", False),
        ("169.254.169.254", False),
        ("sqs.eu-west-1.amazonaws.com", False),
    ],
)
def test_only_loopback_addresses_are_local(host: str | bytes, here: bool) -> None:
    assert is_this_machine(host) is here


def test_a_connection_to_another_machine_is_refused_and_recorded(external_connections: Path) -> None:
    with pytest.raises(ExternalConnection), socket.socket() as refused:
        refused.connect((OTHER_MACHINE, 80))
    assert OTHER_MACHINE in external_connections.read_text()
    external_connections.write_text("")


def test_the_name_of_another_machine_is_not_resolved(external_connections: Path) -> None:
    with pytest.raises(ExternalConnection):
        socket.getaddrinfo("sqs.eu-west-1.amazonaws.com", 443)
    external_connections.write_text("")


def test_the_guard_covers_processes_that_tests_start(external_connections: Path) -> None:
    assert os.environ[FILE] == str(external_connections)
    done = subprocess.run([sys.executable, "-c", CONNECT], capture_output=True, text=True, check=False)
    assert "ExternalConnection" in done.stderr
    assert OTHER_MACHINE in external_connections.read_text()
    external_connections.write_text("")


def test_the_guard_covers_the_functions_of_a_local_run(external_connections: Path, tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text(FUNCTION)
    with running("run", "--template", str(template)) as run:
        assert run.call("GET", "/call") == {"raised": "ExternalConnection"}
    assert OTHER_MACHINE in external_connections.read_text()
    external_connections.write_text("")


def test_the_guard_covers_the_command_line(external_connections: Path) -> None:
    environment = os.environ | CREDENTIALS | {"AWS_ENDPOINT_URL": f"http://{OTHER_MACHINE}"}
    with started("infra.cli", "watch", "--once", environment=environment) as command:
        command.communicate(timeout=60)
    assert command.returncode != 0
    assert OTHER_MACHINE in external_connections.read_text()
    external_connections.write_text("")
