"""Prints an order's history as a Mermaid sequence diagram (https://mermaid.js.org), which GitHub renders."""

from collections.abc import Iterator

from infra.cli.history import History

REQUESTS = {"order.placed": "POST /orders", "order.cancellation_requested": "POST /orders/…/cancellation"}
"""The customer's request that causes each of these events."""


def diagram(history: History) -> str:
    """The diagram's text. A dashed arrow is an event that its subscriber has not handled yet."""
    return "\n".join(["sequenceDiagram", *(f"    {line}" for line in _lines(history))])


def _lines(history: History) -> Iterator[str]:
    yield "actor Customer"
    publishers = [step.publisher for step in history.steps]
    for name in dict.fromkeys([*history.services, *publishers]):
        yield f"participant {_id(name)} as {name}"
    for step in history.steps:
        publisher = _id(step.publisher)
        if step.type in REQUESTS:
            yield f"Customer->>{publisher}: {REQUESTS[step.type]}"
        for name in step.handled_by:
            yield f"{publisher}-){_id(name)}: {step.type}"
        for name in step.awaited_by:
            yield f"{publisher}--){_id(name)}: {step.type}"
        if not step.handled_by + step.awaited_by:
            yield f"Note over {publisher}: {step.type}"
    for name, word in history.statuses.items():
        yield f"Note over {_id(name)}: {word}"


def _id(name: str) -> str:
    # Mermaid reads "end" as a keyword and dashes as arrows.
    return "S_" + "".join(letter for letter in name if letter.isalnum())
