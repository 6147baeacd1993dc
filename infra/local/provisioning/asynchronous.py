"""Settings of asynchronous invocations: retries, maximum age and destinations."""

from infra.local.model.stack import AsyncSettings, Resource
from infra.local.provisioning.functions import checked_target, function_of
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import integer, strict_object, text

DESTINATION = strict_object(Destination=text)


def _describe(definition: ResourceDefinition) -> Resource:
    return definition.resource(definition.logical_id)


def _create(definition: ResourceDefinition, described: Resource) -> Resource:
    properties = definition.properties
    function = function_of(definition, properties["FunctionName"]).logical_id
    destinations = properties.get("DestinationConfig", {})
    on_success, on_failure = (
        checked_target(f"DestinationConfig.{name}", destinations.get(name, {}).get("Destination", ""))
        for name in ("OnSuccess", "OnFailure")
    )
    definition.stack.async_settings[function] = AsyncSettings(
        properties.get("MaximumRetryAttempts", 2),
        properties.get("MaximumEventAgeInSeconds", 21_600),
        on_success,
        on_failure,
    )
    return described


RESOURCE_TYPES = {
    "AWS::Lambda::EventInvokeConfig": ResourceType(
        _describe,
        _create,
        supported={
            "DestinationConfig": strict_object(OnFailure=DESTINATION, OnSuccess=DESTINATION),
            "FunctionName": text,
            "MaximumEventAgeInSeconds": integer(60, 21_600),
            "MaximumRetryAttempts": integer(0, 2),
        },
        required=("FunctionName",),
        ignored=("Qualifier",),  # the local run has one version of the code
    ),
}
