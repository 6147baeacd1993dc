"""Corrections to moto's SQS: URLs, attributes of queues and messages, failed entries of a batch."""

from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.core.serialize import JSONSerializer, QuerySerializer
from moto.sqs.models import Queue
from moto.sqs.responses import SQSResponse

from infra.local.aws import arrivals, endpoint_urls
from infra.local.aws.queues import received
from infra.local.aws.refusals import sqs

SHAPES = {
    "InvalidParameterValue": "InvalidParameterValueException",
    "MissingParameter": "MissingRequiredParameterException",
    "QueueAlreadyExists": "QueueNameExists",
}
"""Error codes of the JSON protocol that differ from the query protocol. moto uses the latter for both."""

_add = Queue.add_message
_send_batch = SQSResponse.send_message_batch
_queue_attributes = SQSResponse.get_queue_attributes
_error_code = JSONSerializer._get_protocol_specific_error_code
_error_members = QuerySerializer._serialize_error_metadata


def patches() -> Iterator[Any]:
    yield patch.object(Queue, "url", _url)
    yield patch.object(Queue, "add_message", _add_message)
    yield patch.object(SQSResponse, "receive_message", _receive_message)
    yield patch.object(SQSResponse, "send_message_batch", _send_message_batch)
    yield patch.object(SQSResponse, "get_queue_attributes", _get_queue_attributes)
    yield patch.object(JSONSerializer, "_get_protocol_specific_error_code", _get_error_code)
    yield patch.object(QuerySerializer, "_serialize_error_metadata", _serialize_error)


def _url(queue: Any, request_url: Any) -> str:
    return f"{endpoint_urls.base_url('sqs')}/{queue.account_id}/{queue.name}"


def _add_message(queue: Any, message: Any) -> None:
    """Sets the source queue of a dead letter, where the message was before, and reports the arrival."""
    source = vars(message).get("queue_arn")
    if source is not None:
        message.dead_letter_queue_source_arn = source
    message.queue_arn = queue.queue_arn
    _add(queue, message)
    if not message.delayed:
        arrivals.report(queue.queue_arn)


def _receive_message(response: Any) -> ActionResult:
    """Answers immediately. The endpoint waits for a long poll, and answers other calls meanwhile."""
    asked, backend, name = response.params, response.sqs_backend, response._get_queue_name()
    hidden_seconds = asked.get("VisibilityTimeout", backend.get_queue(name).visibility_timeout)
    # An asterisk means all in AWS's recorded answers. AWS does not document it.
    names = ["All" if each == "*" else each for each in asked.get("MessageAttributeNames", [])]
    found = backend.receive_message(name, asked.get("MaxNumberOfMessages", 1), 0, hidden_seconds, names)
    wanted = {*asked.get("AttributeNames", ()), *asked.get("MessageSystemAttributeNames", ())}
    return ActionResult({"Messages": [received(message, wanted) for message in found]} if found else {})


def _send_message_batch(response: Any) -> ActionResult:
    """Fails a refused entry alone. Leaves an empty list out of the answer."""
    entries, failed = response.params["Entries"], []
    response.params["Entries"] = accepted = []
    url = response.params.get("QueueUrl") or response.path
    for entry in entries:
        try:
            sqs.entry(url, entry)
        except ServiceException as error:
            failed.append(
                {"Id": entry["Id"], "SenderFault": True, "Code": error.code, "Message": error.message}
            )
        else:
            accepted.append(entry)
    sent: Any = _send_batch(response).result if accepted else {"Successful": [], "Failed": []}
    answer = {"Successful": sent["Successful"], "Failed": [*sent["Failed"], *failed]}
    return ActionResult({name: listed for name, listed in answer.items() if listed})


def _get_queue_attributes(response: Any) -> Any:
    """Rounds times down to whole seconds."""
    answer = _queue_attributes(response)
    attributes = (answer.result or {}).get("Attributes", {})
    for name in ("CreatedTimestamp", "LastModifiedTimestamp"):
        if name in attributes:
            attributes[name] = str(int(float(attributes[name])))
    return answer


def _get_error_code(serializer: Any, error: Any) -> str:
    code: str = _error_code(serializer, error)
    if serializer.operation_model.service_model.service_name != "sqs":
        return code
    prefix, separator, name = code.rpartition("#")
    return f"{prefix}{separator}{SHAPES.get(name, name)}"


def _serialize_error(serializer: Any, serialized: dict[str, Any], error: Any, shape: Any) -> None:
    """Removes moto's second copy of the error message."""
    _error_members(serializer, serialized, error, shape)
    serialized.pop("message", None)
