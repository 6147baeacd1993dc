"""The translated template, as CloudFormation gets it, follows the rules of the design."""

import importlib
import json
from typing import Any

import boto3
import pytest

from contracts.catalogue import EVENTS
from infra.local.provisioning.template import load
from infra.samples.sample_order import EMITTED, PRODUCERS
from infra.shared.root import ROOT

TEMPLATE = load(ROOT / "template.yaml")
RESOURCES: dict[str, Any] = dict(TEMPLATE.resources)


def of_type(kind: str) -> dict[str, Any]:
    return {name: r.get("Properties", {}) for name, r in RESOURCES.items() if r["Type"] == kind}


FUNCTIONS = of_type("AWS::Lambda::Function")
QUEUES = of_type("AWS::SQS::Queue")
MAPPINGS = of_type("AWS::Lambda::EventSourceMapping")
SUBSCRIPTIONS = of_type("AWS::SNS::Subscription")
ROLES = of_type("AWS::IAM::Role")
TOPICS = of_type("AWS::SNS::Topic")
PUBLISHED = [f"{service.capitalize()}Topic" for service in EMITTED]
# All tables except the stored answers, which expire within a day.
KEPT_IN_PROD = sorted(of_type("AWS::DynamoDB::Table").keys() - {"IdempotencyTable"})
CONSUMED = [name for name in QUEUES if name.endswith("Queue")]


def aliased(reference: Any) -> str:
    """Return the function of the alias that a mapping invokes."""
    function: str = of_type("AWS::Lambda::Alias")[reference["Ref"]]["FunctionName"]["Ref"]
    return function


