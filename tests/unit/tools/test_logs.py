"""`make logs`: which lines it shows, in which order, and how; with clients that answer as AWS does."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tools.operations import logs

SINCE = datetime(2026, 11, 26, 9, tzinfo=UTC)
REQUEST = {
    "level": "INFO",
    "location": "respond:82",
    "message": "request answered",
    "timestamp": "2026-11-26 10:02:55,195+0000",
    "service": "fax-api",
    "cold_start": True,
    "function_name": "fax-api-CreateFaxFunction-1",
    "correlation_id": "c0284157",
    "outcome": "fx_file_invalid",
    "status": 400,
}
COUNTED = {
    "_aws": {
        "Timestamp": 1795686641195,
        "CloudWatchMetrics": [
            {
                "Namespace": "FaxApi",
                "Dimensions": [["service"], ["service", "code"]],
                "Metrics": [{"Name": "FaxRefused", "Unit": "Count"}, {"Name": "FaxBytes", "Unit": "Bytes"}],
            }
        ],
    },
    "service": "fax-api",
    "code": "fx_file_invalid",
    "FaxRefused": [1.0],
    "FaxBytes": [1000.0, 588.0],
}


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (json.dumps(REQUEST), "INFO  request answered  correlation_id=c0284157  outcome=fx_file_invalid  status=400"),
        (
            json.dumps(COUNTED),
            "counted FaxApi FaxRefused 1 (service fax-api, code fx_file_invalid); "
            "FaxApi FaxBytes 1588 (service fax-api, code fx_file_invalid)",
        ),
        (json.dumps({"status": "429", "resource": "/"}), "status=429  resource=/"),
        ("Task timed out after 28.00 seconds", "Task timed out after 28.00 seconds"),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_a_line_is_shown_as_what_differs(message: str, shown: str) -> None:
    assert logs.shown(message) == shown


class Formation:
    def describe_stack_resources(self, StackName: str) -> dict[str, Any]:  # noqa: N803  (the SDK's name)
        group, stack = "AWS::Logs::LogGroup", "AWS::CloudFormation::Stack"
        kinds = {
            "fax-api": {"CreateFaxLogGroup": group, "GatewayLog": stack, "Api": "other"},
            "fax-api-GatewayLog-1": {"CarrierReportLogGroup": group, "AccessLogGroup": group},
        }[StackName]
        return {
            "StackResources": [
                {"LogicalResourceId": name, "ResourceType": kind, "PhysicalResourceId": f"fax-api-{name}-1"}
                for name, kind in kinds.items()
            ]
        }


class Logs:
    """Two pages of each group."""

    def __init__(self, written: dict[str, list[tuple[int, str]]]) -> None:
        self._written = written

    def get_paginator(self, operation: str) -> "Logs":
        assert operation == "filter_log_events"
        return self

    def paginate(self, logGroupName: str, startTime: int) -> Iterator[dict[str, Any]]:  # noqa: N803  (the SDK's names)
        assert startTime == SINCE.timestamp() * 1000
        events = [{"timestamp": at, "message": message} for at, message in self._written[logGroupName]]
        yield {"events": events[:1]}
        yield {"events": events[1:]}


def test_lines_of_all_groups_come_in_their_order_without_lambdas_reports() -> None:
    at = int(SINCE.timestamp() * 1000)
    written = {
        "fax-api-CreateFaxLogGroup-1": [
            (at + 1000, "START RequestId: 1\n"),
            (at + 2000, "second\n"),
            (at + 2000, "third"),
            (at + 2000, "REPORT RequestId: 1"),
        ],
        "fax-api-CarrierReportLogGroup-1": [(at + 2500, "fourth")],
        "fax-api-AccessLogGroup-1": [(at, "first"), (at + 3000, '{"status": "400"}')],
    }
    assert list(logs.lines(Formation(), Logs(written), "fax-api", SINCE)) == [
        "2026-11-26 09:00:00  Access      first",
        "2026-11-26 09:00:02  CreateFax   second",
        "2026-11-26 09:00:02  CreateFax   third",
        "2026-11-26 09:00:02  CarrierReport fourth",
        "2026-11-26 09:00:03  Access      status=400",
    ]


@pytest.mark.parametrize("minutes", ["abc", "-5", "0", "1000000", ""])
def test_minutes_are_a_number(minutes: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert logs.main([f"--minutes={minutes}"]) == 1
    assert capsys.readouterr().err == f"MINUTES is {minutes!r}; it must be a whole number from 1 to 999999.\n"
