"""Canceling a fax: what is written in which state, and what becomes of it where others write, or nothing answers."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.control import Control
from faxes.errors import (
    Effect,
    ExtensionInvalid,
    FaxNotFound,
    OutcomeUnknown,
    StateInvalid,
    StorageFailed,
    StorageFault,
    UserInvalid,
)
from faxes.lifecycle import FINAL, PAGE_REVOKED, FaxEvent, FaxInFull, HistoryEvent
from faxes.model import Context, Principal, Status
from tests.support.faxes import NOW, fax
from tests.support.shown import MemoryFaxes

ALICE = Principal("alice", "0003", Context.USER, "her-app")
LATER = NOW + timedelta(minutes=3)
DUE = fax(1, due_at=NOW, revision=4)


class Service:
    """A control with one fax of alice's in its store."""

    def __init__(self, status: Status | str = Status.ACCEPTED) -> None:
        self.store = MemoryFaxes()
        self.before = FaxInFull(replace(DUE, status=status))
        self.store.keep(self.before)
        self.left = [28.0]
        self.control = Control(self.store, now=lambda: LATER, round=10.0)

    def cancel(self, user: str = "@me", number: str = "0003*210", fax_id: str = DUE.id) -> FaxInFull:
        remaining = iter([*self.left, *[28.0] * 9])
        return self.control.cancel(ALICE, user, number, fax_id, lambda: next(remaining))


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.RENDERING])
def test_a_fax_without_recipients_is_canceled_at_once(status: Status) -> None:
    service = Service(status)
    expected = replace(
        service.before.fax,
        status=Status.CANCELED,
        revision=5,
        cancel_requested_at=LATER,
        completed_at=LATER,
        due_at=None,
    )
    assert service.cancel() == FaxInFull(expected) == service.store.faxes[DUE.id]
    assert service.store.events[DUE.id] == [HistoryEvent(LATER, FaxEvent.ENDED_CANCELED, actor="her-app", revision=5)]


@pytest.mark.parametrize("status", [Status.QUEUED, Status.SENDING])
def test_a_fax_with_recipients_is_due_at_once_to_be_canceled(status: Status) -> None:
    service = Service(status)
    expected = replace(service.before.fax, revision=5, cancel_requested_at=LATER, due_at=LATER)
    assert service.cancel() == FaxInFull(expected) == service.store.faxes[DUE.id]
    assert service.store.events[DUE.id] == [HistoryEvent(LATER, FaxEvent.CANCEL_REQUESTED, actor="her-app", revision=5)]


@pytest.mark.parametrize("status", [*sorted(FINAL - {Status.CANCELED}), "received", "of_a_later_release"])
def test_a_fax_that_has_ended_otherwise_is_not_canceled(status: str) -> None:
    service = Service(status)
    with pytest.raises(StateInvalid) as caught:
        service.cancel()
    assert caught.value.message == f"Fax 1001 is {status}; only a fax that has not ended can be canceled."
    assert (service.store.faxes[DUE.id], service.store.events[DUE.id]) == (service.before, [])


@pytest.mark.parametrize("status", sorted(Status))
def test_to_cancel_again_changes_nothing_whatever_has_become_of_it(status: Status) -> None:
    service = Service()
    asked = FaxInFull(replace(DUE, status=status, cancel_requested_at=NOW))
    service.store.keep(asked)
    assert service.cancel() == asked == service.store.faxes[DUE.id]
    assert service.store.events[DUE.id] == []


def test_a_fax_that_was_canceled_otherwise_is_answered_as_it_is() -> None:
    service = Service(Status.CANCELED)
    assert service.cancel() == service.before == service.store.faxes[DUE.id]


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ({"user": "@everyone"}, UserInvalid),
        ({"number": "0003*"}, ExtensionInvalid),
        ({"user": "bob"}, FaxNotFound),
        ({"number": "0003*211"}, FaxNotFound),
        ({"fax_id": "1002"}, FaxNotFound),
        ({"fax_id": DUE.uid}, FaxNotFound),
    ],
)
def test_what_is_not_the_callers_is_not_canceled(path: dict[str, str], error: type[Exception]) -> None:
    service = Service()
    with pytest.raises(error):
        service.cancel(**path)
    assert (service.store.faxes[DUE.id], service.store.events[DUE.id]) == (service.before, [])


