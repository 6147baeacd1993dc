"""Who calls: by the token that API Gateway has verified, or anybody where it asks for none."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from choreography.problems import Problem

OPERATE = "orders:operate"
"""The scope of those who see and cancel everybody's orders."""


@dataclass(frozen=True)
class Caller:
    """`customer_id` is None where no token names one."""

    customer_id: str | None
    sees_all: bool

    def may_act_for(self, customer_id: str | None) -> bool:
        return self.sees_all or (customer_id is not None and customer_id == self.customer_id)


def caller(event: Mapping[str, Any]) -> Caller:
    """The caller of a request in payload format 2.0.

    Environment: VERIFIES_CALLERS, of which only `false` lets in somebody whom no authorizer has verified.
    Raises Problem for such a one where tokens are asked for: a route may have lost its authorizer.
    """
    authorizer = event["requestContext"].get("authorizer")
    if authorizer is None:
        if os.environ["VERIFIES_CALLERS"] != "false":
            raise Problem(HTTPStatus.UNAUTHORIZED, "no token was verified")
        return Caller(None, sees_all=True)
    claims = authorizer["jwt"]["claims"]
    return Caller(claims.get("sub"), OPERATE in claims.get("scope", "").split())
