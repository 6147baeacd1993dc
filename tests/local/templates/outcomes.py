"""Provisions a template in an empty local AWS."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import environment
from infra.local.provisioning import disk_cache
from infra.local.provisioning.dynamic import ssm_parameter
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.provisioner import Provisioner, remove
from infra.local.provisioning.template import load
from tests.local.templates import ACCEPTED

UNEXPECTED = "please report it"
"""Part of the error message about a defect of the local run."""


@pytest.fixture(scope="module", autouse=True)
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """An empty local AWS without a cache of templates. The working directory has a folder with code."""
    folder = tmp_path_factory.mktemp("templates")
    (folder / "code").mkdir()
    (folder / "layer").mkdir()
    with pytest.MonkeyPatch.context() as patch, patched_moto(), environment({}):
        patch.setattr(disk_cache, "FOLDER", None)
        patch.chdir(folder)
        yield folder


def outcome(template: str | bytes) -> str:
    """ACCEPTED, or the error message. Afterwards the local AWS must be empty again."""
    path = Path("template.yaml")
    path.write_bytes(template if isinstance(template, bytes) else template.encode())
    try:
        remove(Provisioner(load(path, lookup=ssm_parameter), "stack", "http://localhost:3000").provision())
        result = ACCEPTED
    except TemplateError as error:
        result = str(error)
    assert not any(contents().values()), result
    return result


def contents() -> dict[str, Any]:
    """The resources in the local AWS."""
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
