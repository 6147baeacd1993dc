"""What the local run knows of a resource type, for all modules that deal with resources."""

import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.model.stack import Resource, Stack
from infra.local.provisioning.model import Template
from infra.local.provisioning.shapes import Shape


@dataclass(frozen=True)
class Declared:
    """A resource as the template declares it; its properties are resolved, and of the shapes of its kind.

    `stack` holds what was created before it.
    """

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    template: Template
    stack: Stack
    endpoint: str

    @property
    def name(self) -> str:
        """The name that the resource gets where the template gives none."""
        return f"{self.stack.name}-{self.logical_id}"

    def name_within(self, most: int) -> str:
        """The name, shortened to as many characters as AWS takes; it still is no other resource's."""
        if len(self.name) <= most:
            return self.name
        return f"{self.name[: most - 9]}-{zlib.crc32(self.name.encode()):08x}"

    def resource(self, physical_id: str, **attributes: str) -> Resource:
        return Resource(self.type, physical_id, attributes)


def _as_described(_: Declared, described: Resource) -> Resource:
    return described


def _nothing_to_remove(_: Resource) -> None:
    pass


@dataclass(frozen=True)
class Kind:
    """How a resource type is played."""

    describe: Callable[[Declared], Resource]
    """The physical id and the attributes, before the resource is created. Raises Refused."""
    create: Callable[[Declared, Resource], Resource] = _as_described
    """Creates what is described; returns it with the attributes that are known only now. Raises Refused."""
    remove: Callable[[Resource], None] = _nothing_to_remove
    service: str | None = None
    """The AWS service whose moto backend holds the resource."""
    played: Mapping[str, Shape] = field(default_factory=dict)
    """The properties that have an effect. Any other property is refused."""
    required: Collection[str] = ()
    left_out: Collection[str] = ()
    """Properties that change nothing that can be seen on a laptop: accepted, whatever they are."""
    not_played: str = ""
    """Why nothing of the resource is played; its properties are not read."""
