"""What a stack costs in a month in which nobody sends anything: `python -m benchmarks.idle`.

Counted from the templates, with the price list of benchmarks.cost, without free tiers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.cost import LAMBDA_GB_SECOND, LAMBDA_REQUEST, READ_UNIT
from faxes.adapters.dynamodb.due import MOST_SHARDS
from tests.support import template

ALARM_METRIC = 0.10
DASHBOARD = 3.00
SQS_REQUEST = 0.40 / 1_000_000
EVENT = 1.00 / 1_000_000
TRACE = 5.00 / 1_000_000
LOG_GB = 0.50
MINUTES = 730 * 60
# Lambda has five pollers at a queue that is empty, each of which waits 20 s.
_POLLS_A_MINUTE = 5 * 60 / 20
# Not measured on AWS but assumed: a query takes 10 ms, and what is around them 50.
_QUERIES = MOST_SHARDS + 1
_SWEEP_SECONDS = 0.010 * _QUERIES + 0.050
# START, END and REPORT; the sweep itself writes nothing.
_PLATFORM_LOG_GB = 350e-9


@dataclass(frozen=True, slots=True)
class Item:
    """``dollars`` a month for what costs them; ``count`` says how many of it, and of what."""

    what: str
    count: str
    dollars: float


def items(whole: Mapping[str, Any]) -> list[Item]:
    """What a template and its parts cost a month with the parameters' defaults."""

    def every(kind: str) -> list[Any]:
        return [resource["Properties"] for resource in template.everywhere(whole, kind).values()]

    # One that computes with several metrics costs for each.
    metrics = sum(len(alarm.get("Metrics", [None])) for alarm in every("AWS::CloudWatch::Alarm"))
    dashboards = len(every("AWS::CloudWatch::Dashboard"))
    mappings = every("AWS::Lambda::EventSourceMapping")
    # Reading a stream costs nothing where Lambda does it.
    queues = [mapping for mapping in mappings if "Fn::GetAtt" in mapping["EventSourceArn"]]
    polls = len(queues) * _POLLS_A_MINUTE * MINUTES
    rules = [rule["ScheduleExpression"] for rule in every("AWS::Events::Rule") if "ScheduleExpression" in rule]
    if rules != ["rate(1 minute)"]:
        raise ValueError(f"what the schedules {rules} cost is not counted")
    sweep = template.functions(whole)["SweepFunction"]["Properties"]
    taken = _SWEEP_SECONDS * sweep["MemorySize"] / 1024 * LAMBDA_GB_SECOND
    traced = TRACE if sweep["TracingConfig"]["Mode"] == "Active" else 0
    queries = _QUERIES * MINUTES
    logged = MINUTES * _PLATFORM_LOG_GB
    return [
        Item("alarms", f"{metrics}", metrics * ALARM_METRIC),
        Item("dashboard", f"{dashboards}", dashboards * DASHBOARD),
        Item("asking the queues for messages", f"{polls / 1e6:.2f} million", polls * SQS_REQUEST),
        Item("sweeps", f"{MINUTES:,}", MINUTES * (LAMBDA_REQUEST + taken + EVENT + traced)),
        Item("their queries", f"{queries:,}", queries * 0.5 * READ_UNIT),
        Item("their log lines, Lambda's own", f"{logged * 1000:.0f} MB", logged * LOG_GB),
    ]


def table(counted: list[Item]) -> list[str]:
    """The same, in Markdown."""
    lines = ["| what | how many | dollars a month |", "| --- | --- | --- |"]
    lines += [f"| {item.what} | {item.count} | {item.dollars:.2f} |" for item in counted]
    return [*lines, f"| **together** | | **{sum(item.dollars for item in counted):.2f}** |"]


if __name__ == "__main__":
    print("\n".join(table(items(template.load()))))
