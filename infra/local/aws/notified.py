"""Functions that subscribe to topics: what SNS invokes them with.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

from collections.abc import Callable, Mapping
from typing import Any

Invoke = Callable[[str, dict[str, Any]], bool]
"""Invokes the function of an ARN asynchronously; False if there is none."""

_invoke: list[Invoke] = []


def use(invoke: Invoke) -> None:
    """Has the functions invoked so from now on. Until then, none is there."""
    _invoke[:] = [invoke]


def hand_over(function_arn: str, event: dict[str, Any]) -> bool:
    """Invokes a function; False if there is none."""
    return any(invoke(function_arn, event) for invoke in _invoke)


def event(subscription_arn: str, envelope: Mapping[str, Any]) -> dict[str, Any]:
    """The event of a notification, of which `envelope` is what other subscribers get."""
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
