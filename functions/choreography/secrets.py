"""Secrets by reference: a function's environment names a secret, and Secrets Manager stores its text."""

from functools import cache

from aws_lambda_powertools.utilities.parameters import SecretsProvider

from choreography import aws

MAX_AGE_SECONDS = 300
"""How long a process may use a secret's old text after it was replaced."""


def secret(secret_id: str) -> str:
    """The secret's text, by name or ARN; fetched once in MAX_AGE_SECONDS.

    Raises GetParameterError, which `aws_errors.classified` judges by its cause.
    """
    value = provider().get(secret_id, max_age=MAX_AGE_SECONDS)
    assert isinstance(value, str), "secrets of this system are texts"
    return value


@cache
def provider() -> SecretsProvider:
    """The provider of this process, with its cache."""
    return SecretsProvider(boto3_client=aws.secretsmanager())
