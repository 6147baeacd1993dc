"""The console of a run: one line for each log record of a function, in the colour of its service."""

import contextlib
import io
import json
import os
import sys
import threading
import zlib
from datetime import UTC, datetime
from typing import Any, TextIO

from infra.local.reporting import emf

COLOURS = (36, 33, 34, 96, 35, 32, 92, 95)
RED, DIM, BOLD = 31, 2, 1


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

    def __init__(self, service: str, stream: TextIO) -> None:
        super().__init__(stream.buffer, encoding="utf-8", errors="backslashreplace")
        self._service, self._stream = service, stream  # the reference keeps the descriptor open
        self._partial_lines: dict[int, str] = {}
        """The unfinished line of each thread. One for all threads would mix their output."""
        self._metrics: list[dict[str, Any]] = []
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

    def take_metrics(self) -> list[dict[str, Any]]:
        """Returns and forgets the printed documents in CloudWatch's embedded metric format."""
        with self._lock:
            taken, self._metrics = self._metrics, []
        return taken

    def close(self) -> None:
        """Does nothing: other writers use the same descriptor."""

    def _line(self, line: str) -> None:
        entry = _parse(line)
        if "_aws" in entry and emf.is_readable(entry):
            self._metrics.append(entry)
        elif line.strip():
            try:
                shown = self._show(line, entry)
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
        if not {"level", "message"} <= entry.keys():  # not a log line
            return f"{'':<13}{name} {line}"
        # With milliseconds, which show the order of events in different services.
        moment = str(entry.get("timestamp", ""))[11:23].replace(",", ".")
        order = paint(str(entry.get("order_id", "")), DIM, self)
        what = self._what(entry)
        return f"{moment:<13}{name} {what:<56} {order}" + _traceback(entry)

    def _what(self, entry: dict[str, Any]) -> str:
        message, kind = entry.get("message"), entry.get("type", "")
        attempt = _attempt(entry.get("attempt"))
        match message:
            case "handled":
                made = _list(entry.get("emitted")) or "noted"
                return f"{kind} → {made}{attempt}"
            case "placed":
                return f"{kind} ✓ accepted"
            case "published":
                return f"  ⇢ {kind}"
        text = f"{message} {kind}".strip() + (f": {entry['reason']}" if "reason" in entry else "") + attempt
        bad = entry.get("level") in ("ERROR", "CRITICAL", "WARNING")
        return paint(f"{text:<56}", RED, self) if bad else text


def _parse(line: str) -> dict[str, Any]:
    """The JSON object in a line, or an empty one."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _attempt(value: Any) -> str:
    """The attempt, from the second on. Other programs may log anything in a field of this name."""
    return f" (attempt {value})" if isinstance(value, int) and value > 1 else ""


def _list(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else ""


def _traceback(entry: dict[str, Any]) -> str:
    return f"\n{entry['exception']}" if "exception" in entry else ""


def announce(service: str, text: str) -> None:
    """Prints a line about the run itself, in the format of a log line."""
    moment = datetime.now(UTC).strftime("%H:%M:%S.%f")[:-3]
    name = paint(f"{service:<9}", colour_of(service), sys.stdout)
    print(f"{moment} {name} {paint(text, BOLD, sys.stdout)}", flush=True)


def error(text: str) -> None:
    """Prints an error line to stderr."""
    print(paint(text, RED, sys.stderr), file=sys.stderr)
