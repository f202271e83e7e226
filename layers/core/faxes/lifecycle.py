"""How a fax and each of its recipients move from one state to the next: a table for each, and nothing else moves them.

    fax        uploading -> accepted, refused or expired, where its files come later than the request; then, and at once
               where they came with it:
               accepted -> rendering -> queued -> sending -> sent, partially_sent, failed or canceled
               received: one that came in at an extension
    recipient  waiting -> sending -> sent, partially_sent, failed or canceled; from sending back to waiting for the next
               attempt; to in_doubt and back where the carrier did not say whether it took the fax

An event that a table does not have for a state cannot happen there: ``after`` raises. No table has one for a final
state, so a final state never changes. What happened is kept as the history, one event for each change and in the same
write, so a state equals the fold of its history; acceptance has no item of its own, since the record is its item.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from faxes.model import Attempt, Counts, Fax, PendingFax, Reason, Recipient, RecipientStatus, Status


class FaxEvent(StrEnum):
    """What happens to a fax."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    RENDERING_STARTED = "rendering_started"
    PAGES_READY = "pages_ready"
    SENDING_STARTED = "sending_started"
    CANCEL_REQUESTED = "cancel_requested"
    ENDED_SENT = "ended_sent"
    ENDED_PARTIALLY_SENT = "ended_partially_sent"
    ENDED_FAILED = "ended_failed"
    ENDED_CANCELED = "ended_canceled"
    RECEIVED = "received"


# What happens to a fax in any state, and changes none: its sender closed its public page.
PAGE_REVOKED = "page_revoked"


class RecipientEvent(StrEnum):
    """What happens to a recipient. ``DELAYED``: no attempt can be made now, since another call to the number is on, or
    no carrier is there. ``RETRIED``: the attempt is over, and another one is to follow."""

    CLAIMED = "claimed"
    DELAYED = "delayed"
    SUBMITTED = "submitted"
    DOUBTED = "doubted"
    RETRIED = "retried"
    SENT = "sent"
    PARTIALLY_SENT = "partially_sent"
    FAILED = "failed"
    CANCELED = "canceled"


FAX: Mapping[tuple[Status, FaxEvent], Status] = {
    # Its files came; one of them cannot be faxed; or they never came.
    (Status.UPLOADING, FaxEvent.ACCEPTED): Status.ACCEPTED,
    (Status.UPLOADING, FaxEvent.REFUSED): Status.REFUSED,
    (Status.UPLOADING, FaxEvent.EXPIRED): Status.EXPIRED,
    # A worker that was stopped leaves a fax that another one takes up again.
    (Status.ACCEPTED, FaxEvent.RENDERING_STARTED): Status.RENDERING,
    (Status.RENDERING, FaxEvent.RENDERING_STARTED): Status.RENDERING,
    (Status.RENDERING, FaxEvent.PAGES_READY): Status.QUEUED,
    (Status.QUEUED, FaxEvent.SENDING_STARTED): Status.SENDING,
    # Before it has recipients, nothing is to be stopped; afterwards, each of them is.
    (Status.ACCEPTED, FaxEvent.ENDED_CANCELED): Status.CANCELED,
    (Status.RENDERING, FaxEvent.ENDED_CANCELED): Status.CANCELED,
    (Status.QUEUED, FaxEvent.CANCEL_REQUESTED): Status.QUEUED,
    (Status.SENDING, FaxEvent.CANCEL_REQUESTED): Status.SENDING,
    # Its documents or its deadline stand against it.
    (Status.ACCEPTED, FaxEvent.ENDED_FAILED): Status.FAILED,
    (Status.RENDERING, FaxEvent.ENDED_FAILED): Status.FAILED,
    # Its last recipient ended: in a queued fax, without an attempt.
    (Status.QUEUED, FaxEvent.ENDED_FAILED): Status.FAILED,
    (Status.QUEUED, FaxEvent.ENDED_CANCELED): Status.CANCELED,
    (Status.SENDING, FaxEvent.ENDED_SENT): Status.SENT,
    (Status.SENDING, FaxEvent.ENDED_PARTIALLY_SENT): Status.PARTIALLY_SENT,
    (Status.SENDING, FaxEvent.ENDED_FAILED): Status.FAILED,
    (Status.SENDING, FaxEvent.ENDED_CANCELED): Status.CANCELED,
    # What comes in at an extension is there at once, with its pages.
    (Status.ACCEPTED, FaxEvent.RECEIVED): Status.RECEIVED,
}

