"""Makes a first call to each service before processes are forked, so that a function's first call is fast.

At a service's first client, botocore reads the service's description, which the default session keeps. At its
first call, it compiles patterns and checks, and Python compares classes for the first time. Nothing is sent.
"""

from typing import Any

import boto3
from botocore.awsrequest import AWSResponse

from infra.local.runtime.short_calls import Body

CALLS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("dynamodb", "get_item", {"TableName": "any", "Key": {"id": {"S": "1"}}}),
    ("dynamodb", "put_item", {"TableName": "any", "Item": {"id": {"S": "1"}}}),
    ("secretsmanager", "get_secret_value", {"SecretId": "any"}),
    (
        "sns",
        "publish_batch",
        {"TopicArn": "any", "PublishBatchRequestEntries": [{"Id": "1", "Message": "1"}]},
    ),
    ("sqs", "send_message", {"QueueUrl": "http://localhost/any", "MessageBody": "1"}),
)
"""Each with its service, its operation and its parameters."""
ANSWERS = {"sns": b"<PublishBatchResponse><PublishBatchResult/></PublishBatchResponse>"}
"""What a service answers that does not speak JSON."""


def make() -> None:
    """Makes the calls. Requires the credentials and the Region in the environment."""
    for service, operation, parameters in CALLS:
        client = boto3.client(service)  # type: ignore[call-overload]  # the service is known at run time
        client.meta.events.register_first("before-send", _answer)
        getattr(client, operation)(**parameters)


def _answer(request: Any, event_name: str, **_: Any) -> AWSResponse:
    """In place of the service: botocore does not send a request that a handler of this event answers."""
    service = event_name.split(".")[1]
    headers: Any = {}
    return AWSResponse(request.url, 200, headers, Body(ANSWERS.get(service, b"{}")))
