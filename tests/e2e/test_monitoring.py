"""What a deployed alarm watches is what a deployed function counts: the same metric under the same dimensions."""

import json
from collections.abc import Callable
from typing import Any

from tests.support import template
from tests.support.curl import NOTE, REQUEST, SEND, STORAGE_FAILED, Curl
from tests.support.rights import without
from tools.local.local_stack import STACK_NAME
from tools.local.stack_file import LocalStack

MONITORING = template.part("monitoring.yaml")

type Metric = tuple[str, str, tuple[tuple[str, str], ...]]


def counted(stack: LocalStack) -> set[Metric]:
    """Every metric that create_fax has written into its log, once for each of its sets of dimensions."""
    made = stack.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    [group] = [item["PhysicalResourceId"] for item in made if item["LogicalResourceId"] == "CreateFaxLogGroup"]
    pages = stack.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
    written = [event["message"] for page in pages for event in page["events"] if '"_aws"' in event["message"]]
    found: set[Metric] = set()
    for line in map(json.loads, written):
        for directive in line["_aws"]["CloudWatchMetrics"]:
            for names in directive["Dimensions"]:
                dimensions = tuple(sorted((name, line[name]) for name in names))
                found |= {(directive["Namespace"], metric["Name"], dimensions) for metric in directive["Metrics"]}
    return found


def watched(alarm: dict[str, Any]) -> Metric:
    dimensions = tuple(sorted((item["Name"], item["Value"]) for item in alarm["Dimensions"]))
    return alarm["Namespace"], alarm["MetricName"], dimensions


def test_a_storage_failure_is_what_its_alarm_watches(
    curl: Curl, stack: LocalStack, stored: Callable[[], dict[str, bytes]]
) -> None:
    before = stored()
    with without(stack, "CreateFaxFunction", "StoreFiles"):
        assert curl(SEND, *REQUEST, *NOTE) == STORAGE_FAILED
    assert stored() == before
    alarms = stack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(alarms) == len(template.resources(MONITORING, "AWS::CloudWatch::Alarm"))
    [alarm] = [alarm for alarm in alarms if alarm["MetricName"] == "StorageFailed"]
    assert alarm["AlarmDescription"].endswith(" docs/operations/alarms.md#storagefailedalarm")
    assert watched(alarm) == ("FaxApi", "StorageFailed", (("service", STACK_NAME),))
    assert watched(alarm) in counted(stack)


def test_the_dashboard_names_what_was_deployed(stack: LocalStack) -> None:
    cloudwatch = stack.client("cloudwatch")
    [dashboard] = cloudwatch.list_dashboards()["DashboardEntries"]
    body = json.loads(cloudwatch.get_dashboard(DashboardName=dashboard["DashboardName"])["DashboardBody"])
    metrics = [metric for widget in body["widgets"] for metric in widget["properties"].get("metrics", [])]
    functions = {f["FunctionName"] for f in stack.client("lambda").list_functions()["Functions"]}
    assert {metric[3] for metric in metrics if metric[0] == "AWS/Lambda"} == functions
    assert {metric[3] for metric in metrics if metric[0] == "FaxApi"} == {STACK_NAME}
    alarms = {alarm["AlarmArn"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}
    [shown] = [widget["properties"]["alarms"] for widget in body["widgets"] if widget["type"] == "alarm"]
    assert set(shown) == alarms
