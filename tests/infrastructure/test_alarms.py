"""Every kind of failure has an alarm, and every alarm names its section of the runbook."""

import json
import re
from typing import Any

import pytest

from choreography.metrics import Gauge, Metric
from infra.samples.sample_order import EMITTED
from infra.shared.root import ROOT
from tests.infrastructure.test_template import (
    CONSUMED,
    FUNCTIONS,
    MAPPINGS,
    QUEUES,
    RESOURCES,
    aliased,
    of_type,
)

ALARMS = of_type("AWS::CloudWatch::Alarm")
DEAD_LETTERS = [name for name in QUEUES if name not in CONSUMED]
RELAYS = [aliased(m["FunctionName"]) for m in MAPPINGS.values() if "StartingPosition" in m]
RUNBOOK = (ROOT / "docs/runbook.md").read_text()
SECTIONS = {title.lower().replace(" ", "-") for title in re.findall(r"^## (.+)$", RUNBOOK, re.MULTILINE)}


def only_alarm_on(namespace: Any, metric: str, dimension: str, value: Any) -> Any:
    """Return the only alarm on this metric."""
    (alarm,) = [
        alarm
        for alarm in ALARMS.values()
        if (alarm.get("Namespace"), alarm.get("MetricName")) == (namespace, metric)
        and alarm["Dimensions"] == [{"Name": dimension, "Value": value}]
    ]
    return alarm


def queue(name: str) -> Any:
    return {"Fn::GetAtt": [name, "QueueName"]}


@pytest.mark.parametrize("name", CONSUMED)
def test_an_alarm_watches_the_age_of_the_oldest_message_in_each_queue(name: str) -> None:
    alarm = only_alarm_on("AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", queue(name))
    assert (alarm["Statistic"], alarm["ComparisonOperator"]) == ("Maximum", "GreaterThanThreshold")


