"""Alarms of the deployed stack, fired: what the functions counted is handed to CloudWatch, as it would take it from
their logs, and what it says of the alarms then."""

import json
import time
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from tools.local.local_stack import STACK_NAME
from tools.local.stack_file import LocalStack

# Seconds until a log has what a function wrote.
_WRITTEN = 10


def groups(stack: LocalStack, name: str = STACK_NAME) -> Iterator[str]:
    """The log groups of a stack and of the stacks inside it."""
    for item in stack.client("cloudformation").describe_stack_resources(StackName=name)["StackResources"]:
        if item["ResourceType"] == "AWS::Logs::LogGroup":
            yield item["PhysicalResourceId"]
        elif item["ResourceType"] == "AWS::CloudFormation::Stack":
            yield from groups(stack, item["PhysicalResourceId"])


def counted(stack: LocalStack, since: datetime) -> list[dict[str, Any]]:
    """What the functions have counted since then, each metric once for each of its sets of dimensions."""
    start = int(since.timestamp() * 1000)
    found: list[dict[str, Any]] = []
    for group in groups(stack):
        pages = stack.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group, startTime=start)
        written = [event["message"] for page in pages for event in page["events"] if '"_aws"' in event["message"]]
        for line in map(json.loads, written):
            for directive in line["_aws"]["CloudWatchMetrics"]:
                for names in directive["Dimensions"]:
                    found += [
                        {
                            "MetricName": metric["Name"],
                            "Dimensions": [{"Name": name, "Value": line[name]} for name in sorted(names)],
                            "Values": line[metric["Name"]],
                        }
                        for metric in directive["Metrics"]
                    ]
    return found


def publish(stack: LocalStack, namespace: str, metrics: list[dict[str, Any]]) -> None:
    """Hand metrics to CloudWatch, which looks at its alarms then."""
    stack.client("cloudwatch").put_metric_data(Namespace=namespace, MetricData=metrics)


def of(stack: LocalStack, name: str) -> dict[str, Any]:
    """A deployed alarm by its logical id, which its description ends with."""
    alarms = stack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    [found] = [alarm for alarm in alarms if alarm["AlarmDescription"].endswith(f"#{name.lower()}")]
    assert isinstance(found, dict)
    return found


def is_on(stack: LocalStack, name: str) -> bool:
    return bool(of(stack, name)["StateValue"] == "ALARM")


def fires(stack: LocalStack, name: str, since: datetime) -> bool:
    """Whether what the functions have counted since then has an alarm go off that was not on before. The emulator
    compares no dimensions, so that is done here."""
    alarm = of(stack, name)
    assert alarm["StateValue"] != "ALARM"
    watched = (alarm["MetricName"], sorted((each["Name"], each["Value"]) for each in alarm["Dimensions"]))
    metrics: list[dict[str, Any]] = []
    deadline = time.monotonic() + _WRITTEN
    # What a function wrote may come to its log a moment after its answer.
    while not metrics and time.monotonic() < deadline:
        metrics = [
            metric
            for metric in counted(stack, since)
            if (metric["MetricName"], [(each["Name"], each["Value"]) for each in metric["Dimensions"]]) == watched
        ]
    if metrics:
        publish(stack, alarm["Namespace"], metrics)
    return is_on(stack, name)
