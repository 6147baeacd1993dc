"""Reads the text of a condition once for all calls.

For each token of a text, moto 5.2 compiles up to six regular expressions, and it reads the condition of a put
twice: to check the names in it, and to evaluate it.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from unittest.mock import patch

from moto.dynamodb.comparisons import AttributeValue
from moto.dynamodb.comparisons import ConditionExpressionParser as Parser

_parse = Parser.parse
_make_operand = Parser._make_operand


def patches() -> Iterator[Any]:
    yield patch.object(Parser, "parse", _parse_known)
    yield patch.object(Parser, "_make_operand", _operand)


class _Read(NamedTuple):
    """A text that was read: its syntax tree, and the `#names` and `:values` in it."""

    tree: Any
    names: list[str]
    values: list[str]


def _parse_known(parser: Any) -> Any:
    """Replaces moto's parse. moto itself reads a text that is wrong, or lacks a name or a value."""
    if not parser.condition_expression:
        return _parse(parser)
    names, values = parser.expression_attribute_names or {}, parser.expression_attribute_values or {}
    try:
        read = _read(parser.condition_expression, tuple(names.items()))
    except Exception:
        return _parse(parser)
    if not values.keys() >= set(read.values):
        return _parse(parser)
    parser.expr_attr_names_found += read.names
    parser.expr_attr_values_found += read.values
    return parser._make_op_condition(read.tree)


@lru_cache(maxsize=1000)
def _read(text: str, names: tuple[tuple[str, str], ...]) -> _Read:
    """Reads a text, in which moto looks up the names but needs no values. Raises moto's exceptions."""
    reader = Parser(text, dict(names), defaultdict(dict))
    reader._make_op_condition = lambda node: node  # keeps the tree, in place of what evaluates it
    return _Read(_parse(reader), reader.expr_attr_names_found, reader.expr_attr_values_found)


def _operand(parser: Any, node: Any) -> Any:
    """Replaces moto's _make_operand: the tree is that of another call, with other values."""
    if node.kind != Parser.Kind.EXPRESSION_ATTRIBUTE_VALUE:
        return _make_operand(parser, node)
    return AttributeValue(parser.expression_attribute_values[node.text])
