"""The terminals beside the backend's own: stacks join and leave, and other terminals run their functions.

A terminal keeps one request open while it runs, so the backend sees when it stops, even if it is killed.
"""

import asyncio
from pathlib import Path
from typing import Any

from infra.local.control.stacks import Stacks
from infra.local.http.frame_protocol import Disconnected
from infra.local.model.messages import Response
from infra.local.model.stack import Stack
from infra.local.provisioning.errors import TemplateError
from infra.local.reporting.notices import Notices


class Terminals:
    """The guests, by stack name, and a notice for each change."""

    def __init__(self, stacks: Stacks, notices: Notices, ended: asyncio.Event) -> None:
        self._stacks, self._notices, self._ended = stacks, notices, ended
        self._guests: dict[str, asyncio.Event] = {}
        """The stacks that joined. The event is set when the stack leaves."""

    def join(self, name: str, template: Path) -> Stack:
        """Adds a guest's stack, if it does not run already. Raises TemplateError as `Stacks.add` does."""
        new = name not in self._stacks.running
        stack = self._stacks.add(name, template)
        if new:
            self._guests[name] = asyncio.Event()
            functions = ", ".join(stack.functions)
            self._notices.add("joined", f"{name} joined the run, with {functions}", stack=name)
        return stack

    def leave(self, name: str) -> None:
        """Removes a guest's stack. Raises TemplateError for other stacks: only guests can leave."""
        if name in self._stacks.running and name not in self._guests:
            raise TemplateError(
                f"{name} is the stack of the run itself, which cannot leave: stop the run with Ctrl-C"
            )
        self._stacks.remove(name)
        self._guests.pop(name).set()
        self._notices.add("left", f"{name} left the run; its queues and tables are deleted", stack=name)

    async def attached(self, what: str, disconnected: Disconnected) -> Response:
        """Answers when the terminal disconnects, when its stack leaves (410), or when the run ends (204).

        `what` is `services/NAME` or `stacks/NAME`.
        """
        kind, _, name = what.partition("/")
        service, stack = (None, name) if kind == "stacks" else (name, None)
        left = self._guests.get(name, asyncio.Event()) if kind == "stacks" else asyncio.Event()
        if self._ended.is_set():  # a request that was read only now
            return Response(204, [], b"")
        self._notices.add("attached", f"{name} attached: it runs in another terminal", service, stack)
        await _first(disconnected(), left.wait(), self._ended.wait())
        if left.is_set():
            return Response(410, [], b"")
        if not self._ended.is_set():
            text = f"{name} stopped; its new messages wait in their queues"
            self._notices.add("stopped", text, service, stack)
        return Response(204, [], b"")


async def _first(*waits: Any) -> None:
    """Waits until one of these awaitables is done, and cancels the others."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
