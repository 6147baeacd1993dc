"""The three versions that are compared: the choreography, the orchestrated one and the naive one."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from infra.alternatives.naive import naive
from infra.local.in_process import InProcess
from infra.local.model.stack import Stack
from infra.shared.root import ROOT


@dataclass(frozen=True)
class Version:
    """A version of the system. `prepared` is the context in which it runs."""

    name: str
    template: Path
    ships: str
    """The logical id of the function that has Shipping's code."""
    takes_keys: bool
    """Whether its API uses the Idempotency-Key of a request."""
    prepared: Callable[[InProcess], AbstractContextManager[None]]


VERSIONS = {
    version.name: version
    for version in (
        Version("choreography", ROOT / "template.yaml", "ShippingConsumer", True, lambda _: nullcontext()),
        Version(
            "orchestrated",
            Path(__file__).with_name("orchestrated") / "template.yaml",
            "Orchestrator",
            True,
            lambda _: nullcontext(),
        ),
        Version("naive", ROOT / "template.yaml", "ShippingConsumer", False, naive),
    )
}


def changes_for_a_subscriber(stack: Stack) -> int:
    """The number of existing services to change when a new service wants to learn of orders.

    A new service subscribes to topics by itself. Without a topic, the orchestrator must call it.
    """
    return 0 if stack.topics else 1
