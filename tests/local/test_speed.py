"""The patches for speed refuse the same parameters as botocore, and read conditions as moto does."""

import subprocess
import sys
from typing import Any
from unittest.mock import PropertyMock, patch

import boto3
import botocore.session
import pytest
from botocore.exceptions import ClientError
from botocore.regions import EndpointRulesetResolver
from botocore.serialize import JSONSerializer
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st
from moto import mock_aws
from moto.dynamodb.comparisons import ConditionExpressionParser
from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.sqs.models import Queue

from infra.local.aws.clients import client
from infra.local.aws.moto_patches import faster_moto
from infra.local.aws.speed.botocore.endpoints import SERVICES, construct
from infra.local.aws.speed.botocore.parameters import is_valid
from infra.local.in_process import environment

SCALARS = (
    st.none() | st.booleans() | st.integers(0, 5) | st.floats() | st.text(max_size=2) | st.binary(max_size=1)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("SLMN"), inner, max_size=2),
)
PARAMETERS = st.fixed_dictionaries(
    {},
    optional={
        "TableName": st.just("t") | VALUES,
        "Item": st.dictionaries(st.text(max_size=1), st.fixed_dictionaries({"S": st.just("s")}) | VALUES),
        "ReturnValues": st.just("NONE") | VALUES,
        "Unknown": VALUES,
    },
)
SESSION = botocore.session.Session()


def operation(service: str, name: str) -> Any:
    return SESSION.get_service_model(service).operation_model(name)


@pytest.mark.parametrize("endpoint", [None, "http://localhost:3000"])
@pytest.mark.parametrize("service", sorted(SERVICES))
def test_no_parameter_changes_an_endpoint(service: str, endpoint: str | None) -> None:
    name = "arn:aws:{}:eu-west-1:123456789012:{}"
    tables = {"RequestItems": {name.format("dynamodb", "table/t"): {}}, "TransactItems": []}
    calls: list[dict[str, Any]] = [
        {},
        {
            "TableName": name.format("dynamodb", "table/t"),
            "QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q",
        },
        {"TopicArn": name.format("sns", "t"), "SecretId": name.format("secretsmanager", "secret:s")},
    ]
    with environment({}):
        resolver = boto3.client(service, endpoint_url=endpoint)._ruleset_resolver  # type: ignore[call-overload]  # by name
    model = SESSION.get_service_model(service)
    for each in map(model.operation_model, model.operation_names):
        for parameters in calls:
            found = EndpointRulesetResolver.construct_endpoint(resolver, each, tables | parameters, {})
            assert construct(resolver, each, tables | parameters, {}) == found


@given(parameters=PARAMETERS)
@settings(max_examples=300, deadline=None)  # the first example reads the service model
def test_parameters_are_valid_if_and_only_if_botocore_finds_no_error(parameters: dict[str, Any]) -> None:
    put = operation("dynamodb", "PutItem")
    errors = ParamValidator().validate(parameters, put.input_shape)
    assert is_valid(parameters, put) == (not errors.has_errors())


@pytest.mark.parametrize(
    ("service", "name", "parameters"),
    [
        ("dynamodb", "PutItem", {"TableName": "", "Item": {}}),
        ("dynamodb", "BatchGetItem", {"RequestItems": {"t": {"Keys": []}}}),
        ("dynamodb", "Query", {"TableName": "t", "Limit": 0}),
        ("sqs", "ReceiveMessage", {"QueueUrl": "q", "MaxNumberOfMessages": "10"}),
        ("sns", "Publish", {}),
        ("lambda", "ListFunctions", {"MaxItems": 0}),
    ],
)
def test_invalid_parameters_are_left_to_botocore(service: str, name: str, parameters: Any) -> None:
    asked = operation(service, name)
    assert ParamValidator().validate(parameters, asked.input_shape).has_errors()
    assert not is_valid(parameters, asked)


SCALARS_OF_SHAPES: dict[str, st.SearchStrategy[Any]] = {
    "blob": st.binary(max_size=3) | st.text(max_size=3),
    "boolean": st.booleans(),
    "double": st.floats(0, 9),
    "integer": st.integers(0, 9),
    "long": st.integers(0, 9),
    "string": st.text(max_size=3),
    "timestamp": st.datetimes(),
}


@st.composite
def of_shape(draw: st.DrawFn, shape: Any, depth: int = 0) -> Any:
    """Values of a shape. Structures, lists and maps have up to two members, and none at a depth of five."""
    most = 2 if depth < 5 else 0
    match shape.type_name:
        case "structure":
            names = draw(st.lists(st.sampled_from(sorted(shape.members)), max_size=most, unique=True))
            return {name: draw(of_shape(shape.members[name], depth + 1)) for name in names}
        case "list":
            return [draw(of_shape(shape.member, depth + 1)) for _ in range(draw(st.integers(0, most)))]
        case "map":
            keys = draw(st.lists(st.text(max_size=2), max_size=most, unique=True))
            return {key: draw(of_shape(shape.value, depth + 1)) for key in keys}
    return draw(SCALARS_OF_SHAPES[shape.type_name])


OPERATIONS = {
    "dynamodb": ["BatchWriteItem", "CreateTable", "ExportTableToPointInTime", "PutItem", "UpdateItem"],
    "events": ["PutEvents"],
    "kinesis": ["GetShardIterator", "PutRecords"],
    "logs": ["PutLogEvents"],
    "route53domains": ["RegisterDomain"],
    "secretsmanager": ["PutSecretValue"],
    "sqs": ["CreateQueue", "ReceiveMessage", "SendMessage", "SendMessageBatch"],
}


