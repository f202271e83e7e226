"""What a store of faxes that are read and changed must do, on memory and on DynamoDB: ``reading.FaxReader`` and
``control.FaxStore``."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import pytest

from faxes.adapters.dynamodb.control import DynamoDBFaxControl
from faxes.adapters.dynamodb.deliveries import attempt_item, event_item, recipient_item
from faxes.adapters.dynamodb.items import wire
from faxes.adapters.dynamodb.records import fax_item
from faxes.control import Changed
from faxes.control import FaxStore as Changing
from faxes.lifecycle import PAGE_REVOKED, FaxEvent, FaxInFull, HistoryEvent, RecipientEvent
from faxes.model import Attempt, AttemptStatus, Fax, Reason, Recipient, RecipientStatus, Status
from faxes.reading import FaxReader as Reader
from tests.support.cloud import Cloud, cloud
from tests.support.faxes import NOW, fax
from tests.support.shown import MemoryFaxes

SHARDS = 4


class Store(Reader, Changing, Protocol):
    """Both ports: what reads a fax reads it the same way for both."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A store, and how it is given a fax."""

    store: Store
    keep: Callable[[FaxInFull, Sequence[HistoryEvent]], None]


@pytest.fixture(name="deployed", scope="module")
def _deployed() -> Iterator[Cloud]:
    with cloud() as made:
        yield made


@pytest.fixture(name="subject", params=["memory", "dynamodb"])
def _subject(request: pytest.FixtureRequest) -> Subject:
    if request.param == "memory":
        memory = MemoryFaxes()
        return Subject(memory, memory.keep)
    deployed: Cloud = request.getfixturevalue("deployed")
    deployed.clear("FaxTable")
    drawn = itertools.count(100)
    table = deployed.names["FaxTable"]

    def keep(whole: FaxInFull, events: Sequence[HistoryEvent]) -> None:
        items = [fax_item(whole.fax, None, SHARDS)]
        items += [recipient_item(each, SHARDS) for each in whole.recipients]
        items += [attempt_item(each) for each in whole.attempts]
        items += [event_item(whole.fax.id, each, whole.fax.expires_at, n) for n, each in enumerate(events)]
        for item in items:
            deployed.dynamodb.put_item(TableName=table, Item=wire(item))

    return Subject(DynamoDBFaxControl(deployed.dynamodb, table, SHARDS, lambda _: next(drawn)), keep)


FAX = fax(1, recipients=("7778888", "0003*211"), due_at=NOW)
LATER = NOW + timedelta(days=1)


FIRST = Recipient(
    fax_id=FAX.id,
    position=1,
    organization_id="0003",
    number="7778888",
    destination="7778888",
    pages=2,
    created_at=NOW,
    deadline_at=LATER,
    expires_at=FAX.expires_at,
    due_at=LATER,
    status=RecipientStatus.SENDING,
    attempt=2,
)


def attempt(position: int, number: int) -> Attempt:
    return Attempt(
        fax_id=FAX.id,
        position=position,
        number=number,
        carrier="simulator",
        reference=f"{position}-{number}",
        started_at=NOW,
        expires_at=FAX.expires_at,
        status=AttemptStatus.ENDED,
        reason=Reason.BUSY,
    )


WHOLE = FaxInFull(
    FAX,
    (FIRST, replace(FIRST, position=2, number="0003*211", status=RecipientStatus.WAITING, attempt=0)),
    (attempt(1, 1), attempt(1, 2)),
)
HISTORY = [
    HistoryEvent(NOW, FaxEvent.RENDERING_STARTED, revision=2),
    HistoryEvent(NOW, FaxEvent.PAGES_READY, pages=2, revision=3),
    HistoryEvent(NOW + timedelta(seconds=1), RecipientEvent.CLAIMED, recipient=1, attempt=1, revision=2),
    HistoryEvent(NOW + timedelta(seconds=2), RecipientEvent.RETRIED, 1, 1, Reason.BUSY, LATER, revision=3),
]


def everyones(_: Fax) -> bool:
    return True


def nobodys(_: Fax) -> bool:
    return False


def test_a_fax_is_read_with_its_recipients_and_attempts_and_without_its_history(subject: Subject) -> None:
    subject.keep(WHOLE, HISTORY)
    assert subject.store.in_full(FAX.id, NOW, everyones) == WHOLE


def test_a_fax_without_recipients_is_read(subject: Subject) -> None:
    subject.keep(FaxInFull(FAX), [])
    assert subject.store.in_full(FAX.id, NOW, everyones) == FaxInFull(FAX)
    page = subject.store.history(FAX.id, NOW, everyones, None, 10)
    assert page is not None
    assert (page.fax, page.events, page.after) == (FAX, (), None)


