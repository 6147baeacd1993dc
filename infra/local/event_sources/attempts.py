"""The attempts of an event source mapping: which are under way, and which messages wait after a failure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from infra.local.aws import queues
from infra.local.aws.clients import client
from infra.local.event_sources.mapping import EventSourceMapping, failed_items, reports_failures
from infra.local.event_sources.stream_mapping import StreamMapping
from infra.local.model.messages import Batch
from infra.local.reporting.notices import Failure
from infra.shared.arns import name_of


class Attempts:
    """The attempts of one mapping. `under_way` has the batches of running invocations, by request id."""

    def __init__(self, mapping: EventSourceMapping) -> None:
        self._mapping = mapping
        self._failed: set[str] = set()
        """The ids of messages whose last attempt failed."""
        self.under_way: dict[str | None, Batch] = {}

    def begin(self, request_id: str, batch: Batch) -> None:
        self.under_way[request_id] = batch
        self._failed -= set(_message_ids(batch))

    def end(self, request_id: str | None, batch: Batch, answer: Any, *, raised: bool = False) -> None:
        """Notes the failed messages: those in the answer, or all if the invocation `raised` an exception."""
        self.under_way.pop(request_id, None)
        known = _message_ids(batch)
        failed = failed_items(answer, known, reports=reports_failures(self._mapping.source))
        self._failed |= set(known if raised or failed is None else failed)

    def complete(self, failure: Failure) -> Failure:
        """The failure of an attempt under way, with the time of the next attempt."""
        ids = _message_ids(self.under_way[failure.request_id])
        message_id = failure.message_id or (ids[0] if len(ids) == 1 else None)
        wanted = ids if message_id is None else [message_id]
        times = [at for each, at in self._hidden_until().items() if each in wanted]
        return replace(failure, message_id=message_id, next_at=min(times, default=None))

    def _hidden_until(self) -> dict[str, float]:
        """The times at which hidden messages of the queue are visible again, by message id."""
        is_stream = isinstance(self._mapping, StreamMapping)
        return {} if is_stream else queues.hidden_until(name_of(self._mapping.source.arn))

    def retry_now(self) -> None:
        """Ends the wait of everything that failed."""
        if isinstance(self._mapping, StreamMapping):
            self._mapping.retry_now()
            return
        sqs, name = client("sqs"), name_of(self._mapping.source.arn)
        hidden, failed = self._hidden_until(), self._failed
        self._failed = set()
        for message in queues.messages(name):
            if message.id in failed and message.id in hidden:
                url = sqs.get_queue_url(QueueName=name)["QueueUrl"]
                sqs.change_message_visibility(
                    QueueUrl=url, ReceiptHandle=message.receipt_handle, VisibilityTimeout=0
                )


def _message_ids(batch: Batch) -> Sequence[str]:
    """The ids of a batch's messages; none for the records of a stream."""
    return [record["messageId"] for record in batch.records if "messageId" in record]
