"""Creates a template's resources: on moto through boto3, or as descriptions for what we play ourselves.

Whatever stands in the template is played, is named in NOT_PLAYED with the reason, or stops the run.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.local import definition, inline
from infra.local.clients import client
from infra.local.credentials import ACCOUNT, REGION
from infra.local.event_sources import checks
from infra.local.resolver import Physical, Resolver
from infra.local.stack import EventSource, Function, Stack
from infra.local.template import Template, TemplateError, as_text

NOT_PLAYED = {
    "AWS::CloudWatch::Alarm": "nobody is woken on the laptop; choreo metrics has the counts",
    "AWS::CloudWatch::Dashboard": "the live page shows the run",
    "AWS::CodeDeploy::Application": "one version of the code, the one that is in the folder",
    "AWS::CodeDeploy::DeploymentGroup": "one version of the code, the one that is in the folder",
    "AWS::IAM::Role": "permissions are not enforced on the laptop",
    "AWS::Lambda::Permission": "permissions are not enforced on the laptop",
    "AWS::Logs::LogGroup": "logs go to the console",
    "AWS::SNS::TopicPolicy": "permissions are not enforced on the laptop",
    "AWS::SQS::QueuePolicy": "permissions are not enforced on the laptop",
}
"""Resource types that are left out on purpose, and why."""

QUEUE_NUMBERS = (
    "DelaySeconds",
    "MessageRetentionPeriod",
    "ReceiveMessageWaitTimeSeconds",
    "VisibilityTimeout",
)


@dataclass(frozen=True)
class Kind:
    """How a resource type is played: `left_out` properties change nothing that can be seen on a laptop."""

    create: "Callable[[Provisioner, str, dict[str, Any]], Physical]"
    played: frozenset[str]
    left_out: frozenset[str] = frozenset()


class Provisioner:
    """Creates the resources of one template, each when it is first needed."""

    def __init__(
        self, template: Template, stack_name: str, endpoint: str, imports: Mapping[str, str] | None = None
    ) -> None:
        self.template, self.endpoint = template, endpoint
        self.stack = Stack(stack_name)
        self._resolver = Resolver(template, stack_name, self._create, imports)

    def provision(self) -> Stack:
        """Raises TemplateError for what cannot be played, or breaks a rule of the template."""
        self._check_rules()
        for logical_id, resource in self.template.resources.items():
            if "Condition" not in resource or self._resolver.condition(resource["Condition"]):
                self._resolver.resource(logical_id)
        for name, output in self.template.outputs.items():
            self.stack.outputs[name] = self._resolver.resolve(output["Value"])
            if "Export" in output:
                export = self._resolver.resolve(output["Export"]["Name"])
                self.stack.exports[export] = self.stack.outputs[name]
        return self.stack

    def _check_rules(self) -> None:
        for name, rule in self.template.rules.items():
            if self._resolver.resolve(rule.get("RuleCondition", True)):
                for assertion in rule["Assertions"]:
                    if not self._resolver.resolve(assertion["Assert"]):
                        raise TemplateError(f"{name}: {assertion.get('AssertDescription', 'a broken rule')}")

    def name(self, logical_id: str) -> str:
        return f"{self.stack.name}-{logical_id}"

    def _create(self, logical_id: str) -> Physical:
        resource = self.template.resources[logical_id]
        kind = KINDS.get(resource["Type"])
        if kind is None:
            if resource["Type"] not in NOT_PLAYED:
                raise TemplateError(
                    f"{logical_id}: {resource['Type']} cannot be played locally; "
                    "play it in infra/local/provision.py, or name it in NOT_PLAYED there"
                )
            arn = f"arn:aws:not-played:{REGION}:{ACCOUNT}:{self.name(logical_id)}"
            return Physical(self.name(logical_id), {"Arn": arn})
        properties = self._resolver.resolve(resource.get("Properties", {}))
        unknown = properties.keys() - kind.played - kind.left_out
        if unknown:
            raise TemplateError(f"{logical_id}: {', '.join(sorted(unknown))} cannot be played locally")
        return kind.create(self, logical_id, properties)


def _queue(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    name = properties.get("QueueName", p.name(logical_id))
    attributes = {key: str(properties[key]) for key in QUEUE_NUMBERS if key in properties}
    if "RedrivePolicy" in properties:
        attributes["RedrivePolicy"] = json.dumps(properties["RedrivePolicy"])
    url = client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
    # moto builds queue addresses from the endpoint of the caller; clients of the run must reach it here.
    url = f"{p.endpoint}/{ACCOUNT}/{name}"
    p.stack.queues[logical_id] = url
    return Physical(
        url, {"Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}", "QueueName": name, "QueueUrl": url}
    )


def _topic(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    arn = client("sns").create_topic(Name=properties.get("TopicName", p.name(logical_id)))["TopicArn"]
    p.stack.topics[logical_id] = arn
    return Physical(arn, {"TopicArn": arn, "TopicName": arn.rpartition(":")[2]})


def _subscription(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    if properties["Protocol"] != "sqs":
        raise TemplateError(f"{logical_id}: only subscriptions of queues are played locally")
    attributes = {"RawMessageDelivery": str(properties.get("RawMessageDelivery", False)).lower()}
    for name in ("FilterPolicy", "RedrivePolicy"):
        if name in properties:
            attributes[name] = json.dumps(properties[name])
    arn = client("sns").subscribe(
        TopicArn=properties["TopicArn"],
        Protocol="sqs",
        Endpoint=properties["Endpoint"],
        Attributes=attributes,
        ReturnSubscriptionArn=True,
    )["SubscriptionArn"]
    p.stack.subscriptions[logical_id] = arn
    return Physical(arn, {"Arn": arn})


TABLE_CREATION = {
    "AttributeDefinitions",
    "BillingMode",
    "GlobalSecondaryIndexes",
    "KeySchema",
    "LocalSecondaryIndexes",
}


def _table(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    name = properties.get("TableName", p.name(logical_id))
    request = {key: properties[key] for key in TABLE_CREATION & properties.keys()}
    if "StreamSpecification" in properties:
        request["StreamSpecification"] = {**properties["StreamSpecification"], "StreamEnabled": True}
    dynamodb = client("dynamodb")
    created = dynamodb.create_table(TableName=name, **request)["TableDescription"]
    if "TimeToLiveSpecification" in properties:
        dynamodb.update_time_to_live(
            TableName=name, TimeToLiveSpecification=properties["TimeToLiveSpecification"]
        )
    p.stack.tables[logical_id] = name
    attributes = {"Arn": created["TableArn"]}
    if "LatestStreamArn" in created:
        attributes["StreamArn"] = created["LatestStreamArn"]
    return Physical(name, attributes)


def _function(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    name = properties.get("FunctionName", p.name(logical_id))
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}"
    runtime = properties.get("Runtime", "")
    if not runtime.startswith("python"):
        raise TemplateError(
            f"{logical_id}: Runtime {runtime or '(none)'} cannot be played locally; only Python's can, "
            "such as python3.13"
        )
    p.stack.functions[logical_id] = Function(
        name=name,
        logical_id=logical_id,
        arn=arn,
        handler=properties["Handler"],
        code=_code(p, logical_id, properties),
        environment={
            k: as_text(v) for k, v in properties.get("Environment", {}).get("Variables", {}).items()
        },
        timeout_seconds=int(properties.get("Timeout", 3)),
        memory_mb=int(properties.get("MemorySize", 128)),
        runtime=runtime,
    )
    return Physical(name, {"Arn": arn})


def _code(p: Provisioner, logical_id: str, properties: Mapping[str, Any]) -> Path:
    source = properties.get("Code", {}).get("ZipFile")
    if source is not None:
        return inline.folder(source)
    folder = p.template.code.get(logical_id)
    if folder is None or not folder.is_dir():
        raise TemplateError(
            f"{logical_id}: CodeUri {folder or '(none)'} is no folder; name the one with the function's code"
        )
    return folder.resolve()


def _version(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    arn = p.stack.function_called(properties["FunctionName"]).arn
    return Physical(f"{arn}:1", {"Version": "1", "FunctionArn": f"{arn}:1"})


def _alias(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    arn = p.stack.function_called(properties["FunctionName"]).arn
    return Physical(f"{arn}:{properties['Name']}")


def _event_source(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    function = p.stack.function_called(properties["FunctionName"]).logical_id
    try:
        checks.check(properties["EventSourceArn"], properties)
    except checks.Unplayable as reason:
        where = f"{p.template.path}: {logical_id}, an event source of {function}"
        raise TemplateError(f"{where}: {reason}") from None
    p.stack.sources[logical_id] = EventSource(logical_id, function, properties["EventSourceArn"], properties)
    return Physical(logical_id)


def _http_api(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    name = p.name(logical_id)
    p.stack.apis[name] = definition.http_api(logical_id, properties, p.stack.function_called)
    return Physical(name, {"ApiEndpoint": p.endpoint, "ApiId": name})


def _stage(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    name = properties["StageName"]
    p.stack.apis[properties["ApiId"]].stages[name] = properties.get("StageVariables", {})
    return Physical(name)


def _secret(p: Provisioner, logical_id: str, properties: dict[str, Any]) -> Physical:
    name, secrets = properties.get("Name", p.name(logical_id)), client("secretsmanager")
    text = properties.get("SecretString")
    if text is None:
        text = secrets.get_random_password(**properties["GenerateSecretString"])["RandomPassword"]
    secrets.create_secret(Name=name, SecretString=text)
    # Without AWS's six random characters at its end, which are not needed to find it.
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}"
    p.stack.secrets[logical_id] = arn
    return Physical(arn, {"Id": arn})


def remove(stack: Stack) -> None:
    """Deletes what a stack created, subscriptions first."""
    sns, sqs = client("sns"), client("sqs")
    for arn in stack.subscriptions.values():
        sns.unsubscribe(SubscriptionArn=arn)
    for arn in stack.topics.values():
        sns.delete_topic(TopicArn=arn)
    for url in stack.queues.values():
        sqs.delete_queue(QueueUrl=url)
    for arn in stack.secrets.values():
        client("secretsmanager").delete_secret(SecretId=arn, ForceDeleteWithoutRecovery=True)
    for name in stack.tables.values():
        client("dynamodb").delete_table(TableName=name)


KINDS = {
    "AWS::SQS::Queue": Kind(
        _queue,
        frozenset({"QueueName", "RedrivePolicy", *QUEUE_NUMBERS}),
        frozenset({"SqsManagedSseEnabled", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "Tags"}),
    ),
    "AWS::SNS::Topic": Kind(_topic, frozenset({"TopicName"}), frozenset({"KmsMasterKeyId", "Tags"})),
    "AWS::SNS::Subscription": Kind(
        _subscription,
        frozenset(
            {"TopicArn", "Protocol", "Endpoint", "RawMessageDelivery", "FilterPolicy", "RedrivePolicy"}
        ),
    ),
    "AWS::DynamoDB::Table": Kind(
        _table,
        frozenset({"TableName", "StreamSpecification", *TABLE_CREATION}),
        frozenset(
            {
                "DeletionProtectionEnabled",
                "PointInTimeRecoverySpecification",
                "SSESpecification",
                "Tags",
                "TimeToLiveSpecification",
            }
        ),
    ),
    "AWS::Lambda::Function": Kind(
        _function,
        frozenset({"FunctionName", "Handler", "Environment", "Timeout", "MemorySize", "Code"}),
        frozenset(
            {"Architectures", "LoggingConfig", "Role", "Runtime", "SnapStart", "Tags", "TracingConfig"}
        ),
    ),
    "AWS::Lambda::Version": Kind(_version, frozenset({"FunctionName"}), frozenset({"Description"})),
    # Without RoutingConfig: an alias that is split would need the code of two versions here.
    "AWS::Lambda::Alias": Kind(
        _alias, frozenset({"Name", "FunctionName", "FunctionVersion"}), frozenset({"Description"})
    ),
    "AWS::Lambda::EventSourceMapping": Kind(
        _event_source,
        frozenset(
            {
                "BatchSize",
                "BisectBatchOnFunctionError",
                "DestinationConfig",
                "EventSourceArn",
                "FilterCriteria",
                "FunctionName",
                "FunctionResponseTypes",
                "MaximumBatchingWindowInSeconds",
                "MaximumRecordAgeInSeconds",
                "MaximumRetryAttempts",
                "StartingPosition",
            }
        ),
        # A laptop runs fewer environments a function than any maximum allows.
        frozenset({"ScalingConfig", "Tags"}),
    ),
    "AWS::SecretsManager::Secret": Kind(
        _secret,
        frozenset({"Name", "SecretString", "GenerateSecretString"}),
        frozenset({"Description", "KmsKeyId", "Tags"}),
    ),
    "AWS::ApiGatewayV2::Api": Kind(
        _http_api,
        frozenset({"Body", "CorsConfiguration"}),
        frozenset({"Description", "FailOnWarnings", "Tags"}),
    ),
    # Throttling would only slow down a try of a thousand orders; requests are not logged.
    "AWS::ApiGatewayV2::Stage": Kind(
        _stage,
        frozenset({"ApiId", "StageName", "StageVariables"}),
        frozenset(
            {
                "AccessLogSettings",
                "AutoDeploy",
                "DefaultRouteSettings",
                "DeploymentId",
                "Description",
                "RouteSettings",
                "Tags",
            }
        ),
    ),
}
