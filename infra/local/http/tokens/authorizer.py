"""An HTTP API's JWT authorizer: verifies a caller's token by its issuer's keys.

What it verifies, and what the function is told, follows
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html; the challenge of a
refusal follows RFC 6750.
"""

import asyncio
import json
import re
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import jwt

from infra.local.http import http_api
from infra.local.http.tokens import Denied
from infra.local.model.messages import Request, Response
from infra.local.model.stack import Authorizer, Route

ALGORITHMS = ("RS256", "RS384", "RS512")
"""RSA's only, as on AWS: neither HS256, with the public key for a secret, nor none."""
KEYS_LIFETIME_SECONDS = 2 * 3600
TIMEOUT_SECONDS = 5
_NOT_DESCRIBED = re.compile(r"[^ !#-\[\]-~]")
"""What an error_description may not have in it (RFC 6750, section 3)."""


class JwtAuthorizer:
    """Verifies callers, with keys that are fetched once from each issuer."""

    def __init__(self) -> None:
        self._keys: dict[str, jwt.PyJWKClient] = {}

    async def check(self, route: Route, authorizer: Authorizer, request: Request) -> dict[str, Any]:
        """What the function is told of the caller, in its request's context. Raises Denied."""
        token = _token(request)
        if token is None:
            raise Denied(_refusal(401, "Unauthorized", "Bearer"))
        try:
            # In a thread, since the issuer may be this very backend.
            claims = await asyncio.to_thread(self._claims, authorizer, token)
        except (jwt.PyJWTError, OSError, ValueError, KeyError) as error:
            raise Denied(_refusal(401, "Unauthorized", _challenge("invalid_token", str(error)))) from error
        granted = [scope for scope in route.scopes if scope in _scopes(claims)]
        if route.scopes and not granted:
            needed = f"one of {' '.join(route.scopes)}"
            raise Denied(_refusal(403, "Forbidden", _challenge("insufficient_scope", needed)))
        return {"jwt": {"claims": _told(claims), "scopes": granted or None}}

    def _claims(self, authorizer: Authorizer, token: str) -> dict[str, Any]:
        """Raises PyJWTError for a token that is not good, or what goes wrong where its keys are fetched."""
        key = self._keys_of(authorizer.issuer).get_signing_key_from_jwt(token)
        options: Any = {"require": ["exp", "iss"], "verify_aud": False}
        claims = jwt.decode(token, key, ALGORITHMS, options, issuer=authorizer.issuer)
        _check_times(claims)
        meant_for = claims.get("aud", claims.get("client_id"))  # which counts only where there is no aud
        given = meant_for if isinstance(meant_for, list) else [meant_for]
        if not any(audience in given for audience in authorizer.audience):
            raise jwt.InvalidAudienceError("Audience doesn't match")
        return claims

    def _keys_of(self, issuer: str) -> jwt.PyJWKClient:
        if issuer not in self._keys:
            found = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
            with urllib.request.urlopen(found, timeout=TIMEOUT_SECONDS) as answer:
                where = json.load(answer)["jwks_uri"]
            self._keys[issuer] = jwt.PyJWKClient(
                where,
                lifespan=KEYS_LIFETIME_SECONDS,
                timeout=TIMEOUT_SECONDS,
                cooldown_duration=0,  # a key that is not known yet is fetched at once, also after a rotation
            )
        return self._keys[issuer]


def _token(request: Request) -> str | None:
    """With `Bearer` before it, or without."""
    given = dict(request.headers).get("authorization", "").strip()
    return re.sub(r"^bearer +", "", given, flags=re.IGNORECASE) or None


def _check_times(claims: Mapping[str, Any]) -> None:
    # RFC 7519, section 2: a NumericDate is a JSON number. PyJWT also takes the text of one.
    for name in ("exp", "nbf", "iat"):
        if name in claims and (isinstance(claims[name], bool) or not isinstance(claims[name], int | float)):
            raise jwt.InvalidTokenError(f"{name} is not a number")


def _scopes(claims: Mapping[str, Any]) -> list[str]:
    """The scopes of `scope` and `scp`, each a list or a text with spaces."""
    given = [claims.get(name) or [] for name in ("scope", "scp")]
    return [scope for one in given for scope in (one if isinstance(one, list) else str(one).split())]


def _told(claims: Mapping[str, Any]) -> dict[str, str]:
    """The claims as functions get them: text each, a list as `[a b]`, and none that is null."""
    return {name: _text(value) for name, value in claims.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return f"[{' '.join(map(_text, value))}]"
    return value if isinstance(value, str) else json.dumps(value)


def _challenge(error: str, description: str) -> str:
    return f'Bearer error="{error}", error_description="{_NOT_DESCRIBED.sub("?", description)}"'


def _refusal(status: int, text: str, challenge: str) -> Response:
    answer = http_api.error_response(status, text)
    return replace(answer, headers=[*answer.headers, ("www-authenticate", challenge)])
