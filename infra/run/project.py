"""What this project adds to the local AWS: its name, its sample request, its live page, and its outbox."""

import json
from typing import TYPE_CHECKING

from infra.local.control.project import Page, Project, RunParts
from infra.run.restored_items import emitting_images
from infra.shared.order_kinds import request

if TYPE_CHECKING:
    from infra.local.http.tokens.issuer import Issuer
    from infra.local.reporting.journal import Journal


def _page(parts: RunParts, journal: "Journal", issuer: "Issuer | None") -> Page:
    from infra.live.server import (
        LivePage,  # imported at the first request: it takes a tenth of the start time
    )

    return LivePage(parts, journal, issuer)


def _curl_options() -> str:
    body = json.dumps(request("shipped", "ada")).replace("'", "'\\''")
    return f"-H 'content-type: application/json' -d '{body}'"


PROJECT = Project(
    name="Order choreography",
    stack="order-choreography",
    path="/orders",
    options=_curl_options(),
    page=_page,
    replay=emitting_images,
)
