"""Imports a function's code, and imports it again after one of its files was saved.

`preload` imports modules before the process knows its function.
"""

import contextlib
import importlib
import sys
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any

from infra.local.model.stack import Function
from infra.local.runtime.context import Context
from infra.local.runtime.imports import imported_files

Handler = Callable[[Any, Any], Any]


class BadHandler(Exception):
    """The function's Handler property names no function."""


_preloaded: dict[Path, int] = {}
"""The preloaded files, and the time at which each was last saved."""


def preload(root: Path, patterns: Sequence[str]) -> None:
    """Imports the files of these patterns in a folder of functions' code, and what they import."""
    sys.path.insert(0, str(root))
    for path in sorted(path for pattern in patterns for path in root.glob(pattern)):
        with contextlib.suppress(Exception):  # the function that imports this module reports the error
            importlib.import_module(_module(path.relative_to(root)))
    sys.path.remove(str(root))
    _preloaded.update(_loaded({path: _saved(path) for path in root.rglob("*.py")}, root))


class FunctionCode:
    """The handler of one function, and the modules that the function imported from its folder.

    Without `reloads`, a saved file takes effect only in a new process.
    """

    def __init__(self, function: Function, *, reloads: bool = True) -> None:
        self._reloads = reloads
        self._root = function.code.resolve()
        self._module, self._name = split_handler(function.handler)
        self._handler: Handler | None = None
        self._failed = False
        self._seen = dict(_preloaded)
        if not all(path.is_relative_to(self._root) for path in self._seen):  # modules of another folder
            self._unload()

    def handler(self, changed: Sequence[str] | None = None) -> Handler:
        """The handler in its last saved version. Raises the exception that importing it raises.

        `changed` is the list of changed files, if the caller has read it.
        """
        if self.changed() if changed is None else changed:
            self._unload()
        if self._handler is None:
            # Read before the import: a file may be saved while it is imported.
            found = {path: _saved(path) for path in self._root.rglob("*.py")}
            self._failed = True
            try:
                self._handler = self._imported()
                self._failed = False
            finally:
                # After a failed import, any file may be the one that corrects it.
                self._seen = found if self._failed else _loaded(found, self._root)
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
        """The files of this function that were saved after their import, relative to its folder."""
        if not self._reloads:
            return []
        saved = {path for path, at in self._seen.items() if _saved(path) != at}
        if self._failed:
            saved |= set(self._root.rglob("*.py")) - self._seen.keys()
        elif saved:
            used = imported_files(self._module, self._root)
            self._forget(saved - used)
            saved &= used
        return sorted(str(path.relative_to(self._root)) for path in saved)

    def _forget(self, files: Set[Path]) -> None:
        """Unloads the modules of files that only other functions import."""
        self._delete_modules(files)
        for path in files:
            del self._seen[path]

    def _unload(self) -> None:
        self._delete_modules(self._seen.keys())
        self._handler, self._seen = None, {}

    def _delete_modules(self, files: Set[Path]) -> None:
        for name, module in list(sys.modules.items()):
            if _file(module) in files:
                del sys.modules[name]
        importlib.invalidate_caches()


def split_handler(handler: str) -> tuple[str, str]:
    """The module and the function of a Handler property. Its folders are separated by `/` or `.`."""
    module, _, name = handler.rpartition(".")
    return module.replace("/", "."), name


def load_handler(handler: str) -> Callable[[Any, Context], Any]:
    """Imports the function that a Handler property names."""
    module, name = split_handler(handler)
    loaded: Callable[[Any, Context], Any] = getattr(importlib.import_module(module), name)
    return loaded


def import_failure(handler: str, error: Exception) -> str:
    """The error type and message that Lambda reports if it cannot import a function's code.

    As `_get_handler` in https://github.com/aws/aws-lambda-python-runtime-interface-client reports them.
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


def _loaded(files: Mapping[Path, int], root: Path) -> dict[Path, int]:
    """Those of the files whose modules are loaded."""
    # Reading all modules would copy the memory pages that this process shares with the fork server.
    return {path: at for path, at in files.items() if _module(path.relative_to(root)) in sys.modules}


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
