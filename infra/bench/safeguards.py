"""The cost of the safeguards: ten orders placed and shipped, compared with the careless choreography."""

import contextlib
import gc
import operator
import os
import time
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from infra.bench.careless import careless
from infra.bench.pairs import ratio
from infra.bench.work import quiet
from infra.cost.__main__ import LIST, Prices
from infra.cost.outcomes import in_batches, later, place
from infra.cost.units import bill
from infra.cost.work import Work, counted
from infra.local.aws import transport
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess

ORDERS = 10


def calls(batch: int) -> float:
    """The ratio of counted AWS calls."""
    return len(_counted(batch, safe=True).calls) / len(_counted(batch, safe=False).calls)


def price(batch: int) -> float:
    """The ratio of their price on AWS."""
    prices = Prices.model_validate_json(LIST.read_bytes())
    right, wrong = (
        prices.of(bill(_counted(batch, safe=safe), prices.milliseconds)) for safe in (True, False)
    )
    return right / wrong


def cpu(batch: int, times: int) -> float:
    """CPU time in this process: functions and local AWS together."""
    return ratio(lambda: _spent(batch, safe=True)[0], lambda: _spent(batch, safe=False)[0], times)


def cpu_of_functions(batch: int, times: int) -> float:
    """CPU time of the functions, without the local AWS."""
    return ratio(
        lambda: operator.sub(*_spent(batch, safe=True)),
        lambda: operator.sub(*_spent(batch, safe=False)),
        times,
    )


def ship(run: InProcess, *, safe: bool) -> None:
    """Places and ships orders, each with an Idempotency-Key if `safe`."""
    with contextlib.nullcontext() if safe else careless(run):
        for number in range(ORDERS):
            place(run, "shipped", f"key-{number}" if safe else None)
        run.drain()
        later(run)
        run.drain()


def _counted(batch: int, *, safe: bool) -> Work:
    with patched_moto(), patch.dict(os.environ):
        os.environ.pop("AWS_ENDPOINT_URL", None)
        run = in_batches(batch)
        with counted() as work:
            ship(run, safe=safe)
    return work


def _spent(batch: int, *, safe: bool) -> tuple[float, float]:
    """CPU seconds in all, and those of moto among them."""
    of_moto = 0.0

    def timed(_: str, __: AWSPreparedRequest, forward: transport.Forward) -> AWSResponse | None:
        nonlocal of_moto
        began = time.process_time()
        try:
            return forward()
        finally:
            of_moto += time.process_time() - began

    with patched_moto(), quiet(), transport.intercepted(timed):
        run = in_batches(batch)
        gc.collect()  # otherwise this measurement would collect the other's garbage
        of_moto, began = 0.0, time.process_time()
        ship(run, safe=safe)
        return time.process_time() - began, of_moto
