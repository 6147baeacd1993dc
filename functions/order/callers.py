"""Who calls: by the token that API Gateway has verified, or anybody where it asks for none."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

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

    Only a stack in dev may have no authorizer: a rule of the template sees to it.
    """
    authorizer = event["requestContext"].get("authorizer")
    if authorizer is None:
        return Caller(None, sees_all=True)
    claims = authorizer["jwt"]["claims"]
    return Caller(claims.get("sub"), OPERATE in claims.get("scope", "").split())
