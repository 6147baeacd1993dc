"""Writes the inline code of a template (InlineCode, ZipFile) to a temporary folder."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def folder(source: str) -> Path:
    """A folder with the code in `index.py`, as CloudFormation names it. It exists until this process ends."""
    made = Path(tempfile.mkdtemp(prefix="choreo-inline-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    (made / "index.py").write_text(source)
    return made
