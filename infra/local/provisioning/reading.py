"""Reads a template file into plain data: JSON, or YAML with CloudFormation's short forms.

What it made of a text is kept on disk: reading this project's YAML would take 3 % of the start time.
"""

import json
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from infra.local.provisioning.disk_cache import cached
from infra.local.provisioning.errors import TemplateError

try:
    from yaml import CSafeLoader as SafeLoader  # ten times as fast; not every build of PyYAML has it
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]  # mypy knows only the first definition

TAG = "tag:yaml.org,2002:"
REFUSED_TAGS = ("binary", "omap", "pairs", "set")
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-formats.html#template-formats.supported-yaml"""

_READER = f"{yaml.__version__} {Path(__file__).stat().st_mtime_ns}"
"""What this module makes of a text is kept until the module or PyYAML changes."""


def read(path: Path) -> Any:
    """The content of the file, as JSON data. Raises TemplateError."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror}; give the path of a SAM template") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise TemplateError(f"{path}:{line}: this line is not UTF-8; save the file as UTF-8") from error
    try:
        return cached(f"{_READER} {text}", lambda: json.loads(_json(text)))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        message = ", ".join(part for part in (error.context, error.problem) if part)
        raise TemplateError(f"{where}: {message}; correct the YAML") from error
    except yaml.YAMLError as error:
        raise TemplateError(f"{path}: {' '.join(str(error).split())}; correct the YAML") from error
    except (RecursionError, ValueError) as error:
        raise TemplateError(
            f"{path}: a value contains itself, is nested too deeply or is too long; simplify it"
        ) from error


def _json(text: str) -> str:
    """A template as JSON, which has only texts as keys and no values that contain themselves."""
    return json.dumps(yaml.load(text, Loader=_Loader))


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
