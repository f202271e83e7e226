"""A fax that nobody looked after in time is taken up again, handed over again, or ends."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from faxes.errors import Effect, StorageFault
from faxes.model import Status
from faxes.rendering.jobs import WORKER_LOST, Job
from faxes.rendering.repair import Repair, Repaired
from tests.support.faxes import NOW
from tests.support.jobs import FAX_ID, MemoryJobStore, MemoryQueue, job, stored_file

DUE = job(stored_file(1, b"a"), due_at=NOW)
FAULT = StorageFault("SendMessage", Effect.UNKNOWN, "memory")


def repair(store: "Handing", queue: MemoryQueue | None = None, deadline: timedelta | None = None) -> Repaired:
    return Repair(store, queue or MemoryQueue(), lambda: NOW, store.hand_over, deadline).repair(FAX_ID)


@dataclass
class Handing(MemoryJobStore):
    """Notes who is handed over."""

    handed_over: list[tuple[str, str]] = field(default_factory=list)

    def hand_over(self, fax_id: str, organization_id: str) -> None:
        self.handed_over.append((fax_id, organization_id))


def holding(fax: Job | None) -> Handing:
    store = Handing()
    if fax:
        store.add(fax)
    return store


@pytest.mark.parametrize("fax", [DUE, replace(DUE, status=Status.RENDERING, tries=2, held_until=NOW)])
def test_a_lost_message_or_worker_is_sent_for_again_and_given_time(fax: Job) -> None:
    store, queue = holding(fax), MemoryQueue()
    assert repair(store, queue) is Repaired.SENT_AGAIN
    assert queue.sent == [(FAX_ID, "0003")]
    assert store.jobs[FAX_ID] == replace(fax, due_at=NOW + timedelta(minutes=15))
    assert repair(store, queue) is Repaired.NOTHING
    assert len(queue.sent) == 1


@pytest.mark.parametrize(
    "fax",
    [
        None,
        replace(DUE, due_at=NOW + timedelta(milliseconds=1)),
        replace(DUE, due_at=None),
        *(replace(DUE, status=status) for status in (Status.SENT, Status.FAILED, "of_a_later_release")),
    ],
)
def test_what_is_not_due_or_not_to_be_drawn_is_left_alone(fax: Job | None) -> None:
    store, queue = holding(fax), MemoryQueue()
    assert repair(store, queue) is Repaired.NOTHING
    assert (queue.sent, store.jobs.get(FAX_ID)) == ([], fax)


def test_after_the_last_try_it_fails() -> None:
    store, queue = holding(replace(DUE, status=Status.RENDERING, tries=3, held_until=NOW)), MemoryQueue()
    assert repair(store, queue) is Repaired.FAILED
    assert (store.jobs[FAX_ID].status, store.jobs[FAX_ID].due_at) == (Status.FAILED, None)
    assert (store.failures, queue.sent) == ({FAX_ID: WORKER_LOST}, [])


def test_a_queue_that_takes_nothing_leaves_it_due() -> None:
    store = holding(DUE)
    with pytest.raises(StorageFault):
        repair(store, MemoryQueue(failure=FAULT))
    assert store.jobs[FAX_ID] == DUE


def test_a_worker_that_comes_first_has_it() -> None:
    store = holding(DUE)

    class Taking(MemoryQueue):
        def send(self, fax_id: str, organization_id: str) -> None:
            store.take_up(DUE, NOW + timedelta(minutes=10), NOW)

    assert repair(store, Taking()) is Repaired.NOTHING
    assert store.jobs[FAX_ID].status == Status.RENDERING


HANDED = [(FAX_ID, DUE.organization_id)]
DAY = timedelta(days=1)
# Accepted a day ago, or so; QUEUED's pages are ready.
QUEUED = replace(DUE, status=Status.QUEUED)
WAITING = replace(QUEUED, due_at=NOW + timedelta(hours=1), created_at=NOW - timedelta(hours=23), waits=True)


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENDING])
def test_a_fax_whose_pages_are_ready_is_handed_over_again_and_given_time(status: Status) -> None:
    store = holding(replace(DUE, status=status))
    assert repair(store) is Repaired.HANDED_OVER
    assert (store.handed_over, store.jobs[FAX_ID].due_at) == (HANDED, NOW + timedelta(minutes=15))
    assert repair(store) is Repaired.NOTHING
    assert store.handed_over == HANDED


def test_a_fax_that_nobody_can_send_waits_until_its_deadline() -> None:
    """Also where that was made later since."""
    store = holding(replace(WAITING, due_at=NOW))
    assert repair(store, deadline=DAY) is Repaired.WAITS
    assert store.jobs[FAX_ID] == WAITING
    assert repair(store, deadline=DAY) is Repaired.NOTHING
    assert (store.handed_over, store.history) == ([], [])


def test_a_fax_that_waits_for_a_carrier_goes_on_when_there_is_one() -> None:
    store = holding(WAITING)
    assert repair(store) is Repaired.HANDED_OVER
    assert store.handed_over == HANDED
    # Whoever is told of it is given time.
    assert store.jobs[FAX_ID] == replace(WAITING, waits=False, due_at=NOW + timedelta(minutes=15))


def test_a_fax_that_waits_for_a_carrier_fails_at_its_deadline() -> None:
    store = holding(replace(WAITING, created_at=NOW - DAY, due_at=NOW))
    assert repair(store, deadline=DAY) is Repaired.FAILED
    ended = store.jobs[FAX_ID]
    assert (ended.status, ended.due_at, store.handed_over) == (Status.FAILED, None, [])
    [told] = store.history
    assert (told.event, told.reason) == ("ended_failed", "no_carrier")


@pytest.mark.parametrize(
    "fax",
    [
        # Whether it needs a carrier, who sends it knows.
        replace(QUEUED, created_at=NOW - 2 * DAY),
        # Whose recipients have items: each of them ends by itself.
        replace(QUEUED, planned=True),
        replace(DUE, status=Status.SENDING, planned=True),
        replace(QUEUED, cancel_requested=True, created_at=NOW - 2 * DAY),
    ],
)
def test_without_a_carrier_as_well_recipients_are_looked_at_and_canceled(fax: Job) -> None:
    store = holding(fax)
    assert repair(store, deadline=DAY) is Repaired.HANDED_OVER
    assert store.handed_over == HANDED
