"""The event source mapping of a DynamoDB stream: in order, again until it succeeds or is too old."""

import json
import time
from collections.abc import Mapping
from datetime import UTC
from typing import Any

from infra.local.event_sources.filters import matches
from infra.local.event_sources.mapping import Batch, Clock, failed_items, reports_failures
from infra.local.shards import Shard
from infra.local.stack import EventSource

LONGEST_WAIT_SECONDS = 10.0
BACKLOG_LIMIT = 1000


class StreamMapping:
    """One shard, as moto has it: what fails holds up what comes after it, as on AWS.

    `sqs` is a boto3 client.
    """

    def __init__(self, source: EventSource, sqs: Any, clock: Clock = time.time) -> None:
        self.source, self._sqs, self._clock = source, sqs, clock
        self._properties = source.properties
        self._patterns = [
            json.loads(filter_["Pattern"])
            for filter_ in self._properties.get("FilterCriteria", {}).get("Filters", [])
        ]
        self._shard = Shard(source.arn)
        latest = self._properties["StartingPosition"] == "LATEST"
        self._read_to = self._shard.latest if latest else self._shard.oldest
        self._waiting: list[tuple[dict[str, Any], ...]] = []
        self._attempts, self._retry_at = 0, 0.0

    def poll(self) -> Batch | None:
        if not self._waiting:
            self._read()
        if not self._waiting or self._clock() < self._retry_at:
            return None
        return Batch(self._waiting[0])

    def complete(self, batch: Batch, answer: Any) -> None:
        known = [_sequence_number(record) for record in batch.records]
        failed = failed_items(answer, known, reports=reports_failures(self.source))
        if failed is None:
            self.fail(batch, "malformed partial batch response")
            return
        if not failed:
            self._next_batch()
            return
        # The lowest failed sequence number is the checkpoint: what is before it succeeded.
        first = min(known.index(identifier) for identifier in failed)
        if first:
            self._attempts = 0
        self._waiting[0] = batch.records[first:]
        self._again(self._waiting[0], "batch item failures")

    def fail(self, batch: Batch, reason: str) -> None:
        if self._properties.get("BisectBatchOnFunctionError") and len(batch.records) > 1:
            middle = len(batch.records) // 2
            self._waiting[:1] = [batch.records[:middle], batch.records[middle:]]
        self._again(self._waiting[0], reason)

    @property
    def position(self) -> int:
        """The place in the shard up to which it has delivered, or given up."""
        return int(_sequence_number(self._waiting[0][0])) if self._waiting else self._read_to

    def backlog(self) -> int:
        """How many records that pass the filters are yet to be delivered, as far as one look tells."""
        unread = self._shard.read(self._read_to, BACKLOG_LIMIT)
        return sum(map(len, self._waiting)) + len(self._filtered(unread))

    def _again(self, records: tuple[dict[str, Any], ...], reason: str) -> None:
        self._attempts += 1
        retries = int(self._properties.get("MaximumRetryAttempts", -1))
        age = int(self._properties.get("MaximumRecordAgeInSeconds", -1))
        born = records[0]["dynamodb"]["ApproximateCreationDateTime"]
        if 0 <= retries < self._attempts or 0 < age < self._clock() - born:
            self._give_up(records, reason)
            self._next_batch()
            return
        self._retry_at = self._clock() + min(2.0**self._attempts / 10, LONGEST_WAIT_SECONDS)

    def _give_up(self, records: tuple[dict[str, Any], ...], reason: str) -> None:
        destination = self._properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
        if destination is None:
            return
        url = self._sqs.get_queue_url(QueueName=destination.rpartition(":")[2])["QueueUrl"]
        numbers = [_sequence_number(record) for record in records]
        message = {
            "requestContext": {"functionArn": self.source.function, "condition": reason},
            "DDBStreamBatchInfo": {
                "shardId": self._shard.id,
                "startSequenceNumber": numbers[0],
                "endSequenceNumber": numbers[-1],
                "batchSize": len(numbers),
                "streamArn": self.source.arn,
            },
        }
        self._sqs.send_message(QueueUrl=url, MessageBody=json.dumps(message))

    def _next_batch(self) -> None:
        del self._waiting[0]
        self._attempts, self._retry_at = 0, 0.0

    def _read(self) -> None:
        found = self._shard.read(self._read_to, int(self._properties.get("BatchSize", 100)))
        self._read_to += len(found)
        if records := self._filtered(found):
            self._waiting.append(records)

    def _filtered(self, found: list[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
        return tuple(
            record
            for record in (_stream_record(record, self.source.arn) for record in found)
            if not self._patterns or any(matches(pattern, record) for pattern in self._patterns)
        )


def _sequence_number(record: Mapping[str, Any]) -> str:
    number: str = record["dynamodb"]["SequenceNumber"]
    return number


def _stream_record(record: Mapping[str, Any], stream_arn: str) -> dict[str, Any]:
    """A stream's record as Lambda hands it over."""
    change = dict(record["dynamodb"])
    created = change["ApproximateCreationDateTime"].replace(tzinfo=UTC)
    change["ApproximateCreationDateTime"] = created.timestamp()
    return {
        "eventID": record["eventID"],
        "eventName": record["eventName"],
        "eventVersion": record["eventVersion"],
        "eventSource": "aws:dynamodb",
        "awsRegion": stream_arn.split(":")[3],
        "dynamodb": change,
        "eventSourceARN": stream_arn,
    }
