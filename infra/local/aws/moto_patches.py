"""Patches that make moto faster without a change of its answers.

- moto 5.2 looks up each member of each structure that it serializes under up to eight names, and computes
  them each time: a quarter of the time of a call. For plain dictionaries the names follow from the model
  alone, so they are cached; and so are the names of a class's methods, which moto lists at each call.
- botocore composes its user agent for every request, and moto does not read it.
- moto drops boto3's default session, and with it every description of AWS that was read, because of clients
  that were created before moto was imported. There are none here.
- Each of moto's services, and each session, reads the list of all AWS services again.
- moto keeps every object that it ever created, for a page of its server that is not shown here.
- moto also answers `requests`, by a list of all addresses of AWS that it builds each time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from unittest.mock import patch

import botocore.session
import moto.core.models
import moto.core.responses
import moto.core.utils
from botocore.loaders import JSONFileLoader
from botocore.useragent import UserAgentString
from moto import mock_aws
from moto.core.common_models import BaseModel
from moto.core.serialize import AttributePicker, AttributePickerContext

from infra.local.aws import descriptions
from infra.local.aws.corrections import corrections
from infra.local.aws.queue_patches import queue_patches
from infra.local.aws.recursion import trace_headers_kept
from infra.local.aws.refusals import refusals

_MISSING = object()
_names: dict[tuple[Any, ...], tuple[str, ...]] = {}

_pick = AttributePicker.__call__
_botocore_loader = cache(botocore.session.create_loader)
_moto_loader = cache(moto.core.utils.create_loader)
_method_names = cache(moto.core.responses.method_names_from_class)


@contextmanager
def patched_moto() -> Iterator[None]:
    """Within it, moto plays AWS as within `mock_aws`: faster, and with AWS's refusals and answers."""
    with (
        patch.object(moto.core.models, "RESPONSES_METHODS", ()),
        mock_aws(config={"core": {"reset_boto3_session": False}}),
        patch.object(AttributePicker, "__call__", _pick_from_dictionary),
        patch.object(JSONFileLoader, "_load_file", descriptions.read),
        patch.object(botocore.session, "create_loader", _botocore_loader),
        patch.object(moto.core.utils, "create_loader", _moto_loader),
        patch.object(moto.core.responses, "method_names_from_class", _method_names),
        patch.object(UserAgentString, "to_string", lambda _: "local"),
        patch.object(BaseModel, "__new__", _untracked),
        queue_patches(),
        corrections(),
        trace_headers_kept(),
        refusals(),
    ):
        yield


def _untracked(cls: type[BaseModel], *_: object, **__: object) -> BaseModel:
    return object.__new__(cls)


def _pick_from_dictionary(picker: AttributePicker, context: AttributePickerContext) -> Any:
    if type(context.obj) is not dict or picker.response_transformers:
        return _pick(picker, context)
    names = _possible_names(picker, context)
    if any("." in name for name in names):  # a path, says moto
        return _pick(picker, context)
    for name in names:
        if (value := context.obj.get(name, _MISSING)) is not _MISSING:
            return value
    return None


def _possible_names(picker: AttributePicker, context: AttributePickerContext) -> tuple[str, ...]:
    shape = context.shape
    parent = getattr(shape, "parent", None)
    known = (
        type(picker),
        context.service_model.service_name,
        parent.name if parent is not None else None,
        shape.name if shape is not None else None,
        shape.serialization.get("name") if shape is not None else None,
        context.key,
    )
    if known not in _names:
        _names[known] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
    return _names[known]
