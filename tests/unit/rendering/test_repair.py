"""A fax that nobody looked after in time is taken up again, handed over again, or ends."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from faxes.errors import Effect, StorageFault
from faxes.model import Status
from faxes.rendering.jobs import NO_HURRY, WORKER_LOST, Job
from faxes.rendering.repair import Repair, Repaired
from tests.support.faxes import NOW
from tests.support.jobs import FAX_ID, MemoryJobStore, MemoryQueue, job, stored_file

DUE = job(stored_file(1, b"a"), due_at=NOW)
FAULT = StorageFault("SendMessage", Effect.UNKNOWN, "memory")


def repair(
    store: MemoryJobStore, queue: MemoryQueue | None = None, hand_over: Callable[[str, str], None] | None = None
) -> Repaired:
    return Repair(store, queue or MemoryQueue(), lambda: NOW, hand_over).repair(FAX_ID)


def holding(fax: Job | None) -> MemoryJobStore:
    store = MemoryJobStore()
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


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENDING])
def test_a_fax_whose_pages_are_ready_is_handed_over_again(status: Status) -> None:
    store = holding(replace(DUE, status=status))
    handed_over: list[tuple[str, str]] = []
    assert repair(store, hand_over=lambda *fax: handed_over.append(fax)) is Repaired.HANDED_OVER
    assert handed_over == [(FAX_ID, DUE.organization_id)]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENDING])
def test_a_fax_that_nobody_can_send_waits_another_day(status: Status) -> None:
    store = holding(replace(DUE, status=status))
    assert repair(store) is Repaired.WAITS
    assert store.jobs[FAX_ID].due_at == NOW + NO_HURRY
