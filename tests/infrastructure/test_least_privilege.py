"""Each role allows exactly the AWS calls that its function makes. The tests record these calls."""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any
from unittest.mock import patch

import pytest

from choreography.errors import RaceLost, Unavailable
from choreography.table import Table
from infra.findings.events import filters
from infra.local.aws.moto_patches import patched_moto
from infra.local.in_process import STACK, environment
from infra.local.provisioning.model import Template
from infra.local.provisioning.provisioner import Provisioner
from infra.local.provisioning.template import load
from infra.permissions.calls import Permission, needed, recorded
from infra.permissions.roles import UnsupportedPolicy, allowed, used_by_lambda
from infra.samples.sample_order import EMITTED, arriving
from infra.shared.root import ROOT
from tests.infrastructure.test_template import FUNCTIONS
from tests.specified_carrier import SpecifiedCarrier
from tests.specified_stripe import SpecifiedStripe
from tests.world import PARAMETERS, World, an_order

SANDBOX, STRIPE, HTTP = (load(ROOT / "template.yaml", parameters) for parameters in PARAMETERS)
NOTIFICATIONS = load(ROOT / "infra/examples/notifications/template.yaml")
DEPLOYED = {
    "sandbox": (SANDBOX, STACK),
    "stripe": (STRIPE, STACK),
    "http": (HTTP, STACK),
    "notifications": (NOTIFICATIONS, "guest"),
}

SERVICES = [service.capitalize() for service in EMITTED]


@pytest.mark.parametrize("name", DEPLOYED)
def test_a_role_allows_every_call_of_its_function(name: str) -> None:
    template, stack = DEPLOYED[name]
    assert lines(needs(name) - allowed(template, stack)) == []


@pytest.mark.parametrize("name", DEPLOYED)
def test_a_role_allows_no_call_that_its_function_never_makes(name: str) -> None:
    template, stack = DEPLOYED[name]
    assert lines(allowed(template, stack) - needs(name)) == []


def lines(permissions: set[Permission]) -> list[str]:
    return sorted(map(str, permissions))


@cache
def needs(name: str) -> set[Permission]:
    """The permissions used by all functions of a stack, and by Lambda for them."""
    template, stack = DEPLOYED[name]
    with patched_moto(), recorded() as made:
        world = World()
        if name == "stripe":
            with SpecifiedStripe().used_by(world):
                run_every_case(world)
        elif name == "http":
            with SpecifiedCarrier().used_by(world):
                run_every_case(world)
        elif name == "notifications":
            run_every_case_of_the_fourth_service(world, stack)
        else:
            run_every_case(world)
    return {need for need in made if need.function.startswith(f"{stack}-")} | used_by_lambda(template, stack)


def run_every_case(world: World) -> None:
    """Run orders of every outcome, every kind of request, lost races and poison messages."""
    world.place(payment_method="pm_card_chargeDeclined")
    world.place(country="AQ")
    order_id = json.loads(world.post("/orders", an_order(), idempotency_key="k").body)["order_id"]
    world.drain()
    assert world.parcel_delivered(order_id).status == 204
    world.drain()
    assert world.status(order_id) == "completed"
    assert world.cancel(world.place()) == 202
    assert len(world.get("/orders?customer_id=ada")["orders"]) == 4
    lose_every_race(world)
    queues = [name for name in world.stack.queues if name.endswith("Queue")]
    for queue in queues:
        world.send(queue, "poison")
        world.wake_hidden(queue)
    world.drain()
    assert all(world.messages(queue.replace("Queue", "DeadLetters")) for queue in queues)


def lose_every_race(world: World) -> None:
    """Make every conditional write fail: the API answers an error, and consumers retry and then requeue."""
    world.time_limit(0)
    world.place()
    world.step("OrderRelayOutbox")
    world.drain("order")
    world.place()
    world.step("OrderRelayOutbox")
    queues = [name for name in world.stack.queues if name.endswith("Queue")]
    for queue in queues:
        if not world.kinds(queue):
            world.send(queue, arriving(min(types_of(queue))).to_json())
    waiting = {name: world.kinds(name) for name in queues}
    assert all(waiting.values()), waiting
    with patch.object(Table, "write", side_effect=RaceLost("by this test")):
        assert world.post("/orders", an_order(), idempotency_key="another").status == 503
        for _ in range(5):
            for queue in waiting:
                world.wake_hidden(queue)
            for mapping in world.mappings:
                world.step(mapping)
    every_read_fails(world)


def every_read_fails(world: World) -> None:
    """Makes every read of a table fail: a function that only reads retries and requeues, too."""
    queues = [name for name in world.stack.queues if name.endswith("Queue")]
    for queue in queues:
        world.send(queue, arriving(min(types_of(queue))).to_json())
    with patch.object(Table, "read", side_effect=Unavailable("by this test")):
        for _ in range(5):
            for queue in queues:
                world.wake_hidden(queue)
            for mapping in world.mappings:
                world.step(mapping)


