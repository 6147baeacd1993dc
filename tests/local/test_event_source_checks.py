"""The local AWS rejects a template whose event source mappings AWS rejects, or that it does not support."""

from pathlib import Path
from typing import Any

import pytest

from infra.local.aws.moto_patches import patched_moto
from infra.local.event_sources.checks import UnsupportedMapping, check
from infra.local.in_process import environment
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.registry import RESOURCE_TYPES
from infra.local.provisioning.template import load

QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q"
STREAM = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/t/stream/2026-01-01T00:00:00.000"
START = {"StartingPosition": "LATEST"}
MAPPING = RESOURCE_TYPES["AWS::Lambda::EventSourceMapping"]


def refusal(arn: str, properties: dict[str, Any]) -> str | None:
    """The reason for which a mapping is rejected; None if it is accepted."""
    try:
        check(arn, properties)
    except UnsupportedMapping as error:
        return str(error)
    return None


@pytest.mark.parametrize(
    ("arn", "properties"),
    [
        (QUEUE, {}),
        (QUEUE, {"BatchSize": "10"}),
        (QUEUE, {"BatchSize": 10_000, "MaximumBatchingWindowInSeconds": 1}),
        (STREAM, START),
        (STREAM, START | {"BatchSize": 10_000, "MaximumRetryAttempts": 0, "MaximumRecordAgeInSeconds": -1}),
        (STREAM, START | {"DestinationConfig": {"OnFailure": {"Destination": QUEUE}}}),
        (STREAM, START | {"DestinationConfig": {}}),
    ],
)
def test_a_mapping_that_aws_accepts_is_accepted(arn: str, properties: dict[str, Any]) -> None:
    assert refusal(arn, properties) is None


@pytest.mark.parametrize(
    ("arn", "properties", "reason"),
    [
        (
            "arn:aws:kinesis:eu-west-1:1:stream/s",
            START,
            "EventSourceArn: .* is neither an SQS queue nor a DynamoDB stream",
        ),
        ("nonsense", {}, "EventSourceArn: nonsense is neither"),
        (QUEUE, {"BatchSize": 11}, "BatchSize: 11 needs a MaximumBatchingWindowInSeconds"),
        (QUEUE, {"BatchSize": 0}, "BatchSize: 0 is not a whole number from 1 to 10000"),
        (QUEUE, {"BatchSize": "many"}, "BatchSize: 'many' is not a whole number"),
        (QUEUE, {"MaximumBatchingWindowInSeconds": 301}, "MaximumBatchingWindowInSeconds: 301"),
        (QUEUE, START, "StartingPosition: only mappings of streams have this property"),
        (
            QUEUE,
            {"FilterCriteria": {"Filters": [{"Pattern": "x"}]}},
            "FilterCriteria: the Pattern 'x' is not JSON",
        ),
        (STREAM, {}, "StartingPosition: a stream needs TRIM_HORIZON or LATEST"),
        (STREAM, {"StartingPosition": "AT_TIMESTAMP"}, "StartingPosition"),
        (STREAM, START | {"MaximumRetryAttempts": -2}, "MaximumRetryAttempts: -2"),
        (
            STREAM,
            START | {"MaximumRecordAgeInSeconds": 59},
            "MaximumRecordAgeInSeconds: AWS accepts -1 or at least 60",
        ),
        (
            STREAM,
            START | {"DestinationConfig": {"OnFailure": {"Destination": "arn:aws:s3:::bucket"}}},
            "DestinationConfig: arn:aws:s3:::bucket is not supported; use the ARN of a queue or a topic",
        ),
    ],
)
def test_a_mapping_that_aws_rejects_is_rejected(arn: str, properties: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnsupportedMapping, match=reason):
        check(arn, properties)


@pytest.mark.parametrize("name", ["ParallelizationFactor", "TumblingWindowInSeconds"])
def test_the_error_for_an_unsupported_property_names_it(name: str) -> None:
    assert name not in {*MAPPING.supported, *MAPPING.ignored}


def test_the_error_names_file_resource_and_property(tmp_path: Path) -> None:
    template = tmp_path / "shop.yaml"
    template.write_text("""
Transform: AWS::Serverless-2016-10-31
Resources:
  Queue: {Type: AWS::SQS::Queue}
  Reader:
    Type: AWS::Serverless::Function
    Properties:
      Handler: app.handler
      Runtime: python3.13
      CodeUri: .
      Events: {Source: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn, BatchSize: 100}}}
""")
    expected = r"shop.yaml: ReaderSource \(generated from Reader\): BatchSize: 100 needs"
    with patched_moto(), environment({}), pytest.raises(TemplateError, match=expected):
        Provisioner(load(template), "shop", "http://localhost:3000").provision()
