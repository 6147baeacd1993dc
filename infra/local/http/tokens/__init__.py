"""JWTs: the authorizer of HTTP APIs, and an issuer for development."""

from infra.local.model.messages import Response

PREFIX = "/_issuer"
"""The path of the run's own issuer, which `--tokens` starts."""


class Denied(Exception):
    """The authorizer rejects a request. `response` is the response to the caller."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response
