"""The description of a resource type: its properties, and how to create and delete a resource."""

import zlib
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from infra.local.model.stack import Resource, Stack
from infra.local.provisioning.model import Template
from infra.local.provisioning.shapes import Shape


@dataclass(frozen=True)
class ResourceDefinition:
    """A resource of a template, with resolved and checked properties.

    `stack` holds the resources that were created before it.
    """

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    template: Template
    stack: Stack
    endpoint: str

    @property
    def name(self) -> str:
        """The default name of the resource, for a template that gives no name."""
        return f"{self.stack.name}-{self.logical_id}"

    def name_within(self, most: int) -> str:
        """The default name, shortened to `most` characters. A checksum keeps it unique."""
        if len(self.name) <= most:
            return self.name
        return f"{self.name[: most - 9]}-{zlib.crc32(self.name.encode()):08x}"

    def resource(self, physical_id: str, **attributes: str) -> Resource:
        """The created resource, with the attributes that Fn::GetAtt returns."""
        return Resource(self.type, physical_id, attributes)


def _return_described(_: ResourceDefinition, described: Resource) -> Resource:
    return described


def _remove_nothing(_: Resource) -> None:
    pass


@dataclass(frozen=True)
class ResourceType:
    """How the local run creates, checks and deletes resources of one type."""

    describe: Callable[[ResourceDefinition], Resource]
    """Returns the physical ID and the attributes that are known before creation. Raises PropertyError."""
    create: Callable[[ResourceDefinition, Resource], Resource] = _return_described
    """Creates the described resource, and returns it with its final attributes. Raises PropertyError."""
    remove: Callable[[Resource], None] = _remove_nothing
    service: str | None = None
    """The AWS service whose moto backend stores the resource."""
    supported: Mapping[str, Shape] = field(default_factory=dict)
    """The properties that have an effect. A property that is neither here nor in `ignored` is an error."""
    required: Collection[str] = ()
    ignored: Collection[str] = ()
    """Properties without an effect in the local run; their values are not checked."""
    why_ignored: str = ""
    """The reason why the whole type is ignored, or no text. An ignored type's properties are not read."""
