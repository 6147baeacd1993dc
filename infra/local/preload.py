"""What all functions use, once, before their processes are forked: libraries, and the descriptions of AWS."""

import gc

import aws_lambda_powertools.event_handler
import aws_lambda_powertools.utilities.batch
import aws_lambda_powertools.utilities.idempotency
import aws_lambda_powertools.utilities.parameters
import aws_lambda_powertools.utilities.typing
import boto3
import pydantic
import snapshot_restore_py

import infra.local.worker

__all__ = ["aws_lambda_powertools", "boto3", "infra", "pydantic", "snapshot_restore_py"]

# pydantic loads most of itself when the first model is made.
pydantic.create_model("First", at=pydantic.AwareDatetime)

# A client's making is mostly the reading of its service's description, which the default session keeps.
# The credentials are nobody's: without any, botocore would look for them on the network.
for _service in ("dynamodb", "secretsmanager", "sns", "sqs"):
    boto3.client(
        _service,
        region_name="us-east-1",
        aws_access_key_id="nobody",
        aws_secret_access_key="nobody",
    )

# All of that stays: no process's garbage collector need go through it, and it is shared by all of them.
gc.collect()
gc.freeze()
