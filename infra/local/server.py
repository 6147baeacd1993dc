"""The web server around the backend."""

from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn


class Server(uvicorn.Server):
    """Stops at SIGINT and SIGTERM; `at_exit` runs first, so that nobody's long poll holds the end up."""

    def __init__(self, application: Any, *at_exit: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                log_config=None,
                access_log=False,
                proxy_headers=False,
                lifespan="off",
                timeout_graceful_shutdown=1,
            )
        )
        self._at_exit = at_exit

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        for end in self._at_exit:
            end()
        super().handle_exit(sig, frame)
