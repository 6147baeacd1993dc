"""Caches what moto and botocore look up again at each call, and skips what the local AWS never reads.

- moto lists the names of a class's methods at each call, and converts the names of a queue's attributes.
- moto takes a lock and lists its accounts whenever it looks for a backend.
- botocore composes its user agent for each request. moto does not read it.
- botocore quotes the trace id of an invocation again for each of its calls.
- botocore looks up how to check and serialize each parameter of a call, and resolves the call's endpoint.
- Each service of moto, and each boto3 session, reads the list of all AWS services again.
- moto keeps every object that it created, for a page of its own server.
"""

from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest.mock import patch

import botocore.session
import moto.core.responses
import moto.core.utils
import moto.sqs.models
from botocore.useragent import UserAgentString
from moto.core.base_backend import BackendDict
from moto.core.common_models import BaseModel

from infra.local.aws.speed.botocore import PATCHES

_botocore_loader = cache(botocore.session.create_loader)
_moto_loader = cache(moto.core.utils.create_loader)
_method_names = cache(moto.core.responses.method_names_from_class)
_underscores = cache(moto.core.utils.camelcase_to_underscores)
_new_backends = BackendDict.__getitem__


def patches() -> Iterator[Any]:
    for owner, name, replacement in PATCHES:
        yield patch.object(owner, name, replacement)
    yield patch.object(botocore.session, "create_loader", _botocore_loader)
    yield patch.object(moto.core.utils, "create_loader", _moto_loader)
    yield patch.object(moto.core.responses, "method_names_from_class", _method_names)
    yield patch.object(moto.sqs.models, "camelcase_to_underscores", _underscores)
    yield patch.object(BackendDict, "__getitem__", _backends)
    yield patch.object(UserAgentString, "to_string", lambda _: "local")
    yield patch.object(BaseModel, "__new__", _untracked)


def _backends(services: Any, account: str) -> Any:
    found = dict.get(services, account)
    return _new_backends(services, account) if found is None else found


def _untracked(cls: type[BaseModel], *_: object, **__: object) -> BaseModel:
    return object.__new__(cls)
