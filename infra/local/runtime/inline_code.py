"""The code that a template holds itself (InlineCode, ZipFile), as a folder that functions come from."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path


@cache
def folder(source: str) -> Path:
    """A folder with the code as `index.py`, as CloudFormation names it; deleted when this process ends."""
    made = Path(tempfile.mkdtemp(prefix="choreo-inline-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    (made / "index.py").write_text(source)
    return made
