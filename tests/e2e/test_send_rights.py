"""Each right of send_fax is needed: without it, a fax is not sent on the emulator, which enforces the role's policy.

The tables, a bucket, a queue and the role alone, so that it takes no deployed stack. Which items a right is for, the
emulator does not know: tests/template holds that.
"""

import json
import re
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import boto3
import pytest

from faxes.adapters.dynamodb.directory import DynamoDBDirectory, extension_item
from faxes.adapters.dynamodb.items import wire
from faxes.adapters.dynamodb.recipients import DynamoDBRecipients
from faxes.adapters.dynamodb.senders import DynamoDBSenders
from faxes.adapters.dynamodb.simulated import DynamoDBNetwork
from faxes.adapters.s3_copies import S3PageCopies
from faxes.adapters.s3_media import S3Media
from faxes.adapters.sqs_bells import SQSBells
from faxes.carriers.simulator import Simulator
from faxes.delivery.dispatch import Dispatch
from faxes.delivery.lines import Lines
from faxes.delivery.plan import Plan
from faxes.delivery.receiving import Receiving
from faxes.delivery.stamping import StampedDocuments
from faxes.errors import StorageFault
from faxes.ids import tiff_key
from faxes.model import Fax, Status
from tests.support import cloud, ready, template
from tests.support.faxes import fax
from tests.support.sheets import tiff_of
from tools.local.emulator import Emulator, emulator

ROLE = template.part("delivery.yaml")["Resources"]["SendFaxRole"]["Properties"]
TAKES_MESSAGES = {"TakeMessages", "WriteLog", "WriteTrace"}
STATEMENTS: list[dict[str, Any]] = [
    statement
    for statement in ROLE["Policies"][0]["PolicyDocument"]["Statement"]
    if statement["Sid"] not in TAKES_MESSAGES
]
BUCKET = "file-bucket"


def actions(statement: dict[str, Any]) -> list[str]:
    return [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]


RIGHTS = [(str(statement["Sid"]), action) for statement in STATEMENTS for action in actions(statement)]
# What a worker does without, and is told of.
TOLD = {
    ("HaveThemSent", "sqs:SendMessage"): "SendMessage",
    ("OfferDocuments", "s3:DeleteObject"): "DeleteObject",
}
# Without these, the attempt is made again.
NOT_OFFERED = {
    ("ReadPages", "s3:GetObject"): "GetObject",
    ("OfferDocuments", "s3:PutObject"): "PutObject",
}
# What a machine of the simulated network gets is copied.
# What an extension's fax takes, and no other.
COPIES = [("CopyPages", "s3:PutObject"), ("RemoveCopiesOfAFaxThatIsGone", "s3:DeleteObject")]
POOL = ThreadPoolExecutor(2)
NOT_KEPT = {("OfferDocuments", "s3:GetObject"), ("KeepWhatSimulatedMachinesGet", "s3:PutObject")}


