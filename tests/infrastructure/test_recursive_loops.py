"""RecursiveLoop is set where the design needs it, and only there.

After about 16 rounds, Lambda stops a function that sends to its own queue, unless the function
allows recursive invocation: https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.local.provisioning.model import Template
from infra.local.provisioning.template import load
from infra.permissions.roles import allowed
from infra.shared.root import ROOT
from tests.infrastructure.test_alarms import only_alarm_on

MAIN = load(ROOT / "template.yaml")
GUEST = load(ROOT / "infra/examples/notifications/template.yaml")


def properties(template: Template, kind: str) -> dict[str, Any]:
    return {n: r["Properties"] for n, r in template.resources.items() if r["Type"] == kind}


def sends_to_itself(template: Template) -> Iterator[str]:
    """Functions whose role allows sqs:SendMessage to a queue that one of their own mappings reads."""
    permissions = allowed(template, "stack")
    aliases = properties(template, "AWS::Lambda::Alias")
    for mapping in properties(template, "AWS::Lambda::EventSourceMapping").values():
        reference = mapping["FunctionName"]["Ref"]
        function = aliases[reference]["FunctionName"]["Ref"] if reference in aliases else reference
        queue = mapping["EventSourceArn"]["Fn::GetAtt"][0]
        may_send = {
            p for p in permissions if (p.function, p.action) == (f"stack-{function}", "sqs:SendMessage")
        }
        if any(permission.resource.endswith(f":stack-{queue}") for permission in may_send):
            yield function


def allows_recursion(template: Template) -> set[str]:
    functions = properties(template, "AWS::Lambda::Function")
    return {name for name, function in functions.items() if function.get("RecursiveLoop") == "Allow"}


@pytest.mark.parametrize("template", [MAIN, GUEST], ids=["main", "notifications"])
def test_only_functions_that_send_to_their_own_queue_may_recurse(template: Template) -> None:
    assert allows_recursion(template) == set(sends_to_itself(template)) != set()


@pytest.mark.parametrize("name", sorted(sends_to_itself(MAIN)))
def test_an_alarm_fires_for_a_single_invocation_that_lambda_drops(name: str) -> None:
    """Lambda emits this metric only while it stops recursive loops."""
    alarm = only_alarm_on("AWS/Lambda", "RecursiveInvocationsDropped", "FunctionName", {"Ref": name})
    assert (alarm["Statistic"], alarm["Period"], alarm["EvaluationPeriods"]) == ("Sum", 60, 1)
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
