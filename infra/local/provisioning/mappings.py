"""Event source mappings."""

from infra.local.event_sources import checks
from infra.local.model.stack import EventSource, Resource
from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import any_value, boolean, list_of, loose_object, one_of, text


def _describe(definition: ResourceDefinition) -> Resource:
    return definition.resource(definition.logical_id)


def _create(definition: ResourceDefinition, described: Resource) -> Resource:
    properties = definition.properties
    function = function_of(definition, properties["FunctionName"]).logical_id
    try:
        checks.check(properties["EventSourceArn"], properties)
    except checks.UnsupportedMapping as reason:
        raise PropertyError(str(reason)) from None
    source = EventSource(definition.logical_id, function, properties["EventSourceArn"], properties)
    if properties.get("Enabled", True):
        definition.stack.sources[definition.logical_id] = source
    return described


RESOURCE_TYPES = {
    "AWS::Lambda::EventSourceMapping": ResourceType(
        _describe,
        _create,
        # `event_sources.checks` checks these values: their limits depend on the event source.
        supported={
            "BatchSize": any_value,
            "BisectBatchOnFunctionError": boolean,
            "DestinationConfig": loose_object(OnFailure=loose_object(Destination=text)),
            "Enabled": boolean,
            "EventSourceArn": text,
            "FilterCriteria": any_value,
            "FunctionName": text,
            "FunctionResponseTypes": list_of(one_of("ReportBatchItemFailures")),
            "MaximumBatchingWindowInSeconds": any_value,
            "MaximumRecordAgeInSeconds": any_value,
            "MaximumRetryAttempts": any_value,
            "StartingPosition": any_value,
        },
        required=("EventSourceArn", "FunctionName"),
        # The local run has fewer execution environments than any maximum concurrency allows.
        ignored=("MetricsConfig", "ScalingConfig", "Tags"),
    ),
}
