"""Secrets Manager's secrets: given in the template, or generated at each start."""

import json
from typing import Any

from infra.local.aws.clients import client
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.errors import Refused
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import flag, named, number, record, text

NAME = named("[a-zA-Z0-9/_+=.@-]{1,512}", "up to 512 letters, digits and /_+=.@-")
FLAGS = (
    "ExcludeLowercase",
    "ExcludeNumbers",
    "ExcludePunctuation",
    "ExcludeUppercase",
    "IncludeSpace",
    "RequireEachIncludedType",
)


def _describe(declared: Declared) -> Resource:
    name = declared.properties.get("Name", declared.name)
    # Without AWS's six random characters at its end, which are not needed to find it.
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}"
    return declared.resource(arn, Id=arn)


def _create(declared: Declared, described: Resource) -> Resource:
    given = declared.properties
    if "SecretString" in given and "GenerateSecretString" in given:
        raise Refused("SecretString and GenerateSecretString exclude each other; remove one of them")
    value = given.get("SecretString")
    if value is None:
        value = _generated(given.get("GenerateSecretString", {}))
    client("secretsmanager").create_secret(Name=given.get("Name", declared.name), SecretString=value)
    return described


def _generated(wanted: dict[str, Any]) -> str:
    asked = (*FLAGS, "ExcludeCharacters", "PasswordLength")
    request = {name: wanted[name] for name in asked if name in wanted}
    password: str = client("secretsmanager").get_random_password(**request)["RandomPassword"]
    if "GenerateStringKey" not in wanted:
        return password
    try:
        template = json.loads(wanted.get("SecretStringTemplate", "{}"))
        return json.dumps({**template, wanted["GenerateStringKey"]: password})
    except (TypeError, ValueError):
        raise Refused("GenerateSecretString.SecretStringTemplate is no JSON object; give one") from None


def _remove(secret: Resource) -> None:
    client("secretsmanager").delete_secret(SecretId=secret.id, ForceDeleteWithoutRecovery=True)


KINDS = {
    "AWS::SecretsManager::Secret": Kind(
        _describe,
        _create,
        _remove,
        service="secretsmanager",
        played={
            "GenerateSecretString": record(
                ExcludeCharacters=text,
                GenerateStringKey=text,
                PasswordLength=number(1, 4096),
                SecretStringTemplate=text,
                **dict.fromkeys(FLAGS, flag),
            ),
            "Name": NAME,
            "SecretString": text,
        },
        left_out=("Description", "KmsKeyId", "ReplicaRegions", "Tags"),
    ),
}
