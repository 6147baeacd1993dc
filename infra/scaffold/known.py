"""What the project has already: its services, its event types and their classes."""

import re

from contracts.catalogue import EVENTS
from contracts.envelope import Payload
from infra.samples.sample_order import EMITTED, PRODUCERS
from infra.scaffold.errors import Refused
from infra.scaffold.tree import Tree


def services() -> list[str]:
    return list(EMITTED)


def service(name: str) -> str:
    """The name of an existing service. Raises Refused for another."""
    if name not in EMITTED:
        raise Refused(f"there is no service {name!r}: choose {', '.join(EMITTED)}")
    return name


def event(kind: str) -> type[Payload]:
    """The payload class of an existing event type. Raises Refused for another."""
    if kind not in EVENTS:
        raise Refused(f"there is no event {kind!r}: choose {', '.join(EVENTS)}")
    return EVENTS[kind]


def no_event(kind: str) -> None:
    if kind in EVENTS:
        raise Refused(f"the event {kind} exists already, published by {PRODUCERS[kind]}")


def publisher(kind: str) -> str:
    event(kind)
    return PRODUCERS[kind]


def contracts_module(name: str) -> str:
    """The module with the events of a service, such as contracts.orders."""
    return type(EMITTED[name][0]).__module__


def state_class(tree: Tree, name: str) -> str:
    """The class of a service's state, such as Shipment."""
    found = re.search(r"^class (\w+)\(State\):", tree.read(f"functions/{name}/state.py"), re.MULTILINE)
    if found is None:
        raise Refused(f"functions/{name}/state.py has no class that extends State")
    return found[1]
