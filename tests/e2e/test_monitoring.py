"""Each alarm about what waits, fired: what a deployed function counts has it go off."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks import load
from faxes.adapters.dynamodb.deliveries import attempt_item, recipient_item
from faxes.adapters.dynamodb.items import wire
from faxes.adapters.dynamodb.records import fax_item
from faxes.model import Attempt, AttemptStatus, Counts, Fax, Recipient, RecipientStatus, Status
from tests.support import alarms, template
from tests.support.curl import NOTE, REQUEST, SEND, STORAGE_FAILED, Curl
from tests.support.faxes import fax
from tests.support.rights import without
from tools.local.local_stack import STACK_NAME
from tools.local.stack_file import LocalStack
from tools.operations import queues, redrive

MONITORING = template.part("monitoring.yaml")

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@pytest.fixture
def since() -> datetime:
    """What is counted from here on is this test's."""
    return datetime.now(UTC)


@pytest.fixture
def call(stack: LocalStack) -> Callable[..., None]:
    """Call a worker by its name, as the minute or a queue would."""
    functions = stack.client("lambda")

    def called(name: str, *messages: dict[str, Any]) -> None:
        (function,) = [f["FunctionName"] for f in functions.list_functions()["Functions"] if name in f["FunctionName"]]
        event = {"Records": [{"body": json.dumps(message)} for message in messages]} if messages else {}
        assert "FunctionError" not in functions.invoke(FunctionName=function, Payload=json.dumps(event))

    return called


@pytest.fixture
def keep(stack: LocalStack) -> Iterator[Callable[..., None]]:
    """Have the table keep items, until the test has ended."""
    tables, kept = stack.client("dynamodb"), []

    def put(*items: dict[str, Any]) -> None:
        for item in items:
            tables.put_item(TableName=stack.faxTable, Item=wire(item))
            kept.append({"pk": item["pk"]})

    yield put
    for item in load.items(stack):
        if {"pk": item["pk"]} in kept:
            tables.delete_item(TableName=stack.faxTable, Key=wire({"pk": item["pk"], "sk": item["sk"]}))


def drilled(**other: Any) -> Fax:
    """A fax for a drill, of an id that no other test's has."""
    return fax(7_000, created_at=NOW, expires_at=NOW + DAY, recipients=("7778888",), **other)


def recipient(of: Fax, **other: Any) -> Recipient:
    values: dict[str, Any] = {
        "fax_id": of.id, "position": 1, "organization_id": "0003", "number": "7778888", "destination": "7778888",
        "pages": 1, "created_at": NOW, "deadline_at": NOW + DAY, "expires_at": of.expires_at, "due_at": NOW,
    }  # fmt: skip
    return Recipient(**values | other)


def test_a_storage_failure_is_what_its_alarm_watches(
    curl: Curl, stack: LocalStack, stored: Callable[[], dict[str, bytes]], since: datetime
) -> None:
    before = stored()
    with without(stack, "CreateFaxFunction", "StoreFiles"):
        assert curl(SEND, *REQUEST, *NOTE) == STORAGE_FAILED
    assert stored() == before
    deployed = stack.client("cloudwatch").describe_alarms()["MetricAlarms"]
    assert len(deployed) == len(template.resources(MONITORING, "AWS::CloudWatch::Alarm"))
    alarm = alarms.of(stack, "StorageFailedAlarm")
    assert alarm["AlarmDescription"].endswith(" docs/operations/alarms.md#storagefailedalarm")
    assert alarm["Namespace"] == "FaxApi"
    assert alarms.fires(stack, "StorageFailedAlarm", since)


def test_the_dashboard_names_what_was_deployed(stack: LocalStack) -> None:
    cloudwatch = stack.client("cloudwatch")
    [dashboard] = cloudwatch.list_dashboards()["DashboardEntries"]
    body = json.loads(cloudwatch.get_dashboard(DashboardName=dashboard["DashboardName"])["DashboardBody"])
    metrics = [metric for widget in body["widgets"] for metric in widget["properties"].get("metrics", [])]
    functions = {f["FunctionName"] for f in stack.client("lambda").list_functions()["Functions"]}
    assert {metric[3] for metric in metrics if metric[0] == "AWS/Lambda"} == functions
    assert {metric[3] for metric in metrics if metric[0] == "FaxApi"} == {STACK_NAME}
    deployed = {alarm["AlarmArn"] for alarm in cloudwatch.describe_alarms()["MetricAlarms"]}
    [shown] = [widget["properties"]["alarms"] for widget in body["widgets"] if widget["type"] == "alarm"]
    assert set(shown) == deployed


