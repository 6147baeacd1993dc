"""Plays a template in an empty local AWS, and says how that went."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from infra.local.provisioning import translation
from infra.local.provisioning.dynamic import ssm_parameter
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.provisioner import Provisioner, remove
from infra.local.provisioning.template import load

UNEXPECTED = "please report it"
"""In the sentence about a fault of our own."""


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The local AWS, empty, and a folder with code that no translation is kept for."""
    folder = tmp_path_factory.mktemp("templates")
    (folder / "code").mkdir()
    (folder / "layer").mkdir()
    with pytest.MonkeyPatch.context() as patch, patched_moto(), environment({}):
        patch.setattr(translation, "FOLDER", None)
        patch.chdir(folder)
        yield folder


def told(template: str | bytes) -> str:
    """`plays`, or the sentence with which the template is refused; nothing of it is left in either case."""
    path = Path("template.yaml")
    path.write_bytes(template if isinstance(template, bytes) else template.encode())
    try:
        remove(Provisioner(load(path, lookup=ssm_parameter), "stack", "http://localhost:3000").provision())
        answer = "plays"
    except TemplateError as refused:
        answer = str(refused)
    assert not any(held().values()), answer
    return answer


def held() -> dict[str, Any]:
    """What the local AWS holds."""
    sqs, sns, dynamodb, secrets = map(client, ("sqs", "sns", "dynamodb", "secretsmanager"))
    events = client("events")
    return {
        "queues": sqs.list_queues().get("QueueUrls"),
        "topics": sns.list_topics()["Topics"],
        "subscriptions": sns.list_subscriptions()["Subscriptions"],
        "tables": dynamodb.list_tables()["TableNames"],
        "secrets": secrets.list_secrets()["SecretList"],
        "rules": events.list_rules()["Rules"],
        "buses": events.list_event_buses()["EventBuses"][1:],  # the default bus is always there
        "parameters": client("ssm").describe_parameters()["Parameters"],
    }
