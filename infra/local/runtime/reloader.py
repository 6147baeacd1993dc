"""Loads code that was saved while no invocation runs, so that an import error is told at once."""

import signal
import threading
from collections.abc import Callable

RELOAD = signal.SIGUSR1


class Reloader:
    """Calls `reload` in the main thread if `outdated`, which must be False while an invocation runs.

    A watching thread interrupts the main thread, because Lambda imports the code there, too: some libraries
    work only there.
    """

    def __init__(self, outdated: Callable[[], bool], reload: Callable[[], None]) -> None:
        self._outdated, self._reload, self._main = outdated, reload, threading.get_ident()
        self.busy = True
        """Whether the main thread imports code: at first, and in `reload`."""
        signal.signal(RELOAD, self._reload_if_outdated)

    def check(self) -> None:
        """Called by the watching thread."""
        if not self.busy and self._outdated():
            signal.pthread_kill(self._main, RELOAD)

    def _reload_if_outdated(self, *_: object) -> None:
        if not self.busy and self._outdated():
            self.busy = True
            self._reload()
            self.busy = False
