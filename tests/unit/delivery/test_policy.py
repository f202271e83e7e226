"""The policy, walked through all that it can come to, whatever happens when."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from faxes.delivery import ends, policy
from faxes.delivery.carrier import Accepted, CallState, NoAnswer, Refused, Report
from faxes.delivery.steps import (
    Absent,
    Ask,
    CancelAsked,
    Delivery,
    Due,
    Event,
    NumberInUse,
    Silent,
    Step,
    Terms,
    Withdrawn,
)
from faxes.lifecycle import FINAL_FOR_A_RECIPIENT, RecipientEvent
from faxes.model import AttemptStatus, Counts, Reason, Recipient, RecipientStatus, Status
from tests.support.faxes import NOW, fax

TERMS = Terms("simulator")
FAX = fax(1, status=Status.QUEUED, counts=Counts(open=1))
RECIPIENT = Recipient(
    fax_id=FAX.id,
    position=1,
    organization_id="0003",
    number="7778888",
    destination="7778888",
    pages=2,
    created_at=NOW,
    deadline_at=NOW + timedelta(hours=24),
    expires_at=FAX.expires_at,
    due_at=NOW,
)
NEW = Delivery(FAX, RECIPIENT, None)


def after(delivery: Delivery, step: Step, now: datetime) -> Delivery:
    if step.change is None:
        return delivery
    record, _ = ends.fax_after(delivery.fax, step.change, now)
    return Delivery(record, step.change.recipient, step.change.attempt or delivery.attempt)


def events(now: datetime) -> list[Event]:
    """Everything that can happen; an answer may come again when another one has been written."""
    failed = [Report(CallState.FAILED, 1, reason) for reason in (None, Reason.BUSY, Reason.LAST_PAGE_UNCONFIRMED)]
    reports = [*(Report(state, pages) for state in CallState for pages in (0, 2)), *failed]
    return [
        Due(),
        Due(rang=True),
        NumberInUse(now + timedelta(hours=1)),
        Accepted("c1"),
        Refused(Reason.CARRIER_UNAVAILABLE),
        Refused(Reason.CARRIER_REJECTED),
        NoAnswer(),
        Absent(),
        *map(Withdrawn, (True, False, None)),
        CancelAsked(),
        Silent(),
        *reports,
    ]


def shape(delivery: Delivery, now: datetime) -> object:
    """What one state differs from another by, as far as the policy looks."""
    recipient, attempt = delivery.recipient, delivery.attempt
    return (
        recipient.status,
        recipient.in_line,
        recipient.reason == Reason.BUSY,
        recipient.pages_sent > 0,
        delivery.fax.cancel_requested_at is not None,
        now >= recipient.deadline_at,
        attempt and (attempt.status, attempt.withdrawn_at is not None, attempt.fetched, attempt.checks > 3),
        recipient.attempt > 1,
    )


def walk() -> Iterator[tuple[Delivery, Event, datetime, Step]]:
    seen: set[object] = set()
    ahead = [(NEW, NOW)]
    while ahead:
        delivery, now = ahead.pop()
        later = [now + timedelta(seconds=1), (delivery.recipient.due_at or now) + timedelta(seconds=1)]
        later.append(RECIPIENT.deadline_at + timedelta(seconds=1))
        asked = replace(delivery, fax=replace(delivery.fax, cancel_requested_at=now))
        for at, found in itertools.product(later, (delivery, asked)):
            for event in events(at):
                step = policy.step(found, event, at, TERMS)
                yield found, event, at, step
                reached = after(found, step, at)
                # What does not end is soon seen with more attempts alone.
                if reached.recipient.attempt <= 2 and (key := shape(reached, at)) not in seen:
                    seen.add(key)
                    ahead.append((reached, at))


def test_whatever_happens_what_is_not_final_is_due_and_what_is_final_stays() -> None:
    statuses = set()
    for found, event, now, step in walk():
        reached = after(found, step, now)
        recipient = reached.recipient
        statuses.add(recipient.status)
        final = recipient.status in FINAL_FOR_A_RECIPIENT
        assert (recipient.due_at is None) == final, (found, event)
        if found.recipient.status in FINAL_FOR_A_RECIPIENT:
            assert step == Step()
        if step.change is not None:
            # Nothing is due in the past for ever, and nothing waits beyond what ends it.
            assert final or recipient.due_at is not None
            assert final == (recipient.completed_at is not None)
            assert recipient.revision == found.recipient.revision + 1
            # Nobody leaves a call behind that still counts.
            attempt = reached.attempt
            over = attempt is None or attempt.status in (AttemptStatus.ENDED, AttemptStatus.ABANDONED)
            assert over == (recipient.status not in (RecipientStatus.SENDING, RecipientStatus.IN_DOUBT))
        # The intent is written before the carrier is called.
        if step.ask is Ask.SUBMIT:
            assert step.change is not None
            assert step.change.event is RecipientEvent.CLAIMED
            assert step.change.line_until is not None
    assert statuses == set(RecipientStatus)


def test_a_claim_is_written_before_anything_is_asked() -> None:
    step = policy.step(NEW, Due(), NOW, TERMS)
    assert step.ask is Ask.SUBMIT
    assert step.change is not None
    assert step.change.recipient.status == RecipientStatus.SENDING
    assert step.change.attempt is not None
    assert step.change.attempt.reference == "1001-001-01"
    assert policy.named("1001-001-01") == ("1001", 1, 1)


def test_before_it_is_due_nothing_happens() -> None:
    assert policy.step(NEW, Due(), NOW - timedelta(seconds=1), TERMS) == Step()


def test_a_canceled_one_is_due_at_once() -> None:
    asked = replace(NEW, fax=replace(FAX, cancel_requested_at=NOW))
    step = policy.step(asked, Due(), NOW - timedelta(hours=1), TERMS)
    assert step.change is not None
    assert step.change.recipient.status == RecipientStatus.CANCELED


# By its sender, or since it took too long.
@pytest.mark.parametrize(("asked", "reason"), [(NOW, Reason.CANCELED), (None, Reason.TIMEOUT)])
def test_a_call_that_was_stopped_says_why(asked: datetime | None, reason: Reason) -> None:
    claimed = after(NEW, policy.step(NEW, Due(), NOW, TERMS), NOW)
    taken = after(claimed, policy.step(claimed, Accepted("c-1"), NOW, TERMS), NOW)
    found = replace(taken, fax=replace(taken.fax, cancel_requested_at=asked))
    step = policy.step(found, Report(CallState.CANCELED), NOW, TERMS)
    assert step.change is not None
    assert step.change.attempt is not None
    assert step.change.attempt.reason == reason


def test_without_a_carrier_it_waits_and_says_why() -> None:
    step = policy.step(NEW, Due(), NOW, Terms(None))
    assert step.ask is None
    assert step.change is not None
    assert step.change.event is RecipientEvent.DELAYED
    assert step.change.recipient.reason == Reason.NO_CARRIER
    again = policy.step(after(NEW, step, NOW), Due(), NOW + timedelta(minutes=15), Terms(None))
    assert again.change is not None
    # Once in the history is enough.
    assert again.change.event is None


def test_what_a_later_release_knows_is_left_to_it() -> None:
    assert policy.step(replace(NEW, recipient=replace(RECIPIENT, status="teleported")), Due(), NOW, TERMS) == Step()


@pytest.mark.parametrize(
    ("pages", "longest"), [(1, timedelta(seconds=210)), (3, timedelta(seconds=390)), (999, timedelta(hours=4))]
)
def test_the_longest_call(pages: int, longest: timedelta) -> None:
    assert policy.longest_call(pages) == longest
