"""Secrets Manager's secrets: given in the template, or generated at each start."""

from infra.local.clients import client
from infra.local.credentials import ACCOUNT, REGION
from infra.local.provisioning.kinds import Declared, Kind
from infra.local.provisioning.shapes import anything, text
from infra.local.stack import Resource


def _describe(declared: Declared) -> Resource:
    name = declared.properties.get("Name", declared.name)
    # Without AWS's six random characters at its end, which are not needed to find it.
    arn = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}"
    return declared.resource(arn, Id=arn)


def _create(declared: Declared, described: Resource) -> Resource:
    secrets, given = client("secretsmanager"), declared.properties
    value = given.get("SecretString")
    if value is None:
        value = secrets.get_random_password(**given["GenerateSecretString"])["RandomPassword"]
    secrets.create_secret(Name=given.get("Name", declared.name), SecretString=value)
    return described


def _remove(secret: Resource) -> None:
    client("secretsmanager").delete_secret(SecretId=secret.id, ForceDeleteWithoutRecovery=True)


KINDS = {
    "AWS::SecretsManager::Secret": Kind(
        _describe,
        _create,
        _remove,
        service="secretsmanager",
        played={"GenerateSecretString": anything, "Name": text, "SecretString": text},
        left_out=("Description", "KmsKeyId", "Tags"),
    ),
}
