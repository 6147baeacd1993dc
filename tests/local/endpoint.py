"""The AWS endpoint in this process, for boto3 clients and raw requests. It checks all responses."""

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
from infra.local.model.messages import AwsCall, Request, Response
from tests.local import shapes

HOST = "localhost:3999"
URL = f"http://{HOST}"
SIGNED = "AWS4-HMAC-SHA256 Credential=local/20260101/{}/{}/aws4_request, SignedHeaders=host, Signature=0"


class Endpoint:
    """An empty local AWS. A response that botocore's model does not allow fails the test."""

    def client(self, service: str) -> Any:
        """A client of the endpoint that also sends invalid calls."""
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

    def query(self, service: str, action: str, path: str = "/", **parameters: str) -> Response:
        """Sends a call by the query protocol, as SDKs before 2023 do for SQS. `_` in names becomes `.`."""
        form = {"Action": action} | {name.replace("_", "."): value for name, value in parameters.items()}
        headers = [
            ("host", HOST),
            ("content-type", "application/x-www-form-urlencoded"),
            ("authorization", SIGNED.format(REGION, service)),
        ]
        return self.respond(Request("POST", path, "", headers, urlencode(form).encode()))

    def respond(self, request: Request) -> Response:
        call = aws_endpoint.read_call(request)
        assert call is not None
        response = asyncio.run(_respond(call))
        service = "dynamodbstreams" if call.service == "streams.dynamodb" else call.service
        assert shapes.errors(service, call.operation, response) == []
        return response

    def queue(self, name: str = "queue", **attributes: str) -> str:
        """Creates a queue, and returns its URL."""
        url: str = self.client("sqs").create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]
        return url

    def topic(self, name: str = "topic") -> str:
        """Creates a topic, and returns its ARN."""
        arn: str = self.client("sns").create_topic(Name=name)["TopicArn"]
        return arn

    def subscribe(self, topic_arn: str, queue_name: str, **attributes: str) -> str:
        """Subscribes a queue, which may be missing, and returns the ARN of the subscription."""
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
        raw_request = Request(request.method, parts.path or "/", parts.query, [*headers, ("host", HOST)], raw)
        response = self.respond(raw_request)
        response_headers = HTTPHeaders.from_dict(dict(response.headers))
        return AWSResponse(request.url, response.status, response_headers, MockRawResponse(response.body))


def refusal(call: Any, **request: Any) -> tuple[str, str]:
    """The code and message of the error that a call raises."""
    with pytest.raises(ClientError) as refused:
        call(**request)
    error = refused.value.response["Error"]
    return error["Code"], error["Message"]


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


async def _respond(call: AwsCall) -> Response:
    ended = asyncio.Event()
    ended.set()  # long polls return at once
    return await aws_endpoint.respond(call, ended)


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    """Starts an empty local AWS."""
    with patched_moto(), environment({}):
        yield Endpoint()
