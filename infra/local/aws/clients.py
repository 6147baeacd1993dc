"""The boto3 clients with which the local AWS calls its own moto."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from infra.local.model.credentials import CREDENTIALS, REGION


@cache
def client(service: str) -> Any:
    """The client of a service, cached: creating a client takes longer than creating a table.

    Use it where moto is active. It holds none of moto's state, so it works with the next moto,
    too. It ignores endpoints that the environment names.
    """
    # boto3-stubs lacks the second option.
    to_moto = Config(account_id_endpoint_mode="disabled", ignore_configured_endpoint_urls=True)  # type: ignore[call-arg]
    return boto3.client(  # type: ignore[call-overload]  # the service is known at run time
        service,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=to_moto,
    )
