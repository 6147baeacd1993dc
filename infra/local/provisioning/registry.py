"""All resource types that the local run supports or ignores."""

from infra.local.provisioning import (
    asynchronous,
    events,
    function_urls,
    functions,
    http_apis,
    ignored,
    mappings,
    queues,
    schedules,
    secrets,
    ssm,
    tables,
    topics,
)

RESOURCE_TYPES = {
    **ignored.RESOURCE_TYPES,
    **asynchronous.RESOURCE_TYPES,
    **events.RESOURCE_TYPES,
    **function_urls.RESOURCE_TYPES,
    **functions.RESOURCE_TYPES,
    **http_apis.RESOURCE_TYPES,
    **mappings.RESOURCE_TYPES,
    **queues.RESOURCE_TYPES,
    **schedules.RESOURCE_TYPES,
    **secrets.RESOURCE_TYPES,
    **ssm.RESOURCE_TYPES,
    **tables.RESOURCE_TYPES,
    **topics.RESOURCE_TYPES,
}
"""By type, such as AWS::SQS::Queue."""

ALTERNATIVES = {
    "AWS::ApiGateway::": "use an HTTP API instead (AWS::Serverless::HttpApi, and events of the type HttpApi)",
    "AWS::CloudFormation::Stack": "join its template as a stack of its own",
    "AWS::Pipes::": "use an event source mapping, or a rule with an event pattern",
    "AWS::DynamoDB::GlobalTable": "use AWS::DynamoDB::Table instead",
}
"""What to do about a type that is not supported, by the beginning of its name."""


def advice(type_: str) -> str:
    """What to do about a type that is not in RESOURCE_TYPES, for an error message."""
    return next((action for start, action in ALTERNATIVES.items() if type_.startswith(start)), "remove it")
