"""One performance of a lesson, in a thread: on this run, or on a second system beside it."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from infra.lessons.errors import LessonFailed, NoSystem
from infra.lessons.lesson import Lesson
from infra.lessons.play import Proof, play
from infra.lessons.system import System, started
from infra.local.control.project import PAGE

Phase = Literal["starting", "playing", "ended", "failed"]


class Performance:
    """A lesson that is played, and its progress. The thread writes the fields, and the page reads them."""

    def __init__(self, lesson: Lesson, without: str | None, port: int) -> None:
        self.lesson, self.without, self._port = lesson, without, port
        self.second = without is not None or bool(lesson.parameters)
        """Whether a second system plays it: this run has the safeguard, or other parameters."""
        self.phase: Phase = "starting" if self.second else "playing"
        self.proof: Proof | None = None
        self._started_at = time.time()
        self._step = -1
        self._notes: list[dict[str, Any]] = []
        self._error: str | None = None
        self._address: str | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = False

    @property
    def busy(self) -> bool:
        return self.phase in ("starting", "playing")

    def start(self) -> None:
        """Plays the lesson in a thread, which must not delay the end of the run."""
        threading.Thread(target=self._perform, name="lesson", daemon=True).start()

    def end(self) -> None:
        """Ends the second system, if there is one. The lesson then fails."""
        self._ended = True
        if self._process is not None:
            self._process.terminate()

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.lesson.name,
            "title": self.lesson.title,
            "without": self.without,
            "started_at": self._started_at,
            "second": self.second,
            "address": self._address,
            "phase": self.phase,
            "step": self._step,
            "steps": len(self.lesson.steps),
            "notes": list(self._notes),
            "error": self._error,
        }

    def _perform(self) -> None:
        try:
            with self._system() as system:
                self.phase = "playing"
                self.proof = play(self.lesson, system, self._note)
            self.phase = "ended"
        except (LessonFailed, NoSystem) as error:
            self._fail(str(error))
        except Exception as error:  # the system may have ended in the middle of any call
            self._fail(f"{type(error).__name__}: {error}")

    @contextmanager
    def _system(self) -> Iterator[System]:
        if not self.second:
            yield System(self._port)
            return
        with started(self.without, self.lesson.parameters, self._began) as system:
            self._address = f"http://localhost:{system.port}{PAGE}"
            yield system
        self._address = None

    def _began(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        if self._ended:
            process.terminate()

    def _note(self, text: str) -> None:
        """Advances if the text is the next step's sentence; else, it is a note on the present step."""
        following = self.lesson.steps[self._step + 1 : self._step + 2]
        if following and following[0].says == text:
            self._step += 1
        else:
            self._notes.append({"step": self._step, "text": text.strip()})

    def _fail(self, reason: str) -> None:
        self._address = None
        self._error = reason
        self.phase = "failed"
