"""At its start, the local run tells which event types lack a part, on the console and to the page."""

import asyncio
from pathlib import Path
from unittest.mock import patch

from infra.local.reporting.notices import Notices
from infra.local.terminals import local_aws
from infra.run.project import PROJECT
from infra.shared.root import ROOT


def announced(template: Path) -> list[str]:
    """The notices of a run with this template."""
    notices = Notices()
    with patch.object(local_aws, "CHECK_AFTER_SECONDS", 0):
        asyncio.run(local_aws._check(PROJECT, template, notices))
    assert {notice.kind for notice in notices.newest} <= {"incomplete"}
    return [notice.text for notice in notices.newest]


def test_an_event_without_a_subscription_is_announced() -> None:
    text = (ROOT / "template.yaml").read_text().replace("[shipment.failed, shipment.cancelled]", "[]")
    changed = text.replace("shipment.failed, ", "")
    with patch("infra.local.provisioning.reading.Path.read_bytes", lambda _: changed.encode()):
        (sentence,) = announced(ROOT / "template.yaml")
    assert sentence.startswith(
        "shipment.failed is in no filter policy, so no consumer gets it: add it, or see"
    )


def test_a_complete_project_announces_nothing() -> None:
    assert announced(ROOT / "template.yaml") == []


def test_the_template_of_another_project_is_not_compared_with_this_ones_events() -> None:
    assert announced(ROOT / "infra/examples/notifications/template.yaml") == []
