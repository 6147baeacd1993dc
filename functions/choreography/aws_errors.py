"""What an error of an AWS call means to the message or the request that is being handled.

Consumers, relay, webhook and API all ask `classified`. Its error codes are those that AWS documents:
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
https://docs.aws.amazon.com/sns/latest/api/CommonErrors.html
https://docs.aws.amazon.com/secretsmanager/latest/apireference/CommonErrors.html
"""

from collections.abc import Iterator
from http import HTTPStatus

from botocore.exceptions import ClientError, ConnectionError, HTTPClientError, NoCredentialsError
from botocore.parsers import ResponseParserError

from choreography.errors import ChoreographyError, NotAdmitted, Unavailable

THROTTLED = frozenset(
    {
        "BandwidthLimitExceeded",
        "ConcurrentAccess",
        "EC2ThrottledException",
        "KMSThrottling",
        "KmsThrottled",
        "LimitExceededException",
        "OverLimit",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "ReplicatedWriteConflictException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "RequestTimeout",
        "RequestTimeoutException",
        "SlowDown",
        "Throttled",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionConflictException",
        "TransactionInProgressException",
    }
)
"""Codes with status 400 of a request that succeeds later. A status of 500 or more needs no code."""

REFUSED = frozenset(
    {
        # Who we are:
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "IncompleteSignatureException",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "OptInRequired",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
        # What we may do:
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "InvalidSecurity",
        "NotAuthorized",
        # The key that encrypts the resource:
        "DecryptionFailure",
        "KMSAccessDenied",
        "KMSDisabled",
        "KMSInvalidState",
        "KMSNotFound",
        "KMSOptInRequired",
        "KmsAccessDenied",
        "KmsDisabled",
        "KmsInvalidKeyUsage",
        "KmsInvalidState",
        "KmsNotFound",
        "KmsOptInRequired",
        # The resource: deleted, or named wrongly in the function's environment.
        "AWS.SimpleQueueService.NonExistentQueue",
        "NotFound",
        "QueueDoesNotExist",
        "ResourceNotFoundException",
    }
)
"""Codes of a request that AWS refuses until an operator changes a permission, a key or a resource."""


def classified(error: Exception) -> Exception:
    """Unavailable or NotAdmitted if an AWS call caused `error`; a ChoreographyError, also if it was wrapped;
    otherwise `error` itself.

    Any other refusal, such as a ValidationException, stays what it is: a defect of the code. It is not
    Permanent, since a rollout that brought the defect is rolled back within minutes, and the messages that
    it met then succeed at a later receive.
    """
    for cause in _causes(error):
        match cause:
            case ChoreographyError():  # that Powertools wrapped
                return cause
            case ClientError() if _is_passing(cause):
                return Unavailable(str(cause))
            case ClientError() if _is_refusal(cause):
                return NotAdmitted(str(cause))
            case NoCredentialsError():
                return NotAdmitted(str(cause))
            case ConnectionError() | HTTPClientError() | ResponseParserError():  # no answer, or half of one
                return Unavailable(str(cause))
    return error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what it was raised from. Powertools wraps errors, and not always with `from`."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _code(error: ClientError) -> str:
    return error.response.get("Error", {}).get("Code", "")


def _status(error: ClientError) -> int:
    return error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


def _is_passing(error: ClientError) -> bool:
    status = _status(error)
    return (
        _code(error) in THROTTLED
        or status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or status == HTTPStatus.TOO_MANY_REQUESTS
    )


def _is_refusal(error: ClientError) -> bool:
    return _code(error) in REFUSED or _status(error) in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
