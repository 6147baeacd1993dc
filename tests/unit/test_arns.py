"""Parts of ARNs and of queue URLs."""

import pytest

from infra.shared.arns import account_of, name_of, queue_name, region_of, service_of

QUEUE = "arn:aws:sqs:eu-west-1:123456789012:orders"


def test_an_arn_has_a_service_a_region_an_account_and_a_name() -> None:
    parts = service_of(QUEUE), region_of(QUEUE), account_of(QUEUE), name_of(QUEUE)
    assert parts == ("sqs", "eu-west-1", "123456789012", "orders")


@pytest.mark.parametrize("text", ["", "orders", "a:b:c", "http://localhost:3000/123456789012/orders"])
def test_text_that_is_not_an_arn_has_no_service(text: str) -> None:
    assert service_of(text) == ""


def test_a_queue_url_ends_with_the_name_of_the_queue() -> None:
    assert queue_name("http://localhost:3000/123456789012/orders") == "orders"