# --- drills: what does not move, made on purpose ---------------------------------------------------------------------


def test_what_is_overdue_has_an_alarm_go_off(
    stack: LocalStack, keep: Callable[..., None], call: Callable[..., None], since: datetime
) -> None:
    """An accepted fax whose record the stream lost, a quarter of an hour ago, while no sweep came."""
    keep(fax_item(drilled(due_at=NOW - timedelta(minutes=16)), None, 4))
    call("SweepFunction")
    assert alarms.fires(stack, "OldestDueAlarm", since)


def test_a_fax_that_waits_for_a_carrier_has_an_alarm_go_off(
    stack: LocalStack, keep: Callable[..., None], call: Callable[..., None], since: datetime
) -> None:
    waiting = drilled(status=Status.QUEUED, due_at=NOW + DAY)
    keep(fax_item(waiting, None, 4) | {"due": "carrier", "reason": "no_carrier"})
    call("SweepFunction")
    assert alarms.fires(stack, "NoCarrierAlarm", since)


def test_an_attempt_in_doubt_for_an_hour_has_an_alarm_go_off(
    stack: LocalStack, keep: Callable[..., None], call: Callable[..., None], since: datetime
) -> None:
    """Whoever had the lines does not answer."""
    sending = drilled(status=Status.SENDING, due_at=NOW + DAY)
    doubted = recipient(sending, status=RecipientStatus.IN_DOUBT, attempt=1)
    an_hour_ago = NOW - timedelta(hours=1)
    attempt = Attempt(
        sending.id, 1, 1, "gone", f"{sending.id}-001-01", an_hour_ago, sending.expires_at, AttemptStatus.IN_DOUBT
    )
    keep(_planned(sending), recipient_item(doubted, 4), attempt_item(attempt))
    call("SendFaxFunction", {"fax": sending.id, "recipient": 1})
    assert alarms.fires(stack, "InDoubtAlarm", since)


def test_recipients_who_get_nothing_have_an_alarm_go_off(
    stack: LocalStack, keep: Callable[..., None], call: Callable[..., None], since: datetime
) -> None:
    """The emulator takes one recipient for as much as fifty."""
    sending = drilled(status=Status.SENDING, due_at=NOW + DAY)
    keep(_planned(sending), recipient_item(recipient(sending, deadline_at=NOW, attempt=1, reason="busy"), 4))
    call("SendFaxFunction", {"fax": sending.id, "recipient": 1})
    by_reason = [metric for metric in alarms.counted(stack, since) if metric["MetricName"] == "UnsentByReason"]
    service = {"Name": "service", "Value": STACK_NAME}
    assert by_reason == [
        {"MetricName": "UnsentByReason", "Dimensions": [{"Name": "reason", "Value": "busy"}, service], "Values": [1.0]}
    ]
    assert alarms.fires(stack, "FailuresAlarm", since)


def _planned(sending: Fax) -> dict[str, Any]:
    return fax_item(sending, None, 4) | {"counts": asdict(Counts(open=1))}


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("render", "RenderDeadLettersAlarm"),
        ("send", "SendDeadLettersAlarm"),
        ("upload", "UploadDeadLettersAlarm"),
    ],
)
@pytest.mark.usefixtures("local")
def test_a_message_that_was_given_up_has_an_alarm_go_off_and_is_taken_again(
    stack: LocalStack, capsys: pytest.CaptureFixture[str], word: str, name: str
) -> None:
    """The emulator counts no messages for CloudWatch, so what it says of the queue is handed over here."""
    alarm, sqs = alarms.of(stack, name), stack.client("sqs")
    [dimension] = alarm["Dimensions"]
    url = sqs.get_queue_url(QueueName=dimension["Value"])["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="of nobody's")
    data = {"MetricName": alarm["MetricName"], "Dimensions": [dimension]}
    # One queue's messages have the other's alarm go off here: the emulator compares no dimensions.
    stack.client("cloudwatch").set_alarm_state(AlarmName=alarm["AlarmName"], StateValue="OK", StateReason="a drill")
    alarms.publish(stack, alarm["Namespace"], [data | {"Value": float(queues.count(sqs, url))}])
    assert alarms.is_on(stack, name)
    assert redrive.main([f"--queue={word}"]) == 0
    assert capsys.readouterr().out == "messages that are taken again: 0; removed, since they name no fax: 1\n"
    assert queues.count(sqs, url) == 0
