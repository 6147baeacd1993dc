"""The clients with which the laptop's AWS works on its own moto."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

from infra.local.model.credentials import CREDENTIALS, REGION


@cache
def client(service: str) -> Any:
    """The client of a service, one a process: it takes longer to make than a table.

    It is for where moto is active, and may outlive it: moto's state is not in it. It goes to moto even where
    the environment names another endpoint.
    """
    # The stubs do not know the second option.
    here = Config(account_id_endpoint_mode="disabled", ignore_configured_endpoint_urls=True)  # type: ignore[call-arg]
    return boto3.client(  # type: ignore[call-overload]  # the service is known at run time
        service,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=here,
    )
