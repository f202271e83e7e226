"""Each right of send_fax is needed: without it, a fax is not sent on the emulator, which enforces the role's policy.

The table, a queue and the role alone, so that it takes no deployed stack. Which keys a right is for, the emulator does
not know: tests/template holds that.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import boto3
import pytest

from faxes.adapters.dynamodb.items import wire
from faxes.adapters.dynamodb.recipients import DynamoDBRecipients
from faxes.adapters.dynamodb.records import fax_item
from faxes.adapters.dynamodb.simulated import DynamoDBNetwork
from faxes.adapters.sqs_bells import SQSBells
from faxes.carriers.simulator import Simulator
from faxes.delivery.dispatch import Dispatch
from faxes.delivery.plan import Plan
from faxes.errors import StorageFault
from faxes.model import Fax, Status
from tests.support import cloud, template
from tests.support.faxes import fax
from tools.local.emulator import Emulator, emulator

ROLE = template.part("delivery.yaml")["Resources"]["SendFaxRole"]["Properties"]
TAKES_MESSAGES = {"TakeMessages", "WriteLog", "WriteTrace"}
STATEMENTS: list[dict[str, Any]] = [
    statement
    for statement in ROLE["Policies"][0]["PolicyDocument"]["Statement"]
    if statement["Sid"] not in TAKES_MESSAGES
]
ACTIONS = [
    action
    for statement in STATEMENTS
    for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
]


@dataclass
class Lab:
    running: Emulator
    queue: str
    arn: str
    numbers: Iterator[int]

    def without(self, action: str | None) -> dict[str, Any]:
        """What a client of AWS's takes to have all rights of the role but this one."""
        region, account = self.arn.split(":")[3:5]
        kept = []
        for statement in STATEMENTS:
            actions = [statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"]
            if left := [each for each in actions if each != action]:
                kept.append(statement | {"Action": left})
        text = json.dumps({"Version": "2012-10-17", "Statement": kept})
        text = text.replace('{"Fn::GetAtt": ["SendQueue", "Arn"]}', json.dumps(self.arn))
        table = json.dumps(f"arn:aws:dynamodb:{region}:{account}:table/FaxTable")
        text = re.sub(r'\{"Fn::Sub": "[^"]*table/[^"]*"\}', table, text)
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

    def queued(self) -> Fax:
        now = datetime.now(UTC).replace(microsecond=0)
        # To two: only the first claim changes the record, the second one just looks at it.
        made = fax(next(self.numbers), recipients=("7778888", "7778889"), created_at=now, due_at=now)
        made = replace(made, status=Status.QUEUED, revision=3, expires_at=now + timedelta(days=1))
        self.running.client("dynamodb").put_item(TableName="FaxTable", Item=wire(fax_item(made, None, 4)))
        return made

    def send(self, action: str | None) -> tuple[Status | str, list[StorageFault]]:
        """How a fax ends that is sent without this right, and the messages that could not be sent. Raises
        StorageFault."""
        # The SDK has no stubs of SQS here.
        client: Any = boto3.client
        rights, lost = self.without(action), list[StorageFault]()
        tables, queues = client("dynamodb", **rights), client("sqs", **rights)
        clock = [datetime.now(UTC)]
        recipients = DynamoDBRecipients(tables, "FaxTable", 4, lambda bits: next(self.numbers))
        network = DynamoDBNetwork(tables, "FaxTable", lambda bits: next(self.numbers))
        bells = SQSBells(queues, self.queue, lost.append)
        dispatch = Dispatch(recipients, bells, Simulator(network, lambda: clock[0]), lambda: clock[0])
        made = self.queued()
        Plan(recipients, bells, lambda: clock[0], timedelta(hours=24)).plan(made.id)
        for _ in range(3):
            for position in (1, 2):
                dispatch.due(made.id, position)
            clock[0] += timedelta(minutes=5)
        found = recipients.fax(made.id, clock[0])
        assert found is not None
        return found.status, lost


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with emulator(tmp_path_factory.mktemp("emulator")) as running:
        tables = template.resources(template.part("storage.yaml"), "AWS::DynamoDB::Table")
        cloud.create_table(running.client("dynamodb"), "FaxTable", tables["FaxTable"]["Properties"])
        queues = running.client("sqs")
        url = queues.create_queue(QueueName="send")["QueueUrl"]
        attributes = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        yield Lab(running, url, attributes["QueueArn"], count(1))


def test_with_all_its_rights_a_fax_is_sent(lab: Lab) -> None:
    assert lab.send(None) == (Status.SENT, [])


@pytest.mark.parametrize("action", ACTIONS)
def test_each_right_is_needed(lab: Lab, action: str) -> None:
    if action == "sqs:SendMessage":
        # A message that cannot be sent is the sweep's to send.
        status, lost = lab.send(action)
        assert (status, {fault.operation for fault in lost}) == (Status.SENT, {"SendMessage"})
        return
    with pytest.raises(StorageFault, match="AccessDenied"):
        lab.send(action)


def test_it_has_no_other_right() -> None:
    assert sorted(ACTIONS) == sorted(
        ["sqs:SendMessage"]
        + [f"dynamodb:{action}" for action in ("GetItem", "Query", "ConditionCheckItem", "PutItem", "UpdateItem")]
        + ["dynamodb:DeleteItem"]
    )
