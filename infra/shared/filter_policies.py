"""Filter policies of SNS subscriptions."""

from collections.abc import Mapping
from typing import Any


def event_types(policy: Mapping[str, Any]) -> tuple[str, ...]:
    """The event types that a filter policy names exactly.

    It is empty if the policy does not filter by `type`, or only by other operators such as `prefix`.
    """
    return tuple(wanted for wanted in policy.get("type", ()) if isinstance(wanted, str))
