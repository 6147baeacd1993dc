"""`choreo new subscription`: a service gets one more type of event."""

from infra.scaffold import code, known, names, sam_template
from infra.scaffold.errors import Refused
from infra.scaffold.tree import Tree


def add(tree: Tree, service: str, kind: str) -> list[str]:
    """Adds the type to the service's filter policy and a reaction to it. Returns what is left to decide."""
    payload = known.event(kind)
    return connect(
        tree, known.service(service), kind, known.publisher(kind), payload.__module__, payload.__name__
    )


def connect(tree: Tree, service: str, kind: str, publisher: str, module: str, payload: str) -> list[str]:
    """Does as `add`, for an event that may be new."""
    if publisher == service:
        raise Refused(f"{service} publishes {kind} itself: `choreo new queue` adds a queue for such events")
    subscribe(tree, service.capitalize(), publisher.capitalize(), kind)
    path = f"functions/{service}/decisions.py"
    state, reaction = known.state_class(tree, service), f"_note_{kind.replace('.', '_')}"
    if f"{payload}.type:" in tree.read(path):
        raise Refused(f"{path} has a reaction to {kind} already")
    tree.insert(
        path,
        "REACTIONS:",
        code.function(reaction, [f"state: {state}", f"event: Event[{payload}]"], f"Decision[{state}]")
        + "    return Decision(state)\n\n\n",
    )
    tree.replace(path, f"{_head(tree, path)}\n", f"{_head(tree, path)}\n    {payload}.type: {reaction},\n")
    tree.changed[path] = code.with_import(tree.read(path), module, payload)
    return [f"what {service} does at {kind}: {reaction} in {path} records that it was handled, and no more"]


def _head(tree: Tree, path: str) -> str:
    """The line that begins the table of reactions."""
    for line in tree.read(path).splitlines():
        if line.startswith("REACTIONS:") and line.endswith("= {"):
            return line
    raise Refused(f"{path} has no table REACTIONS")


def subscribe(tree: Tree, consumer: str, publisher: str, kind: str) -> None:
    """Adds the type to the subscription of a queue to a topic; adds the subscription if there is none.

    `consumer` is the name of the queue without Queue.
    """
    if sam_template.add_type(tree, f"{consumer}From{publisher}", kind):
        return
    sam_template.let_send(tree, f"{consumer}Queue", f"{publisher}Topic")
    block = subscription(consumer, publisher, [kind])
    sam_template.add_before(tree, _after_policy(consumer), block)


def subscription(consumer: str, publisher: str, kinds: list[str]) -> str:
    """The block of a subscription."""
    renamed = ("Example", consumer), ("Publisher", publisher), ("TYPES", ", ".join(kinds))
    return sam_template.text_of("subscription.yaml", *renamed)


def _after_policy(consumer: str) -> str:
    """The resource before which the subscriptions of a queue stand: the function that consumes it."""
    return f"{consumer}Consumer" if consumer in map(str.capitalize, known.services()) else consumer


def topics(kinds: list[str]) -> dict[str, list[str]]:
    """The event types by publisher, in CamelCase."""
    found: dict[str, list[str]] = {}
    for kind in kinds:
        found.setdefault(names.camel(known.publisher(kind)), []).append(kind)
    return found
