"""Caches the names under which moto's serializers look for the members of a structure.

moto 5.2 tries up to eight names for each member of each structure, and computes them each time: a quarter of
the time of a call. For a plain dictionary they depend on the service's model alone.
"""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from moto.core.serialize import AttributePicker, AttributePickerContext

_MISSING = object()
_names: dict[tuple[Any, ...], tuple[str, ...]] = {}

_pick = AttributePicker.__call__


def patches() -> Iterator[Any]:
    yield patch.object(AttributePicker, "__call__", _pick_from_dictionary)


def _pick_from_dictionary(picker: AttributePicker, context: AttributePickerContext) -> Any:
    if type(context.obj) is not dict or picker.response_transformers:
        return _pick(picker, context)
    names = _possible_names(picker, context)
    if any("." in name for name in names):  # a path to moto
        return _pick(picker, context)
    for name in names:
        if (value := context.obj.get(name, _MISSING)) is not _MISSING:
            return value
    return None


def _possible_names(picker: AttributePicker, context: AttributePickerContext) -> tuple[str, ...]:
    shape = context.shape
    parent = getattr(shape, "parent", None)
    key = (
        type(picker),
        context.service_model.service_name,
        parent.name if parent is not None else None,
        shape.name if shape is not None else None,
        shape.serialization.get("name") if shape is not None else None,
        context.key,
    )
    if key not in _names:
        _names[key] = tuple(dict.fromkeys(picker.get_possible_keys(context)))
    return _names[key]
