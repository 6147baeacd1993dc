"""What the control API and its callers share: its path, and functions as JSON.

A separate module because a terminal that only runs functions needs neither moto nor the control API.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from infra.local.model.stack import Function

PREFIX = "/_local/"


def functions_to_json(functions: Iterable[Function]) -> list[dict[str, Any]]:
    """Converts functions to JSON, for the terminal that runs them."""
    return [{**vars(function), "code": str(function.code)} for function in functions]


def functions_from_json(described: list[dict[str, Any]]) -> list[Function]:
    """Reads functions from the control API's JSON."""
    return [Function(**{**function, "code": Path(function["code"])}) for function in described]
