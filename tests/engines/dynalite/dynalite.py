"""Runs dynalite, another implementation of DynamoDB, in another process."""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import Any

import pytest

from infra.bench.server_process import HOST, free_port, serving
from infra.shared.root import ROOT

INSTALLED = ROOT / ".venv-dynalite"
SCRIPT = INSTALLED / "node_modules" / "dynalite" / "cli.js"
VERSION = "DynamoDB_20120810"
SIGNED = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/dynamodb/aws4_request, "
HEADERS = {
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": f"{SIGNED}SignedHeaders=host, Signature=0",
    "X-Amz-Date": "20260101T000000Z",
}
"""dynalite reads the region from the signature, and does not verify it."""
AT_ONCE = ("--createTableMs", "0", "--deleteTableMs", "0")


class Dynalite:
    """Sends calls to a dynalite over one connection."""

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection

    def call(self, operation: str, request: Mapping[str, Any]) -> tuple[int, Any]:
        """The status and the document of the answer."""
        headers = HEADERS | {"X-Amz-Target": f"{VERSION}.{operation}"}
        self._connection.request("POST", "/", json.dumps(request), headers)
        response = self._connection.getresponse()
        return response.status, json.loads(response.read())

    def create(self, table: Mapping[str, Any]) -> None:
        """Creates a table and waits until it is active."""
        status, answer = self.call("CreateTable", table)
        assert status == 200, answer
        self._until(lambda _, answer: answer["Table"]["TableStatus"] == "ACTIVE", table["TableName"])

    def delete(self, name: str) -> None:
        """Deletes a table and waits until it does not exist."""
        self.call("DeleteTable", {"TableName": name})
        self._until(lambda status, _: status == 400, name)

    def _until(self, done: Any, name: str) -> None:
        for _ in range(1000):
            if done(*self.call("DescribeTable", {"TableName": name})):
                return
        raise AssertionError(f"dynalite does not finish its work on the table {name}")


@contextmanager
def dynalite() -> Iterator[Dynalite]:
    """Starts dynalite, which keeps its tables in memory; `make .venv-dynalite/ready` installs it."""
    port = free_port()
    path = os.pathsep.join((os.environ["PATH"], str(INSTALLED / "bin")))
    node = shutil.which("node", path=path)
    if node is None or not SCRIPT.exists():
        pytest.exit("dynalite is not installed: make test-dynalite installs it", returncode=2)
    command = [node, str(SCRIPT), "--host", HOST, "--port", str(port), *AT_ONCE]
    with (
        serving(command, f"http://{HOST}:{port}"),
        closing(HTTPConnection(HOST, port, timeout=10)) as connection,
    ):
        yield Dynalite(connection)
