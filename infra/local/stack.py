"""What a provisioned template consists of, as far as the laptop plays it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


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

    @property
    def service(self) -> str:
        """The service that it is part of, by Powertools' variable; else its own name."""
        return self.environment.get("POWERTOOLS_SERVICE_NAME", self.logical_id)


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


@dataclass
class Stack:
    """All that was created for a template, by logical id."""

    name: str
    functions: dict[str, Function] = field(default_factory=dict)
    sources: dict[str, EventSource] = field(default_factory=dict)
    routes: list[Route] = field(default_factory=list)
    queues: dict[str, str] = field(default_factory=dict)
    """Queue URLs."""
    topics: dict[str, str] = field(default_factory=dict)
    """Topic ARNs."""
    tables: dict[str, str] = field(default_factory=dict)
    """Table names."""
    secrets: dict[str, str] = field(default_factory=dict)
    """Secret ARNs."""
    subscriptions: dict[str, str] = field(default_factory=dict)
    """Subscription ARNs."""
    outputs: dict[str, str] = field(default_factory=dict)
    exports: dict[str, str] = field(default_factory=dict)

    def function_called(self, reference: str) -> Function:
        """By its name or ARN; an alias or version after either is of no account, as there is one code."""
        bare = re.sub(r"^((?:arn:aws:lambda:[^:]+:[^:]+:function:)?[^:]+)(:[^:]+)?$", r"\1", reference)
        return next(f for f in self.functions.values() if bare in (f.name, f.arn))
