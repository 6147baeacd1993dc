"""What AWS refuses of an event source mapping, and what is not played: refused before anything runs.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
"""

from collections.abc import Mapping
from typing import Any

from infra.local.event_sources.on_failure import DESTINATIONS
from infra.local.patterns.filters import record_filter
from infra.local.patterns.operators import Refused

OF_STREAMS = (
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "StartingPosition",
)
WITHOUT_WINDOW = 10
"""The largest batch of a queue without a batching window."""


class UnsupportedMapping(Exception):
    """The mapping is refused; the message says which property, why, and what to do."""


def check(source_arn: str, properties: Mapping[str, Any]) -> None:
    """Raises UnsupportedMapping."""
    service = source_arn.split(":")[2] if source_arn.count(":") >= 5 else ""
    if service not in ("sqs", "dynamodb"):
        raise UnsupportedMapping(
            f"EventSourceArn: {source_arn} is no queue and no table's stream; use one of them"
        )
    size = _number(properties, "BatchSize", 1, 10_000)
    window = _number(properties, "MaximumBatchingWindowInSeconds", 0, 300) or 0
    if service == "sqs":
        _check_queue(source_arn, properties, size or 0, window)
    else:
        _check_stream(properties)
    try:
        record_filter(properties, "body" if service == "sqs" else "dynamodb")
    except Refused as error:
        raise UnsupportedMapping(
            f"FilterCriteria: {error}; correct the filter, as AWS refuses it as well"
        ) from None


def _check_queue(source_arn: str, properties: Mapping[str, Any], size: int, window: int) -> None:
    for name in OF_STREAMS:
        if name in properties:
            raise UnsupportedMapping(f"{name}: only mappings of streams have it; remove it")
    if source_arn.endswith(".fifo") and (window or size > WITHOUT_WINDOW):
        raise UnsupportedMapping(
            f"BatchSize: a FIFO queue has batches of up to {WITHOUT_WINDOW}, without a "
            "MaximumBatchingWindowInSeconds; correct it"
        )
    if size > WITHOUT_WINDOW and window < 1:
        raise UnsupportedMapping(
            f"BatchSize: {size} needs a MaximumBatchingWindowInSeconds of at least 1; "
            f"add it, or take at most {WITHOUT_WINDOW}"
        )


def _check_stream(properties: Mapping[str, Any]) -> None:
    if properties.get("StartingPosition") not in ("TRIM_HORIZON", "LATEST"):
        raise UnsupportedMapping("StartingPosition: a stream needs TRIM_HORIZON or LATEST; use one of them")
    _number(properties, "MaximumRetryAttempts", -1, 10_000)
    if _number(properties, "MaximumRecordAgeInSeconds", -1, 604_800) in range(60):
        raise UnsupportedMapping("MaximumRecordAgeInSeconds: AWS takes -1, or 60 and more; use one of these")
    destination = ((properties.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if destination is not None and destination.split(":")[2:3] not in ([name] for name in DESTINATIONS):
        raise UnsupportedMapping(
            f"DestinationConfig: {destination} cannot be played locally; use a queue or a topic, by ARN"
        )


def _number(properties: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    """A property's whole number, if it is there."""
    value = properties.get(name)
    if value is None:
        return None
    try:
        number = int(str(value))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise UnsupportedMapping(f"{name}: {value!r} is no whole number from {least} to {most}; use one")
    return number