def types_of(queue: str) -> set[str]:
    """The event types that the subscriptions of a queue deliver."""
    subscribed = dict(filters(SANDBOX.resources))
    endpoint = {"Fn::GetAtt": [queue, "Arn"]}
    return set().union(
        *(
            subscribed[name]
            for name, resource in SANDBOX.resources.items()
            if name in subscribed and resource["Properties"]["Endpoint"] == endpoint
        )
    )


def run_every_case_of_the_fourth_service(world: World, stack: str) -> None:
    """Deliver all events of an order to the fourth service, with lost races and poison messages."""
    with environment({}):
        guest = Provisioner(NOTIFICATIONS, stack, "http://localhost:3000", world.stack.exports).provision()
    world.stack.functions |= guest.functions
    world.stack.resources |= guest.resources
    world.place()
    world.drain()
    bodies = [message["Body"] for message in world.messages("Queue")]
    assert len(bodies) == 2
    with patch.object(Table, "write", side_effect=RaceLost("by this test")):
        assert world.deliver("Consumer", *bodies) == bodies
        assert world.deliver("Consumer", *bodies, receive_count=5) == []
    assert world.deliver("Consumer", *bodies, "poison") == []
    assert world.messages("DeadLetters")


@pytest.mark.parametrize("name", ["sandbox", "stripe", "http"])
@pytest.mark.parametrize("service", SERVICES)
def test_a_role_reaches_no_resource_of_another_service(service: str, name: str) -> None:
    reached = [p.resource for p in allowed(*DEPLOYED[name]) if p.function.startswith(f"{STACK}-{service}")]
    assert reached
    assert not any(f"{STACK}-{other}" in arn for other in SERVICES if other != service for arn in reached)


# ---------------------------------------------------------------- deviations that the tests find


Change = Callable[[list[Any]], None]


