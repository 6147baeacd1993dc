"""What this project adds to the local AWS: its name, its sample request, its live page, and its outbox."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from infra.local.control.project import Page, Project, Removal, RunParts
from infra.local.provisioning.errors import TemplateError
from infra.shared.order_kinds import request
from infra.shared.root import ROOT

if TYPE_CHECKING:
    from infra.local.aws.attribute_values import Item
    from infra.local.http.tokens.issuer import Issuer
    from infra.local.reporting.journal import Journal


def _page(parts: RunParts, journal: "Journal", issuer: "Issuer | None") -> Page:
    from infra.live.server import (
        LivePage,  # imported at the first request: it takes a tenth of the start time
    )

    return LivePage(parts, journal, issuer)


def _missing(template: Path) -> list[str]:
    """What event types of this project lack. Another template has its own events, and no findings here."""
    from infra.local.provisioning.reading import read
    from infra.samples.loading import InvalidSample, load_samples

    if template.resolve() != ROOT / "template.yaml":
        return []
    try:
        load_samples()
    except InvalidSample as invalid:
        return [str(invalid)]
    from infra.findings.events import of_events  # only now: it imports the samples

    return [str(finding) for finding in of_events(read(template).get("Resources", {}))]


def _explained(error: TemplateError) -> str:
    from infra.findings.missing import explained

    return explained(error)


def _without(safeguard: str) -> Removal:
    from infra.mutants.removal import REMOVABLE
    from infra.mutants.template import TEMPLATE_MUTANTS

    if safeguard in TEMPLATE_MUTANTS:
        return Removal(change=TEMPLATE_MUTANTS[safeguard])
    if safeguard not in REMOVABLE:
        names = ", ".join(sorted(REMOVABLE | TEMPLATE_MUTANTS))
        raise TemplateError(f"there is no safeguard {safeguard}: choose from {names}")
    return Removal(setup=partial(_remove, safeguard))


def _remove(safeguard: str) -> None:
    from infra.mutants.removal import remove  # only after the process was set up

    remove(safeguard)


def _replay(item: "Item") -> "Iterable[Item]":
    from infra.run.restored_items import emitting_images  # it imports pydantic, an eighth of the start time

    return emitting_images(item)


def _curl_options() -> str:
    body = json.dumps(request("shipped", "ada")).replace("'", "'\\''")
    return f"-H 'content-type: application/json' -d '{body}'"


PROJECT = Project(
    name="Order choreography",
    stack="order-choreography",
    path="/orders",
    options=_curl_options(),
    page=_page,
    check=_missing,
    without=_without,
    replay=_replay,
    preload="infra.run.preload",
    explain=_explained,
)
