"""A template after its translation, as the modules that create its resources read it."""

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
    """By function or layer: the folder that it is imported from."""
    written: tuple[str, ...] = ()
    """The logical ids in the file; the translator makes more."""

    @property
    def root(self) -> Path:
        """The folder that relative paths in the template start from."""
        return self.path.parent

    def maker(self, logical_id: str) -> str:
        """The resource in the file that the translator made this one from; itself, if it is in the file."""
        makers = [name for name in self.written if logical_id.startswith(name)]
        return max(makers, key=len, default=logical_id)

    def called(self, logical_id: str) -> str:
        """The resource in a message."""
        maker = self.maker(logical_id)
        return logical_id if maker == logical_id else f"{logical_id}, made from {maker}"
