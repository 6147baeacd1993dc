"""Event source mappings of functions."""

from infra.local.event_sources import checks
from infra.local.model.stack import EventSource, Resource
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.functions import function_of
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import anything, choice, flag, list_of, partial, text


def _describe(declared: Declared) -> Resource:
    return declared.resource(declared.logical_id)


def _create(declared: Declared, described: Resource) -> Resource:
    given = declared.properties
    function = function_of(declared, given["FunctionName"]).logical_id
    try:
        checks.check(given["EventSourceArn"], given)
    except checks.UnsupportedMapping as reason:
        raise Refused(str(reason)) from None
    source = EventSource(declared.logical_id, function, given["EventSourceArn"], given)
    if given.get("Enabled", True):
        declared.stack.sources[declared.logical_id] = source
    return described


KINDS = {
    "AWS::Lambda::EventSourceMapping": Kind(
        _describe,
        _create,
        # The shapes are those of `checks`, which knows what AWS refuses for which source.
        played={
            "BatchSize": anything,
            "BisectBatchOnFunctionError": flag,
            "DestinationConfig": partial(OnFailure=partial(Destination=text)),
            "Enabled": flag,
            "EventSourceArn": text,
            "FilterCriteria": anything,
            "FunctionName": text,
            "FunctionResponseTypes": list_of(choice("ReportBatchItemFailures")),
            "MaximumBatchingWindowInSeconds": anything,
            "MaximumRecordAgeInSeconds": anything,
            "MaximumRetryAttempts": anything,
            "StartingPosition": anything,
        },
        required=("EventSourceArn", "FunctionName"),
        # A laptop runs fewer environments of a function than any maximum allows.
        left_out=("MetricsConfig", "ScalingConfig", "Tags"),
    ),
}
