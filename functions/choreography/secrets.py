"""Secrets, by reference: a function's environment names them, Secrets Manager has them."""

from functools import cache

from aws_lambda_powertools.utilities.parameters import SecretsProvider

from choreography import aws

MAX_AGE_SECONDS = 300
"""How long a process may go on with a secret that was replaced."""


def secret(secret_id: str) -> str:
    """The secret's text, by name or ARN; fetched once in MAX_AGE_SECONDS. Raises GetParameterError."""
    value = provider().get(secret_id, max_age=MAX_AGE_SECONDS)
    assert isinstance(value, str), "secrets of this system are texts"
    return value


@cache
def provider() -> SecretsProvider:
    """One a process, with what it fetched."""
    return SecretsProvider(boto3_client=aws.secretsmanager())
