"""CPU time of the choreography in this process: by batch size, and by the number of waiting orders."""

import contextlib
import io
import json
import logging
import time
from collections.abc import Iterator
from statistics import median

from infra.bench.pairs import ratio
from infra.cost.outcomes import in_batches
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import InProcess
from infra.shared.order_kinds import request

ORDER = json.dumps(request("shipped", "ada")).encode()
TEN = 10


def ten_in_a_batch_to_ten_singles(times: int) -> float:
    return ratio(lambda: _ten_orders(TEN), lambda: _ten_orders(1), times)


def many_waiting_to_few(many: int, few: int, times: int) -> float:
    """The cost of an order until it is charged, while this many others wait in the queues."""
    before, crowded, after = (_while_waiting(number, times) for number in (few, many, few))
    return crowded * 2 / (before + after)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Discards the functions' output within the block."""
    logging.disable(logging.CRITICAL)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logging.disable(logging.NOTSET)


@contextlib.contextmanager
def _world(batch: int) -> Iterator[InProcess]:
    with patched_moto(), quiet():
        yield in_batches(batch)


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
