"""Faxes of which nothing becomes by itself: which are listed, and which go on where an operator says so."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.due import DynamoDBDueIndex
from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from faxes.adapters.dynamodb.items import plain
from faxes.adapters.dynamodb.redriving import STATUSES
from faxes.model import Fax, Status
from tests.support.cloud import Cloud
from tests.support.faxes import NOW, fax
from tools.operations import deployed, redrive

LATER = NOW + timedelta(hours=1)
IDLE = tuple(fax(n, status=status, due_at=None) for n, status in enumerate(STATUSES))
OTHERS = (
    fax(3, due_at=NOW),
    *(fax(n, status=status, due_at=None) for n, status in enumerate((Status.SENDING, Status.SENT, "later"), start=4)),
    fax(7, due_at=None, expires_at=LATER),
)


def add(cloud: Cloud, *faxes: Fax) -> None:
    store = DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"])
    for each in faxes:
        store.insert(each)


def test_those_without_a_due_time_are_listed_the_oldest_first(cloud: Cloud) -> None:
    add(cloud, *OTHERS, *reversed(IDLE))
    assert redrive.stuck(cloud.stack(), LATER) == [
        "1000             2026-11-23 12:30:15 UTC  accepted     2 pages  0003*210",
        "1001             2026-11-23 12:30:16 UTC  rendering    2 pages  0003*210",
        "1002             2026-11-23 12:30:17 UTC  queued       2 pages  0003*210",
    ]


@pytest.mark.parametrize("chosen", IDLE, ids=str)
def test_one_that_goes_on_is_found_by_the_sweep(cloud: Cloud, chosen: Fax) -> None:
    add(cloud, *IDLE)
    before = {item["id"]: item for item in map(plain, cloud.items("FaxTable"))}
    assert redrive.redrive(cloud.stack(), chosen.id, LATER)
    index = DynamoDBDueIndex(cloud.dynamodb, cloud.names["FaxTable"])
    assert list(index.due(LATER, 10)) == [(f"FAX#{chosen.id}", "FAX", LATER)]
    after = {item["id"]: item for item in map(plain, cloud.items("FaxTable"))}
    changed = {name for name, value in after[chosen.id].items() if before[chosen.id].get(name) != value}
    assert changed == {"due", "dueAt"}
    # A second time it is due already.
    assert not redrive.redrive(cloud.stack(), chosen.id, LATER)


@pytest.fixture
def waiting(cloud: Cloud) -> Fax:
    """One whose pages are ready while there is no carrier: it is looked at again after a day."""
    it = fax(8, status=Status.QUEUED, due_at=NOW + timedelta(days=1))
    add(cloud, it, fax(9, status=Status.QUEUED, due_at=NOW + timedelta(days=1)))
    cloud.dynamodb.update_item(
        TableName=cloud.names["FaxTable"],
        Key={"pk": {"S": f"FAX#{it.id}"}, "sk": {"S": "FAX"}},
        UpdateExpression="SET #reason = :reason",
        ExpressionAttributeNames={"#reason": "reason"},
        ExpressionAttributeValues={":reason": {"S": "no_carrier"}},
    )
    return it


def test_one_that_waits_for_a_carrier_is_listed_and_need_not_wait(cloud: Cloud, waiting: Fax) -> None:
    line = "1008             2026-11-23 12:30:23 UTC  queued       2 pages  0003*210  no_carrier"
    assert redrive.stuck(cloud.stack(), LATER) == [line]
    assert redrive.redrive(cloud.stack(), waiting.id, LATER)
    index = DynamoDBDueIndex(cloud.dynamodb, cloud.names["FaxTable"])
    assert list(index.due(LATER, 10)) == [(f"FAX#{waiting.id}", "FAX", LATER)]
    # It is due now, and the sweep's.
    assert redrive.stuck(cloud.stack(), LATER) == []
    assert not redrive.redrive(cloud.stack(), waiting.id, LATER)


@pytest.mark.parametrize("other", [*OTHERS, replace(OTHERS[0], id="404")], ids=lambda other: other.id)
def test_any_other_stays_as_it_is(cloud: Cloud, other: Fax) -> None:
    add(cloud, *OTHERS)
    before = cloud.items("FaxTable")
    assert not redrive.redrive(cloud.stack(), other.id, LATER)
    assert cloud.items("FaxTable") == before


@pytest.mark.parametrize(
    ("arguments", "status", "out", "err"),
    [
        (["--list"], 0, "1000             2026-11-23 12:30:15 UTC  accepted     2 pages  0003*210\n1 in all\n", ""),
        (["--fax=1000"], 0, "fax 1000 is due; the sweep takes it up within a minute\n", ""),
        (
            ["--fax=1001"],
            1,
            "",
            "Fax 1001 is not accepted, rendering or queued without a time at which it is due, nor does it wait for "
            "a carrier: make stuck lists those that are.\n",
        ),
        ([], 1, "", "Say which: make redrive FAX=id [STACK=name]; make stuck lists them.\n"),
        (["--fax=0x1"], 1, "", "FAX is '0x1'; it must be a fax's id: a number of up to 16 digits.\n"),
    ],
)
def test_the_commands_say_what_they_did(
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    status: int,
    out: str,
    err: str,
) -> None:
    add(cloud, replace(IDLE[0], expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)))
    found: Callable[[Any], Any] = lambda _: cloud.stack()  # noqa: E731
    monkeypatch.setattr(deployed, "find", found)
    assert redrive.main(arguments) == status
    assert capsys.readouterr() == (out, err)
