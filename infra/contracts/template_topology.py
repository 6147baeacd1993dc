"""The publishers, topics, queues, consumers and routes of template.yaml."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from infra.local.provisioning.model import Template
from infra.local.provisioning.template import load
from infra.shared.filter_policies import event_types
from infra.shared.root import ROOT


@dataclass(frozen=True)
class Subscription:
    """A subscription. `policy` is its filter policy, `types` are the event types that match it."""

    name: str
    topic: str
    queue: str
    policy: Mapping[str, Any]

    @property
    def types(self) -> tuple[str, ...]:
        return event_types(self.policy)


@dataclass(frozen=True)
class TemplateQueue:
    """A queue, its consuming function and that function's service. A dead-letter queue has no consumer."""

    name: str
    retention_days: int
    consumer: str | None = None
    service: str | None = None
    dead_letters: str | None = None


@dataclass(frozen=True)
class Route:
    """A route of the HTTP API, except `$default`.

    `requires_token`: whether the route requires a token if the stack has an issuer.
    """

    method: str
    path: str
    service: str
    requires_token: bool


@dataclass(frozen=True)
class TemplateTopology:
    """All topics, queues, subscriptions and routes. `topics` maps each topic to its publishing service."""

    topics: Mapping[str, str]
    queues: Mapping[str, TemplateQueue]
    subscriptions: tuple[Subscription, ...]
    routes: tuple[Route, ...]

    def consumers(self, kind: str) -> tuple[str, ...]:
        """The functions that receive events of this type."""
        queues = (self.queues[s.queue] for s in self.subscriptions if kind in s.types)
        return tuple(sorted(queue.consumer for queue in queues if queue.consumer is not None))

    def topic_of(self, service: str) -> str:
        return next(topic for topic, publisher in self.topics.items() if publisher == service)


@cache
def template_topology() -> TemplateTopology:
    """The topology of template.yaml, read once in each process."""
    template = load(ROOT / "template.yaml")
    return TemplateTopology(_topics(template), _queues(template), _subscriptions(template), _routes(template))


def _of_type(template: Template, kind: str) -> dict[str, Any]:
    return {
        name: resource.get("Properties", {})
        for name, resource in sorted(template.resources.items())
        if resource["Type"] == kind
    }


def _variables(template: Template) -> dict[str, Any]:
    functions = _of_type(template, "AWS::Lambda::Function")
    return {name: function["Environment"]["Variables"] for name, function in functions.items()}


def _topics(template: Template) -> dict[str, str]:
    publishers = [v for v in _variables(template).values() if "TOPIC_ARN" in v]
    return {v["TOPIC_ARN"]["Ref"]: v["POWERTOOLS_SERVICE_NAME"] for v in publishers}


def _queues(template: Template) -> dict[str, TemplateQueue]:
    mappings = _of_type(template, "AWS::Lambda::EventSourceMapping").values()
    consumers = {
        m["EventSourceArn"]["Fn::GetAtt"][0]: _aliased(template, m["FunctionName"]["Ref"]) for m in mappings
    }
    variables = _variables(template)
    queues = {}
    for name, properties in _of_type(template, "AWS::SQS::Queue").items():
        consumer = consumers.get(name)
        redrive = properties.get("RedrivePolicy")
        queues[name] = TemplateQueue(
            name,
            properties["MessageRetentionPeriod"] // 86400,
            consumer,
            variables[consumer]["POWERTOOLS_SERVICE_NAME"] if consumer else None,
            redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] if redrive else None,
        )
    return queues


def _aliased(template: Template, alias: str) -> str:
    """The function of an alias, which mappings and routes invoke."""
    function: str = template.resources[alias]["Properties"]["FunctionName"]["Ref"]
    return function


def _subscriptions(template: Template) -> tuple[Subscription, ...]:
    return tuple(
        Subscription(name, s["TopicArn"]["Ref"], s["Endpoint"]["Fn::GetAtt"][0], s["FilterPolicy"])
        for name, s in _of_type(template, "AWS::SNS::Subscription").items()
    )


def _routes(template: Template) -> tuple[Route, ...]:
    variables = _variables(template)
    found = []
    for api in _of_type(template, "AWS::ApiGatewayV2::Api").values():
        for path, methods in api["Body"]["paths"].items():
            for method, operation in methods.items():
                if operation.get("isDefaultRoute"):
                    continue
                uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
                called = re.search(r"\$\{(\w+)\}/invocations", uri)
                assert called is not None, uri
                service = variables[_aliased(template, called[1])]["POWERTOOLS_SERVICE_NAME"]
                found.append(Route(method, path, service, "security" in operation))
    return tuple(sorted(found, key=lambda route: (route.path, route.method)))
