"""What operators are shown of faxes: lists by extension, user, status and time; and where one is, and who sent it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.deliveries import attempt_item, recipient_item
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.dynamodb.items import wire
from faxes.adapters.dynamodb.records import fax_item
from faxes.lifecycle import FaxInFull, RenderFailure
from faxes.model import Attempt, AttemptStatus, Counts, Reason, Recipient, RecipientStatus, Status
from tests.support.cloud import Cloud
from tests.support.faxes import NOW, fax
from tools.operations import deployed, faxes

ACCEPTED = fax(1, due_at=NOW + timedelta(minutes=1), recipients=("7778888",))
WAITING = fax(2, status=Status.QUEUED, due_at=NOW + timedelta(hours=24), recipients=("7778888",))
SENDING = fax(3, status=Status.SENDING, due_at=NOW + timedelta(hours=36), recipients=("7778888", "+4930123456"))
SENT = fax(4, status=Status.SENT, due_at=None, extension="0003*211", user_id="bob", recipients=("7778888",))
RECIPIENTS = (
    Recipient(
        SENDING.id, 1, "0003", "7778888", "7778888", 2, NOW, NOW + timedelta(hours=24), SENDING.expires_at,
        NOW + timedelta(minutes=3), attempt=1, reason=Reason.BUSY, failures={"busy": 1},
    ),
    Recipient(
        SENDING.id, 2, "0003", "+4930123456", "+4930123456", 2, NOW, NOW + timedelta(hours=24), SENDING.expires_at,
        None, status=RecipientStatus.SENT, attempt=1, pages_sent=2,
    ),
)  # fmt: skip
ATTEMPTS = (
    Attempt(
        SENDING.id, 1, 1, "simulator", "r1", NOW, SENDING.expires_at, status=AttemptStatus.ENDED, carrier_id="c-1",
        reason=Reason.BUSY, carrier_code="busy", detail="486 Busy Here", estimate=60_000,
    ),
    Attempt(
        SENDING.id, 2, 1, "simulator", "r2", NOW, SENDING.expires_at, status=AttemptStatus.ENDED, carrier_id="c-2",
        estimate=60_000, price=72_500,
    ),
)  # fmt: skip

ROWS = {
    ACCEPTED.id: "1001             2026-11-23 12:30:16 UTC  0003*210   accepted        0 attempts  "
    "due 2026-11-23 12:31:15 UTC  to 7778888",
    WAITING.id: "1002             2026-11-23 12:30:17 UTC  0003*210   queued          no_carrier  0 attempts  "
    "due 2026-11-24 12:30:15 UTC  to 7778888",
    SENDING.id: "1003             2026-11-23 12:30:18 UTC  0003*210   sending         busy  2 attempts  "
    "due 2026-11-23 12:33:15 UTC  to 7778888 and 1 more",
    SENT.id: "1004             2026-11-23 12:30:19 UTC  0003*211   sent            0 attempts  to 7778888",
}


@pytest.fixture(autouse=True)
def _faxes(cloud: Cloud) -> None:
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    for each in (ACCEPTED, SENT, fax(5, due_at=None, expires_at=NOW)):
        store.insert(each)
    waiting = fax_item(WAITING, None, 4) | {"due": "carrier", "reason": "no_carrier"}
    sending = fax_item(SENDING, None, 4) | {
        "counts": {"open": 1, "sent": 1, "partially": 0, "failed": 0, "canceled": 0}
    }
    items = [waiting, sending, *(recipient_item(each, 4) for each in RECIPIENTS), *map(attempt_item, ATTEMPTS)]
    for item in items:
        cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(item))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"index": ("by-extension", "0003*210")}, [SENDING, WAITING, ACCEPTED]),
        ({"index": ("by-extension", "0003*211")}, [SENT]),
        ({"index": ("by-extension", "0003*999")}, []),
        ({"index": ("by-user", "bob")}, [SENT]),
        ({"index": ("by-extension", "0003*210"), "status": "queued"}, [WAITING]),
        ({"index": ("by-extension", "0003*210"), "most": 1}, [SENDING]),
        ({"index": ("by-extension", "0003*210"), "since": SENDING.created_at}, [SENDING]),
        ({"status": "queued"}, [WAITING]),
        ({"status": "sending"}, [SENDING]),
        ({"status": "accepted", "since": SENDING.created_at}, []),
        ({"status": "sent"}, [SENT]),
        ({}, [SENT, SENDING, WAITING, ACCEPTED]),
        ({"since": WAITING.created_at, "most": 2}, [SENT, SENDING]),
    ],
)
def test_the_faxes_that_are_listed(cloud: Cloud, asked: dict[str, Any], expected: list[Any]) -> None:
    found = list(faxes.listed(cloud.stack(), NOW, **asked))
    assert [faxes.row(each) for each in found] == [ROWS[each.id] for each in expected]


def test_where_a_fax_is_and_who_sent_it() -> None:
    assert list(faxes.detail(FaxInFull(replace(SENDING, counts=Counts(1, 1)), RECIPIENTS, ATTEMPTS))) == [
        "fax 1003, accepted 2026-11-23 12:30:18 UTC",
        "    from 0003*210, as alice of organization 0003",
        "    by a token of the user's, without an app",
        "    1 file, 2 pages, 2 recipients",
        "    sending",
        "    to 7778888: waiting, busy, 0 of 2 pages sent, due 2026-11-23 12:33:15 UTC, "
        "given up 2026-11-24 12:30:15 UTC",
        "        attempt 1, 2026-11-23 12:30:15 UTC, ended, busy, busy (486 Busy Here), c-1, about $0.06",
        "    to +4930123456: sent, 2 of 2 pages sent",
        "        attempt 1, 2026-11-23 12:30:15 UTC, ended, c-2, $0.0725",
    ]


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (FaxInFull(ACCEPTED), ["    accepted", "    looked at 2026-11-23 12:31:15 UTC", "    to 7778888"]),
        (
            FaxInFull(replace(ACCEPTED, due_at=None)),
            ["    accepted", "    never looked at: make redrive has it go on", "    to 7778888"],
        ),
        (
            FaxInFull(
                replace(ACCEPTED, status=Status.FAILED, reason=Reason.RENDER_FAILED, due_at=None, completed_at=NOW),
                failure=RenderFailure("worker_lost", text="It could not be drawn."),
            ),
            [
                "    failed, render_failed, ended 2026-11-23 12:30:15 UTC",
                "    It could not be drawn.",
                "    to 7778888",
            ],
        ),
        (
            FaxInFull(SENDING, (replace(RECIPIENTS[0], in_line=True, attempt=0, reason=None),)),
            [
                "    sending",
                "    to 7778888: waiting, 0 of 2 pages sent, another call to the number is on, due 2026-11-23 12:33:15 "
                "UTC, given up 2026-11-24 12:30:15 UTC",
            ],
        ),
    ],
)
def test_what_a_fax_waits_for(shown: FaxInFull, expected: list[str]) -> None:
    assert list(faxes.detail(shown))[4:] == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        ("2h", NOW - timedelta(hours=2)),
        ("3d", NOW - timedelta(days=3)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T10:00+02:00", datetime(2026, 11, 20, 8, tzinfo=UTC)),
    ],
)
def test_a_time_may_be_said_in_these_ways(said: str, expected: datetime) -> None:
    assert faxes.since_of(said, NOW) == expected


@pytest.mark.parametrize(
    ("arguments", "status", "out", "err"),
    [
        (["--extension=0003*211"], 0, f"{ROWS[SENT.id]}\n1 fax\n", ""),
        (["--user=alice", "--count=1"], 0, f"{ROWS[SENDING.id]}\n1 fax; COUNT=1 shows no more\n", ""),
        (["--status=sending"], 0, f"{ROWS[SENDING.id]}\n1 fax\n", ""),
        (["--status=sent"], 0, f"{ROWS[SENT.id]}\n1 fax\n", "reading the whole table: items "),
        (
            ["--fax=1009"],
            1,
            "",
            "There is no fax 1009 any more, or there never was. The audit log has who erased it.\n",
        ),
        (
            ["--status=lost"],
            1,
            "",
            "STATUS is 'lost'; it must be one of uploading, refused, expired, accepted, rendering, queued, sending, "
            "sent, partially_sent, failed, canceled, received.\n",
        ),
        (["--count=0"], 1, "", "COUNT is '0'; it must be a whole number from 1 to 9999.\n"),
        (["--fax=x"], 1, "", "FAX is 'x'; it must be a fax's id: a number of up to 16 digits.\n"),
        (["--since=x"], 1, "", "SINCE is 'x'; it must be as 30m, 2h, 3d, 2026-11-30 or 2026-11-30T08:00.\n"),
        (["--extension=0003*210", "--user=alice"], 1, "", "Say EXTENSION or USER_ID, not both.\n"),
    ],
)
def test_the_command_says_what_it_found(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    out: str,
    err: str,
) -> None:
    found: Callable[[Any], Any] = lambda _: cloud.stack()  # noqa: E731
    monkeypatch.setattr(deployed, "find", found)
    assert faxes.main(arguments, lambda: NOW) == status
    said = capsys.readouterr()
    assert said.out == out
    assert said.err.startswith(err)
    assert bool(said.err) == bool(err)
