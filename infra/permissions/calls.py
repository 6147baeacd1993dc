"""The permissions that functions need, recorded from their AWS calls in a run in this process."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple
from unittest.mock import patch

from botocore.client import BaseClient
from botocore.exceptions import ClientError

from infra.local.model.credentials import ACCOUNT, REGION


class Permission(NamedTuple):
    """An IAM action on a resource. `function` is the name of the function that has or needs it."""

    function: str
    action: str
    resource: str
    """An ARN, or a policy's pattern for ARNs."""

    def __str__(self) -> str:
        return f"{self.function}: {self.action} on {self.resource}"


def _tables(request: Mapping[str, Any]) -> Iterable[str]:
    return (_table(name) for name in request["RequestItems"])


def _table_or_index(request: Mapping[str, Any]) -> Iterable[str]:
    index = f"/index/{request['IndexName']}" if "IndexName" in request else ""
    return [_table(request["TableName"]) + index]


def _table(name: str) -> str:
    return f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{name}"


def _queue(request: Mapping[str, Any]) -> Iterable[str]:
    return [f"arn:aws:sqs:{REGION}:{ACCOUNT}:{request['QueueUrl'].rpartition('/')[2]}"]


def _topic(request: Mapping[str, Any]) -> Iterable[str]:
    return [request["TopicArn"]]


def _secret(request: Mapping[str, Any]) -> Iterable[str]:
    return [request["SecretId"]]


NEEDED: dict[str, tuple[str, Callable[[Mapping[str, Any]], Iterable[str]]]] = {
    "BatchGetItem": ("dynamodb:BatchGetItem", _tables),
    "ChangeMessageVisibility": ("sqs:ChangeMessageVisibility", _queue),
    "DeleteItem": ("dynamodb:DeleteItem", _table_or_index),
    "GetItem": ("dynamodb:GetItem", _table_or_index),
    "GetSecretValue": ("secretsmanager:GetSecretValue", _secret),
    "PublishBatch": ("sns:Publish", _topic),
    "PutItem": ("dynamodb:PutItem", _table_or_index),
    "Query": ("dynamodb:Query", _table_or_index),
    "SendMessage": ("sqs:SendMessage", _queue),
    "UpdateItem": ("dynamodb:UpdateItem", _table_or_index),
}
"""The IAM action and its resources, by operation (AWS Service Authorization Reference)."""


def needed(function: str, service: str, operation: str, request: Mapping[str, Any]) -> set[Permission]:
    """The permissions that a call needs.

    For an operation that NEEDED lacks: a permission that no role has.
    """
    unknown = (
        f"{service}:{operation}",
        lambda _: ["unknown: add the operation to NEEDED in infra/permissions/calls.py"],
    )
    action, resources = NEEDED.get(operation, unknown)
    return {Permission(function, action, resource) for resource in resources(request)}


@contextmanager
def recorded() -> Iterator[set[Permission]]:
    """Records the permissions that functions need in the block, except for resources that do not exist."""
    needs: set[Permission] = set()
    call_aws = BaseClient._make_api_call  # type: ignore[attr-defined]  # every call passes here

    def recording(client: Any, operation: str, request: dict[str, Any]) -> Any:
        function = os.environ.get("AWS_LAMBDA_FUNCTION_NAME")  # the calling function, as on Lambda
        exists = True
        try:
            return call_aws(client, operation, request)
        except ClientError as error:
            exists = error.response["Error"]["Code"] != "ResourceNotFoundException"
            raise
        finally:
            if function and exists:
                needs.update(needed(function, client.meta.service_model.service_name, operation, request))

    with patch.object(BaseClient, "_make_api_call", recording):
        yield needs
