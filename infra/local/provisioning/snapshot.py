"""Provisions a stack in an empty moto: the first time by AWS calls, then from a pickled copy of moto's state.

Tests start a stack hundreds of times; loading the copy takes a fraction of the calls' time.
"""

import io
import pickle
import threading
from functools import cache
from pathlib import Path
from typing import Any

from infra.local.aws.backends import backend, service_of
from infra.local.model.stack import Stack
from infra.local.provisioning.model import Template
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.registry import RESOURCE_TYPES
from infra.local.provisioning.template import load

_copies: dict[tuple[int, str, str], tuple[Template, bytes]] = {}
"""Copies by the template's identity. Each keeps its template, so that no other gets the same identity."""
_load = cache(load)


def provision(template: Path, name: str, endpoint: str) -> Stack:
    """The stack of a template's file. moto must be active and empty. Raises TemplateError."""
    return provision_loaded(_load(template), name, endpoint)


def provision_loaded(template: Template, name: str, endpoint: str) -> Stack:
    """The stack of a template. moto must be active and empty. Raises TemplateError."""
    key = id(template), name, endpoint
    if key not in _copies:
        stack = Provisioner(template, name, endpoint).provision()
        _copies[key] = template, _copy(stack)
        return stack
    return _restore(_copies[key][1])


def _copy(stack: Stack) -> bytes:
    """A pickle of the stack and of the moto backends that store its resources."""
    services = {RESOURCE_TYPES[resource.type].service for resource in stack.resources.values()}
    contents = {service: vars(backend(service)) for service in services if service is not None}
    file = io.BytesIO()
    _Pickler(file, pickle.HIGHEST_PROTOCOL).dump((stack, contents))
    return file.getvalue()


def _restore(copy: bytes) -> Stack:
    stack: Stack
    stack, contents = _Unpickler(io.BytesIO(copy)).load()
    for service, state in contents.items():
        vars(backend(service)).update(state)
    return stack


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> str | None:
        """The service, for a reference to a moto backend; unpickling returns moto's current backend."""
        return service_of(value)

    def reducer_override(self, value: Any) -> Any:
        return (threading.RLock, ()) if isinstance(value, type(threading.RLock())) else NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, service: str) -> Any:
        return backend(service)
