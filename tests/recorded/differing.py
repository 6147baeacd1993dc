"""Recorded answers that differ from ours, and those that the tests do not compare, each with the reason."""

from itertools import product

ENCRYPTION = "encryption is not emulated: setting a key leaves SqsManagedSseEnabled on"
PARSER = "the text after `failed to parse JSON.` comes from AWS's own JSON parser"

DIFFERING: dict[tuple[str, str], str] = {
    (f"{test}[sqs]", step): ENCRYPTION
    for test in ("TestSqsProvider::test_set_queue_attributes_default_values",)
    for step in ("get-queue-attributes-after-update", "get-queue-attributes-after-set-to-defaults")
} | {
    ("TestSNSSubscriptionCrud::test_validate_set_sub_attributes", "invalid-json-filter-policy"): PARSER,
    ("TestSNSSubscriptionCrud::test_validate_set_sub_attributes", "invalid-json-redrive-policy"): PARSER,
    (
        "TestSNSSubscriptionCrudV2::test_subscribe_invalid_filter_policy",
        "subscribe-invalid-filter-policy",
    ): PARSER,
    (
        "TestSNSSubscriptionCrudV2::test_delete_subscriptions_on_delete_topic",
        "get-sub-after-topic-delete",
    ): "deleting a topic deletes its subscriptions at once",
    (
        "TestSNSSubscriptionCrudV2::test_list_opted_out",
        "list-opted-out",
    ): "moto lists its own telephone numbers",
    (
        "TestSqsProvider::test_aws_trace_header_propagation[sqs]",
        "xray-msg",
    ): "an attribute contains the time of the recording, so its digest differs",
    (
        "TestDynamoDB::test_batch_write_items_streaming",
        "get-records",
    ): "moto puts items before it deletes items; AWS does not define the order within a batch",
}
NOT_COMPARED: dict[str, str] = {
    "TestSqsProvider::test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size"
    "[sqs]": "the recording does not say what was sent",
    "TestSNSSubscriptionCrudV2::test_creating_subscription": "these tests subscribe only queues",
}
STEPS_NOT_COMPARED: dict[tuple[str, str], str] = {
    (
        "TestSNSSubscriptionSQS::test_publish_batch_messages_from_sns_to_sqs",
        "messages",
    ): "the recording does not say what was sent",
    (
        "TestSNSSubscriptionSQS::test_publish_batch_exceptions",
        "no-group-id",
    ): "the scenario has no FIFO topic",
    (
        "TestSNSSubscriptionSQS::test_publish_batch_exceptions",
        "no-dedup-id",
    ): "the scenario has no FIFO topic",
}

EARLIER = "an earlier recording of the same test: the test's source no longer has these names and patterns"
SENT = "an answer of SendMessageBatch, which tests/recorded/test_services.py compares"
FIFO = "the queue is a FIFO queue"
RESERVED = "reserved concurrency is not emulated"
REFUSED = "CreateEventSourceMapping is not emulated: the run refuses such a template with another message"
CREATION = "exception_event_source_creation"
_FILTER = "TestSQSEventSourceMapping::test_sqs_event_filter"
_BATCHES = "TestSQSEventSourceMapping::test_sqs_event_source_mapping_batch_size"
_RESERVED = "TestSQSEventSourceMapping::test_sqs_event_source_mapping_batching_reserved_concurrency"

MAPPING_STEPS_NOT_COMPARED: dict[tuple[str, str], str] = {
    **{
        (f"{_FILTER}[{name}]", "invocation_events"): EARLIER
        for name in (
            *(f"filter{number}-item_matching{number}-item_not_matching{number}" for number in (0, 1, 2, 3)),
            "filter4-item_matching4-this is a test string",
            *(f"filter{number}-item_matching{number}-item_not_matching{number}" for number in (5, 6, 7)),
            *(f"{kind}-filter" for kind in ("and", "exists", "or", "single")),
            "numeric-prefix",
        )
    },
    **{
        (f"{_BATCHES}[{size}]", f"send-message-batch-result-{sent}"): SENT
        for size, sent in product((15, 100, 1_000, 10_000), (5, 10))
    },
    **{
        ("test_report_batch_item_failures", step): FIFO
        for step in ("dlq_response", "first_invocation", "second_invocation", "send_message_batch")
    },
    **{
        (f"TestDynamoDBEventSourceMapping::test_dynamodb_invalid_event_filter[{pattern}]", CREATION): REFUSED
        for pattern in ("single-string", '[{"eventName": ["INSERT"=123}]')
    },
    (_RESERVED, "Records"): RESERVED,
    (_RESERVED, "batch_info"): RESERVED,
    (
        "test_failing_lambda_retries_after_visibility_timeout",
        "event_source_mapping",
    ): "CreateEventSourceMapping is not emulated: the template defines the mappings",
}
