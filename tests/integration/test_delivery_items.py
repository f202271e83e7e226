"""Recipients, attempts and history as they lie in DynamoDB's table, and as they are read back."""

import dataclasses
from datetime import timedelta

import pytest

from faxes.adapters.dynamodb import deliveries, keys
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.dynamodb.items import Item, plain, wire
from faxes.lifecycle import FaxEvent, HistoryEvent, RecipientEvent
from faxes.model import Attempt, AttemptStatus, Reason, Recipient, RecipientStatus
from tests.support.cloud import Cloud
from tests.support.faxes import NOW, fax

EXPIRES = fax(1).expires_at
RECIPIENT = Recipient(
    fax_id="1001",
    position=1,
    organization_id="0003",
    number="7778888",
    destination="7778888",
    pages=2,
    created_at=NOW,
    deadline_at=NOW + timedelta(hours=24),
    expires_at=EXPIRES,
    due_at=NOW,
)
ATTEMPT = Attempt("1001", 1, 3, "simulator", "1001-001-03", NOW, EXPIRES)


def through_the_table(cloud: Cloud, item: Item) -> Item:
    """What is read where this was written."""
    cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(item))
    key = wire({"pk": item["pk"], "sk": item["sk"]})
    return plain(cloud.dynamodb.get_item(TableName=cloud.names["FaxTable"], Key=key)["Item"])


def test_a_recipient_as_it_lies_in_the_table() -> None:
    assert deliveries.recipient_item(RECIPIENT, 4) == {
        "pk": "FAX#1001",
        "sk": "RECIPIENT#001",
        "revision": 1,
        "organizationId": "0003",
        "recipient": "7778888",
        "destination": "7778888",
        "status": "waiting",
        "pages": 2,
        "pagesSent": 0,
        "attempt": 0,
        "failures": {},
        "addedAt": "2026-11-23T12:30:15.120Z",
        "deadlineAt": "2026-11-24T12:30:15.120Z",
        "expiresAt": 1798029016,
        "due": "0",
        "dueAt": "2026-11-23T12:30:15.120Z",
    }


def test_an_attempt_as_it_lies_in_the_table() -> None:
    assert deliveries.attempt_item(ATTEMPT) == {
        "pk": "FAX#1001",
        "sk": "RECIPIENT#001#ATTEMPT#03",
        "carrier": "simulator",
        "reference": "1001-001-03",
        "status": "intent",
        "checks": 0,
        "pagesSent": 0,
        "startedAt": "2026-11-23T12:30:15.120Z",
        "expiresAt": 1798029016,
    }


def test_an_event_as_it_lies_in_the_table() -> None:
    event = HistoryEvent(NOW, RecipientEvent.RETRIED, 1, 3, Reason.BUSY, NOW + timedelta(minutes=5), revision=7)
    assert deliveries.event_item("1001", event, EXPIRES, 0xA1) == {
        "pk": "FAX#1001",
        "sk": "EVENT#2026-11-23T12:30:15.120Z#00000a1",
        "event": "retried",
        "revision": 7,
        "recipient": 1,
        "attempt": 3,
        "reason": "busy",
        "continuesAt": "2026-11-23T12:35:15.120Z",
        "expiresAt": 1798029016,
    }


@pytest.mark.parametrize(
    "recipient",
    [
        RECIPIENT,
        dataclasses.replace(
            RECIPIENT,
            position=999,
            status=RecipientStatus.PARTIALLY_SENT,
            due_at=None,
            revision=9,
            attempt=12,
            failures={"busy": 3, "line_quality": 1},
            pages_sent=1,
            in_line=True,
            reason=Reason.LAST_PAGE_UNCONFIRMED,
            completed_at=NOW,
            sandbox=True,
        ),
        dataclasses.replace(RECIPIENT, status="teleported", reason="beamed"),
    ],
    ids=["new", "ended", "of a later release"],
)
def test_a_recipient_comes_back_as_it_was(cloud: Cloud, recipient: Recipient) -> None:
    item = through_the_table(cloud, deliveries.recipient_item(recipient, 4))
    assert deliveries.recipient_of(item) == recipient


@pytest.mark.parametrize(
    "attempt",
    [
        ATTEMPT,
        dataclasses.replace(
            ATTEMPT,
            number=99,
            status=AttemptStatus.ENDED,
            checks=4,
            withdrawn_at=NOW,
            fetched=False,
            carrier_id="c0284157",
            submitted_at=NOW,
            ended_at=NOW,
            reason=Reason.LINE_QUALITY,
            carrier_code="fax_signaling_error",
            detail="the line broke",
            pages_sent=1,
            seconds=61,
            remote_id="+49 30 123",
            first_page=2,
            confirmed_at=NOW,
            estimate=60_000,
            price=0,
        ),
    ],
    ids=["new", "ended"],
)
def test_an_attempt_comes_back_as_it_was(cloud: Cloud, attempt: Attempt) -> None:
    assert deliveries.attempt_of(through_the_table(cloud, deliveries.attempt_item(attempt))) == attempt


@pytest.mark.parametrize(
    "event",
    [
        HistoryEvent(NOW, FaxEvent.PAGES_READY, pages=3, revision=3),
        HistoryEvent(NOW, FaxEvent.CANCEL_REQUESTED, actor="office.app~1", revision=4),
        HistoryEvent(NOW, RecipientEvent.RETRIED, 1, 3, Reason.BUSY, NOW, revision=7),
        HistoryEvent(NOW, "teleported", revision=5),
    ],
    ids=["pages", "actor", "recipient", "of a later release"],
)
def test_an_event_comes_back_as_it_was(cloud: Cloud, event: HistoryEvent) -> None:
    assert deliveries.event_of(through_the_table(cloud, deliveries.event_item("1001", event, EXPIRES, 1))) == event


def test_one_query_reads_all_but_the_history(cloud: Cloud) -> None:
    """And what it reads is in no index of faxes."""
    table = cloud.names["FaxTable"]
    DynamoDBFaxStore(cloud.dynamodb, table).insert(fax(1))
    for item in (
        deliveries.recipient_item(RECIPIENT, 4),
        deliveries.attempt_item(ATTEMPT),
        deliveries.event_item("1001", HistoryEvent(NOW, FaxEvent.PAGES_READY), EXPIRES, 1),
    ):
        cloud.dynamodb.put_item(TableName=table, Item=wire(item))
    found = cloud.dynamodb.query(
        TableName=table,
        KeyConditionExpression="pk = :pk AND sk >= :sk",
        ExpressionAttributeValues=wire({":pk": "FAX#1001", ":sk": "FAX"}),
        ConsistentRead=True,
    )["Items"]
    assert [item["sk"]["S"] for item in found] == ["FAX", "RECIPIENT#001", "RECIPIENT#001#ATTEMPT#03"]
    for index in ("by-uid", "by-extension", "by-user"):
        [item] = cloud.dynamodb.scan(TableName=table, IndexName=index)["Items"]
        assert item["sk"] == {"S": "FAX"}


def test_the_due_ones_are_spread_over_the_shards() -> None:
    items = [keys.due("FAX#1001", keys.recipient_key(n), NOW, 4) for n in range(1, 1_000)]
    counts = [sum(item["due"] == str(shard) for item in items) for shard in range(4)]
    assert sum(counts) == 999
    assert min(counts) > 200
