"""The trace IDs of X-Ray's tracing header. The local run passes them on and records no traces.

The format: https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
"""

import re
import time
from uuid import uuid4

_ROOT = re.compile(r"\bRoot=(1-[0-9a-f]{8}-[0-9a-f]{24})\b")


def new_root() -> str:
    """A new trace ID: the version, the time in seconds and a random number."""
    return f"1-{int(time.time()):08x}-{uuid4().hex[:24]}"


def root_of(header: str) -> str | None:
    """The trace ID in a tracing header, or None."""
    found = _ROOT.search(header)
    return found[1] if found else None


def with_root(root: str | None, header: str) -> str:
    """The tracing header with this trace ID; without a trace ID, the unchanged header."""
    return header if root is None else _ROOT.sub(f"Root={root}", header)
