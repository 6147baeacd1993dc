"""The JWT authorizer of HTTP APIs: verifies a token with the keys of its issuer.

The checks, and the authorizer context in the event, follow
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html; the
www-authenticate header of a rejection follows RFC 6750.
"""

import asyncio
import json
import re
import urllib.request
from collections.abc import Mapping
from typing import Any

import jwt

from infra.local.http import http_api
from infra.local.http.tokens import Denied
from infra.local.model.messages import Request, Response
from infra.local.model.stack import Authorizer, Route

ALGORITHMS = ("RS256", "RS384", "RS512")
"""Only RSA signatures, as on AWS. HS256 would accept the public key as a shared secret."""
KEYS_LIFETIME_SECONDS = 2 * 3600
TIMEOUT_SECONDS = 5
_INVALID_DESCRIPTION = re.compile(r"[^ !#-\[\]-~]")
"""Characters that error_description may not contain (RFC 6750, section 3)."""


class JwtAuthorizer:
    """Verifies tokens, and caches the keys of each issuer."""

    def __init__(self) -> None:
        self._keys: dict[str, jwt.PyJWKClient] = {}

    async def check(self, route: Route, authorizer: Authorizer, request: Request) -> dict[str, Any]:
        """The authorizer part of the request context, with the claims of the token. Raises Denied."""
        token = _token(request)
        if token is None:
            raise Denied(_rejection(401, "Unauthorized", "Bearer"))
        try:
            # In a thread: this event loop may also serve the issuer's keys, and must not block.
            claims = await asyncio.to_thread(self._claims, authorizer, token)
        except (jwt.PyJWTError, OSError, ValueError, KeyError) as error:
            raise Denied(_rejection(401, "Unauthorized", _challenge("invalid_token", str(error)))) from error
        granted = [scope for scope in route.scopes if scope in _scopes(claims)]
        if route.scopes and not granted:
            needed = f"one of {' '.join(route.scopes)}"
            raise Denied(_rejection(403, "Forbidden", _challenge("insufficient_scope", needed)))
        return {"jwt": {"claims": _claims_as_text(claims), "scopes": granted or None}}

    def _claims(self, authorizer: Authorizer, token: str) -> dict[str, Any]:
        """The claims of a valid token.

        Raises PyJWTError for an invalid token, and OSError, ValueError or KeyError for missing keys.
        """
        key = self._keys_of(authorizer.issuer).get_signing_key_from_jwt(token)
        options: Any = {"require": ["exp", "iss"], "verify_aud": False}
        claims = jwt.decode(token, key, ALGORITHMS, options, issuer=authorizer.issuer)
        _check_times(claims)
        found = claims.get("aud", claims.get("client_id"))  # client_id counts only without aud
        audiences = found if isinstance(found, list) else [found]
        if not any(audience in audiences for audience in authorizer.audience):
            raise jwt.InvalidAudienceError("Audience doesn't match")
        return claims

    def _keys_of(self, issuer: str) -> jwt.PyJWKClient:
        if issuer not in self._keys:
            configuration = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            with urllib.request.urlopen(configuration, timeout=TIMEOUT_SECONDS) as response:
                jwks_uri = json.load(response)["jwks_uri"]
            self._keys[issuer] = jwt.PyJWKClient(
                jwks_uri,
                lifespan=KEYS_LIFETIME_SECONDS,
                timeout=TIMEOUT_SECONDS,
                cooldown_duration=0,  # fetch an unknown key at once, such as after a rotation
            )
        return self._keys[issuer]


def _token(request: Request) -> str | None:
    """The token in the Authorization header, with or without the scheme `Bearer`; None if there is none."""
    header = dict(request.headers).get("authorization", "").strip()
    return re.sub(r"^bearer +", "", header, flags=re.IGNORECASE) or None


def _check_times(claims: Mapping[str, Any]) -> None:
    # RFC 7519, section 2: a NumericDate is a JSON number. PyJWT also accepts text, so check it here.
    for name in ("exp", "nbf", "iat"):
        if name in claims and (isinstance(claims[name], bool) or not isinstance(claims[name], int | float)):
            raise jwt.InvalidTokenError(f"{name} is not a number")


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    """The scopes in the claims `scope` and `scp`, each a list, or text with spaces."""
    values = [claims.get(name) or [] for name in ("scope", "scp")]
    return [scope for value in values for scope in (value if isinstance(value, list) else str(value).split())]


def _claims_as_text(claims: Mapping[str, Any]) -> dict[str, str]:
    """The claims as functions get them: as text, a list as `[a b]`, without null values."""
    return {name: _text(value) for name, value in claims.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{' '.join(map(_text, value))}]"
    return value if isinstance(value, str) else json.dumps(value)


def _challenge(error: str, description: str) -> str:
    return f'Bearer error="{error}", error_description="{_INVALID_DESCRIPTION.sub("?", description)}"'


def _rejection(status: int, text: str, challenge: str) -> Response:
    response = http_api.error_response(status, text)
    return response._replace(headers=[*response.headers, ("www-authenticate", challenge)])
