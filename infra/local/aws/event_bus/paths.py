"""The JSON paths that EventBridge supports: names, indexes of arrays, and `*` for all elements.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
"""

import re
from typing import Any

STEP = re.compile(
    r"""\.(?P<name>[\w/-]+|\*)|\[(?:(?P<index>\d+|\*)|'(?P<quoted>[^']+)'|"(?P<double>[^"]+)")\]"""
)
PATH = re.compile(rf"\$(?:{re.sub(r'[?]P<[a-z]+>', '?:', STEP.pattern)})*")


class Missing(Exception):
    """The event has no value at a path."""


def is_path(text: str) -> bool:
    return PATH.fullmatch(text) is not None


def found(path: str, value: Any) -> Any:
    """Return the value at a path, or the list of values if the path has a `*`. Raises Missing."""
    values, several = [value], False
    for step in STEP.finditer(path):
        if "*" in (step["name"], step["index"]):
            values, several = [each for parent in values for each in _children(parent)], True
        else:
            key = step["name"] or step["quoted"] or step["double"]
            index = None if step["index"] is None else int(step["index"])
            values = [parent[at] for parent in values if _has(parent, at := index if key is None else key)]
    if several:
        return values
    if not values:
        raise Missing(path)
    return values[0]


def _children(parent: Any) -> list[Any]:
    if isinstance(parent, dict):
        return list(parent.values())
    return parent if isinstance(parent, list) else []


def _has(parent: Any, at: Any) -> bool:
    if isinstance(at, int):
        return isinstance(parent, list) and at < len(parent)
    return isinstance(parent, dict) and at in parent
