"""Outages of AWS, of the gateway and of the carrier: every call of a service fails in the same way."""

import json
from dataclasses import dataclass

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError, ReadTimeoutError

from choreography import aws
from infra.local.aws import transport
from infra.simulation.determinism import Clock, Dice

OUTSIDE = "outside"
"""The gateway and the carrier. Their trouble is always the same: Unanswered."""
SERVICES = ("dynamodb", "dynamodb", "sqs", "sns", "secretsmanager", OUTSIDE)
CODES = {
    "throttles": ("ThrottlingException", 400),
    "fails": ("InternalServerError", 500),
    "refuses": ("AccessDeniedException", 400),
}
TROUBLES = (*CODES, "does not answer", "is not reached")


@dataclass(frozen=True)
class Outage:
    """Every call of a service fails in the same way."""

    service: str
    trouble: str

    def answer(self, request: AWSPreparedRequest, clock: Clock) -> AWSResponse:
        """The answer to a call. If there is none, raises what botocore raises after its timeouts."""
        if self.trouble == "does not answer":
            clock.advance(aws.CONNECT_SECONDS + aws.READ_SECONDS)
            raise ReadTimeoutError(endpoint_url=request.url)
        if self.trouble == "is not reached":
            raise EndpointConnectionError(endpoint_url=request.url)
        code, status = CODES[self.trouble]
        return transport.response(request, status, json.dumps({"__type": code, "message": "an outage"}))


def drawn(dice: Dice) -> Outage:
    return Outage(dice.pick(SERVICES), dice.pick(TROUBLES))
