"""The CPU time of the choreography in this process, by batch size and by the number of waiting orders."""

import contextlib
import io
import json
import logging
import time
from collections.abc import Iterator
from statistics import median

from infra.bench.pairs import ratio
from infra.cost.outcomes import run_with_batch_size
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.shared.order_kinds import request

ORDER = json.dumps(request("shipped", "ada")).encode()
TEN = 10


def batches_of_ten_to_batches_of_one(times: int) -> float:
    """The CPU time of ten orders in batches of ten, to ten orders in batches of one."""
    return ratio(lambda: _ten_orders(TEN), lambda: _ten_orders(1), times)


def long_backlog_to_short(many: int, few: int, times: int) -> float:
    """The CPU time of an order until its charge while many orders wait in the queues, to while few wait."""
    before, crowded, after = (_while_waiting(number, times) for number in (few, many, few))
    return crowded * 2 / (before + after)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Discards the functions' output in the block."""
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)


@contextlib.contextmanager
def _world(batch: int) -> Iterator[InProcess]:
    with patched_moto(), quiet():
        yield run_with_batch_size(batch)


def _ten_orders(batch: int) -> float:
    with _world(batch) as world:
        _place(world, TEN)
        began = time.process_time()
        world.drain()
        return time.process_time() - began


def _while_waiting(number: int, times: int) -> float:
    with _world(TEN) as world:
        _place(world, number)
        while world.step("OrderRelayOutbox"):
            pass
        return median([_ten_charged(world) for _ in range(times + 1)][1:])


def _ten_charged(world: InProcess) -> float:
    began = time.process_time()
    _place(world, TEN)
    for mapping in ("OrderRelayOutbox", "PaymentConsumerQueue", "PaymentRelayOutbox"):
        world.step(mapping)
    return time.process_time() - began


def _place(world: InProcess, number: int) -> None:
    for _ in range(number):
        world.request("POST", "/orders", ORDER)