@pytest.mark.parametrize("name", DEAD_LETTERS)
def test_an_alarm_fires_for_a_single_dead_letter(name: str) -> None:
    alarm = only_alarm_on("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue(name))
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    assert alarm["EvaluationPeriods"] == 1


@pytest.mark.parametrize("metric", ["Errors", "Throttles"])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_an_alarm_fires_if_a_function_fails_or_is_throttled(name: str, metric: str) -> None:
    alarm = only_alarm_on("AWS/Lambda", metric, "FunctionName", {"Ref": name})
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("GreaterThanThreshold", 0)
    assert alarm["Statistic"] == "Sum"


@pytest.mark.parametrize("service", EMITTED)
def test_an_alarm_fires_if_single_messages_of_batches_fail(service: str) -> None:
    """Lambda counts no error for a partial batch failure, so the metric `Errors` does not include it."""
    (*measured, compared) = ALARMS[f"{service.capitalize()}MessagesFail"]["Metrics"]
    metrics = [m["MetricStat"]["Metric"] for m in measured]
    assert {m["MetricName"] for m in metrics} == {
        Metric.MESSAGES_FAILED,
        Metric.MESSAGES_DEAD_LETTERED,
        Metric.MESSAGES_REFUSED,
    }
    for m in metrics:
        assert (m["Namespace"], m["Dimensions"][0]["Value"]) == ({"Ref": "AWS::StackName"}, service)
    assert all(m["Id"] in compared["Expression"] for m in measured)


@pytest.mark.parametrize("service", EMITTED)
def test_an_alarm_watches_the_age_of_waiting_events(service: str) -> None:
    """The consumer requeues waiting messages, so the age of the oldest message in the queue stays low."""
    alarm = only_alarm_on({"Ref": "AWS::StackName"}, Gauge.WAITING_SECONDS, "service", service)
    assert (alarm["Statistic"], alarm["ComparisonOperator"]) == ("Maximum", "GreaterThanThreshold")
    assert alarm["Threshold"] == 600


@pytest.mark.parametrize("service", ["order", "shipping"])
def test_an_alarm_fires_if_a_request_fails_unexpectedly(service: str) -> None:
    """The function answers 503, which Lambda does not count as an error."""
    assert (
        only_alarm_on({"Ref": "AWS::StackName"}, Metric.REQUESTS_FAILED, "service", service)["Threshold"] == 0
    )


def test_an_alarm_fires_for_a_server_error_of_the_api() -> None:
    """https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-metrics.html"""
    assert only_alarm_on("AWS/ApiGateway", "5xx", "ApiId", {"Ref": "HttpApi"})["Threshold"] == 0


@pytest.mark.parametrize("service", EMITTED)
def test_an_alarm_fires_if_a_relay_cannot_publish_events(service: str) -> None:
    """A relay reports failed records to its mapping, which Lambda does not count as an error."""
    assert (
        only_alarm_on({"Ref": "AWS::StackName"}, Metric.EVENTS_NOT_PUBLISHED, "service", service)["Threshold"]
        == 0
    )


@pytest.mark.parametrize("name", RELAYS)
def test_an_alarm_on_a_slow_relay_fires_long_before_stream_records_expire(name: str) -> None:
    alarm = only_alarm_on("AWS/Lambda", "IteratorAge", "FunctionName", {"Ref": name})
    assert alarm["Threshold"] < 24 * 3600 * 1000 / 10


def test_an_alarm_compares_accepted_orders_with_ended_orders() -> None:
    (*measured, compared) = ALARMS["OrdersUnfinished"]["Metrics"]
    names = {m["Id"]: m["MetricStat"]["Metric"]["MetricName"] for m in measured}
    assert set(names.values()) == {
        Metric.ORDERS_ACCEPTED,
        Metric.ORDERS_SHIPPED,
        Metric.ORDERS_REJECTED,
        Metric.ORDERS_CANCELLED,
    }
    for m in measured:
        assert m["MetricStat"]["Metric"]["Namespace"] == {"Ref": "AWS::StackName"}
        assert m["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "service", "Value": "order"}]
        assert m["Id"] in compared["Expression"]


def test_an_alarm_compares_refused_parcels_with_dispatched_parcels() -> None:
    (*measured, _) = ALARMS["CarrierRefusesParcels"]["Metrics"]
    metrics = [m["MetricStat"]["Metric"] for m in measured]
    assert [m["MetricName"] for m in metrics] == [Metric.PARCELS_REFUSED, Metric.PARCELS_DISPATCHED]
    assert all(m["Dimensions"] == [{"Name": "service", "Value": "shipping"}] for m in metrics)


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_names_its_runbook_section_and_notifies_the_topic(name: str) -> None:
    page, _, section = ALARMS[name]["AlarmDescription"].partition("#")
    assert page == "docs/runbook.md"
    assert section in SECTIONS
    assert ALARMS[name]["AlarmActions"] == [{"Ref": "AlarmTopic"}]
    assert ALARMS[name]["TreatMissingData"] == "notBreaching"  # CloudWatch has no data for an inactive queue


def test_every_section_of_the_runbook_belongs_to_an_alarm() -> None:
    assert {alarm["AlarmDescription"].partition("#")[2] for alarm in ALARMS.values()} == SECTIONS


def test_only_alarms_of_this_stack_may_publish_to_the_topic() -> None:
    policy = RESOURCES["AlarmTopicPolicy"]["Properties"]["PolicyDocument"]
    (allowed,) = [s for s in policy["Statement"] if s["Effect"] == "Allow"]
    assert allowed["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert ":alarm:${AWS::StackName}-" in allowed["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"]


def test_the_dashboard_shows_every_queue_and_function() -> None:
    (dashboard,) = of_type("AWS::CloudWatch::Dashboard").values()
    body = dashboard["DashboardBody"]["Fn::Sub"]
    shown = [row for w in json.loads(body)["widgets"] for row in w["properties"]["metrics"]]
    assert {f"${{{name}.QueueName}}" for name in QUEUES} <= {row[3] for row in shown}
    assert {f"${{{name}}}" for name in FUNCTIONS} <= {row[3] for row in shown}
