"""Dynamic references: text such as {{resolve:ssm:/a/b}}, replaced by what the local AWS holds there.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""

import json
import re

from botocore.exceptions import ClientError

from infra.local.aws.clients import client
from infra.local.provisioning.errors import Refused

_REFERENCE = re.compile(r"\{\{resolve:([^:}]*):([^}]*)\}\}")


def resolved(text: str, path: str) -> str:
    """The text with all its dynamic references replaced. Raises Refused for one that leads nowhere."""
    if "{{resolve:" not in text:
        return text
    return _REFERENCE.sub(lambda found: _value(found[1], found[2], f"{path}: {found[0]}"), text)


def ssm_parameter(name: str, where: str) -> str:
    """The value of an SSM parameter. Raises Refused if there is none."""
    try:
        found = client("ssm").get_parameter(Name=name, WithDecryption=True)
    except ClientError:
        raise Refused(
            f"{where}: there is no SSM parameter {name}; let a stack that has it join first, "
            "or put it with `aws ssm put-parameter`"
        ) from None
    value: str = found["Parameter"]["Value"]
    return value


def _value(service: str, reference: str, where: str) -> str:
    if service in ("ssm", "ssm-secure"):
        return ssm_parameter(reference, where)
    if service == "secretsmanager":
        return _secret(reference, where)
    raise Refused(f"{where}: references to {service} cannot be played locally; use ssm or secretsmanager")


def _secret(reference: str, where: str) -> str:
    """A secret's text, or one key of it: secret-id:SecretString:json-key:version-stage:version-id."""
    found = re.fullmatch(
        r"(arn:aws:secretsmanager:[^:]*:[^:]*:secret:[^:]*|[^:]*)(?::SecretString(?::([^:]*).*)?)?", reference
    )
    if found is None:
        raise Refused(f"{where}: write it as secret-id:SecretString:json-key")
    try:
        text: str = client("secretsmanager").get_secret_value(SecretId=found[1])["SecretString"]
        return str(json.loads(text)[found[2]]) if found[2] else text
    except ClientError:
        raise Refused(
            f"{where}: there is no secret {found[1]}; declare it in a stack that joins first"
        ) from None
    except (KeyError, TypeError, ValueError):
        raise Refused(f"{where}: the secret has no key {found[2]}; correct the key") from None
