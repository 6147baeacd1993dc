"""The relay's code with one safeguard removed, in this process. The simulator must notice each removal."""

import os
from contextlib import AbstractContextManager
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import choreography.publishing
import choreography.relay
from choreography import aws
from choreography.publishing import Publishable, _request
from choreography.relay import Entry
from contracts.catalogue import read
from infra.mutants.mutant import Mutant


def failed_entries_are_ignored() -> AbstractContextManager[Any]:
    """The relay ignores the failed entries of a PublishBatch."""

    def publish(batch: list[Entry]) -> Entry | None:
        try:
            aws.sns().publish_batch(
                TopicArn=os.environ["TOPIC_ARN"],
                PublishBatchRequestEntries=[_request(n, entry) for n, entry in enumerate(batch)],
            )
        except Exception:
            return batch[0]
        return None

    return patch.object(choreography.relay, "_publish", publish)


def failed_publish_is_not_reported() -> AbstractContextManager[Any]:
    """The relay does not report unpublished events to the event source mapping."""
    publish = choreography.relay._publish
    return patch.object(choreography.relay, "_publish", lambda batch: publish(batch) and None)


def new_ids_when_published() -> AbstractContextManager[Any]:
    """The relay gives each event a new id when it publishes it."""

    def request(number: int, entry: Publishable) -> Any:
        original = _request(number, entry)
        old_id = read(entry.message).id
        return {**original, "Message": entry.message.replace(old_id, str(uuid4()))}

    return patch.object(choreography.publishing, "_request", request)


RELAY_MUTANTS: dict[str, Mutant] = {
    "failed-entries-are-ignored": failed_entries_are_ignored,
    "failed-publish-is-not-reported": failed_publish_is_not_reported,
    "new-ids-when-published": new_ids_when_published,
}
