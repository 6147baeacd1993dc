"""Reads a template file into plain data: JSON, or YAML with CloudFormation's short forms.

What it made of a text is kept on disk: reading this project's YAML would take 3 % of the start time, and
importing PyYAML as much.
"""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from infra.local.provisioning.disk_cache import cached
from infra.local.provisioning.errors import TemplateError

_READERS = ("yaml", "infra.local.provisioning.template_yaml")
"""What a text was read into is kept until one of these modules changes."""


def read(path: Path) -> Any:
    """The content of the file, as JSON data. Raises TemplateError."""
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise TemplateError(f"{path}: {error.strerror}; give the path of a SAM template") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise TemplateError(f"{path}:{line}: this line is not UTF-8; save the file as UTF-8") from error
    return cached(f"{_version()} {text}", lambda: _parsed(path, text))


def _version() -> str:
    specs = map(find_spec, _READERS)
    return " ".join(str(Path(spec.origin).stat().st_mtime_ns) for spec in specs if spec and spec.origin)


def _parsed(path: Path, text: str) -> Any:
    """The text as JSON data, which has only texts as keys, and no value that contains itself."""
    from infra.local.provisioning.template_yaml import Malformed, parse

    try:
        return json.loads(json.dumps(parse(text)))
    except Malformed as error:
        raise TemplateError(f"{path}{error.place}: {error}; correct the YAML") from error
    except (RecursionError, ValueError) as error:
        raise TemplateError(
            f"{path}: a value contains itself, is nested too deeply or is too long; simplify it"
        ) from error
