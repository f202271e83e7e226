"""`make logs`: what the functions of a stack wrote, newest last, and the metrics that they counted with each line.

A metric is a line of the log, too, which CloudWatch counts as it comes in; the embedded AWS does not, so this is where
it can be seen on this machine.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from tools.cut_short import may_be_cut_short
from tools.local.local_stack import STACK_NAME
from tools.operations import deployed
from tools.operations.deployed import NoStack
from tools.steps import fail

# What says where and by what a line was written, which is the same in each.
_OF_THE_RUNTIME = (
    "cold_start",
    "function_arn",
    "function_memory_size",
    "function_name",
    "function_request_id",
    "level",
    "location",
    "message",
    "service",
    "timestamp",
    "xray_trace_id",
)
_MINUTES = re.compile(r"[1-9][0-9]{0,5}")
# Lambda's own, with every call.
_REPORTS = ("START ", "END ", "REPORT ", "INIT_START ")


def lines(formation: Any, logs: Any, stack: str, since: datetime) -> Iterator[str]:
    """The lines of a stack's functions and of its API since a time, in their order, as a person reads them."""
    groups = dict(_groups(formation, stack))
    start = int(since.timestamp() * 1000)
    pages = logs.get_paginator("filter_log_events")
    written = [
        (event["timestamp"], name, event["message"].rstrip())
        for name, group in groups.items()
        for page in pages.paginate(logGroupName=group, startTime=start)
        for event in page["events"]
    ]
    # A stable sort: what one group wrote within a millisecond stays in its order.
    for moment, name, message in sorted(written, key=lambda line: line[0]):
        if not message.startswith(_REPORTS):
            time = datetime.fromtimestamp(moment / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")
            yield f"{time}  {name:<11} {shown(message)}"


def _groups(formation: Any, stack: str) -> Iterator[tuple[str, str]]:
    """The log groups of a stack and of the stacks inside it: what writes there, and the group's own name."""
    for item in formation.describe_stack_resources(StackName=stack)["StackResources"]:
        if item["ResourceType"] == "AWS::Logs::LogGroup":
            yield item["LogicalResourceId"].removesuffix("LogGroup"), item["PhysicalResourceId"]
        elif item["ResourceType"] == "AWS::CloudFormation::Stack":
            yield from _groups(formation, item["PhysicalResourceId"])


def shown(message: str) -> str:
    """One line of a log: of JSON what differs from line to line, a metric with its dimensions, all else as it is."""
    try:
        line = json.loads(message)
    except ValueError:
        return message
    if not isinstance(line, dict):
        return message
    if "_aws" in line:
        return f"counted {_metrics(line)}"
    fields = {name: value for name, value in line.items() if name not in _OF_THE_RUNTIME}
    words = [line[name] for name in ("level", "message") if name in line]
    return "  ".join([*words, *(f"{name}={_value(value)}" for name, value in fields.items())])


def _metrics(line: Mapping[str, Any]) -> str:
    """The metrics of a line in CloudWatch's embedded metric format, with the longest set of its dimensions."""
    counted = []
    for directive in line["_aws"]["CloudWatchMetrics"]:
        of = ", ".join(f"{name} {line[name]}" for name in max(directive["Dimensions"], key=len))
        for metric in directive["Metrics"]:
            values = line[metric["Name"]]
            total = sum(values) if isinstance(values, list) else values
            counted.append(f"{directive['Namespace']} {metric['Name']} {total:g} ({of})")
    return "; ".join(counted)


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make logs", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    parser.add_argument("--minutes", default="60", help="how far back, by default an hour")
    options = parser.parse_args(arguments)
    if not _MINUTES.fullmatch(options.minutes):
        return fail(f"MINUTES is {options.minutes!r}; it must be a whole number from 1 to 999999.")
    since = datetime.now(UTC) - timedelta(minutes=int(options.minutes))
    found = False
    try:
        stack = deployed.find(options.stack)
        for line in lines(stack.client("cloudformation"), stack.client("logs"), options.stack or STACK_NAME, since):
            print(line)
            found = True
    except NoStack as error:
        return fail(error)
    except (BotoCoreError, ClientError) as error:
        return fail(f"The logs cannot be read. AWS said: {error}")
    if not found:
        print(f"nothing was written in the last {options.minutes} minutes", file=sys.stderr)
    return 0


if __name__ == "__main__":
    with may_be_cut_short():
        sys.exit(main(sys.argv[1:]))
