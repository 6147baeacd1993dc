"""The functions that SNS and EventBridge invoke, and the event of an SNS notification.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

from collections.abc import Callable, Mapping
from typing import Any

Invoke = Callable[[str, Any], bool]
"""Invokes the function of an ARN asynchronously. Returns False if the function does not exist."""
Report = Callable[[str], None]
"""Reports a lost event to the user of the run."""

_used: list[tuple[Invoke, Report]] = []


def invoke_with(invoke: Invoke, report: Report) -> None:
    """Sets how to invoke functions and to report losses. Before the first call, no function exists."""
    _used[:] = [(invoke, report)]


def deliver(function_arn: str, event: Any) -> bool:
    """Invokes a function. Returns False if the function does not exist."""
    return any(invoke(function_arn, event) for invoke, _ in _used)


def report(text: str) -> None:
    """Reports a lost event."""
    for _, tell in _used:
        tell(text)


def event(subscription_arn: str, envelope: Mapping[str, Any]) -> dict[str, Any]:
    """The event of a notification. `envelope` is the JSON document that SNS sends to a queue."""
    message = {
        "SignatureVersion": envelope["SignatureVersion"],
        "Timestamp": envelope["Timestamp"],
        "Signature": envelope["Signature"],
        "SigningCertUrl": envelope["SigningCertURL"],
        "MessageId": envelope["MessageId"],
        "Message": envelope["Message"],
        "MessageAttributes": envelope.get("MessageAttributes", {}),
        "Type": envelope["Type"],
        "UnsubscribeUrl": envelope["UnsubscribeURL"],
        "TopicArn": envelope["TopicArn"],
        "Subject": envelope.get("Subject"),
    }
    record = {"EventVersion": "1.0", "EventSubscriptionArn": subscription_arn, "EventSource": "aws:sns"}
    return {"Records": [record | {"Sns": message}]}
