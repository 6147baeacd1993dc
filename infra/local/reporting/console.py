"""What a person sees of a run: a line for each thing that happened, one colour a service."""

import contextlib
import io
import json
import os
import sys
import threading
import zlib
from typing import Any, TextIO

from infra.local.reporting import emf

COLOURS = {"order": 36, "payment": 32, "shipping": 35}
OTHER_COLOURS = (33, 34, 96, 92, 95)
RED, DIM, BOLD = 31, 2, 1


def paint(text: str, colour: int, stream: TextIO) -> str:
    """`text` in a colour, on a terminal that wants any (https://no-color.org)."""
    if not stream.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\x1b[{colour}m{text}\x1b[0m"


def colour_of(service: str) -> int:
    number = zlib.crc32(service.encode()) % len(OTHER_COLOURS)
    return COLOURS.get(service, OTHER_COLOURS[number])


class Console(io.TextIOWrapper):
    """A function's standard output: shows its JSON log lines as text, other lines as they are.

    It writes to the descriptor of `stream`, as the function's subprocesses do. What cannot be shown as it is,
    is shown otherwise: printing never makes a function fail.
    """

    def __init__(self, service: str, stream: TextIO) -> None:
        super().__init__(stream.buffer, encoding="utf-8", errors="backslashreplace")
        self._service, self._stream = service, stream  # which would close the descriptor when it goes
        self._begun: dict[int, str] = {}
        """By thread: the line that it has not ended yet, so that those of several threads do not mix."""
        self._metrics: list[dict[str, Any]] = []
        self._own = os.getpid()
        self._lock = threading.RLock()

    def write(self, text: str) -> int:
        if os.getpid() != self._own:
            self._forked()
        with self._lock:
            thread = threading.get_ident()
            *lines, rest = (self._begun.pop(thread, "") + text).split("\n")
            for line in lines:
                self._line(line)
            if rest:
                self._begun[thread] = rest
        return len(text)

    def end_line(self) -> None:
        """Shows what was printed without a line's end."""
        with self._lock:
            begun, self._begun = self._begun, {}
            for line in begun.values():
                self._line(line)

    def take_metrics(self) -> list[dict[str, Any]]:
        """Documents in CloudWatch's embedded metric format that were printed since this was last asked."""
        with self._lock:
            taken, self._metrics = self._metrics, []
        return taken

    def close(self) -> None:
        """Leaves the descriptor open: others write to it, too."""

    def _line(self, line: str) -> None:
        entry = _read(line)
        if "_aws" in entry and emf.is_readable(entry):
            self._metrics.append(entry)
        elif line.strip():
            try:
                shown = self._show(line, entry)
            except RecursionError:  # a field that is nested too deeply
                shown = line
            with contextlib.suppress(OSError):  # of a terminal that is gone
                # One write a line, so that the lines of several processes do not mix.
                self.buffer.write((shown + "\n").encode(self.encoding, "backslashreplace"))
                self.buffer.flush()

    def _forked(self) -> None:
        """Another thread of the parent may have held the lock, or left a line unfinished."""
        self._own, self._lock, self._begun = os.getpid(), threading.RLock(), {}

    def _show(self, line: str, entry: dict[str, Any]) -> str:
        name = paint(f"{self._service:<9}", colour_of(self._service), self)
        if not {"level", "message"} <= entry.keys():  # not a log line
            return f"{'':<13}{name} {line}"
        # The terminal has no milliseconds to lose: who was first is what one looks for.
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


def _read(line: str) -> dict[str, Any]:
    """A line of JSON; empty for any other."""
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return entry if isinstance(entry, dict) else {}


def _attempt(value: Any) -> str:
    """The attempt, from the second on; another program's field of that name may hold anything."""
    return f" (attempt {value})" if isinstance(value, int) and value > 1 else ""


def _list(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else ""


def _traceback(entry: dict[str, Any]) -> str:
    return f"\n{entry['exception']}" if "exception" in entry else ""


def error(text: str) -> None:
    """A one-line error on stderr."""
    print(paint(text, RED, sys.stderr), file=sys.stderr)
