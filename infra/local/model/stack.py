"""What a provisioned template consists of, as far as the laptop plays it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.expressions import Times

ANY = "ANY"
"""The method of a route that takes any."""
DEFAULT = "$default"
"""The route that takes what no other does, and the stage that a path does not name."""


@dataclass(frozen=True)
class Function:
    """A Lambda function. `timeout_seconds` is enforced; `memory_mb` is only shown to the function."""

    name: str
    logical_id: str
    arn: str
    handler: str
    code: Path
    environment: Mapping[str, str]
    timeout_seconds: int
    memory_mb: int
    may_recurse: bool = False
    """RecursiveLoop: Allow."""
    runtime: str = "python3.13"
    layers: tuple[str, ...] = ()
    """Folders that modules are imported from, after the code's own."""
    dead_letters: str = ""
    """The ARN of the queue or topic for events whose asynchronous invocation failed."""

    @property
    def service(self) -> str:
        """The service that it is part of, by Powertools' variable; else its own name."""
        return self.environment.get("POWERTOOLS_SERVICE_NAME", self.logical_id)


@dataclass(frozen=True)
class AsyncSettings:
    """A function's AWS::Lambda::EventInvokeConfig, with the ARNs of its destinations."""

    retries: int = 2
    max_age_seconds: int = 21_600
    on_success: str = ""
    on_failure: str = ""


@dataclass(frozen=True)
class Schedule:
    """A rule or schedule of EventBridge; `source` is the service of its events.

    It invokes a function or, if `function` is None, sends events to the targets of the rule `arn`.
    """

    logical_id: str
    arn: str
    times: Times
    source: str
    function: str | None = None
    input: str | None = None


@dataclass(frozen=True)
class EventSource:
    """An event source mapping, as AWS::Lambda::EventSourceMapping describes it."""

    logical_id: str
    function: str
    arn: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Authorizer:
    """A JWT authorizer: whose tokens it takes, and for whom they have to be (any of `audience`)."""

    issuer: str
    audience: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """A route of the HTTP API, such as `GET /orders/{order_id}`; without an authorizer it is open."""

    method: str
    path: str
    function: str
    authorizer: Authorizer | None = None
    scopes: tuple[str, ...] = ()
    """A token needs one of them, if there are any."""
    payload: str = "2.0"
    """The version of the payload format."""
    timeout_seconds: float = 30.0
    """The integration's timeout, at most API Gateway's."""

    @property
    def key(self) -> str:
        """The route key, as API Gateway writes it."""
        return DEFAULT if self.path == DEFAULT else f"{self.method} {self.path}"


@dataclass(frozen=True)
class Cors:
    """An HTTP API's CORS configuration."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    credentials: bool = False


@dataclass
class HttpApi:
    """An HTTP API: its routes, and the variables of each of its stages."""

    routes: list[Route]
    cors: Cors | None = None
    stages: dict[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class FunctionUrl:
    """A function's own address, by the function's logical id."""

    function: str
    cors: Cors | None = None


@dataclass(frozen=True)
class Resource:
    """A created resource: its physical id, which `Ref` gives, and what `Fn::GetAtt` gives."""

    type: str
    id: str
    attributes: Mapping[str, str]


@dataclass
class Stack:
    """All that was created for a template, by logical id, in the order of creation."""

    name: str
    resources: dict[str, Resource] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    sources: dict[str, EventSource] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    async_settings: dict[str, AsyncSettings] = field(default_factory=dict)
    """By the function's logical id."""
    apis: dict[str, HttpApi] = field(default_factory=dict)
    """By physical id."""
    urls: dict[str, FunctionUrl] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """CloudFormation's stack id."""
        return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{self.name}/local"

    def ids(self, type_: str) -> dict[str, str]:
        """The physical ids of all resources of a type."""
        return {name: resource.id for name, resource in self.resources.items() if resource.type == type_}

    @property
    def queues(self) -> dict[str, str]:
        """Queue URLs."""
        return self.ids("AWS::SQS::Queue")

    @property
    def topics(self) -> dict[str, str]:
        """Topic ARNs."""
        return self.ids("AWS::SNS::Topic")

    @property
    def tables(self) -> dict[str, str]:
        """Table names."""
        return self.ids("AWS::DynamoDB::Table")

    @property
    def secrets(self) -> dict[str, str]:
        """Secret ARNs."""
        return self.ids("AWS::SecretsManager::Secret")

    @property
    def subscriptions(self) -> dict[str, str]:
        """Subscription ARNs."""
        return self.ids("AWS::SNS::Subscription")

    @property
    def http_functions(self) -> set[str]:
        """Logical ids of the functions that serve HTTP requests."""
        urls = {url.function for url in self.urls.values()}
        return urls | {route.function for route in self.routes}

    @property
    def routes(self) -> list[Route]:
        """Those of all its HTTP APIs."""
        return [route for api in self.apis.values() for route in api.routes]

    def function_called(self, reference: str) -> Function:
        """By its name or ARN. A version or alias after either is ignored: there is one code.

        Raises LookupError if there is none.
        """
        bare = re.sub(r"^((?:arn:aws:lambda:[^:]+:[^:]+:function:)?[^:]+)(:[^:]+)?$", r"\1", reference)
        for function in self.functions.values():
            if bare in (function.name, function.arn):
                return function
        raise LookupError(reference)
