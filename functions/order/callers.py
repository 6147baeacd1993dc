"""The caller of a request: the subject of its verified token, or anyone where no token is required."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from choreography.problems import Problem


@dataclass(frozen=True)
class Caller:
    """`customer_id` is the token's subject, if any. An operator may act for every customer (`sees_all`)."""

    customer_id: str | None
    sees_all: bool

    def may_act_for(self, customer_id: str | None) -> bool:
        return self.sees_all or (customer_id is not None and customer_id == self.customer_id)


def caller(event: Mapping[str, Any]) -> Caller:
    """The caller of a request in payload format 2.0.

    Environment: VERIFIES_CALLERS: `false` accepts unauthenticated requests; every other value rejects them,
    in case a route lost its authorizer. OPERATOR_CLAIM and OPERATOR_VALUE: what an operator's token says,
    such as the scope `orders:operate`, or the group `operators` in `cognito:groups`.
    Raises Problem for a request that it rejects.
    """
    authorizer = event["requestContext"].get("authorizer")
    if authorizer is None:
        if os.environ["VERIFIES_CALLERS"] != "false":
            raise Problem(HTTPStatus.UNAUTHORIZED, "no token was verified")
        return Caller(None, sees_all=True)
    claims = authorizer["jwt"]["claims"]
    granted = _words(claims.get(os.environ["OPERATOR_CLAIM"], ""))
    return Caller(claims.get("sub"), os.environ["OPERATOR_VALUE"] in granted)


def _words(claim: str) -> list[str]:
    """The words of a claim. API Gateway hands over a text as it is, and a list as `[a b]`."""
    return claim.removeprefix("[").removesuffix("]").split()
