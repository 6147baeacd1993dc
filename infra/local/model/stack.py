"""A provisioned stack: its resources, and the descriptions of those that the local run emulates itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.expressions import ScheduleTimes

ANY = "ANY"
"""The method of a route that accepts every method."""
DEFAULT = "$default"
"""The route of requests that match no other route, and the stage of paths without a stage name."""


@dataclass(frozen=True)
class Function:
    """A Lambda function. The local run enforces `timeout_seconds`; only the context shows `memory_mb`."""

    name: str
    logical_id: str
    arn: str
    handler: str
    code: Path
    environment: Mapping[str, str]
    timeout_seconds: int
    memory_mb: int
    may_recurse: bool = False
    """Whether the template has `RecursiveLoop: Allow`."""
    runtime: str = "python3.13"
    layers: tuple[str, ...] = ()
    """The import paths of the layers, which follow the function's own folder."""
    dead_letter_arn: str = ""
    """The ARN of the queue or topic for events of failed asynchronous invocations, or no text."""

    @property
    def service(self) -> str:
        """The service of the function: the value of POWERTOOLS_SERVICE_NAME, or else its logical ID."""
        return self.environment.get("POWERTOOLS_SERVICE_NAME", self.logical_id)


@dataclass(frozen=True)
class AsyncSettings:
    """The AWS::Lambda::EventInvokeConfig of a function. `on_success` and `on_failure` are ARNs or no text."""

    retries: int = 2
    max_age_seconds: int = 21_600
    on_success: str = ""
    on_failure: str = ""


@dataclass(frozen=True)
class Schedule:
    """An EventBridge rule or schedule. `source` is the source field of its events.

    It invokes a function or, if `function` is None, sends events to the targets of the rule `arn`.
    """

    logical_id: str
    arn: str
    times: ScheduleTimes
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
    """A JWT authorizer. It accepts tokens of `issuer` for one of the audiences."""

    issuer: str
    audience: tuple[str, ...]


@dataclass(frozen=True)
class Route:
    """A route of an HTTP API, such as `GET /orders/{order_id}`."""

    method: str
    path: str
    function: str
    authorizer: Authorizer | None = None
    scopes: tuple[str, ...] = ()
    """A token needs one of these scopes. Without scopes, every valid token is accepted."""
    payload_format: str = "2.0"
    """The payload format version: 1.0 or 2.0."""
    timeout_seconds: float = 30.0
    """The integration timeout."""

    @property
    def key(self) -> str:
        """The route key of API Gateway, such as `GET /orders` or `$default`."""
        return DEFAULT if self.path == DEFAULT else f"{self.method} {self.path}"


@dataclass(frozen=True)
class Cors:
    """An HTTP API's CORS configuration."""

    allow_origins: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age_seconds: int | None = None
    allow_credentials: bool = False


@dataclass
class HttpApi:
    """An HTTP API: its routes, and the variables of each of its stages."""

    routes: list[Route]
    cors: Cors | None = None
    stages: dict[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class FunctionUrl:
    """A function URL. `function` is the logical ID of the function."""

    function: str
    cors: Cors | None = None


@dataclass(frozen=True)
class Resource:
    """A created resource: its physical ID, which `Ref` returns, and the attributes of `Fn::GetAtt`."""

    type: str
    id: str
    attributes: Mapping[str, str]


@dataclass
class Stack:
    """The created resources of a template, by logical ID, in the order of creation."""

    name: str
    resources: dict[str, Resource] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    sources: dict[str, EventSource] = field(default_factory=dict)
    schedules: dict[str, Schedule] = field(default_factory=dict)
    async_settings: dict[str, AsyncSettings] = field(default_factory=dict)
    """By the logical ID of the function."""
    apis: dict[str, HttpApi] = field(default_factory=dict)
    """By physical ID."""
    urls: dict[str, FunctionUrl] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The stack ID, an ARN."""
        return f"arn:aws:cloudformation:{REGION}:{ACCOUNT}:stack/{self.name}/local"

    def physical_ids(self, type_: str) -> dict[str, str]:
        """The physical IDs of all resources of a type, by logical ID."""
        return {name: resource.id for name, resource in self.resources.items() if resource.type == type_}

    @property
    def queues(self) -> dict[str, str]:
        """The queue URLs, by logical ID."""
        return self.physical_ids("AWS::SQS::Queue")

    @property
    def topics(self) -> dict[str, str]:
        """The topic ARNs, by logical ID."""
        return self.physical_ids("AWS::SNS::Topic")

    @property
    def tables(self) -> dict[str, str]:
        """The table names, by logical ID."""
        return self.physical_ids("AWS::DynamoDB::Table")

    @property
    def secrets(self) -> dict[str, str]:
        """The secret ARNs, by logical ID."""
        return self.physical_ids("AWS::SecretsManager::Secret")

    @property
    def subscriptions(self) -> dict[str, str]:
        """The subscription ARNs, by logical ID."""
        return self.physical_ids("AWS::SNS::Subscription")

    @property
    def http_functions(self) -> set[str]:
        """The logical IDs of the functions that an HTTP API or a function URL invokes."""
        urls = {url.function for url in self.urls.values()}
        return urls | {route.function for route in self.routes}

    @property
    def routes(self) -> list[Route]:
        """The routes of all HTTP APIs."""
        return [route for api in self.apis.values() for route in api.routes]

    def find_function(self, reference: str) -> Function:
        """The function with a name or ARN. A version or alias in the reference is ignored.

        Raises LookupError if the stack has no such function.
        """
        bare = re.sub(r"^((?:arn:aws:lambda:[^:]+:[^:]+:function:)?[^:]+)(:[^:]+)?$", r"\1", reference)
        for function in self.functions.values():
            if bare in (function.name, function.arn):
                return function
        raise LookupError(reference)
