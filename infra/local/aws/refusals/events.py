"""What EventBridge refuses: requests of PutEvents as a whole, event patterns, and targets of rules.

https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
"""

import json
from typing import Any

from moto.events.models import events_backends

from infra.local.aws.event_bus import inputs
from infra.local.aws.refusals.checks import Refusal, Request, size_bytes
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.patterns import operators
from infra.local.patterns.patterns import compile_pattern

LARGEST_BYTES = 1_048_576
"""256 KB until January 2026:
https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb"""
MOST_ENTRIES = 10
MOST_TARGETS = 5
TIME_BYTES = 14


def entries(request: Request) -> None:
    given = request["Entries"]
    if "EndpointId" in request:
        raise Refusal("ValidationException", "EndpointId: the local AWS has no global endpoints.")
    if not 1 <= len(given) <= MOST_ENTRIES:
        constraint = f"less than or equal to {MOST_ENTRIES}" if given else "greater than or equal to 1"
        raise Refusal(
            "ValidationException",
            f"1 validation error detected: Value '[{'PutEventsRequestEntry' if given else ''}]' at 'entries' "
            f"failed to satisfy constraint: Member must have length {constraint}",
        )
    if sum(map(_size_bytes, given)) >= LARGEST_BYTES:
        raise Refusal("ValidationException", "Total size of the entries in the request is over the limit.")


def _size_bytes(entry: Any) -> int:
    texts = [entry.get(name) or "" for name in ("Source", "DetailType", "Detail")]
    texts += entry.get("Resources") or []
    return sum(map(size_bytes, texts)) + (TIME_BYTES if "Time" in entry else 0)


def pattern(request: Request) -> None:
    try:
        compile_pattern(json.loads(request.get("EventPattern") or '{"source": ["any"]}'))
    except ValueError:
        raise _invalid_pattern("it is not JSON") from None
    except operators.InvalidPattern as reason:
        raise _invalid_pattern(str(reason)) from None


def _invalid_pattern(reason: str) -> Refusal:
    return Refusal("InvalidEventPatternException", f"Event pattern is not valid. Reason: {reason}")


def targets(request: Request) -> None:
    for target in request["Targets"]:
        try:
            inputs.check(target)
        except inputs.Invalid as reason:
            _, message = reason.args
            raise Refusal("ValidationException", message) from None
    buses = events_backends[ACCOUNT][REGION].event_buses
    bus = buses.get(request.get("EventBusName", "default").rpartition("/")[2])
    rule = bus and bus.rules.get(request["Rule"])
    held = {target["Id"] for target in rule.targets} if rule else set()
    if len(held | {target["Id"] for target in request["Targets"]}) > MOST_TARGETS:
        raise Refusal("LimitExceededException", "The requested resource exceeds the maximum number allowed.")


CHECKS = {
    ("events", "PutEvents"): (entries,),
    ("events", "PutRule"): (pattern,),
    ("events", "PutTargets"): (targets,),
}
