"""Sends events to the targets of a rule: functions, queues and topics.

If a target does not exist or refuses the event, a retry cannot succeed. As on AWS, the event then goes to the
target's dead-letter queue at once:
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.aws import function_targets
from infra.local.aws.clients import client
from infra.local.aws.event_bus import inputs
from infra.local.aws.event_bus.inputs import Target
from infra.shared.arns import name_of, service_of

GONE = ("AWS.SimpleQueueService.NonExistentQueue", "NotFound")


class Undeliverable(Exception):
    """A target did not get an event. Arguments: EventBridge's error code, and the reason."""


def deliver(rule: Any, event: Mapping[str, Any]) -> None:
    """Send an event to all targets of a rule of moto's."""
    for target in list(rule.targets):
        try:
            _send(target, inputs.text(target, rule, event))
        except Undeliverable as reason:
            _give_up(rule, target, event, *reason.args)


def _send(target: Target, text: str) -> None:
    arn: str = target["Arn"]
    service = service_of(arn)
    try:
        if service == "lambda":
            _invoke(arn, text)
        elif service == "sqs":
            _send_message(arn, text, target.get("SqsParameters", {}))
        elif service == "sns":
            client("sns").publish(TopicArn=arn, Message=text)
        else:
            raise Undeliverable("INVALID_PARAMETER", f"the local AWS does not support {arn} as a target")
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        raise Undeliverable("NO_RESOURCE" if code in GONE else "ERROR_FROM_TARGET", message) from error
    except BotoCoreError as error:
        raise Undeliverable("SDK_CLIENT_ERROR", str(error)) from error


def _invoke(arn: str, text: str) -> None:
    try:
        event = json.loads(text)
    except ValueError:
        raise Undeliverable("INVALID_JSON", f"the transformed input is not valid JSON: {text}") from None
    if not function_targets.deliver(arn, event):
        raise Undeliverable("NO_RESOURCE", f"there is no function {arn}")


def _send_message(queue_arn: str, text: str, parameters: Mapping[str, str], **attributes: Any) -> None:
    """Send without a trace header: Lambda does not detect recursive loops through EventBridge."""
    sqs = client("sqs")
    url = sqs.get_queue_url(QueueName=name_of(queue_arn))["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=text, **parameters, **attributes)


def _give_up(rule: Any, target: Target, event: Mapping[str, Any], code: str, message: str) -> None:
    queue = target.get("DeadLetterConfig", {}).get("Arn")
    cause = {"RULE_ARN": rule.arn, "TARGET_ARN": target["Arn"], "ERROR_CODE": code, "ERROR_MESSAGE": message}
    attributes = {name: {"DataType": "String", "StringValue": value} for name, value in cause.items()}
    try:
        if queue:
            _send_message(queue, inputs.compact(event), {}, MessageAttributes=attributes)
            return
    except ClientError as error:
        message += f"; the dead-letter queue {queue}: {error.response['Error']['Message']}"
    function_targets.report(
        f"rule {rule.name}: an event did not reach {target['Arn']} and is lost ({message}); "
        "give the target a DeadLetterConfig to keep such events"
    )
