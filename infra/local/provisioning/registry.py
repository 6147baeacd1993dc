"""Every resource type that a template may use, and how it is played."""

from infra.local.provisioning import (
    accepted,
    asynchronous,
    events,
    function_urls,
    functions,
    http_apis,
    mappings,
    queues,
    schedules,
    secrets,
    ssm,
    tables,
    topics,
)

KINDS = {
    **accepted.KINDS,
    **asynchronous.KINDS,
    **events.KINDS,
    **function_urls.KINDS,
    **functions.KINDS,
    **http_apis.KINDS,
    **mappings.KINDS,
    **queues.KINDS,
    **schedules.KINDS,
    **secrets.KINDS,
    **ssm.KINDS,
    **tables.KINDS,
    **topics.KINDS,
}
"""By type, such as AWS::SQS::Queue."""

INSTEAD = {
    "AWS::ApiGateway::": "use an HTTP API instead (AWS::Serverless::HttpApi, and events of the type HttpApi)",
    "AWS::CloudFormation::Stack": "let its template join by itself",
    "AWS::Pipes::": "use an event source mapping, or a rule with an event pattern",
    "AWS::DynamoDB::GlobalTable": "use AWS::DynamoDB::Table instead",
}
"""By the beginning of a type that cannot be played: what to do."""


def advice(type_: str) -> str:
    """What to do about a type that is not in KINDS."""
    return next((told for start, told in INSTEAD.items() if type_.startswith(start)), "remove it")
