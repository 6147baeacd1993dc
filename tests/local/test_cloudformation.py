"""The local run answers CloudFormation calls about its stacks."""

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import Run

STACK = "order-choreography"


def cloudformation(run: Run) -> Any:
    return boto3.client(
        "cloudformation",
        endpoint_url=run.url,
        region_name="eu-west-1",
        aws_access_key_id="local",
        aws_secret_access_key="local",
    )


def test_a_stack_is_described_with_its_outputs(run: Run) -> None:
    (stack,) = cloudformation(run).describe_stacks(StackName=STACK)["Stacks"]
    outputs = {output["OutputKey"]: output for output in stack["Outputs"]}
    assert outputs["ApiUrl"]["OutputValue"] == run.url
    assert outputs["OrderTopicArn"]["ExportName"] == f"{STACK}-OrderTopicArn"


def test_resources_have_their_physical_ids(run: Run) -> None:
    described = cloudformation(run).describe_stack_resources(StackName=STACK)["StackResources"]
    listed = cloudformation(run).list_stack_resources(StackName=STACK)["StackResourceSummaries"]
    found = {resource["LogicalResourceId"]: resource["PhysicalResourceId"] for resource in described}
    assert found["OrderTable"] == f"{STACK}-OrderTable"
    assert found["OrderQueue"].startswith(run.url)
    assert [resource["PhysicalResourceId"] for resource in listed] == list(found.values())


def test_a_missing_stack_gets_the_error_of_aws(run: Run) -> None:
    with pytest.raises(ClientError, match="Stack with id unknown does not exist"):
        cloudformation(run).describe_stacks(StackName="unknown")


def test_an_unsupported_operation_gets_an_error_that_names_it(run: Run) -> None:
    with pytest.raises(ClientError, match="ListStacks is not supported locally"):
        cloudformation(run).list_stacks()
