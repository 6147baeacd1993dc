"""The project has no findings. The findings name each part that a template or an event lacks."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from contracts.catalogue import EVENTS
from contracts.envelope import Payload
from infra.findings import events, project
from infra.findings.finding import Finding, Incomplete
from infra.local.provisioning.errors import TemplateError
from infra.local.provisioning.template import load
from infra.run.project import PROJECT
from infra.shared.root import ROOT
from tests.incomplete import found

TEMPLATE = load(ROOT / "template.yaml")
BY_HAND = """
  AuditQueue:
    Type: AWS::SQS::Queue
  AuditSubscription:
    Type: AWS::SNS::Subscription
    Properties: {TopicArn: !Ref OrderTopic, Protocol: sqs, Endpoint: !GetAtt AuditQueue.Arn}
  AuditConsumer:
    Type: AWS::Serverless::Function
    Properties:
      Handler: order.consumer.handler
      Events: {Queue: {Type: SQS, Properties: {Queue: !GetAtt AuditQueue.Arn}}}
"""
"""A queue, a subscription and a function, as a user adds them by hand. The local run accepts them."""


def test_the_project_has_no_findings() -> None:
    assert "\n".join(map(str, found())) == ""


def findings_after(change: Callable[[dict[str, Any]], object]) -> list[str]:
    """Return the findings of the template after a change of its resources."""
    resources = deepcopy(dict(TEMPLATE.resources))
    change(resources)
    return [str(each) for each in project.findings(replace(TEMPLATE, resources=resources))]


def test_a_deleted_dead_letter_queue_is_named_with_the_recipe(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (ROOT / "template.yaml").read_text()
    start = text.index("\n  PaymentDeadLetters:\n")
    (tmp_path / "template.yaml").write_text(text[:start] + text[text.index("\n\n  ", start + 1) :])
    (tmp_path / "functions").mkdir()
    monkeypatch.setattr(project, "ROOT", tmp_path)
    sentence = (
        "PaymentQueue refers to PaymentDeadLetters, which template.yaml does not have: "
        "add it, or see what `choreo new queue` writes."
    )
    assert list(map(str, project.findings())) == [sentence]
    with pytest.raises(TemplateError) as invalid:
        load(tmp_path / "template.yaml")
    assert PROJECT.explain(invalid.value) == sentence


def properties(resources: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = resources[name]["Properties"]
    return found


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "role": (
        lambda r: properties(r, "OrderApi").update(Role={"Fn::GetAtt": ["OrderConsumerRole", "Arn"]}),
        "OrderApi has no role of its own, OrderApiRole",
    ),
    "policies": (
        lambda r: properties(r, "OrderApiRole").pop("Policies"),
        "OrderApiRole has no Policies, which list the calls that it allows",
    ),
    "log group": (
        lambda r: properties(r, "OrderApi")["LoggingConfig"].pop("LogGroup"),
        "OrderApi has no log group of its own, OrderApiLogs",
    ),
    "dead-letter queue": (
        lambda r: properties(r, "OrderQueue").pop("RedrivePolicy"),
        "OrderQueue has no dead-letter queue (RedrivePolicy)",
    ),
    "alarm of a function": (lambda r: r.pop("OrderApiErrors"), "OrderApi has no alarm on Errors"),
    "alarm of a queue": (
        lambda r: r.pop("OrderQueueAge"),
        "OrderQueue has no alarm on ApproximateAgeOfOldestMessage",
    ),
    "alarm of a dead-letter queue": (
        lambda r: r.pop("OrderDeadLettersVisible"),
        "OrderDeadLetters has no alarm on ApproximateNumberOfMessagesVisible",
    ),
    "partial batch responses": (
        lambda r: properties(r, "OrderConsumerQueue").pop("FunctionResponseTypes"),
        "OrderQueue has a mapping without ReportBatchItemFailures",
    ),
    "raw delivery": (
        lambda r: properties(r, "OrderFromPayment").pop("RawMessageDelivery"),
        "OrderFromPayment has no RawMessageDelivery, without which consumers cannot read",
    ),
    "permission to send": (
        lambda r: properties(r, "OrderFromPayment").update(TopicArn={"Ref": "OrderTopic"}),
        "OrderFromPayment may not send to OrderQueue: its queue policy does not name the topic",
    ),
    "subscriber": (
        lambda r: properties(r, "PaymentFromShipping")["FilterPolicy"]["type"].remove("shipment.failed"),
        "shipment.failed has a reaction in payment.decisions, and does not come to PaymentQueue",
    ),
    "reaction": (
        lambda r: properties(r, "PaymentFromShipping")["FilterPolicy"]["type"].append("shipment.dispatched"),
        "shipment.dispatched comes to PaymentQueue, and payment.decisions has no reaction to it",
    ),
    "catalogue entry of a filter": (
        lambda r: properties(r, "PaymentFromShipping")["FilterPolicy"]["type"].append("shipment.lost"),
        "PaymentFromShipping has shipment.lost in its filter policy, "
        "which contracts/catalogue.py does not list",
    ),
}


@pytest.mark.parametrize("missing", CHANGES)
def test_a_finding_names_the_resource_the_missing_part_and_the_recipe(missing: str) -> None:
    change, text = CHANGES[missing]
    assert any(
        line.startswith(f"{text}: add it, or see what `choreo new ") for line in findings_after(change)
    )


def test_only_incomplete_resources_have_findings(tmp_path: Any) -> None:
    text = (ROOT / "template.yaml").read_text()
    changed = tmp_path / "template.yaml"
    changed.write_text(text.replace("\nOutputs:\n", f"{BY_HAND}\nOutputs:\n"))
    (tmp_path / "functions").symlink_to(ROOT / "functions")
    lines = [str(each) for each in project.findings(load(changed))]
    assert len(lines) > 10
    assert all(line.startswith("Audit") for line in lines)


class Gifted(Payload):
    type = "order.gifted"


@pytest.fixture
def gifted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add an event type to the catalogue and nowhere else."""
    monkeypatch.setitem(EVENTS, "order.gifted", Gifted)


@pytest.mark.usefixtures("gifted")
def test_the_findings_name_an_event_without_filter_and_sample() -> None:
    lines = list(map(str, events.of_events(TEMPLATE.resources)))
    assert [line.partition(":")[0] for line in lines] == [
        "order.gifted is in no filter policy, so no consumer gets it",
        "order.gifted has no sample in EMITTED of infra/samples/sample_order.py",
    ]


def test_the_findings_name_a_class_without_a_catalogue_entry() -> None:
    # patch.dict restores the order of the entries; monkeypatch.delitem would move the entry to the end.
    with patch.dict(EVENTS):
        del EVENTS["payment.voided"]
        lines = list(map(str, events.of_events(TEMPLATE.resources)))
    assert any(
        line.startswith("payment.voided (contracts.payments.PaymentVoided) has no entry") for line in lines
    )


def test_an_incomplete_project_is_one_error_with_a_line_for_each_finding() -> None:
    error = Incomplete(
        [Finding("AuditQueue", "has no policy", "queue"), Finding("A", "has no role", "queue")]
    )
    assert len(str(error).splitlines()) == 2
