"""Faxes that do not move: which are listed and why, and which go on where an operator says so."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from faxes.adapters.dynamodb.deliveries import attempt_item, recipient_item
from faxes.adapters.dynamodb.due import DynamoDBDueIndex
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.dynamodb.items import plain, wire
from faxes.adapters.dynamodb.redriving import STATUSES, Redriven
from faxes.ids import upload_key
from faxes.model import Attempt, AttemptStatus, Fax, Recipient, RecipientStatus, Status
from tests.support.cloud import Cloud
from tests.support.faxes import NOW, fax
from tools.operations import deployed, queues, redrive, stuck
from tools.operations.deployed import NoStack

LATER = NOW + timedelta(hours=1)
IDLE = tuple(fax(n, status=status, due_at=None) for n, status in enumerate(STATUSES))
SOON = LATER + timedelta(minutes=1)
OTHERS = (
    fax(3, due_at=SOON),
    *(fax(n, status=status, due_at=None) for n, status in enumerate((Status.SENDING, Status.SENT, "later"), start=4)),
    fax(7, due_at=None, expires_at=LATER),
)


def add(cloud: Cloud, *faxes: Fax) -> None:
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    for each in faxes:
        store.insert(each)


def put(cloud: Cloud, item: dict[str, Any]) -> None:
    cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(item))


def recipient(of: Fax, position: int, **other: Any) -> Recipient:
    values: dict[str, Any] = {
        "fax_id": of.id,
        "position": position,
        "organization_id": "0003",
        "number": of.recipients[position - 1],
        "destination": of.recipients[position - 1],
        "pages": 2,
        "created_at": NOW,
        "deadline_at": NOW + timedelta(hours=24),
        "expires_at": of.expires_at,
        "due_at": SOON,
    }
    return Recipient(**values | other)


def due(cloud: Cloud, now: datetime = LATER) -> list[tuple[str, str]]:
    """What the sweep finds."""
    index = DynamoDBDueIndex(cloud.dynamodb, cloud.names["FaxTable"])
    found = index.due(now, now - timedelta(minutes=15), 10)
    return sorted((f"FAX#{each.fax_id}", each.sort_key) for each in found)


@pytest.fixture
def dead_letters(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The queues' URLs, as the stack names them."""
    client: Any = boto3.client
    found = {name: cloud.names[name] for name in ("RenderQueue", "SendQueue")}
    for name in ("RenderDeadLetters", "SendDeadLetters", "UploadQueue", "UploadDeadLetters"):
        found[name] = client("sqs").create_queue(QueueName=name)["QueueUrl"]
    monkeypatch.setattr(queues, "urls", lambda stack: found)
    return found


# --- which -----------------------------------------------------------------------------------------------------------


def test_those_that_do_not_move_are_listed_under_why(cloud: Cloud, dead_letters: dict[str, str]) -> None:
    waits = fax(8, status=Status.QUEUED, due_at=SOON)
    sending = fax(9, status=Status.SENDING, due_at=SOON, recipients=("7778888", "7778889", "7778890"))
    overdue = fax(10, due_at=LATER - timedelta(minutes=2))
    add(cloud, *OTHERS, *reversed(IDLE), waits, sending, overdue, fax(11, due_at=LATER - timedelta(seconds=119)))
    item = next(item for item in map(plain, cloud.items("FaxTable")) if item.get("id") == waits.id)
    put(cloud, item | {"due": "carrier", "reason": "no_carrier"})
    put(cloud, recipient_item(recipient(sending, 1, status=RecipientStatus.IN_DOUBT, attempt=1), 4))
    put(cloud, recipient_item(recipient(sending, 2), 4))
    put(cloud, recipient_item(recipient(sending, 3, due_at=NOW), 4))
    put(
        cloud,
        attempt_item(Attempt(sending.id, 1, 1, "none", "r", NOW, sending.expires_at, status=AttemptStatus.IN_DOUBT)),
    )
    client: Any = boto3.client
    client("sqs").send_message(QueueUrl=dead_letters["SendDeadLetters"], MessageBody="{}")
    assert list(stuck.lines(cloud.stack(), LATER)) == [
        "no time: nothing is ever done with these: an earlier release accepted them, or a restore brought them back",
        "  1000             2026-11-23 12:30:15 UTC  0003*210   accepted  ",
        "  1001             2026-11-23 12:30:16 UTC  0003*210   rendering ",
        "  1002             2026-11-23 12:30:17 UTC  0003*210   queued    ",
        "no carrier: these are ready, and wait until Carrier is set; each fails at its time",
        "  1008             2026-11-23 12:30:23 UTC  0003*210   queued      at 2026-11-23 13:31:15 UTC",
        "in doubt: the carrier has not said whether it took these; it is asked again at their time",
        "  1009             2026-11-23 12:30:24 UTC  0003*210   sending     to 7778888  at 2026-11-23 13:31:15 UTC",
        "overdue: something should have been done with these, and was not",
        "  1009             2026-11-23 12:30:24 UTC  0003*210   sending     to 7778890  at 2026-11-23 12:30:15 UTC",
        "  1010             2026-11-23 12:30:25 UTC  0003*210   accepted    at 2026-11-23 13:28:15 UTC",
        "given up: 1 message of the queue send; what is behind it is due all the same",
        "6 faxes in all",
    ]


