"""An order expires in a local run if a service does not run in time."""

from tests.local.conftest import eventually, running
from tests.local.test_joined_stacks import choreo
from tests.local.test_run import ORDER, client, ends_as, place, start


def test_an_order_expires_and_is_not_charged_while_payment_does_not_run() -> None:
    limits = ("--parameter", "OrderTimeLimitSeconds=1", "--parameter", "OrderFirstLookSeconds=1")
    with (
        running("run", "backend", *limits) as run,
        choreo(run, "run", "order"),
        choreo(run, "run", "shipping"),
    ):
        order_id = place(run, ORDER)
        eventually(lambda: run.call("GET", f"/orders/{order_id}")["status"], "cancelling".__eq__)
        with choreo(run, "run", "payment"):
            assert ends_as(run, order_id, "cancelled")
        assert client(run, "dynamodb").scan(TableName="order-choreography-PaymentLedger")["Items"] == []


def test_an_unknown_parameter_is_an_error() -> None:
    refused = start("--port", "0", "--parameter", "OrderTimeLimit=1")
    assert refused.returncode == 2
    assert "parameter OrderTimeLimit is not in the template" in refused.stderr
