"""The roots of X-Ray's tracing header, made but not recorded: tracing is not played.

Its form is in https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

import re
import time
from uuid import uuid4

_ROOT = re.compile(r"\bRoot=(1-[0-9a-f]{8}-[0-9a-f]{24})\b")


def new_root() -> str:
    """A new trace: the version, the time in seconds and a random number."""
    return f"1-{int(time.time()):08x}-{uuid4().hex[:24]}"


def root_of(header: str) -> str | None:
    """The trace that a caller's header names, if it names one."""
    found = _ROOT.search(header)
    return found[1] if found else None


def within(root: str | None, header: str) -> str:
    """The header in the trace of this root, if there is one."""
    return header if root is None else _ROOT.sub(f"Root={root}", header)
