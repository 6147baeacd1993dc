"""Reads the text of a condition once for all calls.

For each token of a text, moto 5.2 compiles up to six regular expressions, and it reads the condition of a put
twice: to check the names in it, and to evaluate it.
"""

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple
from unittest.mock import patch

from moto.dynamodb.comparisons import AttributePath, AttributeValue
from moto.dynamodb.comparisons import ConditionExpressionParser as Parser

_parse = Parser.parse
_make_operand = Parser._make_operand


def patches() -> Iterator[Any]:
    yield patch.object(Parser, "parse", _parse_known)
    yield patch.object(Parser, "_make_operand", _operand)


class _Read(NamedTuple):
    """A text that was read: its syntax tree, the names of attributes in it, and the `:values`."""

    tree: Any
    names: list[str]
    values: list[str]

    def is_explained(self, names: dict[str, str], values: dict[str, Any]) -> bool:
        """Whether a call gives each `#name` and each `:value` of the text."""
        placeholders = {name for name in self.names if name.startswith("#")}
        return names.keys() >= placeholders and values.keys() >= set(self.values)


def _parse_known(parser: Any) -> Any:
    """Replaces moto's parse. moto itself reads a text that is wrong, or lacks a name or a value."""
    if not parser.condition_expression:
        return _parse(parser)
    names, values = parser.expression_attribute_names or {}, parser.expression_attribute_values or {}
    try:
        read = _read(parser.condition_expression)
    except Exception:
        return _parse(parser)
    if not read.is_explained(names, values):
        return _parse(parser)
    parser.expr_attr_names_found += read.names
    parser.expr_attr_values_found += read.values
    return parser._make_op_condition(read.tree)


@lru_cache(maxsize=1000)
def _read(text: str) -> _Read:
    """Reads a text, whose names and values may be any. Raises moto's exceptions."""
    reader = Parser(text, defaultdict(str), defaultdict(dict))
    reader._make_op_condition = lambda node: node  # keeps the tree, in place of what evaluates it
    return _Read(_parse(reader), reader.expr_attr_names_found, reader.expr_attr_values_found)


def _operand(parser: Any, node: Any) -> Any:
    """Replaces moto's _make_operand: the tree is that of another call, with other names and values."""
    if node.kind == Parser.Kind.PATH:
        names = parser.expression_attribute_names
        path = [names[part.text] if part.text.startswith("#") else part.value for part in node.children]
        return AttributePath(path)
    if node.kind == Parser.Kind.EXPRESSION_ATTRIBUTE_VALUE:
        return AttributeValue(parser.expression_attribute_values[node.text])
    return _make_operand(parser, node)
