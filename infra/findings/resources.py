"""Checks that each function, queue and subscription of a translated template has all that goes with it.

They look for what is missing. Whether a setting's value is right, tests/infrastructure checks.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from infra.findings.finding import Finding
from infra.local.provisioning.model import Template

SERVICE = "service"
QUEUE = "queue"
SUBSCRIPTION = "subscription"
OF_FUNCTIONS = ("Errors", "Throttles")
OF_QUEUES = "ApproximateAgeOfOldestMessage"
OF_DEAD_LETTERS = "ApproximateNumberOfMessagesVisible"


def of_resources(template: Template) -> Iterator[Finding]:
    """The findings about functions, queues and subscriptions."""
    yield from _Resources(template).findings()


class _Resources:
    """The resources of a template, by type."""

    def __init__(self, template: Template) -> None:
        self._resources = template.resources
        self._functions = self._of_type("AWS::Lambda::Function")
        self._queues = self._of_type("AWS::SQS::Queue")
        self._alarms = list(self._of_type("AWS::CloudWatch::Alarm").values())
        mappings = self._of_type("AWS::Lambda::EventSourceMapping")
        self._sources = {_name(mapping.get("EventSourceArn")): mapping for mapping in mappings.values()}
        self._dashboards = str(self._of_type("AWS::CloudWatch::Dashboard"))

    def _of_type(self, kind: str) -> dict[str, Mapping[str, Any]]:
        return {
            name: resource.get("Properties", {})
            for name, resource in sorted(self._resources.items())
            if resource["Type"] == kind
        }

    def findings(self) -> Iterator[Finding]:
        for name, properties in self._functions.items():
            yield from self._of_function(name, properties)
        for name, properties in self._queues.items():
            yield from self._of_queue(name, properties)
        for name, properties in self._of_type("AWS::SNS::Subscription").items():
            yield from self._of_subscription(name, properties)

    def _of_function(self, name: str, function: Mapping[str, Any]) -> Iterator[Finding]:
        role = self._resources.get(f"{name}Role", {}).get("Properties", {})
        if _name(function.get("Role")) != f"{name}Role":
            yield Finding(name, f"has no role of its own, {name}Role", QUEUE)
        elif "Policies" not in role:
            yield Finding(f"{name}Role", "has no Policies, which list the calls that it allows", QUEUE)
        if "LogGroup" not in function.get("LoggingConfig", {}):
            yield Finding(name, f"has no log group of its own, {name}Logs", QUEUE)
        if "POWERTOOLS_SERVICE_NAME" not in function.get("Environment", {}).get("Variables", {}):
            yield Finding(name, "has no variable POWERTOOLS_SERVICE_NAME, which names its service", QUEUE)
        for metric in OF_FUNCTIONS:
            if not self._watched(metric, {"Ref": name}):
                yield Finding(name, f"has no alarm on {metric}", QUEUE)
        if f"${{{name}}}" not in self._dashboards:
            yield Finding(name, "is not on the dashboard", QUEUE)

    def _of_queue(self, name: str, queue: Mapping[str, Any]) -> Iterator[Finding]:
        consumed = name in self._sources
        if consumed and not name.endswith("Queue"):
            yield Finding(name, f"has a consumer, and needs a name that ends with Queue: {name}Queue", QUEUE)
        if consumed and "RedrivePolicy" not in queue:
            yield Finding(name, "has no dead-letter queue (RedrivePolicy)", QUEUE)
        if consumed and "FunctionResponseTypes" not in self._sources[name]:
            yield Finding(name, "has a mapping without ReportBatchItemFailures", QUEUE)
        if consumed and "ScalingConfig" not in self._sources[name]:
            yield Finding(name, "has a mapping without MaximumConcurrency (ScalingConfig)", QUEUE)
        for setting in ("MessageRetentionPeriod", "SqsManagedSseEnabled"):
            if setting not in queue:
                yield Finding(name, f"has no {setting}", QUEUE)
        if not any({"Ref": name} in policy.get("Queues", ()) for policy in self._policies()):
            yield Finding(name, "has no queue policy, which denies requests without TLS", QUEUE)
        metric = OF_QUEUES if consumed else OF_DEAD_LETTERS
        if not self._watched(metric, {"Fn::GetAtt": [name, "QueueName"]}):
            yield Finding(name, f"has no alarm on {metric}", QUEUE)
        if f"${{{name}.QueueName}}" not in self._dashboards:
            yield Finding(name, "is not on the dashboard", QUEUE)

    def _of_subscription(self, name: str, subscription: Mapping[str, Any]) -> Iterator[Finding]:
        if subscription.get("RawMessageDelivery") is not True:
            yield Finding(
                name, "has no RawMessageDelivery, without which consumers cannot read", SUBSCRIPTION
            )
        if "type" not in subscription.get("FilterPolicy", {}):
            yield Finding(name, "has no filter policy by `type`", SUBSCRIPTION)
        if "RedrivePolicy" not in subscription:
            yield Finding(name, "has no dead-letter queue (RedrivePolicy)", SUBSCRIPTION)
        topic, queue = subscription.get("TopicArn"), _name(subscription.get("Endpoint"))
        if not any(self._lets_send(policy, topic, queue) for policy in self._policies()):
            yield Finding(
                name, f"may not send to {queue}: its queue policy does not name the topic", SUBSCRIPTION
            )

    def _policies(self) -> list[Mapping[str, Any]]:
        return list(self._of_type("AWS::SQS::QueuePolicy").values())

    def _lets_send(self, policy: Mapping[str, Any], topic: Any, queue: str) -> bool:
        return any(
            statement["Effect"] == "Allow"
            and _name(statement["Resource"]) == queue
            and topic in statement.get("Condition", {}).get("ArnEquals", {}).get("aws:SourceArn", ())
            for statement in policy["PolicyDocument"]["Statement"]
        )

    def _watched(self, metric: str, value: Any) -> bool:
        return any(
            alarm.get("MetricName") == metric
            and any(d["Value"] == value for d in alarm.get("Dimensions", ()))
            for alarm in self._alarms
        )


def _name(reference: Any) -> str:
    """The logical id in `!GetAtt NAME.Arn` or `!Ref NAME`; empty for anything else."""
    if not isinstance(reference, Mapping):
        return ""
    return str(reference.get("Ref") or reference.get("Fn::GetAtt", [""])[0])
