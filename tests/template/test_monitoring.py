"""monitoring.yaml: the alarms and the dashboard, against the template, the code and the operators' page."""

import json
import re
from typing import Any

import pytest

from faxes import errors
from tests.support import docs, template
from tests.support.metrics import counted
from tests.support.template import ROOT

TEMPLATE = template.load()
MONITORING = template.part("monitoring.yaml")
ALARMS = {name: it["Properties"] for name, it in template.resources(MONITORING, "AWS::CloudWatch::Alarm").items()}
DASHBOARD = MONITORING["Resources"]["FaxDashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
OURS = [{"Name": "service", "Value": {"Ref": "ServiceName"}}]


def test_the_stacks_name_is_what_tells_its_metrics_from_anothers() -> None:
    variables = TEMPLATE["Globals"]["Function"]["Environment"]["Variables"]
    assert variables["POWERTOOLS_SERVICE_NAME"] == {"Ref": "AWS::StackName"}
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "FaxApi"


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_names_its_section_and_tells_the_topic(name: str) -> None:
    alarm = ALARMS[name]
    anchor = alarm["AlarmDescription"].rpartition("docs/operations/alarms.md#")[2]
    assert anchor in docs.headings(ROOT / "docs/operations/alarms.md")
    assert anchor == name.lower()
    told = {"Fn::If": ["TellsOfAlarms", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    assert (alarm["AlarmActions"], alarm["OKActions"]) == (told, told)
    # A service that nobody calls is not broken.
    assert alarm["TreatMissingData"] == "notBreaching"
    assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"


def test_the_alarms_watch_these() -> None:
    watched = {
        name: (alarm["Namespace"], alarm["MetricName"], alarm["Dimensions"][0]["Value"].get("Ref"))
        for name, alarm in ALARMS.items()
    }
    assert watched == {
        "StorageFailedAlarm": ("FaxApi", "StorageFailed", "ServiceName"),
        "OutcomeUnknownAlarm": ("FaxApi", "OutcomeUnknown", "ServiceName"),
        "DeploymentFaultAlarm": ("FaxApi", "DeploymentFault", "ServiceName"),
        "UnexpectedFaultAlarm": ("FaxApi", "UnexpectedFault", "ServiceName"),
        "RequestsThrottledAlarm": ("FaxApi", "RequestsThrottled", "ServiceName"),
        "CreateFaxErrorsAlarm": ("AWS/Lambda", "Errors", "CreateFaxFunction"),
        "AuthorizerErrorsAlarm": ("AWS/Lambda", "Errors", "AuthorizeFunction"),
        "IssueTokenErrorsAlarm": ("AWS/Lambda", "Errors", "IssueTokenFunction"),
        "CreateFaxDurationAlarm": ("AWS/Lambda", "Duration", "CreateFaxFunction"),
        "ServerErrorsAlarm": ("AWS/ApiGateway", "5XXError", "ServiceName"),
        "RenderFaxErrorsAlarm": ("AWS/Lambda", "Errors", "RenderFaxFunction"),
        "SweepErrorsAlarm": ("AWS/Lambda", "Errors", "SweepFunction"),
        "RenderDeadLettersAlarm": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "RenderDeadLettersName"),
        "UploadDeadLettersAlarm": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "UploadDeadLettersName"),
        "RenderQueueAgeAlarm": ("AWS/SQS", "ApproximateAgeOfOldestMessage", "RenderQueueName"),
        "OldestDueAlarm": ("FaxApi", "OldestDueSeconds", "ServiceName"),
        "SendDeadLettersAlarm": ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "SendDeadLettersName"),
        "FailuresAlarm": ("FaxApi", "RecipientUnsent", "ServiceName"),
        "InDoubtAlarm": ("FaxApi", "DoubtSeconds", "ServiceName"),
        "NoCarrierAlarm": ("FaxApi", "WaitingForCarrier", "ServiceName"),
    }