@pytest.mark.parametrize("status", [*sorted(Status), "of_a_later_release"])
def test_a_page_is_closed_whatever_has_become_of_its_fax(status: str) -> None:
    service = Service(status)
    expected = replace(service.before.fax, page_revoked_at=LATER)
    revoked = service.control.revoke_page(ALICE, "@me", "0003*210", DUE.id, lambda: 28.0)
    assert revoked == FaxInFull(expected) == service.store.faxes[DUE.id]
    assert service.store.events[DUE.id] == [HistoryEvent(LATER, PAGE_REVOKED, actor="her-app", revision=4)]
    # Again, it changes nothing.
    assert service.control.revoke_page(ALICE, "@me", "0003*210", DUE.id, lambda: 28.0) == revoked
    assert len(service.store.events[DUE.id]) == 1


def test_a_page_that_another_has_closed_meanwhile_is_as_that_one_left_it() -> None:
    service = Service(Status.QUEUED)
    closed = FaxInFull(replace(service.before.fax, page_revoked_at=NOW))
    service.store.meanwhile = lambda: service.store.keep(closed)
    assert service.control.revoke_page(ALICE, "@me", "0003*210", DUE.id, lambda: 28.0) == closed
    assert service.store.events[DUE.id] == []


def moved(service: Service, *statuses: Status) -> None:
    """Have another writer move the fax on before each of the next changes."""
    left = list(statuses)

    def meanwhile() -> None:
        if left:
            now_there = service.store.faxes[DUE.id].fax
            changed = replace(now_there, status=left.pop(0), revision=now_there.revision + 1)
            service.store.faxes[DUE.id] = FaxInFull(changed)

    service.store.meanwhile = meanwhile


def test_what_changes_meanwhile_is_looked_at_again() -> None:
    service = Service()
    moved(service, Status.RENDERING, Status.QUEUED)
    canceled = service.cancel().fax
    assert (canceled.status, canceled.revision, canceled.cancel_requested_at) == (Status.QUEUED, 7, LATER)
    assert [each.event for each in service.store.events[DUE.id]] == [FaxEvent.CANCEL_REQUESTED]
    assert service.store.reads == 3


def test_what_is_sent_meanwhile_is_not_canceled() -> None:
    service = Service(Status.SENDING)
    moved(service, Status.SENT)
    with pytest.raises(StateInvalid):
        service.cancel()
    assert service.store.events[DUE.id] == []


def test_what_always_changes_is_given_up_before_anything_is_written() -> None:
    service = Service(Status.SENDING)
    moved(service, *[Status.SENDING] * 9)
    with pytest.raises(StorageFailed) as caught:
        service.cancel()
    assert (caught.value.reason, service.store.reads, service.store.events[DUE.id]) == ("writes_in_vain", 5, [])


def test_nothing_is_begun_without_the_time_for_a_read_and_a_write() -> None:
    service = Service()
    service.left = [9.9]
    with pytest.raises(StorageFailed) as caught:
        service.cancel()
    assert (caught.value.reason, caught.value.cause) == ("out_of_time", "9.9 s are left, 10.0 s may be needed")
    assert service.store.reads == 0
    moved(service, Status.RENDERING)
    service.left = [28.0, 9.9]
    with pytest.raises(StorageFailed):
        service.cancel()
    assert (service.store.reads, service.store.events[DUE.id]) == (1, [])


def test_a_read_that_fails_has_no_effect() -> None:
    service = Service()
    service.store.failure = StorageFault("Query", Effect.NONE, "how")
    with pytest.raises(StorageFailed) as caught:
        service.cancel()
    assert (caught.value.reason, caught.value.cause) == ("fax_not_read", "Query: how")


@pytest.mark.parametrize(("effect", "error"), [(Effect.NONE, StorageFailed), (Effect.UNKNOWN, OutcomeUnknown)])
def test_a_change_that_fails_says_whether_it_had_an_effect(effect: Effect, error: type[Exception]) -> None:
    service = Service()
    service.store.change_failure = StorageFault("TransactWriteItems", effect, "how")
    with pytest.raises(error):
        service.cancel()
    # Sent again, it is the same: whether the first had an effect or not.
    service.store.change_failure = None
    assert service.cancel().fax.status is Status.CANCELED
    assert len(service.store.events[DUE.id]) == 1


@given(st.sampled_from(sorted(Status)), st.lists(st.sampled_from(sorted(Status)), max_size=4))
def test_a_final_state_never_changes(status: Status, others: list[Status]) -> None:
    service = Service(status)
    moved(service, *others)
    try:
        answered = service.cancel().fax
    except StateInvalid:
        assert service.store.faxes[DUE.id].fax.status in FINAL - {Status.CANCELED} | {Status.UPLOADING}
        assert service.store.events[DUE.id] == []
    else:
        assert answered == service.store.faxes[DUE.id].fax
        assert answered.status not in FINAL - {Status.CANCELED}
