"""The console of a run: one line for each log record of a function, in the colour of its service."""

import contextlib
import io
import json
import os
import sys
import threading
import time
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from infra.local.reporting import emf
from infra.local.reporting.failures import from_first, of_record
from infra.local.reporting.words import is_bad, is_log_record, what

COLOURS = (36, 33, 34, 96, 35, 32, 92, 95)
RED, DIM, BOLD = 31, 2, 1
ID_LENGTH = 8
"""The number of characters of an order id that a terminal shows. Commands accept them in place of the id."""
MOST_DOCUMENTS = 500
"""After this number of documents that no invocation has sent to the backend, lines are only printed."""
LONGEST_TEXT = 2000
"""The maximum number of characters of a line that the live page shows."""


def paint(text: str, colour: int, stream: TextIO) -> str:
    """The text in a colour, if the stream is a terminal and NO_COLOR is not set (https://no-color.org)."""
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"


def colour_of(service: str) -> int:
    """The ANSI colour of a service: always the same, in every terminal."""
    return COLOURS[zlib.crc32(service.encode()) % len(COLOURS)]


class Console(io.TextIOWrapper):
    """The standard output of a function. It formats JSON log lines, and prints other lines unchanged.

    It writes to the file descriptor of `stream`, as subprocesses of the function do. It escapes what the
    terminal cannot print: printing never makes a function fail.
    """

    def __init__(self, service: str, stream: TextIO, function: str = "", root: Path | None = None) -> None:
        super().__init__(stream.buffer, encoding="utf-8", errors="backslashreplace")
        self._service, self._stream = service, stream  # the reference keeps the descriptor open
        self._function, self._root = function, root or Path.cwd()
        self.request_id: str | None = None
        """The request id of the invocation that runs now."""
        self._partial_lines: dict[int, str] = {}
        """The unfinished line of each thread. One for all threads would mix their output."""
        self._documents: list[dict[str, Any]] = []
        self._process_id = os.getpid()
        self._lock = threading.RLock()

    def write(self, text: str) -> int:
        if os.getpid() != self._process_id:
            self._reset_after_fork()
        with self._lock:
            thread = threading.get_ident()
            *lines, rest = (self._partial_lines.pop(thread, "") + text).split("\n")
            for line in lines:
                self._line(line)
            if rest:
                self._partial_lines[thread] = rest
        return len(text)

    def end_line(self) -> None:
        """Prints unfinished lines."""
        with self._lock:
            lines, self._partial_lines = self._partial_lines, {}
            for line in lines.values():
                self._line(line)

    def log(self, entry: dict[str, Any]) -> None:
        """Prints a log record of the runtime itself."""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S,%f")[:-3]
        self.write(json.dumps({**entry, "timestamp": now}) + "\n")

    def add_document(self, document: dict[str, Any]) -> None:
        """Adds a document for the backend."""
        with self._lock:
            self._documents.append(document)

    def take_documents(self) -> list[dict[str, Any]]:
        """Returns and forgets the documents for the backend.

        They are the printed metrics, in CloudWatch's embedded metric format, and the printed lines, as `log`.
        """
        with self._lock:
            taken, self._documents = self._documents, []
        return taken

    def close(self) -> None:
        """Does nothing: other writers use the same descriptor."""

    def _line(self, line: str) -> None:
        entry = _parse(line)
        if "_aws" in entry and emf.is_readable(entry):
            self._documents.append(entry)
        elif line.strip():
            try:
                shown = self._show(line, entry)
                if len(self._documents) < MOST_DOCUMENTS:
                    self._documents.append({"log": self._document(line, entry)})
            except RecursionError:  # a deeply nested field
                shown = line
            with contextlib.suppress(OSError):  # the terminal may be closed
                # One write for each line, so that the lines of several processes do not mix.
                self.buffer.write((shown + "\n").encode(self.encoding, "backslashreplace"))
                self.buffer.flush()

    def _reset_after_fork(self) -> None:
        """Replaces the lock and the unfinished lines, which belong to threads of the parent process."""
        self._process_id, self._lock, self._partial_lines = os.getpid(), threading.RLock(), {}

    def _show(self, line: str, entry: dict[str, Any]) -> str:
        name = paint(f"{self._service:<9}", colour_of(self._service), self)
        if not is_log_record(entry):
            return f"{'':<12} {name} {line}"
        # With milliseconds, which show the order of events in different services.
        moment = str(entry.get("timestamp", ""))[11:23].replace(",", ".")
        order = paint(_short(str(entry.get("order_id", "")), self), DIM, self)
        text = what(entry)
        shown = paint(text, RED, self) if is_bad(entry) else text
        details = _details(entry, of_record(entry, self._root), self._root / self._service)
        return f"{moment:<12} {name} {order} {shown}{details}"

    def _document(self, line: str, entry: dict[str, Any]) -> dict[str, Any]:
        """A log line for the live page."""
        logged = is_log_record(entry)
        known = {name: _text(entry.get(name)) for name in ("order_id", "message_id")}
        described = {**known, "service": self._service, "request_id": self.request_id}
        failure = of_record(entry, self._root)
        if failure is not None:
            attempt = entry.get("attempt")
            failure |= described | {
                "function": self._function,
                "event_type": _text(entry.get("type")),
                "attempt": attempt if isinstance(attempt, int) else None,
            }
        return {
            **described,
            "at": time.time(),
            "level": str(entry["level"]) if logged else "INFO",
            "text": (what(entry) if logged else line)[:LONGEST_TEXT],
            "failure": failure,
        }


def _parse(line: str) -> dict[str, Any]:
    """The JSON object in a line, or an empty one."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _details(entry: dict[str, Any], failure: dict[str, Any] | None, package: Path) -> str:
    """The traceback below a line, and then the place in the user's code, which often is in its middle."""
    if failure is None:
        return f"\n{entry['exception']}" if "exception" in entry else ""
    shown = from_first(str(entry["exception"]), package)
    summary = f"{failure['type']}: {failure['text']}"
    place = f"\n{'':<13}at {failure['place']}: {summary}" if failure["place"] else ""
    return f"\n{shown}{place}"


def _short(order_id: str, stream: TextIO) -> str:
    """The order id in a column: its first characters in a terminal, so that a line fits; else all of it."""
    return f"{order_id[:ID_LENGTH] if stream.isatty() else order_id:<{ID_LENGTH}}"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def announce(service: str, text: str, order_id: str | None = None) -> None:
    """Prints a line about the run itself, in the format of a log line."""
    moment = datetime.now(UTC).strftime("%H:%M:%S.%f")[:-3]
    name = paint(f"{service:<9}", colour_of(service), sys.stdout)
    order = f"{_short(order_id, sys.stdout)} " if order_id else ""
    print(f"{moment} {name} {order}{paint(text, BOLD, sys.stdout)}", flush=True)


def error(text: str) -> None:
    """Prints an error line to stderr."""
    print(paint(text, RED, sys.stderr), file=sys.stderr)
