"""AWS clients, one of each for a process: creating them is slow, and sharing them is safe.

None of their calls outlasts the invocation that makes it (`deadline`).
"""

from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from choreography import deadline
from choreography.errors import NoTimeLeft

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sns import SNSClient
    from mypy_boto3_sqs import SQSClient

CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 1, 2, 2
LONGEST_CALL_SECONDS = ATTEMPTS * (CONNECT_SECONDS + READ_SECONDS) + (ATTEMPTS - 1)
"""How long a call takes if AWS does not answer: every attempt, and a second between two attempts
(https://docs.aws.amazon.com/boto3/latest/guide/retries.html, standard mode). botocore's default is to wait
for a minute. tests/choreography/test_slow_calls.py adds these times up against the functions' timeouts."""

CALL_ERRORS = (ClientError, BotoCoreError, NoTimeLeft)
"""What a call raises that AWS refused, failed or did not answer, or that did not begin."""

CONFIG = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
)


ClientT = TypeVar("ClientT", bound=BaseClient)


@cache
def dynamodb() -> "DynamoDBClient":
    return _within_deadline(boto3.client("dynamodb", config=CONFIG))


@cache
def secretsmanager() -> "SecretsManagerClient":
    return _within_deadline(boto3.client("secretsmanager", config=CONFIG))


@cache
def sns() -> "SNSClient":
    return _within_deadline(boto3.client("sns", config=CONFIG))


@cache
def sqs() -> "SQSClient":
    """Its calls may use the invocation's reserve: they say what becomes of the messages of a batch."""
    return _within_deadline(boto3.client("sqs", config=CONFIG), from_reserve=True)


def _within_deadline(client: ClientT, *, from_reserve: bool = False) -> ClientT:
    def check(**_: Any) -> None:
        deadline.check(LONGEST_CALL_SECONDS, from_reserve=from_reserve)

    # botocore emits `before-call` once for a call, before its first attempt.
    client.meta.events.register("before-call", check)
    return client