def test_every_fault_of_ours_has_an_alarm() -> None:
    # A storage failure answers 400, which the gateway's own metrics count among the clients' mistakes.
    faults = {fault.__name__ for fault in errors.ServiceFault.__subclasses__()} | {"UnexpectedFault"}
    assert {f"{fault}Alarm" for fault in faults} <= set(ALARMS)


@pytest.mark.parametrize("name", [name for name, alarm in ALARMS.items() if alarm["Namespace"] == "FaxApi"])
def test_an_alarm_of_our_own_watches_what_is_counted(name: str) -> None:
    assert ALARMS[name]["MetricName"] in counted()
    assert ALARMS[name]["Dimensions"] == OURS


@pytest.mark.parametrize("name", [name for name, alarm in ALARMS.items() if alarm["MetricName"] == "Duration"])
def test_a_slow_function_is_one_near_its_timeout(name: str) -> None:
    alarm = ALARMS[name]
    function = alarm["Dimensions"][0]["Value"]["Ref"]
    timeout = TEMPLATE["Resources"][function]["Properties"]["Timeout"]
    assert (alarm["ExtendedStatistic"], alarm["Threshold"]) == ("p99", timeout * 1000 * 8 // 10)


def test_what_a_deployment_is_rolled_back_by_is_handed_back() -> None:
    outputs = {name: output["Value"] for name, output in MONITORING["Outputs"].items()}
    assert outputs == {name: {"Ref": name} for name in outputs}
    assert set(outputs) <= set(ALARMS)
    # CodeDeploy takes ten.
    assert 0 < len(outputs) <= 10


def widgets() -> list[dict[str, Any]]:
    values = {name: name for name in MONITORING["Parameters"]} | {"AWS::Region": "eu-west-1"}
    values |= {f"{name}.Arn": name for name in ALARMS}
    body = json.loads(re.sub(r"\$\{([^}]+)\}", lambda name: values[name[1]], DASHBOARD))
    return [widget for widget in body["widgets"] if widget["type"] != "text"]


def test_the_dashboard_shows_every_alarm() -> None:
    (alarms,) = [widget for widget in widgets() if widget["type"] == "alarm"]
    assert sorted(alarms["properties"]["alarms"]) == sorted(ALARMS)


def test_the_dashboard_shows_what_is_counted() -> None:
    metrics = [metric for widget in widgets() for metric in widget["properties"].get("metrics", [])]
    ours = {metric[1] for metric in metrics if metric[0] == "FaxApi"}
    assert [metric for metric in metrics if metric[0] == "FaxApi" and metric[2:4] != ["service", "ServiceName"]] == []
    # An id that was drawn twice is for the log.
    assert ours == counted() - {"FaxIdRedrawn"}
    # The set of dimensions, as test_events.py sees it written; their order is none of CloudWatch's.
    assert [metric[0]["expression"] for metric in metrics if isinstance(metric[0], dict)] == [
        "SEARCH('{FaxApi,service,code,reason} MetricName=\"FaxRefused\" service=\"ServiceName\"', 'Sum', 300)",
        "SEARCH('{FaxApi,service,reason} MetricName=\"UnsentByReason\" service=\"ServiceName\"', 'Sum', 300)",
    ]


def test_the_dashboard_shows_every_function() -> None:
    metrics = [metric for widget in widgets() for metric in widget["properties"].get("metrics", [])]
    assert {metric[3] for metric in metrics if metric[0] == "AWS/Lambda"} == set(template.functions(TEMPLATE))


def test_the_dashboard_has_cold_starts_from_the_reports_in_the_logs() -> None:
    (logged,) = [widget["properties"]["query"] for widget in widgets() if widget["type"] == "log"]
    groups = ["CreateFaxLogGroup", "AuthorizeLogGroup", "IssueTokenLogGroup"]
    assert logged == (
        " | ".join(f"SOURCE '{group}'" for group in groups)
        + " | filter @message like /^REPORT/ | parse @message /Init Duration: (?<init>[0-9.]+)/"
        + " | stats count(init) as coldStarts, count(*) as calls by bin(5m)"
    )