def policy_statements(kind: str, effect: str) -> list[Any]:
    """Return the statements of all policies of queues or of topics."""
    found = [s for policy in of_type(kind).values() for s in policy["PolicyDocument"]["Statement"]]
    return [statement for statement in found if statement["Effect"] == effect]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_is_python_traced_and_logs_json(name: str) -> None:
    function = FUNCTIONS[name]
    assert function["Runtime"] == "python3.13"
    assert function["Architectures"] == [{"Ref": "Architecture"}]
    assert function["TracingConfig"] == {"Mode": "Active"}
    assert function["LoggingConfig"]["LogFormat"] == "JSON"


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_its_own_role(name: str) -> None:
    assert FUNCTIONS[name]["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
    (trust,) = ROLES[f"{name}Role"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


@pytest.mark.parametrize("name", CONSUMED)
def test_a_queue_dead_letters_a_message_after_several_receives(name: str) -> None:
    redrive = QUEUES[name]["RedrivePolicy"]
    assert redrive["deadLetterTargetArn"]["Fn::GetAtt"][0] in QUEUES
    assert redrive["maxReceiveCount"] >= 5


def number(value: Any, outside: str) -> int:
    """Return a number of the template. If it depends on gateway or carrier, `outside` selects it."""
    if isinstance(value, dict):
        name, _, key = value["Fn::FindInMap"]
        real = {"Gateways": "stripe", "Carriers": "http"}[name]
        value = TEMPLATE.mappings[name][real if outside == "real" else outside][key]
    return int(value)


@pytest.mark.parametrize("outside", ["sandbox", "real"])
@pytest.mark.parametrize("name", CONSUMED)
def test_a_message_stays_hidden_for_six_timeouts_of_its_function(name: str, outside: str) -> None:
    (mapping,) = [m for m in MAPPINGS.values() if m["EventSourceArn"]["Fn::GetAtt"][0] == name]
    timeout = number(FUNCTIONS[aliased(mapping["FunctionName"])]["Timeout"], outside)
    window = mapping.get("MaximumBatchingWindowInSeconds", 0)
    assert number(QUEUES[name]["VisibilityTimeout"], outside) >= 6 * timeout + window


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_encrypted(name: str) -> None:
    assert QUEUES[name]["SqsManagedSseEnabled"] is True


@pytest.mark.parametrize("name", MAPPINGS)
def test_a_mapping_accepts_partial_batch_responses(name: str) -> None:
    assert MAPPINGS[name]["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


@pytest.mark.parametrize("name", [name for name, m in MAPPINGS.items() if "StartingPosition" in m])
def test_a_relay_starts_at_the_oldest_record_and_has_an_on_failure_queue(name: str) -> None:
    mapping = MAPPINGS[name]
    assert mapping["StartingPosition"] == "TRIM_HORIZON"
    assert mapping["BisectBatchOnFunctionError"] is True
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0] in QUEUES


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_a_subscription_is_raw_filtered_and_has_a_dead_letter_queue(name: str) -> None:
    subscription = SUBSCRIPTIONS[name]
    assert subscription["RawMessageDelivery"] is True
    assert subscription["FilterPolicy"].keys() == {"type"}
    assert subscription["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in QUEUES


@pytest.mark.parametrize("service", EMITTED)
def test_a_service_subscribes_to_exactly_the_events_that_it_reacts_to(service: str) -> None:
    queue = f"{service.capitalize()}Queue"
    subscribed = {
        kind
        for subscription in SUBSCRIPTIONS.values()
        if subscription["Endpoint"]["Fn::GetAtt"][0] == queue
        for kind in subscription["FilterPolicy"]["type"]
    }
    assert subscribed == importlib.import_module(f"{service}.decisions").REACTIONS.keys()


@pytest.mark.parametrize("name", SUBSCRIPTIONS)
def test_a_filter_policy_names_only_events_that_the_topics_owner_publishes(name: str) -> None:
    topic = SUBSCRIPTIONS[name]["TopicArn"]["Ref"]
    published = {kind for kind, publisher in PRODUCERS.items() if topic == f"{publisher.capitalize()}Topic"}
    assert set(SUBSCRIPTIONS[name]["FilterPolicy"]["type"]) <= published


def test_the_events_of_a_service_are_in_one_module_of_the_contracts() -> None:
    modules = {(PRODUCERS[kind], payload.__module__) for kind, payload in EVENTS.items()}
    assert len(modules) == len(EMITTED) == len({module for _, module in modules})


def test_every_event_has_a_subscriber() -> None:
    subscribed = {kind for s in SUBSCRIPTIONS.values() for kind in s["FilterPolicy"]["type"]}
    assert subscribed == EVENTS.keys()


def test_a_topic_may_send_only_to_the_queues_of_its_subscriptions() -> None:
    """Without this permission, the deployment succeeds, but SNS delivers no message."""
    allowed = {
        (source["Ref"], statement["Resource"]["Fn::GetAtt"][0])
        for statement in policy_statements("AWS::SQS::QueuePolicy", "Allow")
        for source in statement["Condition"]["ArnEquals"]["aws:SourceArn"]
    }
    needed = {
        (subscription["TopicArn"]["Ref"], queue["Fn::GetAtt"][0])
        for subscription in SUBSCRIPTIONS.values()
        for queue in (subscription["Endpoint"], subscription["RedrivePolicy"]["deadLetterTargetArn"])
    }
    assert allowed == needed


@pytest.mark.parametrize("name", CONSUMED)
def test_a_consumer_has_a_concurrency_limit_on_its_mapping(name: str) -> None:
    """Reserved concurrency would throttle the function and use up the messages' receives."""
    (mapping,) = [m for m in MAPPINGS.values() if m["EventSourceArn"]["Fn::GetAtt"][0] == name]
    most = TEMPLATE.parameters[mapping["ScalingConfig"]["MaximumConcurrency"]["Ref"]]
    assert 2 <= int(str(most)) <= 1000
    assert not any("ReservedConcurrentExecutions" in function for function in FUNCTIONS.values())


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_handler_of_the_template_exists(name: str) -> None:
    module, _, function = FUNCTIONS[name]["Handler"].rpartition(".")
    assert callable(getattr(importlib.import_module(module), function))


def test_only_the_topics_of_the_template_may_send_to_its_queues() -> None:
    for statement in policy_statements("AWS::SQS::QueuePolicy", "Allow"):
        sources = statement["Condition"]["ArnEquals"]["aws:SourceArn"]
        assert statement["Principal"] == {"Service": "sns.amazonaws.com"}
        assert all(source["Ref"] in of_type("AWS::SNS::Topic") for source in sources)


def test_no_policy_of_a_queue_or_topic_allows_every_principal() -> None:
    for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy"):
        for statement in policy_statements(kind, "Allow"):
            assert "*" not in json.dumps(statement["Principal"])


OVER_PLAIN_HTTP = {"Bool": {"aws:SecureTransport": False}}


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_denies_requests_without_tls(name: str) -> None:
    """The policy must also be attached to the queue."""
    (policy,) = [p for p in of_type("AWS::SQS::QueuePolicy").values() if {"Ref": name} in p["Queues"]]
    (denied,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
    assert {"Fn::GetAtt": [name, "Arn"]} in denied["Resource"]
    assert (denied["Principal"], denied["Action"], denied["Condition"]) == ("*", "sqs:*", OVER_PLAIN_HTTP)


@pytest.mark.parametrize("name", TOPICS)
def test_a_topic_denies_requests_without_tls(name: str) -> None:
    (policy,) = [p for p in of_type("AWS::SNS::TopicPolicy").values() if {"Ref": name} in p["Topics"]]
    (denied,) = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
    assert denied["Resource"] == {"Ref": name}
    assert (denied["Principal"], denied["Action"]) == ("*", "sns:Publish")
    assert denied["Condition"] == OVER_PLAIN_HTTP


@pytest.mark.parametrize("name", PUBLISHED)
def test_a_topic_of_events_is_encrypted(name: str) -> None:
    assert TOPICS[name]["KmsMasterKeyId"] == "alias/aws/sns"


@pytest.mark.parametrize("name", KEPT_IN_PROD)
def test_the_data_of_prod_outlives_the_stack(name: str) -> None:
    table = RESOURCES[name]
    assert table["DeletionPolicy"] == {"Fn::If": ["InProd", "Retain", "Delete"]}
    assert table["UpdateReplacePolicy"] == {"Fn::If": ["InProd", "Retain", "Delete"]}
    assert table["Properties"]["DeletionProtectionEnabled"] == {"Fn::If": ["InProd", True, False]}
    assert TEMPLATE.conditions["InProd"] == {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}
    assert TEMPLATE.parameters["Stage"] == "dev"


LOGGED_WITHOUT_QUOTATION_MARKS = {
    "$context.requestTime",
    "$context.requestId",
    "$context.routeKey",
    "$context.status",
    "$context.responseLatency",
    "$context.error.responseType",
    "$context.integration.status",
    "$context.integration.integrationStatus",
}
"""Numbers, ids and names from closed lists. API Gateway does not escape the text of a variable, so free text,
such as an error message, could end the JSON string that contains it.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html"""


def test_the_access_log_is_json_and_has_neither_caller_nor_order_id() -> None:
    (stage,) = of_type("AWS::ApiGatewayV2::Stage").values()
    logged = json.loads(stage["AccessLogSettings"]["Format"]).values()
    assert "$context.status" in logged
    assert set(logged) <= LOGGED_WITHOUT_QUOTATION_MARKS


def test_the_stack_exports_its_address_and_topics() -> None:
    assert "ApiUrl" in TEMPLATE.outputs
    exported = {name for name, output in TEMPLATE.outputs.items() if "Export" in output}
    assert exported == {f"{topic}Arn" for topic in PUBLISHED}


@pytest.mark.parametrize("name", of_type("AWS::DynamoDB::Table"))
def test_a_table_is_encrypted_and_can_be_restored(name: str) -> None:
    table = of_type("AWS::DynamoDB::Table")[name]
    assert table["SSESpecification"] == {"SSEEnabled": True}
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}


def test_only_the_stored_answers_of_the_http_api_expire() -> None:
    """A consumer's idempotency records never expire, because an operator may redrive at any time."""
    expiring = {
        n for n, table in of_type("AWS::DynamoDB::Table").items() if "TimeToLiveSpecification" in table
    }
    assert expiring == {"IdempotencyTable"}


@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_both_architectures_translate(architecture: str) -> None:
    template = load(ROOT / "template.yaml", {"Architecture": architecture})
    assert template.parameters["Architecture"] == architecture


def test_every_table_of_a_service_has_a_stream_of_new_images() -> None:
    tables = of_type("AWS::DynamoDB::Table")
    for service in EMITTED:
        assert tables[f"{service.capitalize()}Table"]["StreamSpecification"] == {
            "StreamViewType": "NEW_IMAGE"
        }


def test_the_relays_filter_matches_an_attribute_that_the_write_sets() -> None:
    patterns = {
        filter_["Pattern"]
        for m in MAPPINGS.values()
        for filter_ in m.get("FilterCriteria", {}).get("Filters", ())
    }
    assert [json.loads(pattern) for pattern in patterns] == [
        {"dynamodb": {"NewImage": {"emits": {"N": [{"exists": True}]}}}}
    ]


def test_an_empty_endpoint_variable_means_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    """The template always sets AWS_ENDPOINT_URL, because `sam local` overrides only existing variables."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    # Without these credentials, botocore would request some from the metadata service of EC2.
    client = boto3.client(
        "sqs", region_name="eu-west-1", aws_access_key_id="local", aws_secret_access_key="local"
    )
    assert client.meta.endpoint_url == "https://sqs.eu-west-1.amazonaws.com"
