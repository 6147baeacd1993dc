"""The known differences between the local AWS and AWS, which its README lists."""

from collections.abc import Iterator

import pytest

from tests.local.endpoint import Endpoint, endpoint


@pytest.fixture
def aws() -> Iterator[Endpoint]:
    with endpoint() as it:
        yield it


def test_messages_are_received_once_and_in_the_order_of_sending(aws: Endpoint) -> None:
    url = aws.queue()
    for number in range(20):
        aws.client("sqs").send_message(QueueUrl=url, MessageBody=str(number))
    received = [body for _ in range(3) for body in aws.bodies(url)]
    assert received == [str(number) for number in range(20)]


def test_an_old_receipt_handle_deletes_a_message_that_was_received_again(aws: Endpoint) -> None:
    url, sqs = aws.queue(VisibilityTimeout="0"), aws.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="again")
    stale, _newer = (sqs.receive_message(QueueUrl=url)["Messages"][0]["ReceiptHandle"] for _ in range(2))
    sqs.delete_message(QueueUrl=url, ReceiptHandle=stale)
    assert aws.bodies(url) == []
