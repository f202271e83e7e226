"""What the send queue is told, and in whose group: SQS lets no group's messages wait behind another's."""

import json
from datetime import timedelta
from typing import Any

import boto3

from faxes.adapters.sqs_bells import SQSBells, SQSReports
from faxes.errors import StorageFault
from tests.support.cloud import Cloud

REFERENCE = "115937093837901-001-02"


def test_each_message_is_in_its_organizations_group_and_reports_are_one_of_their_own(cloud: Cloud) -> None:
    client: Any = boto3.client
    sqs, url = client("sqs"), cloud.names["SendQueue"]
    lost: list[StorageFault] = []
    bells = SQSBells(sqs, url, lost.append)
    bells.ready("115937093837901", "0003")
    bells.ring("115937093837901", 1, "0003", timedelta())
    # The sweep's.
    bells.ring("115937093837901", 1, "0003", timedelta(seconds=901))
    bells.report(REFERENCE, timedelta())
    SQSReports(sqs, url)(REFERENCE, None)
    SQSReports(sqs, url)(REFERENCE, "c-1")
    taken = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, AttributeNames=["All"])["Messages"]
    assert [(json.loads(each["Body"]), each["Attributes"]["MessageGroupId"]) for each in taken] == [
        ({"fax": "115937093837901"}, "0003"),
        ({"fax": "115937093837901", "recipient": 1}, "0003"),
        ({"report": REFERENCE}, "reports"),
        ({"report": REFERENCE}, "reports"),
        ({"report": REFERENCE, "carrierId": "c-1"}, "reports"),
    ]
    assert lost == []


def test_what_is_over_is_told_in_its_organizations_group_in_a_moment(cloud: Cloud, monkeypatch: Any) -> None:
    client: Any = boto3.client
    sqs, sent = client("sqs"), []
    monkeypatch.setattr(sqs, "send_message", lambda **asked: sent.append(asked))
    SQSBells(sqs, cloud.names["SendQueue"], lambda fault: None).over(REFERENCE, "0003")
    assert [(json.loads(each["MessageBody"]), each["MessageGroupId"], each["DelaySeconds"]) for each in sent] == [
        ({"over": REFERENCE}, "0003", 10)
    ]
