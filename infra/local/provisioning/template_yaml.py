"""The YAML of templates, with CloudFormation's short forms such as !Ref."""

from collections.abc import Hashable
from typing import Any

import yaml

try:
    from yaml import CSafeLoader as SafeLoader  # ten times as fast; not every build of PyYAML has it
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # mypy knows only the first definition

TAG = "tag:yaml.org,2002:"
REFUSED_TAGS = ("binary", "omap", "pairs", "set")
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html#template-formats.supported-yaml"""


class Malformed(Exception):
    """The text is not YAML that CloudFormation supports. `place` is `:line:column`, or empty."""

    def __init__(self, place: str, problem: str) -> None:
        super().__init__(problem)
        self.place = place


def parse(text: str) -> Any:
    """The data in the text. Raises Malformed, and RecursionError or ValueError for extreme values."""
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise Malformed(place, ", ".join(part for part in (error.context, error.problem) if part)) from error
    except yaml.YAMLError as error:
        raise Malformed("", " ".join(str(error).split())) from error


class _Loader(SafeLoader):
    """YAML with CloudFormation's short forms, such as !Ref."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Adds a check: a repeated key is an error. CloudFormation would silently use the last one."""
        seen = set()
        for key, _ in node.value:
            name = (key.tag, key.value) if isinstance(key, yaml.ScalarNode) else None
            if name is None:
                raise yaml.MarkedYAMLError(problem="a key must be text", problem_mark=key.start_mark)
            if name in seen:
                problem = f"the key {key.value} occurs twice"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            if name[0] != f"{TAG}merge":
                seen.add(name)
        return super().construct_mapping(node, deep)


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


def _text(loader: _Loader, node: yaml.ScalarNode) -> str:
    return str(loader.construct_scalar(node))


def _reject(_: _Loader, node: yaml.Node) -> None:
    problem = f"CloudFormation does not support the tag {node.tag.replace(TAG, '!!')}"
    raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


_Loader.add_multi_constructor("!", _short_form)
_Loader.add_constructor(f"{TAG}timestamp", _text)  # CloudFormation reads dates as text
for _name in REFUSED_TAGS:
    _Loader.add_constructor(TAG + _name, _reject)
