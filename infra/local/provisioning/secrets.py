"""Secrets of Secrets Manager, with the value in the template or a value that each start generates."""

import json
from typing import Any

from infra.local.aws.clients import client
from infra.local.aws.short_way.creations import call
from infra.local.model.credentials import ACCOUNT, REGION
from infra.local.model.stack import Resource
from infra.local.provisioning.errors import PropertyError
from infra.local.provisioning.resource_types import ResourceDefinition, ResourceType
from infra.local.provisioning.shapes import boolean, integer, matching, strict_object, text

NAME = matching("[a-zA-Z0-9/_+=.@-]{1,512}", "up to 512 letters, digits and /_+=.@-")
FLAGS = (
    "ExcludeLowercase",
    "ExcludeNumbers",
    "ExcludePunctuation",
    "ExcludeUppercase",
    "IncludeSpace",
    "RequireEachIncludedType",
)


def _describe(definition: ResourceDefinition) -> Resource:
    name = definition.properties.get("Name", definition.name)
    # AWS appends six random characters to the name; the local run needs none.
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}"
    return definition.resource(arn, Id=arn)


def _create(definition: ResourceDefinition, described: Resource) -> Resource:
    properties = definition.properties
    if "SecretString" in properties and "GenerateSecretString" in properties:
        raise PropertyError("SecretString and GenerateSecretString exclude each other; remove one of them")
    value = properties.get("SecretString")
    if value is None:
        value = _generate(properties.get("GenerateSecretString", {}))
    call("secretsmanager", "CreateSecret", Name=properties.get("Name", definition.name), SecretString=value)
    return described


def _generate(settings: dict[str, Any]) -> str:
    arguments = (*FLAGS, "ExcludeCharacters", "PasswordLength")
    request = {name: settings[name] for name in arguments if name in settings}
    password: str = call("secretsmanager", "GetRandomPassword", **request)["RandomPassword"]
    if "GenerateStringKey" not in settings:
        return password
    try:
        template = json.loads(settings.get("SecretStringTemplate", "{}"))
        return json.dumps({**template, settings["GenerateStringKey"]: password})
    except (TypeError, ValueError):
        raise PropertyError(
            "GenerateSecretString.SecretStringTemplate is not a JSON object; correct it"
        ) from None


def _remove(secret: Resource) -> None:
    client("secretsmanager").delete_secret(SecretId=secret.id, ForceDeleteWithoutRecovery=True)


RESOURCE_TYPES = {
    "AWS::SecretsManager::Secret": ResourceType(
        _describe,
        _create,
        _remove,
        service="secretsmanager",
        supported={
            "GenerateSecretString": strict_object(
                ExcludeCharacters=text,
                GenerateStringKey=text,
                PasswordLength=integer(1, 4096),
                SecretStringTemplate=text,
                **dict.fromkeys(FLAGS, boolean),
            ),
            "Name": NAME,
            "SecretString": text,
        },
        ignored=("Description", "KmsKeyId", "ReplicaRegions", "Tags"),
    ),
}
