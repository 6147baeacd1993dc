"""`make run` as users see it: orders over HTTP, AWS clients, Ctrl-C and error messages."""

import asyncio
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from infra.local.terminals.run import listen
from infra.shared.order_kinds import request
from infra.shared.root import ROOT
from tests.local.conftest import Run, eventually, running

ORDER, TO_ANTARCTICA, DECLINED = (request(kind, "ada") for kind in ("shipped", "unserviceable", "declined"))


def client(run: Run, service: str) -> Any:
    return boto3.client(  # type: ignore[call-overload]  # the service is known at run time
        service,
        endpoint_url=run.url,
        region_name="eu-west-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def place(run: Run, order: dict[str, Any]) -> str:
    order_id: str = run.call("POST", "/orders", order)["order_id"]
    return order_id


def ends_as(run: Run, order_id: str, status: str) -> bool:
    final = {"shipped", "rejected", "cancelled"}
    seen = eventually(lambda: run.call("GET", f"/orders/{order_id}")["status"], final.__contains__)
    return bool(seen == status)


@pytest.mark.parametrize(
    ("order", "status"), [(ORDER, "shipped"), (DECLINED, "rejected"), (TO_ANTARCTICA, "cancelled")]
)
def test_an_order_ends_with_the_expected_status(run: Run, order: dict[str, Any], status: str) -> None:
    assert ends_as(run, place(run, order), status)


def test_an_aws_client_sees_the_refund_in_the_gateways_ledger(run: Run) -> None:
    order_id = place(run, TO_ANTARCTICA)
    assert ends_as(run, order_id, "cancelled")
    entries = client(run, "dynamodb").scan(TableName="order-choreography-PaymentLedger")["Items"]
    assert {e["kind"]["S"] for e in entries if e["order_id"]["S"] == order_id} == {"charge", "refund"}


def test_a_long_poll_of_an_empty_queue_returns_no_messages(run: Run) -> None:
    sqs = client(run, "sqs")
    url = sqs.get_queue_url(QueueName="order-choreography-PaymentDeadLetters")["QueueUrl"]
    assert "Messages" not in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1)


def test_a_path_without_a_route_is_not_found(run: Run) -> None:
    with pytest.raises(OSError, match="404"):
        run.call("GET", "/nothing")


def test_ctrl_c_stops_the_run_cleanly_and_the_console_names_the_order() -> None:
    with running() as started:
        order_id = place(started, ORDER)
        assert ends_as(started, order_id, "shipped")
        code, output = started.stop()
    assert code == 0
    assert [line for line in output.splitlines() if "shipment.dispatched" in line and order_id in line]
    assert "Traceback" not in output


def test_a_port_in_use_is_an_error_that_names_the_option(run: Run) -> None:
    refused = start("--port", run.url.rpartition(":")[2])
    assert refused.returncode == 2
    assert "--port" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_a_function_to_debug_that_does_not_exist_is_an_error_of_one_line() -> None:
    refused = start("--port", "0", "--debug", "Nope")
    assert refused.returncode == 2
    assert "--debug Nope" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_the_server_sends_without_nagles_algorithm() -> None:
    async def sends_at_once() -> int:
        accepted = asyncio.get_running_loop().create_future()
        server = await asyncio.start_server(lambda _, writer: accepted.set_result(writer), sock=listening)
        async with server:
            _, writer = await asyncio.open_connection(*listening.getsockname())
            answering = await accepted
            set_: int = answering.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            for end in (answering, writer):
                end.close()
                await end.wait_closed()
            return set_

    with listen("127.0.0.1", 0) as listening:
        assert asyncio.run(sends_at_once())


def test_an_unsupported_resource_stops_the_run_and_is_named(tmp_path: Path) -> None:
    template = tmp_path / "template.yaml"
    template.write_text("Resources:\n  Films:\n    Type: AWS::S3::Bucket\n")
    refused = start("--port", "0", "--template", str(template))
    assert refused.returncode == 2
    assert "Films: AWS::S3::Bucket is not supported locally" in refused.stderr


def start(*options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "infra.run", *options]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
