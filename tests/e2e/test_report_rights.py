"""Each right of carrier_report is needed, and so is send_fax's to the carrier's key: without it, the emulator refuses.

As test_send_rights.py: a table, a queue, a secret and a role alone.
"""

from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from faxes.adapters.dynamodb.reports import DynamoDBReports
from faxes.adapters.secrets_manager import SecretKey
from faxes.adapters.sqs_bells import SQSReports
from faxes.delivery.reports import Notice, Reports
from faxes.errors import OutcomeUnknown, StorageFault
from tests.support import cloud, template
from tests.support.rights import assumed
from tools.local.emulator import Emulator, emulator

_STATEMENTS = template.part("rights.yaml")["Resources"]["CarrierReportRole"]["Properties"]["Policies"][0][
    "PolicyDocument"
]["Statement"]
STATEMENTS: list[dict[str, Any]] = [each for each in _STATEMENTS if each["Sid"] not in {"WriteLog", "WriteTrace"}]
RIGHTS = [
    (str(each["Sid"]), str(action))
    for each in STATEMENTS
    for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
]
[OF_THE_KEY] = template.part("delivery.yaml")["Resources"]["CarriersKey"]["Properties"]["PolicyDocument"]["Statement"]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator(tmp_path_factory.mktemp("emulator")) as started:
        table = template.resources(template.part("storage.yaml"), "AWS::DynamoDB::Table")["FaxTable"]
        cloud.create_table(started.client("dynamodb"), "FaxTable", table["Properties"])
        started.client("sqs").create_queue(QueueName="send")
        started.client("secretsmanager").create_secret(Name="telnyx", SecretString="KEY0123")
        yield started


def reports(running: Emulator, without: tuple[str, str] | None) -> Reports:
    """The use case, whose calls have all rights of the role but one."""
    queues = running.client("sqs")
    url = queues.get_queue_url(QueueName="send")["QueueUrl"]
    arn = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    table = running.client("dynamodb").describe_table(TableName="FaxTable")["Table"]["TableArn"]
    of = {"FaxTableArn": table, "SendQueueArn": arn}
    statements = [each | {"Resource": of[each["Resource"]["Ref"]]} for each in STATEMENTS]
    given, client = assumed(running, statements, without), boto3.client
    clients: Any = client
    return Reports(
        "telnyx",
        lambda headers, body, now: Notice(body.decode(), "1001-001-01", "f8338808"),
        DynamoDBReports(clients("dynamodb", **given), "FaxTable"),
        SQSReports(clients("sqs", **given), url),
        lambda: datetime.now(UTC),
    )


@pytest.mark.parametrize("right", [None, *RIGHTS], ids=str)
def test_each_right_of_carrier_report_is_needed(running: Emulator, right: tuple[str, str] | None) -> None:
    take = reports(running, right).take
    with pytest.raises(OutcomeUnknown) if right else nullcontext():
        assert take({}, f"event-{right and right[1].partition(':')[2]}".encode())


def test_it_has_no_other_right() -> None:
    assert RIGHTS == [
        ("RememberReports", "dynamodb:GetItem"),
        ("RememberReports", "dynamodb:PutItem"),
        ("Ring", "sqs:SendMessage"),
    ]


@pytest.mark.parametrize("has", [True, False])
def test_the_key_is_read_by_who_has_the_right_alone(running: Emulator, has: bool) -> None:
    """The right stands in a policy of its own, which carrier_report has not."""
    secret = running.client("secretsmanager").describe_secret(SecretId="telnyx")["ARN"]
    assert OF_THE_KEY == {
        "Sid": "ReadTheCarriersKey",
        "Effect": "Allow",
        "Action": "secretsmanager:GetSecretValue",
        "Resource": {"Ref": "TelnyxKeySecret"},
    }
    statements = [OF_THE_KEY | {"Resource": secret if has else f"{secret}-another"}]
    clients: Any = boto3.client
    key = SecretKey(clients("secretsmanager", **assumed(running, statements, None)), secret)
    with nullcontext() if has else pytest.raises(StorageFault, match="AccessDenied"):
        assert key(False) == "KEY0123"