@dataclass
class Lab:
    running: Emulator
    queue: str
    arn: str
    numbers: Iterator[int]

    def without(self, right: tuple[str, str] | None) -> dict[str, Any]:
        """What a client of AWS's takes to have all rights of the role but this one."""
        region, account = self.arn.split(":")[3:5]
        kept = []
        for statement in STATEMENTS:
            if left := [each for each in actions(statement) if (statement["Sid"], each) != right]:
                kept.append(statement | {"Action": left})
        text = json.dumps({"Version": "2012-10-17", "Statement": kept})
        text = text.replace('{"Fn::GetAtt": ["SendQueue", "Arn"]}', json.dumps(self.arn))
        table = rf'"arn:aws:dynamodb:{region}:{account}:table/\1"'
        text = re.sub(r'\{"Fn::Sub": "[^"]*table/\$\{(\w+)Name\}"\}', table, text)
        text = re.sub(r'\{"Fn::Sub": "[^"]*s3:::\$\{FileBucketName\}([^"]*)"\}', rf'"arn:aws:s3:::{BUCKET}\1"', text)
        iam, name = self.running.client("iam"), f"role-{next(self.numbers)}"
        trusted = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}
        trust = {"Version": "2012-10-17", "Statement": [trusted]}
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        iam.put_role_policy(RoleName=name, PolicyName="rights", PolicyDocument=text)
        assumed = self.running.client("sts").assume_role(
            RoleArn=f"arn:aws:iam::{account}:role/{name}", RoleSessionName="session"
        )
        given = assumed["Credentials"]
        return {
            "endpoint_url": self.running.url,
            "verify": str(self.running.ca_bundle),
            "region_name": region,
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }

    def queued(self, *numbers: str) -> Fax:
        now = datetime.now(UTC).replace(microsecond=0)
        # To two: only the first claim changes the record, the second one just looks at it. To nobody else: what failed
        # before may have their lines.
        n = next(self.numbers)
        to = numbers or (f"777{n:03}1", f"777{n:03}2")
        made = fax(n, recipients=to, created_at=now, due_at=now)
        made = replace(made, status=Status.QUEUED, revision=3, expires_at=now + timedelta(days=1))
        ready.put(self.running.client("dynamodb"), "FaxTable", self.running.client("s3"), BUCKET, made)
        self.running.client("s3").put_object(Bucket=BUCKET, Key=tiff_key(made.uid), Body=tiff_of(made.pages))
        return made

    def send(self, right: tuple[str, str] | None, *numbers: str) -> tuple[Status | str, list[Exception]]:
        """How far a fax comes that is sent without this right, and what was told that could not be done. Raises
        StorageFault."""
        # The SDK has no stubs of SQS here.
        client: Any = boto3.client
        rights, lost = self.without(right), list[Exception]()
        tables, queues = client("dynamodb", **rights), client("sqs", **rights)
        clock = [datetime.now(UTC)]
        recipients = DynamoDBRecipients(tables, "FaxTable", 4, lambda bits: next(self.numbers))
        network = DynamoDBNetwork(tables, "FaxTable", lambda bits: next(self.numbers))
        bells = SQSBells(queues, self.queue, lost.append)
        media = S3Media(client("s3", **rights), BUCKET)
        documents = StampedDocuments(media, DynamoDBSenders(tables, "DirectoryTable"), lost.append)
        lines = Lines(Simulator(network, media, lambda: clock[0]))
        copies = S3PageCopies(client("s3", **rights), BUCKET, POOL)
        directory, kept = DynamoDBDirectory(tables, "DirectoryTable"), timedelta(days=30)
        receiving = Receiving(directory, copies, recipients, lambda: clock[0], secrets.randbits, kept)
        dispatch = Dispatch(recipients, documents, bells, lines, receiving, lambda: clock[0])
        made = self.queued(*numbers)
        Plan(recipients, bells, lines, receiving, lambda: clock[0], timedelta(hours=24)).plan(made.id)
        for _ in range(3):
            for position in (1, 2):
                dispatch.due(made.id, position)
            clock[0] += timedelta(minutes=5)
        if numbers:
            # As where the fax was erased while it was copied.
            copies.delete("a" * 32, 2)
        found = recipients.fax(made.id, clock[0])
        assert found is not None
        return found.status, lost


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with emulator(tmp_path_factory.mktemp("emulator")) as running:
        tables = template.resources(template.part("storage.yaml"), "AWS::DynamoDB::Table")
        for name in ("FaxTable", "DirectoryTable"):
            cloud.create_table(running.client("dynamodb"), name, tables[name]["Properties"])
        location: Any = {"LocationConstraint": "eu-west-1"}
        running.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        terminal = extension_item(ready.extension("0003*211", "bob"))
        running.client("dynamodb").put_item(TableName="DirectoryTable", Item=wire(terminal))
        queues = running.client("sqs")
        url = queues.create_queue(QueueName="send")["QueueUrl"]
        attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        yield Lab(running, url, attributes["QueueArn"], count(1))


def test_with_all_its_rights_a_fax_is_sent(lab: Lab) -> None:
    assert lab.send(None) == (Status.SENT, [])
    assert lab.send(None, "0003*211") == (Status.SENT, [])


@pytest.mark.parametrize("right", RIGHTS, ids=": ".join)
def test_each_right_is_needed(lab: Lab, right: tuple[str, str]) -> None:
    if right in COPIES:
        with pytest.raises(StorageFault, match=r"AccessDenied|of the pages stay"):
            lab.send(right, "0003*211")
        return
    if right in TOLD | NOT_OFFERED or right in NOT_KEPT:
        status, told = lab.send(right)
        assert (status == Status.SENT) == (right in TOLD)
        assert {fault.operation for fault in told if isinstance(fault, StorageFault)} == (
            {(TOLD | NOT_OFFERED)[right]} if right not in NOT_KEPT else set()
        )
        return
    with pytest.raises(StorageFault, match="AccessDenied"):
        lab.send(right)


def test_it_has_no_other_right() -> None:
    of_deliveries = ("ConditionCheckItem", "PutItem", "UpdateItem")
    assert sorted(RIGHTS) == sorted(
        [
            ("HaveThemSent", "sqs:SendMessage"),
            ("ReadDirectory", "dynamodb:GetItem"),
            ("OfferDocuments", "s3:DeleteObject"),
        ]
        + [*COPIES, *NOT_OFFERED, *NOT_KEPT]
        + [("ReadFaxesAndLines", f"dynamodb:{action}") for action in ("GetItem", "Query")]
        + [("ChangeFaxesAndLines", f"dynamodb:{action}") for action in of_deliveries]
        + [("FreeLines", "dynamodb:DeleteItem")]
    )
