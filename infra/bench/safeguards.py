"""The cost of the safeguards: ten placed and shipped orders, compared with the same without safeguards."""

import contextlib
import gc
import operator
import os
import time
from unittest.mock import patch

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

from infra.alternatives.naive import without_safeguards
from infra.bench.cpu_time import quiet
from infra.bench.pairs import ratio
from infra.cost.outcomes import make_messages_due, place, run_with_batch_size
from infra.cost.prices import LIST, Prices
from infra.cost.units import bill
from infra.cost.work import Work, counted
from infra.local.aws import transport
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess

ORDERS = 10


def calls(batch: int) -> float:
    """The ratio of the numbers of AWS calls."""
    return len(_counted(batch, safe=True).calls) / len(_counted(batch, safe=False).calls)


def price(batch: int) -> float:
    """The ratio of the prices on AWS."""
    prices = Prices.model_validate_json(LIST.read_bytes())
    with_safeguards, without = (
        prices.of(bill(_counted(batch, safe=safe), prices.milliseconds)) for safe in (True, False)
    )
    return with_safeguards / without


def cpu(batch: int, times: int) -> float:
    """The ratio of the CPU times in this process, of functions and moto together."""
    return ratio(lambda: _spent(batch, safe=True)[0], lambda: _spent(batch, safe=False)[0], times)


def cpu_of_functions(batch: int, times: int) -> float:
    """The ratio of the CPU times of the functions, without moto."""
    return ratio(
        lambda: operator.sub(*_spent(batch, safe=True)),
        lambda: operator.sub(*_spent(batch, safe=False)),
        times,
    )


def ship(run: InProcess, *, safe: bool) -> None:
    """Places and ships orders, each with an Idempotency-Key if `safe`."""
    with contextlib.nullcontext() if safe else without_safeguards(run):
        for number in range(ORDERS):
            place(run, "shipped", f"key-{number}" if safe else None)
        run.drain()
        make_messages_due(run)
        run.drain()


def _counted(batch: int, *, safe: bool) -> Work:
    with patched_moto(), patch.dict(os.environ):
        os.environ.pop("AWS_ENDPOINT_URL", None)
        run = run_with_batch_size(batch)
        with counted() as work:
            ship(run, safe=safe)
    return work


def _spent(batch: int, *, safe: bool) -> tuple[float, float]:
    """The CPU seconds of functions and moto together, and those of moto alone."""
    of_moto = 0.0

    def timed(_: str, __: AWSPreparedRequest, forward: transport.Forward) -> AWSResponse | None:
        nonlocal of_moto
        began = time.process_time()
        try:
            return forward()
        finally:
            of_moto += time.process_time() - began

    with patched_moto(), quiet(), transport.intercepted(timed):
        run = run_with_batch_size(batch)
        gc.collect()  # otherwise this measurement would collect the garbage of the previous one
        of_moto, began = 0.0, time.process_time()
        ship(run, safe=safe)
        return time.process_time() - began, of_moto
