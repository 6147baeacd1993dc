"""Checks the properties of an event source mapping: AWS's rules, and what the local AWS supports.

https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-params.html
"""

from collections.abc import Mapping
from typing import Any

from infra.local.event_sources.on_failure import DESTINATIONS
from infra.local.patterns.filters import record_filter
from infra.local.patterns.operators import InvalidPattern
from infra.shared.arns import service_of

STREAM_PROPERTIES = (
    "BisectBatchOnFunctionError",
    "DestinationConfig",
    "MaximumRecordAgeInSeconds",
    "MaximumRetryAttempts",
    "StartingPosition",
)
LIMIT_WITHOUT_WINDOW = 10
"""The maximum batch size of a queue without a batching window."""


class UnsupportedMapping(Exception):
    """The local AWS rejects the mapping. The message names the property, the reason and a correction."""


def check(source_arn: str, properties: Mapping[str, Any]) -> None:
    """Raises UnsupportedMapping if AWS rejects the properties, or if the local AWS does not support them."""
    service = service_of(source_arn)
    if service not in ("sqs", "dynamodb"):
        raise UnsupportedMapping(
            f"EventSourceArn: {source_arn} is neither an SQS queue nor a DynamoDB stream; use one of them"
        )
    size = _number(properties, "BatchSize", 1, 10_000)
    window = _number(properties, "MaximumBatchingWindowInSeconds", 0, 300) or 0
    if service == "sqs":
        _check_queue(source_arn, properties, size or 0, window)
    else:
        _check_stream(properties)
    try:
        record_filter(properties, "body" if service == "sqs" else "dynamodb")
    except InvalidPattern as error:
        raise UnsupportedMapping(
            f"FilterCriteria: {error}; correct the filter: AWS rejects it, too"
        ) from None


def _check_queue(source_arn: str, properties: Mapping[str, Any], size: int, window: int) -> None:
    for name in STREAM_PROPERTIES:
        if name in properties:
            raise UnsupportedMapping(f"{name}: only mappings of streams have this property; remove it")
    if source_arn.endswith(".fifo") and (window or size > LIMIT_WITHOUT_WINDOW):
        raise UnsupportedMapping(
            f"BatchSize: a FIFO queue has batches of at most {LIMIT_WITHOUT_WINDOW} messages and no "
            "MaximumBatchingWindowInSeconds; correct these properties"
        )
    if size > LIMIT_WITHOUT_WINDOW and window < 1:
        raise UnsupportedMapping(
            f"BatchSize: {size} needs a MaximumBatchingWindowInSeconds of at least 1; "
            f"add it, or use at most {LIMIT_WITHOUT_WINDOW}"
        )


def _check_stream(properties: Mapping[str, Any]) -> None:
    if properties.get("StartingPosition") not in ("TRIM_HORIZON", "LATEST"):
        raise UnsupportedMapping("StartingPosition: a stream needs TRIM_HORIZON or LATEST; use one of them")
    _number(properties, "MaximumRetryAttempts", -1, 10_000)
    if _number(properties, "MaximumRecordAgeInSeconds", -1, 604_800) in range(60):
        raise UnsupportedMapping("MaximumRecordAgeInSeconds: AWS accepts -1 or at least 60; use one of them")
    destination = ((properties.get("DestinationConfig") or {}).get("OnFailure") or {}).get("Destination")
    if destination is not None and service_of(destination) not in DESTINATIONS:
        raise UnsupportedMapping(
            f"DestinationConfig: {destination} is not supported; use the ARN of a queue or a topic"
        )


def _number(properties: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    """The property's value as a whole number; None if the property is absent."""
    value = properties.get(name)
    if value is None:
        return None
    try:
        number = int(str(value))
    except ValueError:
        number = least - 1
    if not least <= number <= most:
        raise UnsupportedMapping(
            f"{name}: {value!r} is not a whole number from {least} to {most}; correct it"
        )
    return number
