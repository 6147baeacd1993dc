"""`choreo new field`: an event gets one more optional field, and its next minor version."""

import re

from infra.scaffold import code, known, names
from infra.scaffold.errors import Refused
from infra.scaffold.tree import Tree


def add(tree: Tree, kind: str, name: str, type_: str) -> list[str]:
    """Adds the field, and sets the next minor version. Returns what is left to decide."""
    payload = known.event(kind)
    names.part(name)
    if name in payload.model_fields or name in ("type", "version"):
        raise Refused(f"{kind} has a field {name} already")
    path = f"functions/{payload.__module__.replace('.', '/')}.py"
    annotation, module = names.TYPES[type_]
    found = re.search(
        rf"^class {payload.__name__}\(\w+\):\n(?:    .*\n|\n(?=    ))+", tree.read(path), re.MULTILINE
    )
    if found is None:
        raise Refused(f"{path} has no class {payload.__name__}, which the recipe changes")
    version = _next(payload.version)
    body = _with_version(found[0], payload.version, version) + f"    {name}: {annotation} | None = None\n"
    tree.changed[path] = tree.read(path)[: found.start()] + body + tree.read(path)[found.end() :]
    if module is not None:
        tree.changed[path] = _imported(tree.changed[path], module, annotation)
    publisher = known.publisher(kind)
    return [
        f"where {name} comes from: {publisher} sets it in functions/{publisher}/decisions.py",
        f"whether {name} is personal data: then mark it with `personal(…)`, as contracts/values.py does",
        f"consumers get it as None in events older than {kind} {version}",
    ]


def _imported(text: str, module: str, name: str) -> str:
    """The source with the import; pydantic's stand in a block of their own, above ours."""
    if module != "pydantic":
        return code.with_import(text, module, name)
    if re.search(r"^from pydantic import", text, re.MULTILINE):
        return code.with_import(text, module, name)
    return text.replace("\nfrom contracts.", f"\nfrom {module} import {name}\n\nfrom contracts.", 1)


def _next(version: str) -> str:
    major, _, minor = version.partition(".")
    return f"{major}.{int(minor) + 1}"


def _with_version(text: str, old: str, new: str) -> str:
    stated = f'    version: ClassVar[str] = "{old}"\n'
    if stated in text:
        return text.replace(stated, f'    version: ClassVar[str] = "{new}"\n')
    return re.sub(
        r"(    type: ClassVar\[str\] = .*\n)", rf'\1    version: ClassVar[str] = "{new}"\n', text, count=1
    )
