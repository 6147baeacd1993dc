"""A deployed stack, as CloudFormation describes it: the services, their queues, topics and tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from boto3 import Session
from botocore.config import Config
from botocore.exceptions import ClientError

from infra.cli.account import connect
from infra.cli.errors import CommandError
from infra.shared.arns import region_of

CONFIG = Config(connect_timeout=3, read_timeout=30, retries={"mode": "standard", "total_max_attempts": 3})


@dataclass(frozen=True)
class Service:
    """A service. `table` contains its orders. Only a service that publishes events has a `topic`."""

    name: str
    table: str
    queue: str
    topic: str | None


@dataclass(frozen=True)
class Deployed:
    """A deployed stack. `resources` has physical ids by logical id, by resource type.

    `parameters` is empty for the local run, which does not list them.
    """

    name: str
    region: str
    outputs: Mapping[str, str]
    resources: Mapping[str, Mapping[str, str]]
    session: Session
    endpoint: str | None
    parameters: Mapping[str, str] = field(default_factory=dict)
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        if service not in self._clients:
            self._clients[service] = _client(self.session, self.endpoint, service, self.region)
        return self._clients[service]

    @property
    def queues(self) -> Mapping[str, str]:
        """Queue URLs by logical id."""
        return self.resources.get("AWS::SQS::Queue", {})

    @property
    def services(self) -> list[Service]:
        """The stack's services. Each has a table and a queue whose names start with the service's name."""
        tables, topics = (
            self.resources.get(f"AWS::{kind}", {}) for kind in ("DynamoDB::Table", "SNS::Topic")
        )
        return [
            Service(
                prefix or self.name,
                tables[f"{prefix}Table"],
                self.queues[queue],
                topics.get(f"{prefix}Topic"),
            )
            for queue in self.queues
            if queue.endswith("Queue") and f"{(prefix := queue.removesuffix('Queue'))}Table" in tables
        ]

    def table(self, logical_id: str) -> str:
        """The table's name. Raises CommandError if the stack has no such table."""
        found = self.resources.get("AWS::DynamoDB::Table", {}).get(logical_id)
        if found is None:
            raise CommandError(
                f"stack {self.name} has no {logical_id}: name the choreography's own with --stack"
            )
        return found

    def secret(self, logical_id: str) -> str:
        """The secret's ARN. Raises CommandError if the stack has no such secret."""
        found = self.resources.get("AWS::SecretsManager::Secret", {}).get(logical_id)
        if found is None:
            raise CommandError(
                f"stack {self.name} has no {logical_id}: name the choreography's own with --stack"
            )
        return found

    def output(self, name: str) -> str:
        """The output's value. Raises CommandError if the stack has no such output."""
        if name not in self.outputs:
            raise CommandError(
                f"stack {self.name} has no output {name}: name the choreography's own with --stack"
            )
        return self.outputs[name]


def find(name: str) -> Deployed:
    """Returns the deployed stack with this name. Raises CommandError if it does not exist."""
    session, endpoint = connect()
    cloudformation = _client(session, endpoint, "cloudformation", session.region_name)
    try:
        (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        where = endpoint or f"AWS in {session.region_name}"
        raise CommandError(f"there is no stack {name} at {where}: name another with --stack") from error
    resources: dict[str, dict[str, str]] = {}
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=name):
        for resource in page["StackResourceSummaries"]:
            of_kind = resources.setdefault(resource["ResourceType"], {})
            of_kind[resource["LogicalResourceId"]] = resource.get("PhysicalResourceId", "")
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    # The local run has one region, and ignores the region of the environment.
    region = region_of(stack["StackId"])
    parameters = {given["ParameterKey"]: given["ParameterValue"] for given in stack.get("Parameters", [])}
    return Deployed(name, region, outputs, resources, session, endpoint, parameters)


def _client(session: Session, endpoint: str | None, service: str, region: str) -> Any:
    return session.client(  # type: ignore[call-overload]  # the service's name is known only at run time
        service, endpoint_url=endpoint, region_name=region, config=CONFIG
    )