def changed(role: str, change: Change) -> Template:
    """The template, with the statements of a role's first policy changed."""
    resources = deepcopy(dict(SANDBOX.resources))
    change(resources[role]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"])
    return replace(SANDBOX, resources=resources)


def permission_line(function: str, action: str, resource: str) -> set[str]:
    return {f"{STACK}-{function}: {action} on {resource}"}


TABLE = f"arn:aws:dynamodb:eu-west-1:123456789012:table/{STACK}-OrderTable"


def test_a_removed_permission_is_reported_as_missing() -> None:
    template = changed("OrderApiRole", lambda statements: statements[0]["Action"].remove("dynamodb:GetItem"))
    missing = needs("sandbox") - allowed(template, STACK)
    assert set(lines(missing)) == permission_line("OrderApi", "dynamodb:GetItem", TABLE)


def test_a_superfluous_permission_is_reported_as_unused() -> None:
    template = changed("OrderApiRole", lambda statements: statements[0]["Action"].append("dynamodb:Scan"))
    unused = allowed(template, STACK) - needs("sandbox")
    assert set(lines(unused)) == permission_line("OrderApi", "dynamodb:Scan", TABLE)


@pytest.mark.parametrize("wider", ["*", TABLE + "*"])
def test_a_resource_that_is_too_wide_is_reported_as_unused(wider: str) -> None:
    template = changed("OrderConsumerRole", lambda statements: statements[2].update(Resource=wider))
    unused = set(lines(allowed(template, STACK) - needs("sandbox")))
    assert unused == permission_line("OrderConsumer", "dynamodb:GetItem", wider) | permission_line(
        "OrderConsumer", "dynamodb:PutItem", wider
    )


@pytest.mark.parametrize("more", [{"NotAction": "s3:*"}, {"Condition": {}}, {"Effect": "Deny"}])
def test_an_unknown_kind_of_statement_is_an_error(more: dict[str, Any]) -> None:
    template = changed("OrderApiRole", lambda statements: statements[0].update(more))
    with pytest.raises(UnsupportedPolicy, match="OrderApiRole"):
        allowed(template, STACK)


@pytest.mark.parametrize("kind", ["AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy"])
def test_a_permission_outside_of_the_role_is_an_error(kind: str) -> None:
    template = replace(SANDBOX, resources={**SANDBOX.resources, "More": {"Type": kind, "Properties": {}}})
    with pytest.raises(UnsupportedPolicy, match="More"):
        allowed(template, STACK)


def test_a_managed_policy_is_an_error() -> None:
    resources = deepcopy(dict(SANDBOX.resources))
    resources["OrderApiRole"]["Properties"]["ManagedPolicyArns"] = ["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    with pytest.raises(UnsupportedPolicy, match="managed"):
        allowed(replace(SANDBOX, resources=resources), STACK)


def test_a_mapping_that_invokes_an_alias_belongs_to_its_function() -> None:
    resources = deepcopy(dict(SANDBOX.resources))
    resources["Live"] = {
        "Type": "AWS::Lambda::Alias",
        "Properties": {"FunctionName": {"Ref": "OrderRelay"}, "Name": "live"},
    }
    resources["OrderRelayOutbox"]["Properties"]["FunctionName"] = {"Ref": "Live"}
    assert used_by_lambda(replace(SANDBOX, resources=resources), STACK) == used_by_lambda(SANDBOX, STACK)


def test_an_unknown_call_needs_a_permission_that_no_role_has() -> None:
    (need,) = needed("f", "dynamodb", "TransactWriteItems", {})
    assert need.action == "dynamodb:TransactWriteItems"
    assert "add the operation to NEEDED" in need.resource


# ---------------------------------------------------------------- wildcards


EXPLAINED = {
    ("Allow", "Resource", "*"): "see ANYWHERE",
    **{
        ("Allow", "Resource", f"${{{service}Table.Arn}}/stream/*"): (
            "ListStreams lists streams, so it cannot name one"
        )
        for service in SERVICES
    },
    (
        "Allow",
        "Resource",
        "${StripeSecretArn}-??????",
    ): "the random suffix of a secret's ARN, if the given ARN is partial",
    ("Allow", "Resource", "${DispatchSecretArn}-??????"): "the same",
    (
        "Allow",
        "Condition",
        "arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:${AWS::StackName}-*",
    ): "all alarms of this stack, and no alarm of another stack, may publish to the topic",
    **{
        (
            "Allow",
            "Resource",
            f"${{{name}.Arn}}:*",
        ): "a rollout shifts traffic between versions whose ARNs are not known yet"
        for name in FUNCTIONS
    },
    ("Deny", "Principal", "*"): "a Deny of calls without TLS for every principal",
    ("Deny", "Action", "sqs:*"): "a Deny of calls without TLS for every action",
}


def statements(template: Template) -> Iterator[Any]:
    """Yield the statements of all policies in a template: of roles, queues, topics and other resources."""
    waiting: list[Any] = list(template.resources.values())
    while waiting:
        found = waiting.pop()
        if isinstance(found, Mapping):
            if "Effect" in found:
                yield found
            waiting += found.values()
        elif isinstance(found, list):
            waiting += found


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in (*value.keys(), *value.values()):
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def wildcards(template: Template) -> set[tuple[str, str, str]]:
    return {
        (statement["Effect"], element, text)
        for statement in statements(template)
        for element, value in statement.items()
        for text in texts(value)
        if "*" in text or "?" in text
    }


def test_every_wildcard_in_a_policy_has_a_reason() -> None:
    assert wildcards(SANDBOX) == EXPLAINED.keys()
    assert wildcards(NOTIFICATIONS) <= EXPLAINED.keys()


ANYWHERE = {
    "xray:PutTraceSegments": "X-Ray has no resource for a trace that a function is about to send",
    "xray:PutTelemetryRecords": "as for PutTraceSegments",
    "cloudwatch:DescribeAlarms": "CodeDeploy calls it without the names of the alarms",
}


def allowed_anywhere(template: Template) -> set[str]:
    anywhere = [statement for statement in statements(template) if "*" in texts(statement.get("Resource"))]
    return {action for statement in anywhere for action in texts(statement["Action"])}


def test_every_action_on_all_resources_has_a_reason() -> None:
    assert allowed_anywhere(SANDBOX) == ANYWHERE.keys()
    assert allowed_anywhere(NOTIFICATIONS) <= ANYWHERE.keys()


@pytest.mark.parametrize("template", [SANDBOX, NOTIFICATIONS], ids=["main", "notifications"])
def test_only_calls_without_tls_are_denied(template: Template) -> None:
    """A wildcard in a Deny is safe, because it can only deny more."""
    conditions = [s["Condition"] for s in statements(template) if s["Effect"] == "Deny"]
    assert all(condition == {"Bool": {"aws:SecureTransport": False}} for condition in conditions)


def test_only_the_routes_of_its_api_may_invoke_a_function() -> None:
    """SAM writes this policy. Its `*` is the only stage, an order's id, or any route (of the default route's
    function).
    """
    for permission in (r for r in SANDBOX.resources.values() if r["Type"] == "AWS::Lambda::Permission"):
        arn, names = permission["Properties"]["SourceArn"]["Fn::Sub"]
        assert permission["Properties"]["Principal"] == "apigateway.amazonaws.com"
        assert names == {"__ApiId__": {"Ref": "HttpApi"}, "__Stage__": "*"}
        allowed = arn.partition("${__ApiId__}/${__Stage__}/")[2]
        assert allowed == "*" or allowed.replace("*", "{order_id}") in ROUTES


ROUTES = {
    f"{method.upper()}{path}"
    for path, methods in SANDBOX.resources["HttpApi"]["Properties"]["Body"]["paths"].items()
    for method in methods
}
