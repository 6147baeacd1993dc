"""The account or endpoint of a command: that of the standard AWS environment, or else the local run."""

import os
from urllib.parse import urlsplit

import boto3

from infra.local.model.credentials import CREDENTIALS, REGION

LOCAL = "http://localhost:3000"
_CREDENTIALS_FROM = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
"""Each of these, or AWS_ENDPOINT_URL, means that the environment names an account or endpoint."""


def connect() -> tuple[boto3.Session, str | None]:
    """A session, and the endpoint to give to its clients; None leaves that to botocore.

    The default profile alone does not lead to AWS: a command that names no account cannot change one.
    """
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    if any(os.environ.get(name) for name in _CREDENTIALS_FROM):
        return boto3.Session(region_name=region), endpoint
    if endpoint is not None and not _here(endpoint):
        return boto3.Session(region_name=region), endpoint
    session = boto3.Session(
        CREDENTIALS["AWS_ACCESS_KEY_ID"],
        CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=region if endpoint and region else REGION,
    )
    return session, endpoint or LOCAL


def _here(endpoint: str) -> bool:
    return urlsplit(endpoint).hostname in ("localhost", "127.0.0.1", "::1")
