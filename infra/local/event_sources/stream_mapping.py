"""The event source mapping of a DynamoDB stream: ordered delivery, with retries until a batch is discarded.

https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
"""

import time
from itertools import takewhile
from typing import Any

from infra.local.aws.shards import Shard
from infra.local.event_sources import on_failure
from infra.local.event_sources.mapping import BatchBuffer, Clock, failed_items, reports_failures
from infra.local.event_sources.records import stream_record
from infra.local.model.messages import Batch
from infra.local.model.stack import EventSource
from infra.local.patterns.filters import record_filter

USUAL_BATCH_SIZE = 100
LONGEST_WAIT_SECONDS = 10.0
BACKLOG_LIMIT = 1000

Records = tuple[dict[str, Any], ...]


class StreamMapping:
    """Reads the one shard that moto has. A failed batch blocks the later batches, as on AWS."""

    def __init__(self, source: EventSource, clock: Clock = time.time) -> None:
        self.source, self._clock, self._properties = source, clock, source.properties
        self._passes = record_filter(source.properties, "dynamodb")
        self._shard = Shard(source.arn)
        latest = self._properties["StartingPosition"] == "LATEST"
        self._read_to = self._shard.latest if latest else self._shard.oldest
        self._buffer = BatchBuffer(source.properties, USUAL_BATCH_SIZE, clock)
        self._waiting: list[Records] = []
        self._attempts, self._retry_at = 0, 0.0
        self._last: on_failure.LastInvocation | None = None

    def poll(self) -> Batch | None:
        if not self._waiting:
            self._fill_buffer()
        self._give_up_expired()
        if not self._waiting or self._clock() < self._retry_at:
            return None
        return Batch(self._waiting[0])

    def complete(self, batch: Batch, answer: Any, request_id: str | None = None) -> None:
        known = [on_failure.sequence_number(record) for record in batch.records]
        failed = failed_items(answer, known, reports=reports_failures(self.source))
        if failed == []:
            self._next_batch()
            return
        self._last = on_failure.LastInvocation(request_id, raised=False)
        # The lowest failed sequence number is the checkpoint: the records before it succeeded.
        first = min(map(known.index, failed or known))
        if first:
            # The rest is a new batch, with the full number of retries: recorded answers of AWS show this.
            self._waiting[0], self._attempts = batch.records[first:], 0
            self._wait()
        elif failed is None:
            self._split_or_retry(batch.records)
        else:
            self._retry(batch.records)

    def fail(self, batch: Batch, reason: str, request_id: str | None = None) -> None:
        self._last = on_failure.LastInvocation(request_id, raised=True)
        self._split_or_retry(batch.records)

    def retry_now(self) -> None:
        """Ends the wait before the next attempt."""
        self._retry_at = 0.0

    @property
    def position(self) -> int:
        """The position in the shard after the last record that was delivered or discarded."""
        ahead = self._waiting[0] if self._waiting else self._buffer.records
        return int(on_failure.sequence_number(ahead[0])) if ahead else self._read_to

    def backlog(self) -> int:
        """The number of undelivered records that pass the filters, up to BACKLOG_LIMIT unread ones."""
        unread = self._filtered(self._shard.read(self._read_to, BACKLOG_LIMIT))
        return sum(map(len, self._waiting)) + len(self._buffer.records) + len(unread)

    def _fill_buffer(self) -> None:
        while (wanted := self._buffer.room) > 0:
            found = self._shard.read(self._read_to, wanted)
            self._buffer.add(self._filtered(found))
            self._read_to += len(found)
            if len(found) < wanted:
                break
        if records := self._buffer.take():
            self._waiting.append(records)

    def _filtered(self, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return list(filter(self._passes, (stream_record(record, self.source.arn) for record in found)))

    def _split_or_retry(self, records: Records) -> None:
        """Splits the batch if the mapping bisects, which is not counted as a retry; else retries it."""
        if self._properties.get("BisectBatchOnFunctionError") and len(records) > 1:
            middle = len(records) // 2
            self._waiting[:1] = [records[:middle], records[middle:]]
            self._wait()
        else:
            self._retry(records)

    def _retry(self, records: Records) -> None:
        self._attempts += 1
        self._wait()
        retries = int(self._properties.get("MaximumRetryAttempts", -1))
        if 0 <= retries < self._attempts:
            self._give_up(records, on_failure.EXHAUSTED)
            self._next_batch()

    def _wait(self) -> None:
        self._retry_at = self._clock() + min(2.0 ** max(self._attempts, 1) / 10, LONGEST_WAIT_SECONDS)

    def _give_up_expired(self) -> None:
        """Discards records that are too old, even if the function was never invoked with them."""
        age = int(self._properties.get("MaximumRecordAgeInSeconds", -1))
        oldest = self._clock() - age
        while self._waiting and age > 0:
            records = self._waiting[0]
            expired = tuple(takewhile(lambda record: on_failure.created_at(record) < oldest, records))
            if not expired:
                return
            self._give_up(expired, on_failure.EXPIRED)
            self._waiting[0] = records[len(expired) :]
            if not self._waiting[0]:
                self._next_batch()

    def _give_up(self, records: Records, condition: str) -> None:
        """Sends a message about the records to the destination.

        The caller removes the records afterwards: if the destination fails, the mapping tries again.
        """
        destination = self._properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if destination is not None:
            message = on_failure.message(
                self.source, self._shard.id, records, condition, self._attempts, self._last, self._clock()
            )
            on_failure.send(destination, message)

    def _next_batch(self) -> None:
        del self._waiting[0]
        self._attempts, self._retry_at, self._last = 0, 0.0, None
