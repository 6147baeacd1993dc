"""The names and types that a recipe may give, and the names in other notations that follow from them."""

import keyword
import re

from infra.scaffold.errors import Refused

SERVICE = re.compile(r"[a-z][a-z0-9]{1,19}")
EVENT = re.compile(r"([a-z][a-z0-9]*)\.([a-z][a-z0-9]*(?:_[a-z0-9]+)*)")
FIELD = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
TAKEN = frozenset({"choreography", "contracts", "infra", "tests", "functions", "events"})
"""Packages of the project. A service of this name would hide one."""
TYPES = {
    "text": ("str", None),
    "number": ("int", None),
    "money": ("AmountMinor", "contracts.values"),
    "time": ("AwareDatetime", "pydantic"),
    "flag": ("bool", None),
}
"""The types of fields: how Python names each, and the module to import it from."""


def service(name: str) -> str:
    """The name, if it can be a service's."""
    if not SERVICE.fullmatch(name) or keyword.iskeyword(name) or name in TAKEN:
        raise Refused(
            f"{name!r} cannot be a service's name: use 2 to 20 lower-case letters or digits, one word, "
            "such as loyalty"
        )
    return name


def event(kind: str) -> str:
    """The event type, if it has the form that types have."""
    if not EVENT.fullmatch(kind):
        raise Refused(
            f"{kind!r} cannot be an event type: use a noun, a dot and a past participle, such as "
            "loyalty.points_granted"
        )
    return kind


def part(name: str) -> str:
    """The name, if it can be that of a field or of a module."""
    if not FIELD.fullmatch(name) or keyword.iskeyword(name) or len(name) > 40:
        raise Refused(f"{name!r} is no name: use lower-case words with underscores, such as points_total")
    return name


def camel(name: str) -> str:
    """The name in CamelCase: LoyaltyPointsGranted for loyalty.points_granted."""
    return "".join(word.capitalize() for word in re.split(r"[._]", name))
