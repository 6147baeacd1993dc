"""Parses the condition of a write once, and the text of a condition once for all calls.

moto 5.2 parses the condition of a put twice: to check the names in it, and to evaluate it. For each token of
a text, it compiles up to six regular expressions.
"""

from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from unittest.mock import patch

from moto.dynamodb.comparisons import ConditionExpressionParser as Parser

_read_tokens = Parser._lex_condition_expression
_parse = Parser.parse
_last: dict[str, tuple[Any, list[str], list[str]]] = {}
"""The last parsed condition: its operator, and the names and values in it. It is used once, for the second
of moto's two parsings, so that no later change of a value affects it."""


def patches() -> Iterator[Any]:
    yield patch.object(Parser, "_lex_condition_expression", _tokens)
    yield patch.object(Parser, "parse", _parse_once)


def _tokens(parser: Any) -> deque[Any]:
    return deque(_tokens_of(parser.condition_expression))


@lru_cache(maxsize=1000)
def _tokens_of(text: str) -> tuple[Any, ...]:
    return tuple(_read_tokens(Parser(text, None, None)))


def _parse_once(parser: Any) -> Any:
    given = parser.condition_expression, parser.expression_attribute_names, parser.expression_attribute_values
    key = repr(given)
    known = _last.pop(key, None)
    if known is not None:
        operator, names, values = known
        parser.expr_attr_names_found += names
        parser.expr_attr_values_found += values
        return operator
    operator = _parse(parser)
    _last.clear()
    _last[key] = operator, list(parser.expr_attr_names_found), list(parser.expr_attr_values_found)
    return operator
