"""The operations that go the short way, and their calls.

A call goes to moto's handler of the operation, not to the model behind it: the handler has a part of moto's
checks, and `corrections` replaces some handlers. `refusals` apply first, as on the long way.
"""

import json
from http import HTTPStatus
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.dynamodb.responses import DynamoHandler
from moto.secretsmanager.responses import SecretsManagerResponse
from moto.sns.responses import SNSResponse
from moto.sqs.responses import SQSResponse
from werkzeug.exceptions import HTTPException

from infra.local.aws import recursion, refusals
from infra.local.aws.corrections import tables
from infra.local.aws.short_way import shapes
from infra.local.aws.short_way.answers import json_answer, xml_answer
from infra.local.model.credentials import ACCOUNT

Handler = type[BaseResponse]

OPERATIONS: dict[tuple[str, str], tuple[Handler, str]] = {
    ("dynamodb", "BatchGetItem"): (DynamoHandler, "batch_get_item"),
    ("dynamodb", "DeleteItem"): (DynamoHandler, "delete_item"),
    ("dynamodb", "GetItem"): (DynamoHandler, "get_item"),
    ("dynamodb", "PutItem"): (DynamoHandler, "put_item"),
    ("dynamodb", "Query"): (DynamoHandler, "query"),
    ("dynamodb", "Scan"): (DynamoHandler, "scan"),
    ("dynamodb", "UpdateItem"): (DynamoHandler, "update_item"),
    ("sns", "Publish"): (SNSResponse, "publish"),
    ("sns", "PublishBatch"): (SNSResponse, "publish_batch"),
    ("sqs", "ChangeMessageVisibility"): (SQSResponse, "change_message_visibility"),
    ("sqs", "ChangeMessageVisibilityBatch"): (SQSResponse, "change_message_visibility_batch"),
    ("sqs", "DeleteMessage"): (SQSResponse, "delete_message"),
    ("sqs", "DeleteMessageBatch"): (SQSResponse, "delete_message_batch"),
    ("sqs", "GetQueueAttributes"): (SQSResponse, "get_queue_attributes"),
    ("sqs", "ReceiveMessage"): (SQSResponse, "receive_message"),
    ("sqs", "SendMessage"): (SQSResponse, "send_message"),
    ("sqs", "SendMessageBatch"): (SQSResponse, "send_message_batch"),
}
CREATIONS: dict[tuple[str, str], tuple[Handler, str]] = {
    ("dynamodb", "CreateTable"): (DynamoHandler, "create_table"),
    ("dynamodb", "UpdateTimeToLive"): (DynamoHandler, "update_time_to_live"),
    ("secretsmanager", "CreateSecret"): (SecretsManagerResponse, "create_secret"),
    ("secretsmanager", "GetRandomPassword"): (SecretsManagerResponse, "get_random_password"),
    ("sns", "CreateTopic"): (SNSResponse, "create_topic"),
    ("sns", "Subscribe"): (SNSResponse, "subscribe"),
    ("sqs", "CreateQueue"): (SQSResponse, "create_queue"),
}
"""The operations that `creations` calls. Others call them on the long way, which corrects their answers."""
_HANDLERS = OPERATIONS | CREATIONS
taken: dict[tuple[str, str], tuple[Handler, str]] = {}
"""The operations that go the short way now: OPERATIONS within `short_way`, otherwise none."""


class Failed(Exception):
    """moto refused the call. `response` has status, headers and body, as moto serializes them."""

    def __init__(self, response: tuple[int, Any, str]) -> None:
        super().__init__(response[2])
        self.response = response


class Call:
    """A call of one of the operations. `body` is JSON, or the fields of the query protocol."""

    def __init__(
        self,
        service: str,
        operation: str,
        region: str,
        headers: Any,
        body: Any,
        path: str = "/",
    ) -> None:
        self.service, self.operation = service, operation
        self._trace = headers.get("X-Amzn-Trace-Id", "")
        kind, self._method = _HANDLERS[service, operation]
        self.handler: Any = kind()
        self.handler.params = self.handler.body = shapes.parameters(service, operation, body)
        if not self.handler.automated_parameter_parsing:
            self.handler.body = body
        self.handler.region, self.handler.current_account = region, ACCOUNT
        self.handler.querystring, self.handler.uri_match = {"Action": [operation]}, {}
        self.handler.headers, self.handler.path, self.handler.uri = headers, path, path
        self.handler.response_headers = {"server": "amazon.com"}

    def answer(self) -> dict[str, Any]:
        """What moto's handler returns. Raises Failed."""
        with recursion.called_with(self._trace):
            try:
                refusals.check(self.handler)
                answer = getattr(self.handler, self._method)()
            except (ServiceException, HTTPException) as error:
                raise Failed(self._failure(error)) from error
        found: dict[str, Any] = json.loads(answer) if isinstance(answer, str) else answer.result or {}
        return found

    def result(self) -> dict[str, Any]:
        """The result as a client returns it, without metadata. Raises Failed."""
        answer = self.answer()
        tables.remove_unrequested(answer, self.handler.params)
        return shapes.result(self.service, self.operation, answer)

    def response(self) -> tuple[int, Any, str | bytes]:
        """The response over HTTP: status, headers and body."""
        try:
            result = self.result()
        except Failed as failed:
            return failed.response
        answer = xml_answer(self.operation, result) if self.service == "sns" else json_answer(result)
        return HTTPStatus.OK, *answer

    def _failure(self, error: Exception) -> tuple[int, Any, str]:
        """moto's response to an error: moto calls the method again, which now only raises the error."""

        def fail() -> None:
            raise error

        setattr(self.handler, self._method, fail)
        response: tuple[int, Any, str] = self.handler.call_action()
        return response