def test_nothing_is_stuck(cloud: Cloud, dead_letters: dict[str, str]) -> None:
    add(cloud, OTHERS[0])
    assert list(stuck.lines(cloud.stack(), LATER)) == ["0 faxes in all"]


# --- has it go on ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chosen",
    [*IDLE, OTHERS[0], fax(8, status=Status.QUEUED, due_at=SOON)],
    ids=["accepted", "rendering", "queued", "due later", "queued, due later"],
)
def test_one_that_goes_on_is_found_by_the_sweep(cloud: Cloud, chosen: Fax) -> None:
    add(cloud, chosen)
    [before] = map(plain, cloud.items("FaxTable"))
    assert redrive.redrive(cloud.stack(), chosen.id, LATER) == Redriven(chosen.status, record=True)
    assert due(cloud) == [(f"FAX#{chosen.id}", "FAX")]
    [after] = map(plain, cloud.items("FaxTable"))
    changed = {name for name, value in after.items() if before.get(name) != value}
    assert changed <= {"due", "dueAt"}
    # A second time it is due already.
    assert redrive.redrive(cloud.stack(), chosen.id, LATER) == Redriven(chosen.status)


def test_one_that_waits_for_a_carrier_is_taken_out_of_its_partition(cloud: Cloud) -> None:
    waits = fax(8, status=Status.QUEUED, due_at=SOON)
    add(cloud, waits)
    [item] = map(plain, cloud.items("FaxTable"))
    put(cloud, item | {"due": "carrier", "reason": "no_carrier"})
    assert redrive.redrive(cloud.stack(), waits.id, LATER) == Redriven(Status.QUEUED, record=True)
    assert due(cloud) == [(f"FAX#{waits.id}", "FAX")]


@pytest.mark.parametrize("status", [*OTHERS[1:4], fax(8, status=Status.RENDERING, due_at=SOON)], ids=str)
def test_any_other_stays_as_it_is(cloud: Cloud, status: Fax) -> None:
    """A worker that has a fax is not disturbed; whom others called is not known."""
    add(cloud, status)
    before = cloud.items("FaxTable")
    assert redrive.redrive(cloud.stack(), status.id, LATER) == Redriven(status.status)
    assert cloud.items("FaxTable") == before


def test_one_that_is_gone_is_none(cloud: Cloud) -> None:
    add(cloud, OTHERS[-1])
    assert redrive.redrive(cloud.stack(), OTHERS[-1].id, LATER) is None
    assert redrive.redrive(cloud.stack(), "404", LATER) is None


SENDING = fax(9, status=Status.SENDING, due_at=SOON, recipients=("7778888",))


@pytest.mark.parametrize(
    ("of", "more", "goes_on"),
    [
        # The carrier is asked.
        (recipient(SENDING, 1, status=RecipientStatus.IN_DOUBT), {}, True),
        # Somebody was told within the quarter of an hour.
        (recipient(SENDING, 1, due_at=NOW), {"toldAt": "2026-11-23T13:29:00.000Z"}, True),
        # The next sweep does it in any case.
        (recipient(SENDING, 1, due_at=NOW), {}, False),
        # The law has it wait; a worker is at it; it is over.
        (recipient(SENDING, 1, attempt=1), {}, False),
        (recipient(SENDING, 1, status=RecipientStatus.SENDING), {}, False),
        (recipient(SENDING, 1, status=RecipientStatus.SENT, due_at=None), {}, False),
    ],
    ids=["in doubt", "told", "due", "waits", "at work", "ended"],
)
def test_a_recipient_goes_on_where_nobody_is_called_too_early(
    cloud: Cloud, of: Recipient, more: dict[str, Any], goes_on: bool
) -> None:
    add(cloud, SENDING)
    put(cloud, recipient_item(of, 4) | more)
    before = cloud.items("FaxTable")
    done = redrive.redrive(cloud.stack(), SENDING.id, LATER)
    assert done == Redriven(Status.SENDING, recipients=int(goes_on))
    if not goes_on:
        assert cloud.items("FaxTable") == before
        return
    assert due(cloud) == [(f"FAX#{SENDING.id}", "RECIPIENT#001")]
    [item] = [item for item in map(plain, cloud.items("FaxTable")) if item["sk"] == "RECIPIENT#001"]
    assert ("toldAt" in item, item["revision"], item["status"]) == (False, of.revision, str(of.status))


