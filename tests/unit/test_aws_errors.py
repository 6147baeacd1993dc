"""The classification of AWS errors: retry, wait for an operator, or defect."""

from unittest.mock import Mock

import pytest
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.retries.standard import ThrottledRetryableChecker, TransientRetryableChecker

from choreography.aws_errors import REFUSED, THROTTLED, classified
from choreography.errors import IntentHeld, NotAdmitted, Unavailable

RETRIED_BY_BOTOCORE = {
    *vars(ThrottledRetryableChecker)["_THROTTLED_ERROR_CODES"],
    *vars(TransientRetryableChecker)["_TRANSIENT_ERROR_CODES"],
}
"""The error codes that botocore itself retries."""
ADDRESS = "https://dynamodb"
NO_ANSWER = [
    ReadTimeoutError(endpoint_url=ADDRESS),
    ConnectTimeoutError(endpoint_url=ADDRESS),
    EndpointConnectionError(endpoint_url=ADDRESS),
    ConnectionClosedError(endpoint_url=ADDRESS),
]
DEFECTS = [
    ("ValidationException", 400),
    ("ConditionalCheckFailedException", 400),
    ("ItemCollectionSizeLimitExceededException", 400),
    ("InvalidParameter", 400),
    ("ReceiptHandleIsInvalid", 404),
]


def refused(code: str, status: int = 400) -> ClientError:
    answer = {"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "PutItem")  # type: ignore[arg-type]  # an answer has more fields than these


@pytest.mark.parametrize("code", sorted(THROTTLED | RETRIED_BY_BOTOCORE))
def test_a_throttled_call_is_unavailable(code: str) -> None:
    assert isinstance(classified(refused(code)), Unavailable)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_every_server_error_of_aws_is_unavailable(status: int) -> None:
    assert isinstance(classified(refused("", status)), Unavailable)


@pytest.mark.parametrize("error", NO_ANSWER, ids=lambda error: type(error).__name__)
def test_a_call_without_an_answer_is_unavailable(error: Exception) -> None:
    assert isinstance(classified(error), Unavailable)


@pytest.mark.parametrize(
    ("code", "status"), [*((code, 400) for code in sorted(REFUSED)), ("", 401), ("", 403)]
)
def test_a_denied_call_raises_not_admitted(code: str, status: int) -> None:
    assert isinstance(classified(refused(code, status)), NotAdmitted)


def test_a_call_without_credentials_raises_not_admitted() -> None:
    assert isinstance(classified(NoCredentialsError()), NotAdmitted)


@pytest.mark.parametrize(
    "error",
    [
        *(refused(*defect) for defect in DEFECTS),
        ParamValidationError(report="wrong type"),
        ZeroDivisionError(),
        IntentHeld("another message charges"),
    ],
    ids=str,
)
def test_any_other_error_is_not_changed(error: Exception) -> None:
    assert classified(error) is error


def test_an_error_that_powertools_wraps_is_classified_by_its_cause() -> None:
    throttled = Mock(**{"get_secret_value.side_effect": refused("ThrottlingException")})
    with pytest.raises(GetParameterError) as caught:
        SecretsProvider(boto3_client=throttled).get("secret")
    assert isinstance(classified(caught.value), Unavailable)
