"""Libraries that all functions use, imported once, before their processes are forked."""

import aws_lambda_powertools.event_handler
import aws_lambda_powertools.utilities.batch
import aws_lambda_powertools.utilities.idempotency
import boto3
import pydantic

__all__ = ["aws_lambda_powertools", "boto3", "pydantic"]