# --- messages --------------------------------------------------------------------------------------------------------


def test_messages_that_were_given_up_are_taken_again_in_their_group(cloud: Cloud, dead_letters: dict[str, str]) -> None:
    client: Any = boto3.client("sqs")
    # What is to be erased at the carrier, nothing that is due would have erased.
    ours = [{"fax": "1001"}, {"fax": "1001", "recipient": 2}, {"report": "1001-001-01"}, {"over": "1001-001-01"}]
    for body in map(json.dumps, ours):
        client.send_message(QueueUrl=dead_letters["SendDeadLetters"], MessageBody=body, MessageGroupId="0003")
    for body in ("no JSON", "[]", '{"fax": 1}', "{}"):
        client.send_message(QueueUrl=dead_letters["SendDeadLetters"], MessageBody=body)
    assert redrive.move(cloud.stack(), "send") == queues.Moved(4, 4)
    assert queues.count(client, dead_letters["SendDeadLetters"]) == 0
    taken = client.receive_message(
        QueueUrl=cloud.names["SendQueue"], MaxNumberOfMessages=10, AttributeNames=["MessageGroupId"]
    )["Messages"]
    assert [json.loads(message["Body"]) for message in taken] == ours
    assert {message["Attributes"]["MessageGroupId"] for message in taken} == {"0003"}
    assert redrive.move(cloud.stack(), "send") == queues.Moved()


def test_messages_about_uploads_are_taken_again(cloud: Cloud, dead_letters: dict[str, str]) -> None:
    """S3's events, and what the sweep sends."""
    client: Any = boto3.client("sqs")
    key = upload_key("1001", 2)
    ours = [{"fax": "1001"}, {"source": "aws.s3", "detail": {"object": {"key": key, "size": 3}}}]
    others = [{"detail": {"object": {"key": "faxes/1"}}}, {"detail": {}}]
    for body in map(json.dumps, [*ours, *others]):
        client.send_message(QueueUrl=dead_letters["UploadDeadLetters"], MessageBody=body)
    assert redrive.move(cloud.stack(), "upload") == queues.Moved(2, 2)
    taken = client.receive_message(QueueUrl=dead_letters["UploadQueue"], MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(message["Body"]) for message in taken] == ours


def test_a_stack_without_the_queues_is_not_ours(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "_queues", lambda formation, name: [("RenderQueue", "https://queue")])
    with pytest.raises(NoStack, match="has no RenderDeadLetters, SendDeadLetters, SendQueue, Upload"):
        queues.urls(cloud.stack())


# --- the commands ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "arguments", "status", "out", "err"),
    [
        (
            stuck.main,
            [],
            0,
            "no time: nothing is ever done with these: an earlier release accepted them, or a restore brought them "
            "back\n  1000             2026-11-23 12:30:15 UTC  0003*210   accepted  \n1 fax in all\n",
            "reading the whole table: items 2, ",
        ),
        (redrive.main, ["--fax=1000"], 0, "due now: fax 1000; the sweep takes it up within a minute\n", ""),
        (
            redrive.main,
            ["--queue=render"],
            0,
            "messages that are taken again: 0; removed, since they name no fax: 0\n",
            "",
        ),
        (
            redrive.main,
            ["--fax=1005"],
            1,
            "",
            "Fax 1005 is sent, which is final. To send it again, its sender makes a new fax of it.\n",
        ),
        (redrive.main, ["--fax=1001"], 1, "", "There is no fax 1001 any more, or there never was.\n"),
        (
            redrive.main,
            [],
            1,
            "",
            "Say which: make redrive FAX=id or QUEUE=render|send|upload [STACK=name]; make stuck lists them.\n",
        ),
        (redrive.main, ["--fax=0x1"], 1, "", "FAX is '0x1'; it must be a fax's id: a number of up to 16 digits.\n"),
        (redrive.main, ["--queue=other"], 1, "", "QUEUE is 'other'; it must be render, send or upload.\n"),
    ],
)
def test_the_commands_say_what_they_did(
    cloud: Cloud,
    dead_letters: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: Callable[[list[str]], int],
    arguments: list[str],
    status: int,
    out: str,
    err: str,
) -> None:
    expires = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    add(cloud, *(replace(each, expires_at=expires) for each in (IDLE[0], OTHERS[2])))
    found: Callable[[Any], Any] = lambda _: cloud.stack()  # noqa: E731
    monkeypatch.setattr(deployed, "find", found)
    assert command(arguments) == status
    said = capsys.readouterr()
    assert said.out == out
    assert said.err.startswith(err)
    assert bool(said.err) == bool(err)
