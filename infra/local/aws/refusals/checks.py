"""The error of a request that AWS refuses, and functions that several checks use."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.exceptions import ServiceException

Request = Mapping[str, Any]
Check = Callable[[Request], None]
"""Raises Refusal for a request that AWS would refuse."""


class Refusal(ServiceException):  # type: ignore[misc]  # moto has no types here
    """A refusal with AWS's code and message. moto serializes it in the protocol of the request."""

    def __init__(self, code: str, message: str, status: int | None = None) -> None:
        super().__init__(code, message)
        self.status = status


def size_bytes(value: str | bytes) -> int:
    """The size of a value for AWS's limits: its bytes, with text in UTF-8."""
    return len(value) if isinstance(value, bytes) or value.isascii() else len(value.encode())


def attributes_bytes(attributes: Mapping[str, Mapping[str, Any]] | None) -> int:
    """The size of message attributes for AWS's limits: names, data types and values.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
    """
    return sum(
        size_bytes(name) + sum(size_bytes(part) for part in value.values() if isinstance(part, str | bytes))
        for name, value in (attributes or {}).items()
    )


def first_duplicate(names: list[str]) -> str | None:
    """The first name that occurs twice, or None."""
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def is_number(text: str) -> bool:
    """Whether text is a value of the data type Number."""
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) is not None
