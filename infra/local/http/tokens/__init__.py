"""Tokens: the HTTP API's JWT authorizer, as AWS's verifies them, and an issuer for development."""

from infra.local.model.messages import Response

PREFIX = "/_issuer"
"""Where the run's own issuer is, if it has one."""
OPERATE = "orders:operate"
"""The scope of an operator: the default of the template's OperatorValue."""


class Denied(Exception):
    """The caller does not pass: `response` is what it gets."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response
