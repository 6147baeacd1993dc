"""Delays modules that moto imports and seldom uses: their first attribute loads them.

importlib's LazyLoader would load such a module at its second import. A module's own `__getattr__` does not:
https://peps.python.org/pep-0562/
"""

import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any

NAMES = ("moto.backend_index", "yaml")
"""Patterns for the URLs of all services; the format of recorded HTTP responses."""


def delay() -> None:
    """Makes imports of these modules return at once, unless they are imported already."""
    for name in NAMES:
        if name not in sys.modules:
            sys.modules[name] = _delayed(_spec(name))


def _spec(name: str) -> ModuleSpec:
    top, _, nested = name.partition(".")
    found = find_spec(top)
    if nested and found is not None:  # find_spec(name) would import the package, which imports the module
        found = PathFinder.find_spec(name, found.submodule_search_locations)
    assert found is not None, f"{name} is not installed"
    return found


def _delayed(spec: ModuleSpec) -> Any:
    module: Any = module_from_spec(spec)

    def load(attribute: str) -> Any:
        del module.__getattr__
        assert spec.loader is not None
        spec.loader.exec_module(module)
        return getattr(module, attribute)

    module.__getattr__ = load
    return module
