"""The AWS endpoint in this process, for boto3 clients and raw requests. Checks each answer."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode, urlsplit

import boto3
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.core.botocore_stubber import MockRawResponse

from infra.local.aws.moto_patches import patched_moto
from infra.local.http import aws_endpoint
from infra.local.in_process import environment
from infra.local.model.credentials import ACCOUNT, CREDENTIALS, REGION
from infra.local.model.messages import Answer, Call, Request
from tests.local import shapes

HOST = "localhost:3999"
URL = f"http://{HOST}"
SIGNED = "AWS4-HMAC-SHA256 Credential=local/20260101/{}/{}/aws4_request, SignedHeaders=host, Signature=0"


class Endpoint:
    """A new local AWS. An answer that differs from botocore's service model fails the test."""

    def client(self, service: str) -> Any:
        """A client of the endpoint that sends invalid requests, too."""
        made: Any = boto3.client(  # type: ignore[call-overload]  # the service is known at run time
            service,
            region_name=REGION,
            endpoint_url=URL,
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            config=Config(retries={"total_max_attempts": 1}, parameter_validation=False),
        )
        made.meta.events.register_first("before-send.*.*", self._send)
        return made

    def query(self, service: str, action: str, path: str = "/", **parameters: str) -> Answer:
        """Sends a request by the query protocol, as SDKs before 2023 do to SQS. `_` in names means `.`."""
        form = {"Action": action} | {name.replace("_", "."): value for name, value in parameters.items()}
        headers = [
            ("host", HOST),
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", SIGNED.format(REGION, service)),
        ]
        return self.answer(Request("POST", path, "", headers, urlencode(form).encode()))

    def answer(self, request: Request) -> Answer:
        call = aws_endpoint.read_call(request)
        assert call is not None
        answer = asyncio.run(_answer(call))
        service = "dynamodbstreams" if call.service == "streams.dynamodb" else call.service
        assert shapes.wrong(service, call.operation, answer) == []
        return answer

    def queue(self, name: str = "queue", **attributes: str) -> str:
        """Creates a queue. Returns its URL."""
        url: str = self.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url

    def topic(self, name: str = "topic") -> str:
        """Creates a topic. Returns its ARN."""
        arn: str = self.client("sns").create_topic(Name=name)["TopicArn"]
        return arn

    def subscribe(self, topic_arn: str, queue_name: str, **attributes: str) -> str:
        """Subscribes a queue, which need not exist. Returns the subscription's ARN."""
        arn: str = self.client("sns").subscribe(
            TopicArn=topic_arn,
            Protocol="sqs",
            Endpoint=queue_arn(queue_name),
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return arn

    def bodies(self, queue_url: str) -> list[str]:
        """The bodies of the messages that can be received now."""
        found = self.client("sqs").receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10)
        return [message["Body"] for message in found.get("Messages", [])]

    def _send(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        parts = urlsplit(request.url)
        headers = [(name.lower(), _text(value)) for name, value in request.headers.items()]
        body: Any = request.body or b""
        raw = body.encode() if isinstance(body, str) else bytes(body)
        asked = Request(request.method, parts.path or "/", parts.query, [*headers, ("host", HOST)], raw)
        answer = self.answer(asked)
        answered = HTTPHeaders.from_dict(dict(answer.headers))
        return AWSResponse(request.url, answer.status, answered, MockRawResponse(answer.body))


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    """The code and the message of a call's error."""
    with pytest.raises(ClientError) as refused:
        call(**request)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


async def _answer(call: Call) -> Answer:
    ended = asyncio.Event()
    ended.set()  # long polls end at once
    return await aws_endpoint.answer(call, ended)


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    with patched_moto(), environment({}):
        yield Endpoint()