def test_what_is_not_there_is_over_or_is_not_covered_is_none(subject: Subject) -> None:
    subject.keep(WHOLE, HISTORY)
    for fax_id, now, covers in (
        ("1", NOW, everyones),
        (FAX.id, FAX.expires_at, everyones),
        (FAX.id, NOW, nobodys),
        # The beginning of an id, and one that goes on.
        (FAX.id[:-1], NOW, everyones),
        (FAX.id + "0", NOW, everyones),
    ):
        assert subject.store.in_full(fax_id, now, covers) is None
        assert subject.store.history(fax_id, now, covers, None, 10) is None


def test_what_is_asked_is_the_fax_that_was_read(subject: Subject) -> None:
    subject.keep(WHOLE, HISTORY)
    asked: list[Fax] = []

    def covers(read: Fax) -> bool:
        asked.append(read)
        return True

    subject.store.in_full(FAX.id, NOW, covers)
    subject.store.history(FAX.id, NOW, covers, None, 1)
    assert asked == [FAX, FAX]


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 100])
def test_a_history_is_read_page_by_page_without_a_gap_and_without_repetition(subject: Subject, limit: int) -> None:
    subject.keep(WHOLE, HISTORY)
    read: list[HistoryEvent] = []
    after, pages = None, 0
    while pages == 0 or after is not None:
        page = subject.store.history(FAX.id, NOW, everyones, after, limit)
        assert page is not None
        assert 0 < len(page.events) <= limit
        read += page.events
        after, pages = page.after, pages + 1
    assert read == HISTORY
    assert pages == -(-len(HISTORY) // limit)


CANCELED = replace(FAX, status=Status.CANCELED, revision=2, cancel_requested_at=NOW, completed_at=NOW, due_at=None)
ASKED = replace(FAX, status=Status.SENDING, revision=2, cancel_requested_at=NOW, due_at=NOW)
DONE = HistoryEvent(NOW, FaxEvent.ENDED_CANCELED, actor="app", revision=2)


@pytest.mark.parametrize("changed", [CANCELED, ASKED], ids=["canceled", "asked for"])
def test_a_change_is_written_with_its_event(subject: Subject, changed: Fax) -> None:
    subject.keep(replace(WHOLE, fax=replace(FAX, status=changed.status)), HISTORY[:1])

    subject.store.change(changed, DONE)

    assert subject.store.in_full(FAX.id, NOW, everyones) == replace(WHOLE, fax=changed)
    page = subject.store.history(FAX.id, NOW, everyones, None, 10)
    assert page is not None
    assert page.events == (HISTORY[0], DONE)


@pytest.mark.parametrize("revision", [0, 2, 3, 99])
def test_a_change_of_what_has_changed_since_writes_nothing(subject: Subject, revision: int) -> None:
    now_there = replace(FAX, revision=revision)
    subject.keep(replace(WHOLE, fax=now_there), HISTORY)

    with pytest.raises(Changed):
        subject.store.change(CANCELED, DONE)

    assert subject.store.in_full(FAX.id, NOW, everyones) == replace(WHOLE, fax=now_there)
    page = subject.store.history(FAX.id, NOW, everyones, None, 10)
    assert page is not None
    assert list(page.events) == HISTORY


def test_a_change_of_what_is_gone_writes_nothing(subject: Subject) -> None:
    with pytest.raises(Changed):
        subject.store.change(CANCELED, DONE)
    assert subject.store.in_full(FAX.id, NOW, everyones) is None


def test_a_page_is_closed_once_and_whoever_is_at_work_on_the_fax_is_not_disturbed(subject: Subject) -> None:
    subject.keep(WHOLE, HISTORY[:1])
    closed = replace(FAX, page_revoked_at=LATER)
    event = HistoryEvent(LATER, PAGE_REVOKED, actor="app", revision=FAX.revision)

    subject.store.close_page(closed, event)

    assert subject.store.in_full(FAX.id, NOW, everyones) == replace(WHOLE, fax=closed)
    page = subject.store.history(FAX.id, NOW, everyones, None, 10)
    assert page is not None
    assert page.events == (HISTORY[0], event)
    with pytest.raises(Changed):
        subject.store.close_page(replace(closed, page_revoked_at=NOW), replace(event, at=NOW))
    # A change of the fax that was read before is written all the same, and the page stays closed.
    subject.store.change(CANCELED, DONE)
    shown = subject.store.in_full(FAX.id, NOW, everyones)
    assert shown is not None
    assert shown.fax == replace(CANCELED, page_revoked_at=LATER)


def test_the_page_of_what_is_gone_is_not_closed(subject: Subject) -> None:
    with pytest.raises(Changed):
        subject.store.close_page(replace(FAX, page_revoked_at=LATER), HistoryEvent(LATER, PAGE_REVOKED))
    assert subject.store.in_full(FAX.id, NOW, everyones) is None
