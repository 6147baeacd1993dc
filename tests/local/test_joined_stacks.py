"""A service or a joined stack stops, crashes, starts or leaves without an effect on the other services."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import IO

import pytest

from infra.bench.server_process import free_port
from tests.local.conftest import Run, running, started
from tests.local.test_run import ORDER, client, ends_as, place

NOTIFICATIONS = "infra/examples/notifications/template.yaml"


@contextmanager
def choreo(run: Run, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """Runs a command of the local run in a new process."""
    port = run.url.rpartition(":")[2]
    with started("infra.run", *arguments, "--port", port) as process:
        try:
            yield process
        finally:
            process.kill()
            wait_for_all(process)


def wait_for_all(process: "subprocess.Popen[str]") -> None:
    """Waits until its functions have ended, too: a message that one of them received would stay hidden."""
    assert process.stdout is not None
    if not process.stdout.closed:
        process.stdout.read()  # the output ends when the last process that writes to it ends


def wait_for(output: IO[str] | None, text: str) -> str:
    assert output is not None
    seen = ""
    for line in output:
        seen += line
        if text in line:
            return line
    raise AssertionError(f"the output ended without {text!r}:\n{seen}")


@pytest.fixture(scope="module")
def backend() -> Iterator[Run]:
    with running("run", "backend") as run, choreo(run, "run", "order"), choreo(run, "run", "shipping"):
        yield run


def test_a_killed_service_handles_the_waiting_orders_after_its_restart(backend: Run) -> None:
    with choreo(backend, "run", "payment") as payment:
        assert ends_as(backend, place(backend, ORDER), "shipped")
        os.kill(payment.pid, signal.SIGKILL)
        wait_for_all(payment)
        waiting = place(backend, ORDER)
    assert backend.call("GET", f"/orders/{waiting}")["status"] == "placed"
    with choreo(backend, "run", "payment"):
        assert ends_as(backend, waiting, "shipped")


def test_the_backend_exits_cleanly_while_a_service_and_a_client_are_polling() -> None:
    with running("run", "backend") as run, choreo(run, "run", "payment") as payment:
        wait_for(payment.stdout, "Running Payment")
        sqs = client(run, "sqs")
        url = sqs.get_queue_url(QueueName="order-choreography-PaymentDeadLetters")["QueueUrl"]
        with ThreadPoolExecutor() as threads:
            polled = threads.submit(sqs.receive_message, QueueUrl=url, WaitTimeSeconds=20)
            time.sleep(0.5)  # the poll has started by now
            code, output = run.stop()
            assert "Messages" not in polled.result()
    assert code == 0
    assert output.endswith("\nStopped.\n")
    assert "Traceback" not in output
    assert "running task" not in output


def test_a_service_prints_only_its_own_logs_and_stops_cleanly(backend: Run) -> None:
    with choreo(backend, "run", "payment") as payment:
        wait_for(payment.stdout, "Running Payment")
        assert ends_as(backend, place(backend, ORDER), "shipped")
        payment.send_signal(signal.SIGINT)
        output, _ = payment.communicate(timeout=30)
    assert payment.returncode == 0
    assert "payment.captured" in output
    assert "shipment" not in output


def test_an_unknown_service_is_an_error(backend: Run) -> None:
    with choreo(backend, "run", "billing") as billing:
        output, _ = billing.communicate(timeout=30)
    assert billing.returncode == 2
    named = output.partition("there is no service billing; the services are ")[2].strip().split(", ")
    assert {"order", "payment", "shipping"} <= set(named)


def test_a_fourth_service_joins_and_leaves_a_running_choreography(backend: Run) -> None:
    with choreo(backend, "run", "payment"), choreo(backend, "join", NOTIFICATIONS) as guest:
        wait_for(guest.stdout, "Running Consumer")
        order_id = place(backend, ORDER)
        assert order_id in wait_for(guest.stdout, "to ada: your order is on its way")
        with choreo(backend, "leave", "notifications") as leaving:
            assert leaving.wait(timeout=30) == 0
        assert ends_as(backend, place(backend, ORDER), "shipped")


def test_removing_an_unknown_stack_is_an_error(backend: Run) -> None:
    with choreo(backend, "leave", "unknown") as leaving:
        output, _ = leaving.communicate(timeout=30)
    assert leaving.returncode == 2
    assert "there is no stack unknown" in output


def test_the_stack_of_the_run_cannot_leave(backend: Run) -> None:
    with choreo(backend, "leave", "order-choreography") as leaving:
        output, _ = leaving.communicate(timeout=30)
    assert leaving.returncode == 2
    assert "stop the run with Ctrl-C" in output
    assert ends_as_placed(backend)


def ends_as_placed(run: Run) -> bool:
    return bool(run.call("GET", f"/orders/{place(run, ORDER)}")["status"] == "placed")


def test_a_guest_attaches_again_after_a_restart_of_the_backend_and_is_announced() -> None:
    port = str(free_port())
    environment = os.environ | {"AWS_ENDPOINT_URL": f"http://localhost:{port}"}
    with started("infra.run", "join", NOTIFICATIONS, environment=environment) as guest:
        wait_for(guest.stdout, f"Waiting for the backend on port {port}")
        for _ in range(2):
            with started("infra.run", "run", "backend", environment=environment) as backend:
                wait_for(guest.stdout, "Running Consumer")
                wait_for(backend.stdout, "notifications joined the run")
                wait_for(backend.stdout, "notifications attached")
                backend.send_signal(signal.SIGINT)
                wait_for(guest.stdout, "The backend stopped")
