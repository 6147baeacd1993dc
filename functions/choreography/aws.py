"""AWS clients, one of each for a process: creating them is slow, and sharing them is safe."""

from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 1, 2, 2
LONGEST_CALL_SECONDS = ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS) + (ATTEMPTS - 1)
"""How long a call takes if AWS does not answer: every attempt, and a second between two attempts
(https://docs.aws.amazon.com/boto3/latest/guide/retries.html, standard mode). It is less than any function's
timeout, so the function handles the error. A timeout would instead fail its whole batch, and use up one
receive of every message in it. botocore's default is to wait for a minute."""

CONFIG = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
)


@cache
def dynamodb() -> "DynamoDBClient":
    return boto3.client("dynamodb", config=CONFIG)


@cache
def secretsmanager() -> "SecretsManagerClient":
    return boto3.client("secretsmanager", config=CONFIG)


@cache
def sns() -> "SNSClient":
    return boto3.client("sns", config=CONFIG)


@cache
def sqs() -> "SQSClient":
    return boto3.client("sqs", config=CONFIG)
