"""Functions that SNS and EventBridge invoke, and what SNS invokes them with.

https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html
"""

from collections.abc import Callable, Mapping
from typing import Any

Invoke = Callable[[str, Any], bool]
"""Invokes the function of an ARN asynchronously; False if there is none."""
Report = Callable[[str], None]
"""Tells the user of the run about an event that is lost."""

_used: list[tuple[Invoke, Report]] = []


def use(invoke: Invoke, report: Report) -> None:
    """Has functions invoked and losses reported so from now on. Until then, no function is there."""
    _used[:] = [(invoke, report)]


def hand_over(function_arn: str, event: Any) -> bool:
    """Invokes a function; False if there is none."""
    return any(invoke(function_arn, event) for invoke, _ in _used)


def report(text: str) -> None:
    for _, tell in _used:
        tell(text)


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
