"""Correction to moto's Secrets Manager: the members of an entry of ListSecrets."""

import json
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from moto.secretsmanager.responses import SecretsManagerResponse

_list = SecretsManagerResponse.list_secrets


def patches() -> Iterator[Any]:
    yield patch.object(SecretsManagerResponse, "list_secrets", _list_secrets)


def _list_secrets(response: SecretsManagerResponse) -> str:
    """https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_SecretListEntry.html"""
    answer = json.loads(_list(response))
    for secret in answer["SecretList"]:
        secret["SecretVersionsToStages"] = secret.pop("VersionIdsToStages", None)
    answer["SecretList"] = [_given(secret) for secret in answer["SecretList"]]
    return json.dumps(_given(answer))


def _given(members: dict[str, Any]) -> dict[str, Any]:
    """The members that have a value. AWS leaves the others out."""
    return {name: value for name, value in members.items() if value is not None}
