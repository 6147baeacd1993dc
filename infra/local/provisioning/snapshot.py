"""A provisioned stack in a fresh moto: by calls the first time, from a copy of what they left after that."""

import io
import pickle
import threading
from functools import cache
from pathlib import Path
from typing import Any

from infra.local.aws.backends import backend, service_of
from infra.local.model.stack import Stack
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.registry import KINDS
from infra.local.provisioning.template import load

_copies: dict[tuple[Path, str, str], bytes] = {}
_translated = cache(load)


def provisioned(template: Path, name: str, endpoint: str) -> Stack:
    """Needs an active moto that holds nothing. Raises TemplateError for what cannot be played."""
    given = template, name, endpoint
    if given not in _copies:
        stack = Provisioner(_translated(template), name, endpoint).provision()
        _copies[given] = _copy(stack)
        return stack
    return _put_back(_copies[given])


def _copy(stack: Stack) -> bytes:
    """The stack, and the contents of the backends that hold its resources."""
    services = {KINDS[resource.type].service for resource in stack.resources.values()}
    held = {service: vars(backend(service)) for service in services if service is not None}
    file = io.BytesIO()
    _Pickler(file, pickle.HIGHEST_PROTOCOL).dump((stack, held))
    return file.getvalue()


def _put_back(copy: bytes) -> Stack:
    stack: Stack
    stack, held = _Unpickler(io.BytesIO(copy)).load()
    for service, contents in held.items():
        vars(backend(service)).update(contents)
    return stack


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> str | None:
        """The service of a backend that a resource refers to: loaded, it is the one that moto has then."""
        return service_of(value)

    def reducer_override(self, value: Any) -> Any:
        return (threading.RLock, ()) if isinstance(value, type(threading.RLock())) else NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, service: str) -> Any:
        return backend(service)
