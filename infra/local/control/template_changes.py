"""Tells that a template changed after its stack started: the local run plays the template as it was then."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from infra.local.reporting.notices import Notices

POLL_SECONDS = 1.0


class TemplateChanges:
    """Compares the templates of the running stacks with their texts at the start of the stacks."""

    def __init__(self, templates: Callable[[], dict[str, Path]], notices: Notices) -> None:
        self._templates, self._notices = templates, notices
        self._texts: dict[str, bytes] = {}

    async def watch(self) -> None:
        while True:
            self.check()
            await asyncio.sleep(POLL_SECONDS)

    def check(self) -> None:
        """Adds a notice for each template that changed since the last check."""
        found = {name: _text(path) for name, path in self._templates().items()}
        for name, text in found.items():
            if self._texts.get(name, text) != text:
                self._notices.add(
                    "outdated",
                    f"{self._templates()[name].name} changed: restart the run to apply it (Ctrl-C, make run)",
                    stack=name,
                )
        self._texts = found


def _text(path: Path) -> bytes:
    """The text; empty while an editor replaces the file."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
