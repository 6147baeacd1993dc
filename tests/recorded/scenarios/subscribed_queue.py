"""A queue that is subscribed to a topic, for the scenarios of SNS."""

import json
from typing import Any

from tests.recorded.scenarios.local_aws import LocalAws, ask

Answers = dict[str, Any]

IN_RANGE = {"attr1": [{"numeric": [">", 0, "<=", 100]}]}
ALL = {"MessageAttributeNames": ["All"], "AttributeNames": ["All"], "MaxNumberOfMessages": 10}


def a_number(value: str) -> dict[str, str]:
    return {"DataType": "Number", "StringValue": value}


class SubscribedQueue:
    """A queue that is subscribed to a topic."""

    def __init__(self, aws: LocalAws, policy: Any = None, scope: str = "", raw: bool = False) -> None:
        self.aws, self.topic = aws, aws.topic()
        self.url = aws.queue(VisibilityTimeout="0")
        self.arn = aws.subscribe(self.topic, "queue")
        if scope:
            self.set("FilterPolicyScope", scope)
        if policy is not None:
            self.filter(policy)
        if raw:
            self.set("RawMessageDelivery", "true")

    def set(self, name: str, value: str) -> Any:
        call = self.aws.sns.set_subscription_attributes
        return ask(call, SubscriptionArn=self.arn, AttributeName=name, AttributeValue=value)

    def filter(self, policy: Any) -> Any:
        return self.set("FilterPolicy", json.dumps(policy))

    def attributes(self) -> Any:
        return ask(self.aws.sns.get_subscription_attributes, SubscriptionArn=self.arn)

    def publish(self, message: Any, **attributes: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self.aws.sns.publish(TopicArn=self.topic, Message=text, MessageAttributes=attributes)

    def receive(self, **request: Any) -> Any:
        return self.aws.receive(self.url, **request)

    def receive_and_delete(self) -> Any:
        """Return the received messages, and delete them."""
        received = self.receive()
        self.delete(received)
        return received

    def delete(self, received: Any) -> None:
        for message in received.get("Messages", []):
            self.aws.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])

    def sorted(self) -> Any:
        """Return all messages, sorted by body."""
        messages = self.receive(**ALL)["Messages"]
        return {"Messages": sorted(messages, key=lambda message: json.dumps(message["Body"]))}
