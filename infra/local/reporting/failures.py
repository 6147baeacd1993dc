"""Describes an exception for the console and the page: type, text, and the place in the user's code."""

import re
import traceback
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

LONGEST_TRACEBACK = 4000
LIBRARIES = ("site-packages", "dist-packages")


def entry(error: BaseException, root: Path, message: str) -> dict[str, Any]:
    """A log record about an exception, with the fields that Powertools' logger writes and the place."""
    return {
        "level": "ERROR",
        "message": message,
        "exception": "".join(traceback.format_exception(error)).rstrip(),
        "exception_name": type(error).__name__,
        "stack_trace": {"value": str(error)},
        "place": place_of(error, root),
    }


def place_of(error: BaseException, root: Path) -> str | None:
    """The deepest line of the traceback in the folder of the user's code; a syntax error has its own line."""
    frames = [(frame.f_code.co_filename, line) for frame, line in _walk(error)]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno or 1))
    return place(frames, root)


def _walk(error: BaseException) -> Iterable[tuple[FrameType, int]]:
    return traceback.walk_tb(error.__traceback__)


def place(frames: Iterable[tuple[str, int]], root: Path) -> str | None:
    """The last of these lines that is in the folder `root`, such as `functions/payment/decisions.py:34`.

    Its path is relative to the parent of `root`. None if no line is in the folder.
    """
    found = None
    for name, line in frames:
        path = Path(name)
        inside = path.is_absolute() and path.resolve().is_relative_to(root)
        if inside and not any(part in LIBRARIES for part in path.parts):
            found = f"{path.resolve().relative_to(root.parent)}:{line}"
    return found


def from_first(text: str, package: Path) -> str:
    """The text of tracebacks from the first frame of each on that is in the folder of a service's package.

    The frames before it are the shared code's, and the same for every exception. A traceback without such a
    frame stays whole.
    """
    first = re.compile(rf'^  File "{re.escape(str(package))}/', re.MULTILINE)
    shown = ""
    for block in re.split(r"^(?=Traceback )", text, flags=re.MULTILINE):
        head, _, _ = block.partition("\n")
        found = first.search(block)
        shown += f"{head}\n{block[found.start() :]}" if found and head.startswith("Traceback") else block
    return shown


def of_record(record: Mapping[str, Any], root: Path) -> dict[str, Any] | None:
    """The failure in a log record, with type, text, place and traceback; None without an exception."""
    if not isinstance(record.get("exception"), str):
        return None
    stack = record.get("stack_trace")
    stack = stack if isinstance(stack, Mapping) else {}
    text = str(record["exception"])
    return {
        "type": str(record.get("exception_name", "")) or "Exception",
        "text": str(stack.get("value", text.rpartition("\n")[2])),
        "place": record["place"] if "place" in record else place(_frames(stack), root),
        "traceback": text[-LONGEST_TRACEBACK:],
    }


def _frames(stack: Mapping[str, Any]) -> Iterable[tuple[str, int]]:
    frames = stack.get("frames")
    for frame in frames if isinstance(frames, list) else ():
        if isinstance(frame, Mapping) and isinstance(frame.get("line"), int):
            yield str(frame.get("file", "")), frame["line"]
