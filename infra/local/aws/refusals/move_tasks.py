"""The requests for message move tasks that SQS refuses.

The error messages are AWS's, from answers that LocalStack's test_sqs_move_task recorded.
"""

import base64
import json

from infra.local.aws.refusals import resources
from infra.local.aws.refusals.checks import Check, Refusal, Request
from infra.shared.arns import name_of

MOST_PER_SECOND = 500


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidParameterValue", message)


def _not_found(message: str) -> Refusal:
    return Refusal("ResourceNotFoundException", message, status=404)


def _queue(parameter: str) -> Check:
    def check(request: Request) -> None:
        arn = request.get(parameter)
        if arn is not None and (arn.count(":") != 5 or resources.queue(name_of(arn)) is None):
            raise _not_found(f"The resource that you specified for the {parameter} parameter doesn't exist.")

    return check


def _rate(request: Request) -> None:
    rate = request.get("MaxNumberOfMessagesPerSecond")
    if rate is not None and not 1 <= int(rate) <= MOST_PER_SECOND:
        raise _invalid(
            f"Value {rate} for parameter MaxNumberOfMessagesPerSecond is invalid. "
            f"Reason: Must be between 1 and {MOST_PER_SECOND}, if provided."
        )


def _takes_dead_letters(request: Request) -> None:
    if not resources.sources_of(request["SourceArn"]):
        raise _invalid("Source queue must be configured as a Dead Letter Queue.")


def _cancelled(request: Request) -> None:
    """Refuses each cancellation: a task ends before its start is answered."""
    try:
        handle = json.loads(base64.b64decode(request["TaskHandle"], validate=True))
        source, task = handle["sourceArn"], handle["taskId"]
    except (ValueError, KeyError, TypeError):
        raise _invalid("Value for parameter TaskHandle is invalid.") from None
    _queue("SourceArn")({"SourceArn": source})
    started = vars(resources.queue(name_of(source))).get("move_tasks", [])
    if task not in {str(each.id) for each in started}:
        raise _not_found("Task does not exist.")
    raise _invalid("Only active tasks can be cancelled.")


CHECKS: dict[tuple[str, str], tuple[Check, ...]] = {
    ("sqs", "CancelMessageMoveTask"): (_cancelled,),
    ("sqs", "ListMessageMoveTasks"): (_queue("SourceArn"),),
    ("sqs", "StartMessageMoveTask"): (
        _queue("SourceArn"),
        _takes_dead_letters,
        _queue("DestinationArn"),
        _rate,
    ),
}
