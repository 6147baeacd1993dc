"""Subscriptions of Lambda functions: the event of a notification, and its delivery.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

from collections.abc import Callable, Mapping
from typing import Any

Invoke = Callable[[str, dict[str, Any]], bool]
"""Invokes the function of an ARN asynchronously. Returns False if the function does not exist."""

_invoke: list[Invoke] = []


def invoke_with(invoke: Invoke) -> None:
    """Sets how functions are invoked. Before the first call, no function exists for SNS."""
    _invoke[:] = [invoke]


def deliver(function_arn: str, event: dict[str, Any]) -> bool:
    """Invokes a function. Returns False if the function does not exist."""
    return any(invoke(function_arn, event) for invoke in _invoke)


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
