"""The user's AWS settings in the shell have no effect on the local run and its functions."""

import os

from tests.local.conftest import running
from tests.local.test_run import ORDER, ends_as, place

SETTINGS = {
    "AWS_PROFILE": "nosuch",
    "AWS_ENDPOINT_URL_DYNAMODB": "http://127.0.0.1:9",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_USE_FIPS_ENDPOINT": "true",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "LOG_LEVEL": "trace",
    "MOTO_ACCOUNT_ID": "111111111111",
    "POWERTOOLS_IDEMPOTENCY_DISABLED": "true",
}


def test_an_order_is_shipped_with_any_aws_settings_in_the_shell() -> None:
    with running(environment={**os.environ, **SETTINGS}) as run:
        assert ends_as(run, place(run, ORDER), "shipped")
