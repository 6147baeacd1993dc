"""Recorded answers that ours differ from, and recorded tests that are not played, each with its reason."""

ENCRYPTION = "encryption is not played: a key does not switch SqsManagedSseEnabled off"
PARSER = "what AWS's JSON parser says after `failed to parse JSON.` is its own"

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
    ): "a topic's subscriptions end with it, at once",
    (
        "TestSNSSubscriptionCrudV2::test_list_opted_out",
        "list-opted-out",
    ): "moto has telephone numbers of its own",
    (
        "TestSqsProvider::test_aws_trace_header_propagation[sqs]",
        "xray-msg",
    ): "an attribute, and so its digest, is the time of the recording",
    (
        "TestDynamoDB::test_batch_write_items_streaming",
        "get-records",
    ): "moto puts before it deletes; AWS promises no order within a batch",
}
NOT_PLAYED: dict[str, str] = {
    "TestSqsProvider::test_send_message_batch_with_oversized_contents_with_updated_maximum_message_size"
    "[sqs]": "the recording does not say what was sent",
    "TestSNSSubscriptionCrudV2::test_creating_subscription": "only queues are subscribed here",
}
STEPS_NOT_PLAYED: dict[tuple[str, str], str] = {
    (
        "TestSNSSubscriptionSQS::test_publish_batch_messages_from_sns_to_sqs",
        "messages",
    ): "the recording does not say what was sent",
    ("TestSNSSubscriptionSQS::test_publish_batch_exceptions", "no-group-id"): "FIFO topics are not played",
    ("TestSNSSubscriptionSQS::test_publish_batch_exceptions", "no-dedup-id"): "FIFO topics are not played",
}
