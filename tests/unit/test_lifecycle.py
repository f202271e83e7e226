"""Every pair of a state and an event is decided: what comes of it, or that it cannot happen."""

import itertools
from datetime import UTC, datetime
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes import lifecycle
from faxes.lifecycle import FaxEvent, HistoryEvent, IllegalTransition, RecipientEvent
from faxes.model import Counts, RecipientStatus, Status

NOW = datetime(2026, 11, 30, 6, 0, tzinfo=UTC)

# A row for each event, a column for each state; "-" cannot happen.
FAX = """
                     uploading accepted  rendering queued   sending        sent partially_sent failed canceled received refused expired
rendering_started    -         rendering rendering -        -              -    -              -      -        -        -       -
pages_ready          -         -         queued    -        -              -    -              -      -        -        -       -
sending_started      -         -         -         sending  -              -    -              -      -        -        -       -
cancel_requested     -         -         -         queued   sending        -    -              -      -        -        -       -
ended_sent           -         -         -         -        sent           -    -              -      -        -        -       -
ended_partially_sent -         -         -         -        partially_sent -    -              -      -        -        -       -
ended_failed         -         failed    failed    failed   failed         -    -              -      -        -        -       -
ended_canceled       -         canceled  canceled  canceled canceled       -    -              -      -        -        -       -
received             -         received  -         -        -              -    -              -      -        -        -       -
accepted             accepted  -         -         -        -              -    -              -      -        -        -       -
refused              refused   -         -         -        -              -    -              -      -        -        -       -
expired              expired   -         -         -        -              -    -              -      -        -        -       -
"""  # noqa: E501  # as wide as there are states
RECIPIENT = """
                waiting         sending         in_doubt        sent  partially_sent  failed  canceled
claimed         sending         -               -               -     -               -       -
delayed         waiting         -               -               -     -               -       -
submitted       -               sending         sending         -     -               -       -
doubted         -               in_doubt        in_doubt        -     -               -       -
retried         -               waiting         waiting         -     -               -       -
sent            sent            sent            sent            -     -               -       -
partially_sent  partially_sent  partially_sent  partially_sent  -     -               -       -
failed          failed          failed          failed          -     -               -       -
canceled        canceled        canceled        canceled        -     -               -       -
"""


def cells[S: StrEnum, E: StrEnum](grid: str, states: type[S], events: type[E]) -> dict[tuple[S, E], S | None]:
    head, *rows = grid.strip("\n").splitlines()
    columns = [states(word) for word in head.split()]
    found: dict[tuple[S, E], S | None] = {}
    for row in rows:
        event, *words = row.split()
        for state, word in zip(columns, words, strict=True):
            found[state, events(event)] = None if word == "-" else states(word)
    assert set(found) == set(itertools.product(states, events))
    return found


@pytest.mark.parametrize(("pair", "to"), cells(FAX, Status, FaxEvent).items())
def test_every_state_and_event_of_a_fax(pair: tuple[Status, FaxEvent], to: Status | None) -> None:
    if to is None:
        with pytest.raises(IllegalTransition, match=f"^{pair[1]} cannot happen to what is {pair[0]}$"):
            lifecycle.after(*pair)
    else:
        assert lifecycle.after(*pair) is to


@pytest.mark.parametrize(("pair", "to"), cells(RECIPIENT, RecipientStatus, RecipientEvent).items())
def test_every_state_and_event_of_a_recipient(
    pair: tuple[RecipientStatus, RecipientEvent], to: RecipientStatus | None
) -> None:
    if to is None:
        with pytest.raises(IllegalTransition):
            lifecycle.recipient_after(*pair)
    else:
        assert lifecycle.recipient_after(*pair) is to


def test_no_way_leads_out_of_a_final_state() -> None:
    """And out of every other one leads a way to each end that is possible."""
    assert {status for status, _ in lifecycle.FAX} == set(Status) - lifecycle.FINAL
    assert {status for status, _ in lifecycle.RECIPIENT} == set(RecipientStatus) - lifecycle.FINAL_FOR_A_RECIPIENT


def test_nothing_happens_to_a_state_of_a_later_release() -> None:
    with pytest.raises(IllegalTransition, match=r"what is teleported$"):
        lifecycle.after("teleported", FaxEvent.PAGES_READY)
    with pytest.raises(IllegalTransition, match=r"what is teleported$"):
        lifecycle.recipient_after("teleported", RecipientEvent.CLAIMED)


@pytest.mark.parametrize(
    ("counts", "end"),
    [
        (Counts(open=1, sent=2), None),
        (Counts(open=0, sent=2), FaxEvent.ENDED_SENT),
        (Counts(open=0, sent=1, failed=1), FaxEvent.ENDED_PARTIALLY_SENT),
        (Counts(open=0, sent=1, canceled=1), FaxEvent.ENDED_PARTIALLY_SENT),
        (Counts(open=0, partially=1), FaxEvent.ENDED_PARTIALLY_SENT),
        (Counts(open=0, failed=1, canceled=1), FaxEvent.ENDED_FAILED),
        (Counts(open=0, failed=2), FaxEvent.ENDED_FAILED),
        (Counts(open=0, canceled=2), FaxEvent.ENDED_CANCELED),
    ],
)
def test_how_a_fax_ends(counts: Counts, end: FaxEvent | None) -> None:
    assert lifecycle.end_of(counts) == end


@given(st.lists(st.sampled_from(FaxEvent)))
def test_a_fold_is_each_event_after_the_other(events: list[FaxEvent]) -> None:
    """A recipient's event beside them moves no fax."""
    history = [HistoryEvent(NOW, event, revision=revision) for revision, event in enumerate(events, start=2)]
    noise = HistoryEvent(NOW, RecipientEvent.CLAIMED, recipient=1, revision=2)
    try:
        status = Status.ACCEPTED
        for event in events:
            status = lifecycle.after(status, event)
    except IllegalTransition:
        with pytest.raises(IllegalTransition):
            lifecycle.fold(history)
    else:
        assert lifecycle.fold([noise, *reversed(history)]) is status


def test_a_fold_of_each_recipient() -> None:
    happened = [(1, RecipientEvent.CLAIMED), (2, RecipientEvent.CLAIMED), (1, RecipientEvent.SENT)]
    history = [
        HistoryEvent(NOW, event, recipient=position, revision=n)
        for n, (position, event) in enumerate(happened, start=2)
    ]
    history.append(HistoryEvent(NOW, FaxEvent.CANCEL_REQUESTED, revision=3))
    assert lifecycle.fold_recipient(history, 1) is RecipientStatus.SENT
    assert lifecycle.fold_recipient(history, 2) is RecipientStatus.SENDING
    assert lifecycle.fold_recipient(history, 3) is RecipientStatus.WAITING