_R, _E = RecipientStatus, RecipientEvent
RECIPIENT: Mapping[tuple[RecipientStatus, RecipientEvent], RecipientStatus] = {
    (_R.WAITING, _E.CLAIMED): _R.SENDING,
    (_R.WAITING, _E.DELAYED): _R.WAITING,
    (_R.WAITING, _E.FAILED): _R.FAILED,
    (_R.WAITING, _E.CANCELED): _R.CANCELED,
    # An earlier attempt got some pages through, and no further one is made.
    (_R.WAITING, _E.PARTIALLY_SENT): _R.PARTIALLY_SENT,
    # A report of an earlier attempt comes late: paper is paper.
    (_R.WAITING, _E.SENT): _R.SENT,
    (_R.SENDING, _E.SUBMITTED): _R.SENDING,
    (_R.SENDING, _E.DOUBTED): _R.IN_DOUBT,
    (_R.SENDING, _E.RETRIED): _R.WAITING,
    (_R.SENDING, _E.SENT): _R.SENT,
    (_R.SENDING, _E.PARTIALLY_SENT): _R.PARTIALLY_SENT,
    (_R.SENDING, _E.FAILED): _R.FAILED,
    (_R.SENDING, _E.CANCELED): _R.CANCELED,
    # The carrier was asked, and still does not know; or has it.
    (_R.IN_DOUBT, _E.DOUBTED): _R.IN_DOUBT,
    (_R.IN_DOUBT, _E.SUBMITTED): _R.SENDING,
    (_R.IN_DOUBT, _E.RETRIED): _R.WAITING,
    (_R.IN_DOUBT, _E.SENT): _R.SENT,
    (_R.IN_DOUBT, _E.PARTIALLY_SENT): _R.PARTIALLY_SENT,
    (_R.IN_DOUBT, _E.FAILED): _R.FAILED,
    (_R.IN_DOUBT, _E.CANCELED): _R.CANCELED,
}

_ENDED = {Status.SENT, Status.PARTIALLY_SENT, Status.FAILED, Status.CANCELED, Status.RECEIVED}
FINAL = frozenset({Status.REFUSED, Status.EXPIRED, *_ENDED})
FINAL_FOR_A_RECIPIENT = frozenset({_R.SENT, _R.PARTIALLY_SENT, _R.FAILED, _R.CANCELED})


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """What happened to a fax, or to one of its recipients, as it is kept beside the change that it tells of.

    ``event`` may be a word of a later release's. ``recipient`` is the position of the one that it happened to, None
    where it happened to the fax; ``attempt`` the attempt's number. ``reason`` says why, ``due_at`` when it goes on,
    ``pages`` how many were sent or are ready. ``actor`` is the key of the app that asked for it. ``revision`` is the
    record's or the recipient's that it led to: events of one of them follow each other by it, whatever the clocks of
    their writers said.
    """

    at: datetime
    event: FaxEvent | RecipientEvent | str
    recipient: int | None = None
    attempt: int | None = None
    reason: Reason | str | None = None
    due_at: datetime | None = None
    pages: int | None = None
    actor: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class ReadyPage:
    """A page that is ready to be sent: its rows and bytes, its resolution, which may be a word of a later release's,
    and the seconds that it takes on the line at full speed."""

    rows: int
    size: int
    resolution: str
    seconds: float


@dataclass(frozen=True, slots=True)
class RenderFailure:
    """Why a fax's pages could not be made: one word, in which file and on which page (from 1), where one is meant, and
    the sentence for people."""

    word: str
    file: int | None = None
    page: int | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class FaxInFull:
    """A fax with its recipients, in their order, and their attempts, in theirs. Without recipients until its pages are
    ready, and where a release before deliveries accepted it: then ``fax.recipients`` alone says to whom it goes.

    ``pages`` are those that are ready; ``failure`` says why none could be made. ``pending`` is a fax's that waits for
    its files, or ended without them."""

    fax: Fax
    recipients: tuple[Recipient, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    pages: tuple[ReadyPage, ...] = ()
    failure: RenderFailure | None = None
    pending: PendingFax | None = None


class IllegalTransition(Exception):
    """An event that cannot happen in this state: whoever asks has read something old, or is wrong."""

    def __init__(self, status: str, event: str) -> None:
        super().__init__(f"{event} cannot happen to what is {status}")


def after(status: Status | str, event: FaxEvent) -> Status:
    """The state of a fax after an event. Raises IllegalTransition."""
    return _after(FAX, status, event)


def recipient_after(status: RecipientStatus | str, event: RecipientEvent) -> RecipientStatus:
    """The state of a recipient after an event. Raises IllegalTransition."""
    return _after(RECIPIENT, status, event)


def _after[S: StrEnum, E: StrEnum](table: Mapping[tuple[S, E], S], status: S | str, event: E) -> S:
    # A word of a later release's is in no table. The two enums' members are equal to their words.
    for (from_, on), to in table.items():
        if from_ == status and on is event:
            return to
    raise IllegalTransition(status, event)


def end_of(counts: Counts) -> FaxEvent | None:
    """How a fax ends whose recipients ended so, or None where some have not."""
    if counts.open:
        return None
    if counts.partially or (counts.sent and (counts.failed or counts.canceled)):
        return FaxEvent.ENDED_PARTIALLY_SENT
    if counts.sent:
        return FaxEvent.ENDED_SENT
    return FaxEvent.ENDED_FAILED if counts.failed else FaxEvent.ENDED_CANCELED


def fold(history: Iterable[HistoryEvent]) -> Status:
    """The state of a fax that this happened to. Raises IllegalTransition."""
    status = Status.ACCEPTED
    for each in sorted(history, key=lambda event: event.revision):
        if each.recipient is None and each.event != PAGE_REVOKED:
            status = after(status, FaxEvent(each.event))
    return status


def fold_recipient(history: Iterable[HistoryEvent], position: int) -> RecipientStatus:
    """The state of a fax's recipient that this happened to, likewise."""
    status = RecipientStatus.WAITING
    for each in sorted(history, key=lambda event: event.revision):
        if each.recipient == position:
            status = recipient_after(status, RecipientEvent(each.event))
    return status
