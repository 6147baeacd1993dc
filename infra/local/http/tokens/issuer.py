"""A token issuer for development. It issues a token with any subject to every caller.

Each start generates a key pair in memory, so a token is valid only in its own run.
"""

import json
import time
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from infra.local.http import http_api
from infra.local.http.tokens import PREFIX
from infra.local.model.messages import Request, Response

AUDIENCE = "local-api"
ALGORITHM = "RS256"
LIFETIME_SECONDS = 3600


class Issuer:
    """The issuer of a run at `endpoint`."""

    def __init__(self, endpoint: str) -> None:
        self.url = endpoint + PREFIX
        self._key, self._kid = rsa.generate_private_key(65537, 2048), str(uuid4())

    @property
    def parameters(self) -> dict[str, str]:
        """The template parameters that make the API require tokens of this issuer."""
        return {"JwtIssuer": self.url, "JwtAudience": AUDIENCE}

    def token(self, subject: str, scope: str = "") -> str:
        """A token of this subject, with these scopes (separated by spaces)."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": AUDIENCE, "sub": subject, "scope": scope}
        return self.sign(claims | {"iat": now, "exp": now + LIFETIME_SECONDS})

    def sign(self, claims: dict[str, Any]) -> str:
        """A token with these claims."""
        return jwt.encode(claims, self._key, ALGORITHM, headers={"kid": self._kid})

    def handle(self, request: Request) -> Response:
        """The response to a request below PREFIX: configuration, keys or token (RFC 6749, section 5)."""
        match request.method, request.path.removeprefix(PREFIX):
            case "GET", "/.well-known/openid-configuration":
                return _json(200, self._configuration())
            case "GET", "/jwks":
                return _json(200, {"keys": [self.public_key()]})
            case "POST", "/token":
                return self._issue(request)
        return http_api.error_response(404, "Not Found")

    def public_key(self) -> dict[str, Any]:
        """The public key, as a JSON Web Key (RFC 7517)."""
        key = RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return key | {"kid": self._kid, "alg": ALGORITHM, "use": "sig"}

    def _configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint": f"{self.url}/token",
            "id_token_signing_alg_values_supported": [ALGORITHM],
        }

    def _issue(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs(request.body.decode(errors="replace")).items()}
        if "sub" not in form:
            problem = "sub is missing; send the subject of the token, such as sub=ada"
            return _json(400, {"error": "invalid_request", "error_description": problem})
        token = self.token(form["sub"], form.get("scope", ""))
        return _json(200, {"access_token": token, "token_type": "Bearer", "expires_in": LIFETIME_SECONDS})


def _json(status: int, value: Any) -> Response:
    headers = [("content-type", "application/json"), ("cache-control", "no-store")]
    return Response(status, headers, json.dumps(value).encode())
