"""A function's settings for asynchronous invocations."""

from infra.local.model.stack import AsyncSettings, Resource
from infra.local.provisioning.functions import checked_target, function_of
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import number, record, text

DESTINATION = record(Destination=text)


def _describe(declared: Declared) -> Resource:
    return declared.resource(declared.logical_id)


def _create(declared: Declared, described: Resource) -> Resource:
    given = declared.properties
    function = function_of(declared, given["FunctionName"]).logical_id
    destinations = given.get("DestinationConfig", {})
    on_success, on_failure = (
        checked_target(f"DestinationConfig.{name}", destinations.get(name, {}).get("Destination", ""))
        for name in ("OnSuccess", "OnFailure")
    )
    declared.stack.async_settings[function] = AsyncSettings(
        given.get("MaximumRetryAttempts", 2),
        given.get("MaximumEventAgeInSeconds", 21_600),
        on_success,
        on_failure,
    )
    return described


KINDS = {
    "AWS::Lambda::EventInvokeConfig": Kind(
        _describe,
        _create,
        played={
            "DestinationConfig": record(OnFailure=DESTINATION, OnSuccess=DESTINATION),
            "FunctionName": text,
            "MaximumEventAgeInSeconds": number(60, 21_600),
            "MaximumRetryAttempts": number(0, 2),
        },
        required=("FunctionName",),
        left_out=("Qualifier",),  # one version of the code runs
    ),
}
