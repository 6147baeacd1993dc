"""Refuses requests without the required parameters of botocore's service model."""

from functools import cache

from moto.core.utils import get_service_model

from infra.local.aws.refusals.checks import Refusal, Request

IN_THE_PATH = {"QueueUrl"}
"""Older SDKs send it as the path of the request."""


def check(service: str, operation: str, request: Request) -> None:
    """Raises Refusal if a required parameter is missing."""
    for name in _required(service, operation):
        if name not in request and name not in IN_THE_PATH:
            raise _missing(service, name)


@cache
def _required(service: str, operation: str) -> tuple[str, ...]:
    shape = get_service_model(service).operation_model(operation).input_shape
    return tuple(shape.required_members) if shape is not None else ()


def _missing(service: str, name: str) -> Refusal:
    if service == "sqs":
        return Refusal("MissingParameter", f"The request must contain the parameter {name}.")
    if service == "sns":
        return Refusal(
            "InvalidParameter", f"Invalid parameter: {name} Reason: no value for required parameter"
        )
    place = name[0].lower() + name[1:]
    message = (
        f"1 validation error detected: Value null at '{place}' failed to satisfy constraint: "
        "Member must not be null"
    )
    return Refusal("ValidationException", message)
