"""A provisioned stack in a fresh moto: by calls the first time, from a copy of what they left after that."""

import io
import pickle
import threading
from functools import cache
from pathlib import Path
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.dynamodb.models import dynamodb_backends
from moto.secretsmanager.models import secretsmanager_backends
from moto.sns.models import sns_backends
from moto.sqs.models import sqs_backends

from infra.local.credentials import ACCOUNT, REGION
from infra.local.provision import Provisioner
from infra.local.stack import Stack
from infra.local.template import load

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


def _backends() -> dict[str, Any]:
    """What moto keeps the resources in: one for each service that a template's can be of, by its class."""
    every = (dynamodb_backends, secretsmanager_backends, sns_backends, sqs_backends)
    found = [backends[ACCOUNT][REGION] for backends in every]
    return {type(backend).__name__: backend for backend in found}


def _copy(stack: Stack) -> bytes:
    file = io.BytesIO()
    _Pickler(file, pickle.HIGHEST_PROTOCOL).dump(
        (stack, {name: vars(backend) for name, backend in _backends().items()})
    )
    return file.getvalue()


def _put_back(copy: bytes) -> Stack:
    stack: Stack
    stack, held = _Unpickler(io.BytesIO(copy)).load()
    for name, backend in _backends().items():
        vars(backend).update(held[name])
    return stack


class _Pickler(pickle.Pickler):
    def persistent_id(self, value: Any) -> str | None:
        """A backend that a resource refers to is the one that moto has then."""
        return type(value).__name__ if isinstance(value, BaseBackend) else None

    def reducer_override(self, value: Any) -> Any:
        return (threading.RLock, ()) if isinstance(value, type(threading.RLock())) else NotImplemented


class _Unpickler(pickle.Unpickler):
    def persistent_load(self, name: str) -> Any:
        return _backends()[name]
