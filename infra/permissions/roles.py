"""The permissions of a template's functions, one for each action and resource of their roles."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource, Stack
from infra.local.provisioning.functions import function_name
from infra.local.provisioning.model import Template
from infra.local.provisioning.registry import RESOURCE_TYPES
from infra.local.provisioning.resolver import Resolver
from infra.local.provisioning.resource_types import ResourceDefinition
from infra.permissions.calls import Permission

LOG_GROUP = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:"
OTHER_GRANTS = ("AWS::IAM::ManagedPolicy", "AWS::IAM::Policy", "AWS::IAM::RolePolicy")

QUEUE_POLLING = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
"""The actions of Lambda on a queue, with the function's role: the managed policy
AWSLambdaSQSQueueExecutionRole (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html)."""
STREAM_READING = ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator")
"""The actions of Lambda on a stream, and ListStreams on all streams of the table (the managed policy
AWSLambdaDynamoDBExecutionRole; resources as in SAM's policy template DynamoDBStreamReadPolicy)."""
LOGGING = ("logs:CreateLogStream", "logs:PutLogEvents")
"""The actions on an existing log group (the managed policy AWSLambdaBasicExecutionRole)."""
TRACING = ("xray:PutTraceSegments", "xray:PutTelemetryRecords")
"""The actions on `*`: X-Ray supports no resource ARNs here (Lambda developer guide, tracing with X-Ray)."""


class UnsupportedPolicy(Exception):
    """The template grants permissions in a way that this module does not read. The message says where."""


def allowed(template: Template, stack: str) -> set[Permission]:
    """All permissions of the functions' roles. Patterns stay as they are. Raises UnsupportedPolicy."""
    for name, resource in template.resources.items():
        if resource["Type"] in OTHER_GRANTS:
            raise UnsupportedPolicy(
                f"{name}: write the permissions into the role, not into a separate policy"
            )
    resolve = _resolver(template, stack).resolve
    return {
        Permission(f"{stack}-{name}", action, resource)
        for name, function in _of_type(template, "AWS::Lambda::Function")
        for statement in _statements(template, function["Role"]["Fn::GetAtt"][0], resolve)
        for action in _listed(statement["Action"])
        for resource in _resources(statement)
    }


def used_by_lambda(template: Template, stack: str) -> set[Permission]:
    """The permissions that Lambda itself uses: it polls, logs, traces, and sends to on-failure queues."""
    resolve = _resolver(template, stack).resolve
    used = set()
    for name, function in _of_type(template, "AWS::Lambda::Function"):
        logs = f"{LOG_GROUP}{resolve(function['LoggingConfig']['LogGroup'])}:*"
        used |= {Permission(f"{stack}-{name}", action, logs) for action in LOGGING}
        if function["TracingConfig"]["Mode"] == "Active":
            used |= {Permission(f"{stack}-{name}", action, "*") for action in TRACING}
    for _, mapping in _of_type(template, "AWS::Lambda::EventSourceMapping"):
        name = function_name(resolve(mapping["FunctionName"]))
        used |= {Permission(name, *each) for each in _polling(resolve(mapping))}
    return used


def _polling(mapping: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    source = mapping["EventSourceArn"]
    if source.startswith("arn:aws:sqs:"):
        yield from ((action, source) for action in QUEUE_POLLING)
        return
    yield from ((action, source) for action in STREAM_READING)
    yield "dynamodb:ListStreams", source.rpartition("/")[0] + "/*"
    yield "sqs:SendMessage", mapping["DestinationConfig"]["OnFailure"]["Destination"]


def _statements(template: Template, role: str, resolve: Any) -> Iterable[dict[str, Any]]:
    properties = template.resources[role]["Properties"]
    if "Policies" not in properties:
        raise UnsupportedPolicy(f"{role} has no Policies: write the permissions into the role")
    policies = resolve(properties["Policies"])
    statements = [statement for policy in policies for statement in policy["PolicyDocument"]["Statement"]]
    for statement in statements:
        if statement.keys() != {"Effect", "Action", "Resource"} or statement["Effect"] != "Allow":
            raise UnsupportedPolicy(f"{role}: {statement}")
    if "ManagedPolicyArns" in properties:
        raise UnsupportedPolicy(
            f"{role}: write the managed policy's permissions into the role: the tests cannot read it"
        )
    return statements


def _resources(statement: Mapping[str, Any]) -> Iterator[str]:
    """The resources of a statement, without the pattern of a secret whose exact ARN is there too.

    The pattern is a partial ARN with six random characters at its end.
    """
    resources = _listed(statement["Resource"])
    return (one for one in resources if one.removesuffix("-??????") not in set(resources) - {one})


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _of_type(template: Template, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, resource in template.resources.items():
        if resource["Type"] == kind:
            yield name, resource["Properties"]


def _resolver(template: Template, stack: str) -> Resolver:
    """A resolver with the resource names of the local run. It creates no resource."""

    def describe(logical_id: str) -> Resource:
        resource = template.resources[logical_id]
        kind, properties = RESOURCE_TYPES[resource["Type"]], resource.get("Properties", {})
        if not kind.why_ignored:
            properties = resolver.resolve(properties)
        return kind.describe(
            ResourceDefinition(logical_id, resource["Type"], properties, template, described, "")
        )

    described = Stack(stack)
    resolver = Resolver(template, described, describe)
    return resolver
