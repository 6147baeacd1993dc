"""Tokens: the HTTP API's JWT authorizer, as AWS's verifies them, and an issuer for development."""

from infra.local.model.messages import Answer

PREFIX = "/_issuer"
"""Where the run's own issuer is, if it has one."""
OPERATE = "orders:operate"
"""The scope of an operator: the default of the template's OperatorValue."""


class Denied(Exception):
    """The caller does not pass: `answer` is what it gets."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer
