"""Resolves dynamic references, such as {{resolve:ssm:/a/b}}, with the values of the local AWS.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

import json
import re

from botocore.exceptions import ClientError

from infra.local.aws.clients import client
from infra.local.provisioning.errors import PropertyError

_REFERENCE = re.compile(r"\{\{resolve:([^:}]*):([^}]*)\}\}")


def resolve(text: str, path: str) -> str:
    """The text with its dynamic references resolved. Raises PropertyError for a missing value."""
    if "{{resolve:" not in text:
        return text
    return _REFERENCE.sub(lambda found: _value(found[1], found[2], f"{path}: {found[0]}"), text)


def ssm_parameter(name: str, where: str) -> str:
    """The value of an SSM parameter. Raises PropertyError if the parameter does not exist."""
    try:
        found = client("ssm").get_parameter(Name=name, WithDecryption=True)
    except ClientError:
        raise PropertyError(
            f"{where}: the SSM parameter {name} does not exist; join a stack that creates it first, "
            "or create it with `aws ssm put-parameter`"
        ) from None
    value: str = found["Parameter"]["Value"]
    return value


def _value(service: str, reference: str, where: str) -> str:
    if service in ("ssm", "ssm-secure"):
        return ssm_parameter(reference, where)
    if service == "secretsmanager":
        return _secret(reference, where)
    raise PropertyError(
        f"{where}: references to {service} are not supported locally; use ssm or secretsmanager"
    )


def _secret(reference: str, where: str) -> str:
    """The text of a secret, or the value of one JSON key in it.

    A reference is secret-id:SecretString:json-key:version-stage:version-id.
    """
    found = re.fullmatch(
        r"(arn:aws:secretsmanager:[^:]*:[^:]*:secret:[^:]*|[^:]*)(?::SecretString(?::([^:]*).*)?)?", reference
    )
    if found is None:
        raise PropertyError(
            f"{where}: the reference is malformed; write it as secret-id:SecretString:json-key"
        )
    try:
        text: str = client("secretsmanager").get_secret_value(SecretId=found[1])["SecretString"]
        return str(json.loads(text)[found[2]]) if found[2] else text
    except ClientError:
        raise PropertyError(
            f"{where}: the secret {found[1]} does not exist; join a stack that creates it first"
        ) from None
    except (KeyError, TypeError, ValueError):
        raise PropertyError(f"{where}: the secret has no key {found[2]}; correct the key") from None
