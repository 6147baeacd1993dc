"""The local endpoint, for the requests of recorded tests. Its answers have the form of the recordings."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from infra.local.model.credentials import ACCOUNT
from tests.local.endpoint import Endpoint

ANY = {"timestamp", "datetime", "date", "starting-sequence-number"}
"""The recordings' placeholders for values that change, besides those of the form `<…>`."""
JSON = {"Body", "FilterPolicy", "RedrivePolicy"}
"""Fields whose text is JSON. The recordings contain the parsed JSON."""


class LocalAws(Endpoint):
    """The local endpoint with short calls."""

    def __init__(self) -> None:
        self.sqs, self.sns = self.client("sqs"), self.client("sns")
        self.db, self.streams = self.client("dynamodb"), self.client("dynamodbstreams")

    def create_queues(self, *names: str) -> None:

        for name in names:
            self.queue(name)

    def receive(self, url: str, **request: Any) -> Any:
        return ask(self.sqs.receive_message, QueueUrl=url, **request)

    def first(self, url: str, **request: Any) -> Any:
        return self.receive(url, **request)["Messages"][0]

    @contextmanager
    def traced(self, client: Any, header: str) -> Iterator[None]:
        """Send an X-Ray trace header with the client's calls within the context."""

        def add(request: Any, **_: Any) -> None:
            request.headers["X-Amzn-Trace-Id"] = header

        client.meta.events.register("before-sign.*.*", add)
        yield
        client.meta.events.unregister("before-sign.*.*", add)


def ask(call: Any, **request: Any) -> Any:
    """Return the answer or the error of a call, in the form of the recordings."""
    try:
        return recorded_form(call(**request))
    except ClientError as error:
        return recorded_form(error.response)


def recorded_form(value: Any, name: str = "") -> Any:
    """Return an answer of the local AWS in the form of the recordings."""
    if isinstance(value, dict):
        if name == "ResponseMetadata":
            return {"HTTPHeaders": {}, "HTTPStatusCode": value["HTTPStatusCode"]}
        return {key: recorded_form(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [recorded_form(inner) for inner in value]
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


def comparable(value: Any) -> Any:
    """Return a recorded answer with `<any>` for each placeholder, and without error positions in a policy."""
    if isinstance(value, dict):
        return {
            key: comparable(inner) for key, inner in value.items() if key not in ("Detail", "_normalized")
        }
    if isinstance(value, list):
        return [comparable(inner) for inner in value]
    if isinstance(value, str):
        text = value.replace(ACCOUNT, "111111111111").partition("\n at [Source")[0]
        return "<any>" if text in ANY else text
    return value
