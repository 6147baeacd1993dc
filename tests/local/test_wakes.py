"""A call wakes the mappings that it may concern, and no others."""

import json

import pytest

from infra.local.aws_endpoint import Call
from infra.local.http_api import Request
from infra.local.wakes import concerns

STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/shop-OrderTable/stream/2026-01-01T00:00:00.000"
QUEUE = "arn:aws:sqs:eu-west-1:123456789012:shop-OrderQueue"


@pytest.mark.parametrize(
    ("service", "body", "woken"),
    [
        ("dynamodb", {"TableName": "shop-OrderTable"}, [STREAM]),
        ("dynamodb", {"TableName": "shop-OrderTable2"}, []),
        ("dynamodb", {"RequestItems": {"shop-OrderTable": []}}, [STREAM]),
        ("sns", {"TopicArn": "arn:aws:sns:eu-west-1:123456789012:any"}, [QUEUE]),
        ("sqs", {"QueueUrl": "http://localhost:3000/123456789012/shop-OrderQueue"}, [QUEUE]),
    ],
)
def test_a_call_wakes_those_that_it_may_concern(service: str, body: object, woken: list[str]) -> None:
    call = Call(service, "eu-west-1", "Any", Request("POST", "/", "", [], json.dumps(body).encode()))
    assert [arn for arn in (STREAM, QUEUE) if concerns(call, arn)] == woken
