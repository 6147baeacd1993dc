"""Plays what recorded tests asked of AWS on the local endpoint; answers in the form of the recordings."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.local.model.credentials import ACCOUNT
from tests.local.endpoint import Endpoint

ANY = {"timestamp", "datetime", "date", "starting-sequence-number"}
"""What the recordings have in place of values that change, beside `<…>`."""
JSON = {"Body", "FilterPolicy", "RedrivePolicy"}
"""Texts that the recordings have as the JSON that is in them."""


class Played(Endpoint):
    """The endpoint, and calls in short."""

    def __init__(self) -> None:
        self.sqs, self.sns = self.client("sqs"), self.client("sns")
        self.db, self.streams = self.client("dynamodb"), self.client("dynamodbstreams")

    def made(self, *names: str) -> None:
        """Makes queues."""
        for name in names:
            self.queue(name)

    def receive(self, url: str, **request: Any) -> Any:
        return ask(self.sqs.receive_message, QueueUrl=url, **request)

    def first(self, url: str, **request: Any) -> Any:
        return self.receive(url, **request)["Messages"][0]

    @contextmanager
    def traced(self, client: Any, header: str) -> Iterator[None]:
        """Within it, calls of a client have an X-Ray header."""

        def add(request: Any, **_: Any) -> None:
            request.headers["X-Amzn-Trace-Id"] = header

        client.meta.events.register("before-sign.*.*", add)
        yield
        client.meta.events.unregister("before-sign.*.*", add)


def ask(call: Any, **request: Any) -> Any:
    """The answer of a call, or its error."""
    try:
        return ours(call(**request))
    except ClientError as error:
        return ours(error.response)


def ours(value: Any, name: str = "") -> Any:
    """An answer of ours as the recordings would have it."""
    if isinstance(value, dict):
        if name == "ResponseMetadata":
            return {"HTTPHeaders": {}, "HTTPStatusCode": value["HTTPStatusCode"]}
        return {key: ours(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [ours(inner) for inner in value]
    if isinstance(value, bytes):
        return str(value)
    if isinstance(value, datetime):
        return "moment"
    if isinstance(value, str):
        text = value.replace(ACCOUNT, "111111111111")
        return _parsed(text) if name in JSON else text
    return value


def _parsed(text: str) -> Any:
    try:
        found = json.loads(text)
    except ValueError:
        return text
    return found if isinstance(found, dict | list) else text


def theirs(value: Any) -> Any:
    """A recorded answer with `<…>` for all that changes, and without the place in a text of an error."""
    if isinstance(value, dict):
        return {key: theirs(inner) for key, inner in value.items() if key not in ("Detail", "_normalized")}
    if isinstance(value, list):
        return [theirs(inner) for inner in value]
    if isinstance(value, str):
        text = value.replace(ACCOUNT, "111111111111").partition("\n at [Source")[0]
        return "<any>" if text in ANY else text
    return value