@pytest.mark.parametrize("service", OPERATIONS)
@given(data=st.data())
@settings(deadline=None)
def test_parameters_become_the_same_json_as_in_botocore(service: str, data: st.DataObject) -> None:
    chosen = operation(service, data.draw(st.sampled_from(OPERATIONS[service])))
    parameters = data.draw(of_shape(chosen.input_shape))
    expected = JSONSerializer().serialize_to_request(parameters, chosen)
    with faster_moto():
        assert JSONSerializer().serialize_to_request(parameters, chosen) == expected


CONDITIONS = [
    ("attribute_not_exists(id)", {}, {}),
    ("attribute_exists(id) AND #v = :one", {"#v": "version"}, {":one": {"N": "1"}}),
    ("#v = :one", {"#v": "version"}, {":one": {"N": "2"}}),
    ("#v = :one", {"#v": "version", "#unused": "id"}, {":one": {"N": "1"}}),
    ("#v = :missing", {"#v": "version"}, {":one": {"N": "1"}}),
    ("#v IN (:one, :two)", {"#v": "version"}, {":one": {"N": "1"}, ":two": {"N": "2"}}),
    ("#v ? :one", {"#v": "version"}, {":one": {"N": "1"}}),
]


def written(condition: str, names: dict[str, str], values: dict[str, Any]) -> Any:
    """Return what two equal writes with the condition answer, or their error."""
    request: dict[str, Any] = {"ConditionExpression": condition, "ExpressionAttributeNames": names}
    request |= {"ExpressionAttributeValues": values}
    asked = {name: given for name, given in request.items() if given}
    item = {"id": {"S": "1"}, "version": {"N": "1"}}
    answers = []
    for _ in range(2):
        try:
            client("dynamodb").put_item(TableName="t", Item=item, **asked)
            answers.append("written")
        except (ClientError, KeyError, ValueError) as error:
            answers.append(repr(error))
    return answers


def all_written() -> list[Any]:
    with environment({}):
        client("dynamodb").create_table(
            TableName="t",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        return [written(*condition) for condition in CONDITIONS]


def test_writes_with_conditions_have_the_same_answers_with_and_without_the_patches() -> None:
    with mock_aws():
        expected = all_written()
    with faster_moto():
        assert all_written() == expected


TEXTS = [
    "#n = :a",
    "#n BETWEEN :a AND :b",
    "#n IN (:a, :b) OR NOT inner.#n > :a",
    "attribute_exists(#n) AND (contains(words, :word) OR size(words) = :b)",
    "begins_with(id, :word) AND attribute_not_exists(missing)",
    "#n = :missing",
    "#n BETWEEN :a",
    "((#n = :a))",
    "name = :a",
    "#missing = :a",
    "#n ! :a",
]
ITEM = {
    "id": {"S": "one"},
    "version": {"N": "1"},
    "words": {"L": [{"S": "one"}, {"S": "two"}]},
    "inner": {"M": {"version": {"N": "2"}, "other": {"N": "1"}}},
    "other": {"N": "3"},
}
NUMBERS = st.integers(0, 3).map(lambda number: {"N": str(number)})
WORDS = st.sampled_from(["one", "o", "three"]).map(lambda word: {"S": word})
VALUES_OF_TEXTS = st.fixed_dictionaries({":a": NUMBERS, ":b": NUMBERS, ":word": WORDS})


def evaluated(text: str, name: str, values: Any) -> Any:
    """Return whether the item meets the condition, and the names and values in it; or moto's error."""
    parser = ConditionExpressionParser(text, {"#n": name}, values)
    try:
        met = parser.parse().expr(Item(DynamoType(ITEM["id"]), None, ITEM))
    except Exception as error:
        return repr(error)
    return bool(met), parser.expr_attr_names_found, parser.expr_attr_values_found


@given(text=st.sampled_from(TEXTS), name=st.sampled_from(["version", "other"]), values=VALUES_OF_TEXTS)
@settings(max_examples=200, deadline=None)
def test_a_condition_is_evaluated_with_the_values_of_its_call(text: str, name: str, values: Any) -> None:
    expected = evaluated(text, name, values)
    with faster_moto():
        assert evaluated(text, name, values) == expected


def test_a_condition_is_read_once_for_all_names_and_values() -> None:
    text = "#n = :a OR attribute_exists(never.#n)"
    read = ConditionExpressionParser._lex_condition_expression
    lexing = patch.object(ConditionExpressionParser, read.__name__, autospec=True, side_effect=read)
    with faster_moto(), lexing as reading:
        answers = [evaluated(text, name, {":a": {"N": "3"}}) for name in ("version", "other")]
    assert [met for met, _, _ in answers] == [False, True]
    assert reading.call_count == 1


def test_a_start_does_not_import_pydantic_before_the_functions_do() -> None:
    """It is an eighth of the start time. Only the live page and `--data` need it."""
    started = "import infra.run.project, infra.local.backend, infra.local.aws.moto_patches, sys"
    found = "print([name for name in ('pydantic', 'contracts', 'infra.live') if name in sys.modules])"
    asked = [sys.executable, "-c", f"{started}; {found}"]
    assert subprocess.run(asked, check=True, capture_output=True, text=True).stdout == "[]\n"


def test_sending_a_message_counts_no_waiting_messages() -> None:
    with faster_moto(), environment({}):
        url = client("sqs").create_queue(QueueName="q")["QueueUrl"]
        with patch.object(Queue, "messages", PropertyMock()) as messages:
            client("sqs").send_message(QueueUrl=url, MessageBody="first")
            assert not messages.called
        found = client("sqs").get_queue_attributes(
            QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"]
        )
        assert found["Attributes"] == {"ApproximateNumberOfMessages": "1"}
