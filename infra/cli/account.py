"""Selects the account or endpoint of a command: from the standard AWS environment, or else the local run."""

import os
from urllib.parse import urlsplit

import boto3

from infra.local.model.credentials import CREDENTIALS, REGION

LOCAL = "http://localhost:3000"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
_CREDENTIALS_FROM = (
    "AWS_ACCESS_KEY_ID",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_DEFAULT_PROFILE",
    "AWS_PROFILE",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)
"""If one of these variables or AWS_ENDPOINT_URL is set, the environment names an account or an endpoint."""


def connect() -> tuple[boto3.Session, str | None]:
    """Returns a session, and the endpoint for its clients. With None, botocore selects the endpoint.

    The default profile alone does not select AWS: a command must not change an account that it does not name.
    """
    endpoint = os.environ.get("AWS_ENDPOINT_URL")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    _call_this_machine_directly()
    if any(os.environ.get(name) for name in _CREDENTIALS_FROM):
        return boto3.Session(region_name=region), endpoint
    if endpoint is not None and not _is_local(endpoint):
        return boto3.Session(region_name=region), endpoint
    session = boto3.Session(
        CREDENTIALS["AWS_ACCESS_KEY_ID"],
        CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        region_name=region if endpoint and region else REGION,
    )
    return session, endpoint or LOCAL


def _call_this_machine_directly() -> None:
    """Excepts this machine from the proxy of the environment, which cannot reach it."""
    given = os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or ""
    excepted = [name for name in given.split(",") if name]
    os.environ["no_proxy"] = ",".join(dict.fromkeys([*excepted, *LOOPBACK]))


def _is_local(endpoint: str) -> bool:
    return urlsplit(endpoint).hostname in LOOPBACK
