"""What a log record says, in a line of the console and of the live page."""

from collections.abc import Mapping
from typing import Any

BAD_LEVELS = ("ERROR", "CRITICAL", "WARNING")


def is_log_record(entry: Mapping[str, Any]) -> bool:
    return {"level", "message"} <= entry.keys()


def is_bad(entry: Mapping[str, Any]) -> bool:
    return entry.get("level") in BAD_LEVELS


def what(entry: Mapping[str, Any]) -> str:
    """The record's event: what the service did with it, or what went wrong."""
    message, kind = entry.get("message"), entry.get("type", "")
    attempt = _attempt(entry.get("attempt"))
    match message:
        case "handled":
            return f"{kind} → {_outcome(entry)}{attempt}"
        case "placed":
            return f"{kind} accepted"
        case "published":
            return f"published {kind}"
    parts = (kind, message, entry.get("reason", ""))
    return f"{': '.join(str(part) for part in parts if part)}{attempt}"


def _outcome(entry: Mapping[str, Any]) -> str:
    """The order's status in the service. `none` means that the service only noted the event."""
    status = entry.get("status")
    return str(status) if status and status != "none" else _list(entry.get("emitted")) or "noted"


def _attempt(value: Any) -> str:
    """The attempt, from the second on. Other programs may log anything in a field of this name."""
    return f" (attempt {value})" if isinstance(value, int) and value > 1 else ""


def _list(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else ""
