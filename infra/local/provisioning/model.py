"""A SAM template after its translation to CloudFormation resources."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Template:
    """A translated template."""

    path: Path
    resources: Mapping[str, Mapping[str, Any]]
    parameters: Mapping[str, str | list[str]]
    conditions: Mapping[str, Any]
    mappings: Mapping[str, Any]
    outputs: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Mapping[str, Any]]
    code: Mapping[str, Path]
    """The folder with the code, by the logical ID of each function and layer."""
    source_ids: tuple[str, ...] = ()
    """The logical IDs in the file. SAM's translator generates further resources."""

    @property
    def root(self) -> Path:
        """The folder of the template; relative paths in the template start there."""
        return self.path.parent

    def source_id(self, logical_id: str) -> str:
        """The logical ID, in the file, of the resource that the translator generated this one from.

        A resource of the file is its own source.
        """
        candidates = [name for name in self.source_ids if logical_id.startswith(name)]
        return max(candidates, key=len, default=logical_id)

    def label(self, logical_id: str) -> str:
        """The name of a resource in a message, with its source."""
        source = self.source_id(logical_id)
        return logical_id if source == logical_id else f"{logical_id} (generated from {source})"
