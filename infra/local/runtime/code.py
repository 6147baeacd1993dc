"""A function's code: imported when it is first needed, and again when a file of it was saved.

Decisions and contracts need no environment: `preload` imports them before it is known which function a
process is for.
"""

import contextlib
import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from infra.local.model.stack import Function

Handler = Callable[[Any, Any], Any]


class BadHandler(Exception):
    """The function's Handler property names no function."""


_preloaded: dict[Path, int] = {}
"""Files that were imported for no function yet, and when each was saved."""


def preload(root: Path) -> None:
    """Imports the decisions below a folder of functions' code, and the contracts that they are about."""
    sys.path.insert(0, str(root))
    for path in sorted((*root.glob("contracts/*.py"), *root.glob("*/decisions.py"))):
        with contextlib.suppress(Exception):  # the function that needs it will say what is wrong
            importlib.import_module(_module(path.relative_to(root)))
    sys.path.remove(str(root))
    _preloaded.update({path: _saved(path) for path in _files(root)})


class FunctionCode:
    """The handler of one function, with all modules of its own code that it imported."""

    def __init__(self, function: Function) -> None:
        self._root = function.code.resolve()
        self._module, self._name = split_handler(function.handler)
        self._handler: Handler | None = None
        self._seen = dict(_preloaded)
        if not all(path.is_relative_to(self._root) for path in self._seen):  # it brings its own
            self._forget()

    def handler(self) -> Handler:
        """The handler as saved now. Raises whatever importing it raises, until that is put right."""
        if self.changed():
            self._forget()
        if self._handler is None:
            try:
                self._handler = self._imported()
            finally:
                self._seen = {path: _saved(path) for path in _files(self._root)}
        assert self._handler is not None
        return self._handler

    def _imported(self) -> Handler:
        if not self._module:
            raise BadHandler(
                f"Runtime.MalformedHandlerName: Bad handler '{self._name}': write module.function"
            )
        module = importlib.import_module(self._module)
        if not hasattr(module, self._name):
            missing = f"Handler '{self._name}' missing on module '{self._module}'"
            raise BadHandler(f"Runtime.HandlerNotFound: {missing}")
        handler: Handler = getattr(module, self._name)
        return handler

    def changed(self) -> list[str]:
        """Names of the files that were saved since they were imported."""
        return sorted(path.name for path, saved in self._seen.items() if _saved(path) != saved)

    def _forget(self) -> None:
        for name, module in list(sys.modules.items()):
            if _file(module) in self._seen:
                del sys.modules[name]
        importlib.invalidate_caches()
        self._handler, self._seen = None, {}


def split_handler(handler: str) -> tuple[str, str]:
    """The module and the function that a Handler property names; folders end in `/` or `.`."""
    module, _, name = handler.rpartition(".")
    return module.replace("/", "."), name


def import_failure(handler: str, error: Exception) -> str:
    """The type and message with which Lambda's runtime for Python reports code that it cannot import.

    They are those of https://github.com/aws/aws-lambda-python-runtime-interface-client (`_get_handler`).
    """
    module = handler.rpartition(".")[0]
    match error:
        case BadHandler():
            return str(error)
        case ImportError():
            return f"Runtime.ImportModuleError: Unable to import module '{module}': {error}"
        case SyntaxError():
            return f"Runtime.UserCodeSyntaxError: Syntax error in module '{module}': {error}"
    return f"{type(error).__name__}: {error}"


def _files(root: Path) -> set[Path]:
    # To go through all modules would unshare them from the process that this one was forked from.
    return {path for path in root.rglob("*.py") if _module(path.relative_to(root)) in sys.modules}


def _module(path: Path) -> str:
    return ".".join(path.with_suffix("").parts).removesuffix(".__init__")


def _file(module: Any) -> Path | None:
    name = getattr(module, "__file__", None)
    return Path(name).resolve() if name else None


def _saved(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except FileNotFoundError:
        return 0
