"""A result of a `choreo` command or a module, calculated in another process and kept for the run."""

import asyncio
import json
import subprocess
import sys
from http import HTTPStatus
from typing import Any

from infra.live.problems import Problem
from infra.shared.root import ROOT


class Calculation:
    """The JSON that a Python program prints. It runs in another process: here, it would change this run."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._task: asyncio.Task[Any] | None = None

    async def result(self) -> Any:
        """The result. The first call starts the program; a call after a failure starts it again.

        Raises Problem if the program fails.
        """
        if self._task is None or (self._task.done() and (self._task.cancelled() or self._task.exception())):
            self._task = asyncio.create_task(_printed(self._arguments))
        return await asyncio.shield(self._task)


async def _printed(arguments: tuple[str, ...]) -> Any:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        reason = errors.decode(errors="replace").strip().rpartition("\n")[2]
        command = " ".join(("python", *arguments))
        detail = f"`{command}` failed: {reason or f'exit code {process.returncode}'}"
        raise Problem(HTTPStatus.INTERNAL_SERVER_ERROR, detail)
    return json.loads(output)
