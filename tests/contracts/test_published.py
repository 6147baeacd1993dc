"""The published files equal the generated ones, are valid, and match the samples."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator, FormatChecker
from openapi_spec_validator import OpenAPIV31SpecValidator

from choreography.stored import emitted, event_json
from choreography.table import from_attributes
from contracts.catalogue import EVENTS
from infra.contracts.baseline import FOLDER
from infra.contracts.examples import example
from infra.contracts.operations import OPERATIONS
from infra.contracts.published import files
from infra.contracts.template_topology import template_topology
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import invoke
from infra.samples.files import function_of
from infra.shared.root import ROOT
from tests.world import World

PUBLISHED: dict[str, str] = {
    str(path.relative_to(FOLDER)): path.read_text() for path in FOLDER.rglob("*") if path.is_file()
}
SCHEMAS = {
    json.loads(PUBLISHED[path])["$id"]: json.loads(PUBLISHED[path]) for path in PUBLISHED if "/" in path
}
OPENAPI = json.loads(PUBLISHED["openapi.json"])
ASYNCAPI = json.loads(PUBLISHED["asyncapi.json"])
CLOUDEVENTS = json.loads(Path(__file__).with_name("cloudevents.json").read_text())


def assert_meets(schema: Any, document: Any) -> None:
    wrong = Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(document)
    assert [error.message for error in wrong] == []


def sampled() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every CloudEvent in the files of events/: in queue messages and in outboxes."""
    for path in sorted((ROOT / "events").rglob("*.json")):
        payload = json.loads(path.read_text())
        for record in payload.get("Records", ()):
            if "dynamodb" in record:
                texts = [
                    event_json(event) for event in emitted(from_attributes(record["dynamodb"]["NewImage"]))
                ]
            else:
                texts = [record["body"]]
            for text in texts:
                try:
                    yield str(path.relative_to(ROOT)), json.loads(text)
                except ValueError:
                    assert path.name == "poison.json"


SAMPLED = list(sampled())


@pytest.mark.parametrize("path", sorted({*PUBLISHED, *files()}))
def test_no_published_file_is_stale(path: str) -> None:
    older = "/" in path and path not in files()  # an older minor version, which stays as a baseline
    assert older or PUBLISHED.get(path) == files()[path], "run `make contracts`"


@pytest.mark.parametrize("uri", SCHEMAS)
def test_a_schema_is_a_valid_schema(uri: str) -> None:
    assert_meets(Draft202012Validator.META_SCHEMA, SCHEMAS[uri])


@pytest.mark.parametrize("kind", EVENTS)
def test_an_event_names_the_schema_that_describes_it(kind: str) -> None:
    event = example(kind)
    assert_meets(SCHEMAS[event["dataschema"]], event)


@pytest.mark.parametrize("path", sorted({path for path, _ in SAMPLED}))
def test_a_sample_meets_its_schema(path: str) -> None:
    for event in (event for found, event in SAMPLED if found == path):
        assert_meets(SCHEMAS[event["dataschema"]], event)


@pytest.mark.parametrize("path", sorted({path for path, _ in SAMPLED}))
def test_a_sample_meets_the_schema_of_the_cloudevents_specification(path: str) -> None:
    for event in (event for found, event in SAMPLED if found == path):
        Draft7Validator(CLOUDEVENTS, format_checker=FormatChecker()).validate(event)
        assert all(
            re.fullmatch("[a-z0-9]+", attribute) for attribute in event
        )  # the specification's schema does not check names


def test_every_event_has_a_sample() -> None:
    assert {event["type"] for _, event in SAMPLED} == set(EVENTS)


@pytest.mark.parametrize("broken", [{"data": {}}, {"dataschema": "https://example.com"}, {"id": ""}])
def test_an_invalid_event_does_not_meet_its_schema(broken: dict[str, Any]) -> None:
    event = example("order.placed")
    assert not Draft202012Validator(SCHEMAS[event["dataschema"]]).is_valid(event | broken)


def test_the_http_api_is_valid_openapi() -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(OPENAPI).iter_errors()] == []


def test_every_route_except_the_carriers_requires_a_token() -> None:
    operations = [(path, op) for path, methods in OPENAPI["paths"].items() for op in methods.values()]
    open_to_all = [path for path, operation in operations if operation.get("security") != [{"Jwt": []}]]
    assert open_to_all == ["/carrier/webhooks"]


def test_the_document_describes_exactly_the_routes_of_the_template() -> None:
    assert {(route.method, route.path) for route in template_topology().routes} == set(OPERATIONS)


def resolved(schema: Any) -> Any:
    return {"$ref": schema["$ref"], "components": OPENAPI["components"]} if "$ref" in schema else schema


def test_every_sample_request_is_answered_as_documented() -> None:
    answers = json.loads((ROOT / "events" / "answers.json").read_text())
    with patched_moto():
        world = World()
        for path in (path for path in answers if "/api/" in path or "/webhook/" in path):
            payload = json.loads((ROOT / "events" / path).read_text())
            answer = invoke(world.stack.functions[function_of(path)], payload)
            method, _, route = payload["routeKey"].partition(" ")
            documented = OPENAPI["paths"][route][method.lower()]["responses"][str(answer["statusCode"])]
            content = documented["content"][answer["headers"]["Content-Type"]]
            assert_meets(resolved(content["schema"]), json.loads(answer["body"]))
            for name, header in documented["headers"].items():
                required = OPENAPI["components"]["headers"][header["$ref"].rpartition("/")[2]].get("required")
                assert name in answer["headers"] or not required, (path, name)


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for name, value in node.items() if name == "$ref")
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def test_every_reference_of_the_event_document_can_be_resolved() -> None:
    for reference in references(ASYNCAPI):
        found = ASYNCAPI
        for part in reference.removeprefix("#/").split("/"):
            assert part in found, reference
            found = found[part]


def test_the_event_document_has_every_topic_queue_and_event() -> None:
    stack = template_topology()
    assert ASYNCAPI["channels"].keys() == {*stack.topics, *stack.queues}
    assert ASYNCAPI["components"]["messages"].keys() == set(EVENTS)
    published = {kind for topic in stack.topics for kind in ASYNCAPI["channels"][topic]["messages"]}
    assert published == set(EVENTS)


@pytest.mark.parametrize("subscription", template_topology().subscriptions, ids=lambda s: s.name)
def test_a_filter_names_only_events_of_its_topic(subscription: Any) -> None:
    assert {*subscription.types} <= ASYNCAPI["channels"][subscription.topic]["messages"].keys()
