"""Publish every event of the services' outboxes again, of all orders or of one.

Use it after a relay was down for longer than a stream keeps its records (24 hours), or for a subscriber that
must catch up. It is always safe: event ids never change, and a consumer recognises what it handled before.

After a deployment that made or changed a subscription, SNS takes up to 15 minutes until the filter policy is
in effect, and meanwhile delivers events to no queue. --after-deployment waits until then, and publishes the
events since the deployment began again. Name the stack that was deployed, which may be a guest's.

  choreo republish --order ORDER_ID
  choreo republish
  choreo republish --after-deployment notifications
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.progress import Progress, TextColumn

from choreography.publishing import batches, publish
from choreography.table import from_attributes, to_attributes
from contracts.catalogue import ContractError, UnknownType, read
from infra.cli.deployed import Deployed, Service
from infra.cli.errors import Mistake, NotFound
from infra.cli.last_deployment import changed_subscriptions
from infra.shared.display import out, progress

SUMMARY = "publish the events of the outboxes again"
ATTEMPTS = 5
"""How often entries that SNS does not accept are published."""


@dataclass(frozen=True)
class Entry:
    type: str
    message: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--order", metavar="ORDER_ID", help="only this order's events (default all)")
    which.add_argument(
        "--after-deployment",
        metavar="STACK",
        help="wait until the filter policies that STACK's last deployment changed are in effect, and publish "
        "only the events since it began",
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    if arguments.after_deployment is None:
        return _republish(deployed, arguments.order, None)
    changed = changed_subscriptions(deployed.client("cloudformation"), arguments.after_deployment)
    if changed is None:
        out.print("the last deployment changed no subscription: there is nothing to publish again")
        return 0
    progress.print(f"waiting until {changed.in_effect:%H:%M:%S %Z}, when {', '.join(changed.names)} filters")
    time.sleep(max(0.0, (changed.in_effect - datetime.now(UTC)).total_seconds()))
    try:
        return _republish(deployed, None, changed.since)
    except NotFound:
        out.print("no event was published since the deployment began")
        return 0


def _republish(deployed: Deployed, order_id: str | None, since: datetime | None) -> int:
    published = 0
    columns = TextColumn("{task.description}"), TextColumn("{task.completed:.0f} published")
    with Progress(*columns, console=progress, disable=not progress.is_terminal) as bars:
        for service in deployed.services:
            if service.topic is None:
                continue
            bar = bars.add_task(service.name, total=None)
            for batch in batches(_entries(deployed, service, order_id, since)):
                _publish(deployed.client("sns"), service.topic, batch)
                published += len(batch)
                bars.update(bar, advance=len(batch))
    if not published:
        raise NotFound(f"no outbox has an event of {f'order {order_id}' if order_id else 'any order'}")
    out.print(f"{published} events published again")
    return 0


def _entries(
    deployed: Deployed, service: Service, order_id: str | None, since: datetime | None
) -> Iterator[Entry]:
    for item in _items(deployed.client("dynamodb"), service.table, order_id):
        for outgoing in from_attributes(item).get("outbox", []):
            try:
                event = read(outgoing["event"])
            except (ContractError, UnknownType) as error:
                # The relay dead-letters such an event: it must not leave the service.
                progress.print(f"{service.name}: left out an event that breaks its contract: {error}")
                continue
            if since is None or event.time >= since:
                yield Entry(event.type, outgoing["event"])


def _items(dynamodb: Any, table: str, order_id: str | None) -> Iterator[dict[str, Any]]:
    shown = {"TableName": table, "ProjectionExpression": "outbox", "ConsistentRead": True}
    if order_id is not None:
        yield dynamodb.get_item(Key=to_attributes({"order_id": order_id}), **shown).get("Item", {})
        return
    for page in dynamodb.get_paginator("scan").paginate(**shown):
        yield from page["Items"]


def _publish(sns: Any, topic: str, batch: list[Entry]) -> None:
    """Raises Mistake if SNS keeps refusing an entry."""
    left = dict(enumerate(batch))
    for _ in range(ATTEMPTS):
        left, failed = publish(sns, topic, left)
        if not left:
            return
    reason = failed[0].get("Message", failed[0]["Code"]) if failed else "it gave no reason"
    raise Mistake(f"SNS keeps refusing {len(left)} events: {reason}; run it again")
