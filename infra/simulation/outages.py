"""Outages of an AWS service, the gateway or the carrier: every call to it fails in the same way."""

import json
from dataclasses import dataclass

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from choreography import aws
from infra.local.aws import transport
from infra.simulation.determinism import Clock, SeededRandom

OUTSIDE = "outside"
"""Stands for the gateway and the carrier, whose calls always raise Unanswered in an outage."""
SERVICES = ("dynamodb", "dynamodb", "sqs", "sns", "secretsmanager", OUTSIDE)
CODES = {
    "throttles": ("ThrottlingException", 400),
    "fails": ("InternalServerError", 500),
    "refuses": ("AccessDeniedException", 400),
}
TROUBLES = (*CODES, "does not answer", "is unreachable")


@dataclass(frozen=True)
class Outage:
    """Every call to `service` fails as `trouble` says."""

    service: str
    trouble: str

    def answer(self, request: AWSPreparedRequest, clock: Clock) -> AWSResponse:
        """The answer to a call. Raises botocore's timeout or connection error if the service gives none."""
        if self.trouble == "does not answer":
            clock.advance(aws.CONNECT_SECONDS + aws.READ_SECONDS)
            raise ReadTimeoutError(endpoint_url=request.url)
        if self.trouble == "is unreachable":
            raise EndpointConnectionError(endpoint_url=request.url)
        code, status = CODES[self.trouble]
        return transport.response(request, status, json.dumps({"__type": code, "message": "an outage"}))


def random_outage(random: SeededRandom) -> Outage:
    return Outage(random.pick(SERVICES), random.pick(TROUBLES))
