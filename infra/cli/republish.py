"""Publish the events in the services' outboxes again, of all orders or of one.

Use it if a relay did not run for longer than a stream keeps its records (24 hours), or for a new subscriber.
It is always safe: event ids never change, and a consumer recognizes the events that it has handled.

After a deployment that created or changed a subscription, SNS needs up to 15 minutes until the filter policy
is in effect. Until then, SNS may not deliver events to the queue. --after-deployment waits for that time, and
then publishes the events since the start of the deployment again. Name the deployed stack; it may be another
stack that subscribes to this one.

  choreo republish --order ORDER_ID
  choreo republish
  choreo republish --after-deployment notifications
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from rich.progress import Progress, TextColumn

from choreography.errors import UnknownFormat
from choreography.publishing import batches, publish
from choreography.stored import check_format, event_json, published
from choreography.table import from_attributes, to_attributes
from contracts.catalogue import ContractError, UnknownType, read
from infra.cli.deployed import Deployed, Service
from infra.cli.errors import CommandError, NotFound
from infra.cli.last_deployment import changed_subscriptions
from infra.cli.order_ids import full_id
from infra.shared.display import out, print_json, progress

JSON = "print one JSON document"
SUMMARY = "publish the events of the outboxes again"
ATTEMPTS = 5
"""How often entries that SNS does not accept are published."""


@dataclass(frozen=True)
class Entry:
    type: str
    message: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--order",
        metavar="ORDER_ID",
        help="only the events of this order, by its id or first characters (default all)",
    )
    which.add_argument(
        "--after-deployment",
        metavar="STACK",
        help="wait until the filter policies of STACK's last deployment are in effect, and publish only the "
        "events since its start",
    )


def run(deployed: Deployed, arguments: argparse.Namespace) -> int:
    if arguments.after_deployment is None:
        order_id = arguments.order and full_id(deployed, arguments.order)
        return _report(_republish(deployed, order_id, None), as_json=arguments.json)
    changed = changed_subscriptions(deployed.client("cloudformation"), arguments.after_deployment)
    if changed is None:
        progress.print("the last deployment changed no subscription, so no event needs to be published again")
        return _report(0, as_json=arguments.json) if arguments.json else 0
    progress.print(
        f"waiting until {changed.in_effect:%H:%M:%S %Z}: then the filter policies of "
        f"{', '.join(changed.names)} are in effect"
    )
    time.sleep(max(0.0, (changed.in_effect - datetime.now(UTC)).total_seconds()))
    try:
        return _report(_republish(deployed, None, changed.since), as_json=arguments.json)
    except NotFound:
        progress.print("no event was published since the deployment began")
        return _report(0, as_json=arguments.json) if arguments.json else 0


def _report(published: int, *, as_json: bool) -> int:
    if as_json:
        print_json({"published": published})
    else:
        out.print(f"{published} events published again")
    return 0


def _republish(deployed: Deployed, order_id: str | None, since: datetime | None) -> int:
    """Publishes the events again. Returns their number. Raises NotFound if there are none."""
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
        raise NotFound(f"no outbox has an event{f' of order {order_id}' if order_id else ''}")
    return published


def _entries(
    deployed: Deployed, service: Service, order_id: str | None, since: datetime | None
) -> Iterator[Entry]:
    for item in _items(deployed.client("dynamodb"), service.table, order_id):
        for text in _messages(from_attributes(item)):
            try:
                event = read(text)
            except (ContractError, UnknownType) as error:
                # The relay dead-letters such an event, too: a service must not publish it.
                progress.print(f"{service.name}: skipped an event that breaks its contract: {error}")
                continue
            if since is None or event.time >= since:
                yield Entry(event.type, text)


def _messages(item: Mapping[str, Any]) -> list[str]:
    try:
        check_format(item)
    except UnknownFormat as error:
        raise CommandError(f"{error}: run the command with the code that stored it") from error
    return [event_json(event) for event in published(item["order_id"], item["outbox"])]


def _items(dynamodb: Any, table: str, order_id: str | None) -> Iterator[dict[str, Any]]:
    shown = {
        "TableName": table,
        "ProjectionExpression": "order_id, #format, outbox",
        "ExpressionAttributeNames": {"#format": "format"},
        "ConsistentRead": True,
    }
    if order_id is not None:
        if "Item" in (found := dynamodb.get_item(Key=to_attributes({"order_id": order_id}), **shown)):
            yield found["Item"]
        return
    for page in dynamodb.get_paginator("scan").paginate(**shown):
        yield from page["Items"]


def _publish(sns: Any, topic: str, batch: list[Entry]) -> None:
    """Publishes a batch and repeats failed entries. Raises CommandError after ATTEMPTS attempts."""
    left = dict(enumerate(batch))
    for _ in range(ATTEMPTS):
        left, failed = publish(sns, topic, left)
        if not left:
            return
    reason = failed[0].get("Message", failed[0]["Code"]) if failed else "it gave no reason"
    raise CommandError(
        f"SNS rejected {len(left)} events in {ATTEMPTS} attempts: {reason}; run the command again"
    )
