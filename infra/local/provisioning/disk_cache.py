"""Keeps on disk what a start has made of a template, for the next start.

The cache is in the virtual environment, so that deleting the clone deletes it; without a virtual environment
there is no cache.
"""

import contextlib
import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

FOLDER = Path(sys.prefix) / "templates" if sys.prefix != sys.base_prefix else None
MAX_FILES = 40


def cached(source: str, make: Callable[[], Any]) -> Any:
    """What `make` returned for this source, now or earlier: JSON data. Raises the exceptions of `make`."""
    file = None if FOLDER is None else FOLDER / f"{hashlib.sha256(source.encode()).hexdigest()}.json"
    found = None if file is None else _read(file)
    if found is None:
        found = make()
        if file is not None:
            _write(file, found)
    return found


def _read(file: Path) -> Any:
    try:
        found = json.loads(file.read_text())
    except (OSError, ValueError):
        return None
    with contextlib.suppress(OSError):  # as for a new file
        os.utime(file)  # the longest unused ones are deleted
    return found


def _write(file: Path, made: Any) -> None:
    folder = file.parent
    with contextlib.suppress(OSError):  # a read-only folder means no cache
        folder.mkdir(exist_ok=True)
        unfinished = folder / f"{uuid4()}.new"
        unfinished.write_text(json.dumps(made))
        unfinished.replace(file)
        for old in sorted(folder.glob("*.json"), key=os.path.getmtime, reverse=True)[MAX_FILES:]:
            old.unlink()
