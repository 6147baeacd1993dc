"""What a person sees of a run: a line for each thing that happened, one colour a service."""

import io
import json
import os
import sys
import zlib
from typing import Any, TextIO

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


class Console(io.TextIOBase):
    """Stands in for a function's stdout: shows its JSON log lines as text, other lines as they are."""

    def __init__(self, service: str, stream: TextIO) -> None:
        self._service, self._stream, self._rest = service, stream, ""
        self._metrics: list[dict[str, Any]] = []

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._stream.isatty()

    def write(self, text: str) -> int:
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            entry = _read(line)
            if "_aws" in entry:
                self._metrics.append(entry)
            elif line.strip():
                # One write a line, so that the lines of several processes do not mix.
                self._stream.write(self._show(line, entry) + "\n")
                self._stream.flush()
        return len(text)

    def take_metrics(self) -> list[dict[str, Any]]:
        """Documents in CloudWatch's embedded metric format that were printed since this was last asked."""
        taken, self._metrics = self._metrics, []
        return taken

    def flush(self) -> None:
        self._stream.flush()

    def _show(self, line: str, entry: dict[str, Any]) -> str:
        name = paint(f"{self._service:<9}", colour_of(self._service), self._stream)
        if not entry:
            return f"{'':<13}{name} {line}"
        # The terminal has no milliseconds to lose: who was first is what one looks for.
        moment = str(entry.get("timestamp", ""))[11:23].replace(",", ".")
        order = paint(str(entry.get("order_id", "")), DIM, self._stream)
        what = self._what(entry)
        return f"{moment:<13}{name} {what:<56} {order}" + _traceback(entry)

    def _what(self, entry: dict[str, Any]) -> str:
        message, kind = entry.get("message"), entry.get("type", "")
        attempt = f" (attempt {entry['attempt']})" if int(entry.get("attempt", 1)) > 1 else ""
        match message:
            case "handled":
                made = ", ".join(entry.get("emitted", ())) or "noted"
                return f"{kind} → {made}{attempt}"
            case "placed":
                return f"{kind} ✓ accepted"
            case "published":
                return f"  ⇢ {kind}"
        text = f"{message} {kind}".strip() + (f": {entry['reason']}" if "reason" in entry else "") + attempt
        bad = entry.get("level") in ("ERROR", "CRITICAL", "WARNING")
        return paint(f"{text:<56}", RED, self._stream) if bad else text


def _read(line: str) -> dict[str, Any]:
    """A line of JSON; empty for any other."""
    try:
        entry = json.loads(line)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def _traceback(entry: dict[str, Any]) -> str:
    return f"\n{entry['exception']}" if "exception" in entry else ""


def error(text: str) -> None:
    """A one-line error on stderr."""
    print(paint(text, RED, sys.stderr), file=sys.stderr)
