"""What is to be done with a recipient, as one pure function: ``step``. Nothing here waits, writes or calls.

    claim    a waiting recipient that is due takes its number's line and writes an attempt, before anything is called
    submit   the carrier takes the fax, refuses it, or does not answer
    doubt    no answer is not a failure: the carrier is asked for the attempt's reference, again and again; soon the
             document is withdrawn, so that nothing is taken up late; only if it lists none, another attempt is allowed
    report   the carrier is asked how far the fax is, until it says that it ended, or the longest call is over
    end      sent, sent in part, failed or canceled: final, and the number is free for who stands in line
    again    or the retry table allows another attempt, later

Whoever feeds it may come twice, late or in any order: what it says is written only if the recipient is still as it was
read. Every change but a final one leaves a due time behind, so that a lost message is a late one.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from faxes import lifecycle
from faxes.delivery import resume, retries
from faxes.delivery.carrier import Accepted, CallState, NoAnswer, Refused, Report
from faxes.delivery.steps import (
    NOTHING,
    Absent,
    Ask,
    CancelAsked,
    Change,
    Delivery,
    Due,
    EarlierDelivered,
    Event,
    NumberInUse,
    Silent,
    Step,
    Terms,
    Withdrawn,
)
from faxes.lifecycle import FINAL, FINAL_FOR_A_RECIPIENT, RecipientEvent
from faxes.model import Attempt, AttemptStatus, Reason, Recipient, RecipientStatus

# A worker that has claimed begins to call within SUBMIT or not at all; after CLAIM, whether it called is in doubt.
CLAIM, SUBMIT = timedelta(seconds=60), timedelta(seconds=15)
# When the carrier is asked about an attempt in doubt, counted from its start; at the third, its document is withdrawn.
DOUBTS, _WITHDRAWN = tuple(timedelta(seconds=seconds) for seconds in (10, 30, 60, 120, 300, 600)), 3
# A carrier lists within this what it took before.
LISTED = timedelta(seconds=150)
# Where the carrier had the document and yet lists no fax.
UNLISTED = timedelta(hours=1)
# Without a carrier.
NO_CARRIER = timedelta(minutes=15)
# How long a number is kept for the one who stands first in line.
RESERVED = timedelta(seconds=120)
# The longest call: to dial and to agree, and for each page at the slowest rate.
CALL, CALL_PER_PAGE, LONGEST_CALL = timedelta(seconds=120), timedelta(seconds=90), timedelta(hours=4)
# A carrier says itself when a call has ended. It is asked when one should have, dialled and its pages sent; from then
# on after so much of the time that has passed, within these.
_EXPECTED, _EXPECTED_PER_PAGE = timedelta(seconds=45), timedelta(seconds=45)
_POLLS, _SOONEST, _LATEST = 0.5, timedelta(seconds=15), timedelta(minutes=5)
# A carrier that answers nothing any more is given up so long after all else is over.
_LAST = timedelta(hours=1)
_UNKNOWN = Report(CallState.FAILED, reason=Reason.OUTCOME_UNKNOWN)


def step(delivery: Delivery, event: Event, now: datetime, terms: Terms) -> Step:
    """What is to be done with a recipient when this happens."""
    if delivery.recipient.status in FINAL_FOR_A_RECIPIENT:
        return NOTHING
    over = delivery.attempt is None or delivery.attempt.status in (AttemptStatus.ENDED, AttemptStatus.ABANDONED)
    if over and not isinstance(event, Due | NumberInUse | EarlierDelivered):
        # Somebody else was told the same before.
        return NOTHING
    match event:
        case Due(rang):
            return _due(delivery, now, terms, rang)
        case NumberInUse(until):
            return _stand_in_line(delivery, until)
        case Accepted(carrier_id):
            return _submitted(delivery, carrier_id, now, terms)
        case Refused():
            report = Report(CallState.FAILED, reason=event.reason, code=event.code, detail=event.detail)
            return _failed(delivery, report, now, terms)
        case NoAnswer():
            return _doubt(delivery, now, terms)
        case Absent():
            return _absent(delivery, now, terms)
        case Withdrawn(fetched):
            return _withdrawn(delivery, fetched, now, terms)
        case CancelAsked():
            return Step(ask=Ask.FETCH)
        case Report():
            return _told(delivery, event, now, terms)
        case EarlierDelivered(attempt, report):
            return _end(delivery, RecipientEvent.SENT, None, _ended(attempt, report, now), now)
        case Silent():
            return _silent(delivery, now, terms)
        case _:
            # What an extension says is not said of a line.
            return NOTHING


def _due(delivery: Delivery, now: datetime, terms: Terms, rang: bool) -> Step:
    recipient = delivery.recipient
    if recipient.due_at and now < recipient.due_at and not rang and not _to_cancel(delivery):
        return NOTHING
    match recipient.status:
        case RecipientStatus.WAITING:
            return _claim(delivery, now, terms)
        case RecipientStatus.SENDING:
            return _ask_after(delivery, now, terms)
        case RecipientStatus.IN_DOUBT:
            return Step(ask=Ask.FIND)
    # A word of a later release's is that release's to move on.
    return NOTHING


# --- claim and submit ------------------------------------------------------------------------------------------------


def _claim(delivery: Delivery, now: datetime, terms: Terms) -> Step:
    recipient = delivery.recipient
    if _to_cancel(delivery):
        return _over(delivery, RecipientEvent.CANCELED, Reason.CANCELED, None, now)
    if now >= recipient.deadline_at:
        return _over(delivery, RecipientEvent.FAILED, recipient.reason or Reason.TIMEOUT, None, now)
    if recipient.due_at and now < recipient.due_at:
        return NOTHING
    if terms.carrier is None:
        until = min(now + NO_CARRIER, recipient.deadline_at)
        event = None if recipient.reason == Reason.NO_CARRIER else RecipientEvent.DELAYED
        return Step(_change(recipient, event, reason=Reason.NO_CARRIER, due_at=until))
    number = recipient.attempt + 1
    attempt = Attempt(
        fax_id=recipient.fax_id,
        position=recipient.position,
        number=number,
        carrier=terms.carrier,
        reference=reference_of(recipient.fax_id, recipient.position, number),
        started_at=now,
        expires_at=recipient.expires_at,
        first_page=(first_page := resume.first_page(delivery, now, terms)),
        estimate=terms.price.of(recipient.pages - first_page + 1) if terms.price else None,
        confirmed_at=delivery.attempt.confirmed_at if delivery.attempt else None,
    )
    change = _change(recipient, RecipientEvent.CLAIMED, attempt=number, reason=None, in_line=False, due_at=now + CLAIM)
    until = now + CLAIM + _paced(longest_call(recipient.pages) + DOUBTS[-1] + LISTED, terms)
    return Step(replace(change, attempt=attempt, line_until=until), Ask.SUBMIT)


def reference_of(fax_id: str, position: int, number: int) -> str:
    """How an attempt is named to the carrier: by the fax's id, the recipient's position, and its own number."""
    return f"{fax_id}-{position:03}-{number:02}"


def named(reference: str) -> tuple[str, int, int]:
    """The fax's id, the recipient's position and the attempt's number in a reference. Raises ValueError."""
    fax_id, position, number = reference.split("-")
    return fax_id, int(position), int(number)


def longest_call(pages: int) -> timedelta:
    return min(CALL + CALL_PER_PAGE * pages, LONGEST_CALL)


def _stand_in_line(delivery: Delivery, until: datetime) -> Step:
    recipient = delivery.recipient
    if recipient.status != RecipientStatus.WAITING:
        return NOTHING
    # Whoever frees the number makes it due; where that is lost, the number's time is over then.
    due_at = min(until, recipient.deadline_at)
    event = None if recipient.in_line else RecipientEvent.DELAYED
    return Step(_change(recipient, event, in_line=True, due_at=due_at))


def _submitted(delivery: Delivery, carrier_id: str, now: datetime, terms: Terms) -> Step:
    recipient, attempt = delivery.recipient, _latest(delivery)
    known = replace(attempt, status=AttemptStatus.SUBMITTED, carrier_id=carrier_id, submitted_at=now)
    change = _change(recipient, RecipientEvent.SUBMITTED, due_at=_next_poll(recipient, attempt, now, terms))
    return Step(replace(change, attempt=known))


# --- doubt -----------------------------------------------------------------------------------------------------------


def _doubt(delivery: Delivery, now: datetime, terms: Terms) -> Step:
    attempt = replace(_latest(delivery), status=AttemptStatus.IN_DOUBT)
    due_at = max(now, attempt.started_at + _paced(DOUBTS[0], terms))
    return Step(replace(_change(delivery.recipient, RecipientEvent.DOUBTED, due_at=due_at), attempt=attempt))


def _absent(delivery: Delivery, now: datetime, terms: Terms) -> Step:
    recipient, attempt = delivery.recipient, _latest(delivery)
    if attempt.withdrawn_at is None:
        checked = replace(attempt, checks=attempt.checks + 1)
        if checked.checks >= _WITHDRAWN or _to_cancel(delivery):
            return Step(ask=Ask.WITHDRAW)
        due_at = max(now, attempt.started_at + _paced(DOUBTS[checked.checks], terms))
        return Step(replace(_change(recipient, None, due_at=due_at), attempt=checked))
    listed = attempt.withdrawn_at + _paced(LISTED, terms)
    if attempt.fetched is not False:
        # It may have been taken: one that is canceled is looked for as long as any other.
        listed = max(listed, attempt.started_at + _paced(DOUBTS[-1] + LISTED, terms))
    if now < listed:
        return Step(_change(recipient, None, due_at=_next_check(attempt, now, listed, terms)))
    if attempt.fetched:
        # It was taken, and what became of it nobody says: it is never sent again.
        if now >= recipient.deadline_at:
            return _over(delivery, RecipientEvent.FAILED, Reason.OUTCOME_UNKNOWN, _ended(attempt, _UNKNOWN, now), now)
        return Step(_change(recipient, None, due_at=min(now + _paced(UNLISTED, terms), recipient.deadline_at)))
    return _failed(delivery, _UNKNOWN, now, terms, abandoned=True)


def _withdrawn(delivery: Delivery, fetched: bool | None, now: datetime, terms: Terms) -> Step:
    attempt = replace(_latest(delivery), withdrawn_at=now, fetched=fetched)
    due_at = _next_check(attempt, now, now + _paced(LISTED, terms), terms)
    return Step(replace(_change(delivery.recipient, None, due_at=due_at), attempt=attempt))


def _next_check(attempt: Attempt, now: datetime, last: datetime, terms: Terms) -> datetime:
    checks = [attempt.started_at + _paced(after, terms) for after in DOUBTS]
    return min(last, *(each for each in [*checks, last] if each > now))


# --- report ----------------------------------------------------------------------------------------------------------


def _ask_after(delivery: Delivery, now: datetime, terms: Terms) -> Step:
    recipient, attempt = delivery.recipient, _latest(delivery)
    if attempt.status == AttemptStatus.INTENT:
        if recipient.due_at and now < recipient.due_at and not _to_cancel(delivery):
            # A report that is quicker than the carrier's answer, for which somebody is waiting.
            return NOTHING
        # Whoever claimed it is gone, or very slow; whether it called, only the carrier knows.
        return _doubt(delivery, now, terms)
    too_long = now >= attempt.started_at + _paced(longest_call(recipient.pages), terms)
    to_stop = _to_cancel(delivery) or too_long or now >= recipient.deadline_at
    return Step(ask=Ask.CANCEL if to_stop else Ask.FETCH)


def _told(delivery: Delivery, report: Report, now: datetime, terms: Terms) -> Step:
    recipient, attempt = delivery.recipient, _latest(delivery)
    match report.state:
        case CallState.DELIVERED if report.pages_sent >= resume.pages_of(recipient, attempt):
            return _end(delivery, RecipientEvent.SENT, None, _ended(attempt, report, now), now)
        case CallState.DELIVERED:
            short = replace(report, reason=report.reason or Reason.LINE_QUALITY)
            return _end(delivery, RecipientEvent.PARTIALLY_SENT, short.reason, _ended(attempt, short, now), now)
        case CallState.FAILED:
            return _failed(delivery, report, now, terms)
        case CallState.CANCELED:
            stopped = Reason.CANCELED if _to_cancel(delivery) else Reason.TIMEOUT
            return _failed(delivery, replace(report, reason=stopped), now, terms)
    return _silent(delivery, now, terms)


def _silent(delivery: Delivery, now: datetime, terms: Terms) -> Step:
    """Nothing new is known: ask again, unless all that could come is over."""
    recipient, attempt = delivery.recipient, delivery.attempt
    if attempt is None or recipient.status == RecipientStatus.WAITING:
        return NOTHING
    last = max(attempt.started_at + _paced(2 * LONGEST_CALL, terms), recipient.deadline_at) + _paced(_LAST, terms)
    if now >= last:
        return _over(delivery, RecipientEvent.FAILED, Reason.OUTCOME_UNKNOWN, _ended(attempt, _UNKNOWN, now), now)
    return Step(_change(recipient, None, due_at=_next_poll(recipient, attempt, now, terms)))


def _next_poll(recipient: Recipient, attempt: Attempt, now: datetime, terms: Terms) -> datetime:
    expected = attempt.started_at + _paced(_EXPECTED + _EXPECTED_PER_PAGE * recipient.pages, terms)
    if now < expected:
        return expected
    passed = (now - attempt.started_at) * _POLLS
    return now + min(max(passed, _paced(_SOONEST, terms)), _paced(_LATEST, terms))


# --- end and again ---------------------------------------------------------------------------------------------------


def _failed(delivery: Delivery, report: Report, now: datetime, terms: Terms, *, abandoned: bool = False) -> Step:
    recipient = delivery.recipient
    reason = report.reason or Reason.INTERNAL
    ended = _ended(_latest(delivery), replace(report, reason=reason), now)
    ended = replace(ended, status=AttemptStatus.ABANDONED) if abandoned else ended
    failures = dict(recipient.failures) | {reason: recipient.failures.get(reason, 0) + 1}
    pages_sent = resume.confirmed(recipient, ended)
    counted = replace(delivery, recipient=replace(recipient, failures=failures, pages_sent=pages_sent))
    if reason == Reason.LAST_PAGE_UNCONFIRMED:
        return _end(counted, RecipientEvent.PARTIALLY_SENT, reason, ended, now)
    if _to_cancel(delivery):
        return _over(counted, RecipientEvent.CANCELED, Reason.CANCELED, ended, now)
    wait = retries.wait(failures, reason, ended.reference)
    due_at = now + _paced(wait, terms) if wait is not None else recipient.deadline_at
    if due_at >= recipient.deadline_at:
        return _over(counted, RecipientEvent.FAILED, reason, ended, now)
    change = _change(counted.recipient, RecipientEvent.RETRIED, reason=reason, due_at=due_at)
    return Step(replace(change, attempt=ended))


def _over(
    delivery: Delivery, event: RecipientEvent, reason: Reason | str, attempt: Attempt | None, now: datetime
) -> Step:
    """It ends without the whole fax: with some of its pages, or with none."""
    if delivery.recipient.pages_sent:
        event = RecipientEvent.PARTIALLY_SENT
    return _end(delivery, event, reason, attempt, now)


def _end(
    delivery: Delivery, event: RecipientEvent, reason: Reason | str | None, attempt: Attempt | None, now: datetime
) -> Step:
    recipient = delivery.recipient
    pages = resume.confirmed(recipient, attempt)
    change = _change(recipient, event, reason=reason, pages_sent=pages, in_line=False, due_at=None, completed_at=now)
    return Step(replace(change, attempt=attempt))


def _ended(attempt: Attempt, report: Report, now: datetime) -> Attempt:
    return replace(
        attempt,
        status=AttemptStatus.ENDED,
        ended_at=now,
        reason=report.reason,
        carrier_code=report.code,
        detail=report.detail,
        pages_sent=report.pages_sent,
        confirmed_at=now if report.pages_sent else attempt.confirmed_at,
        seconds=report.seconds,
        remote_id=report.remote_id,
        price=report.price,
    )


# --- small things ----------------------------------------------------------------------------------------------------


def _change(recipient: Recipient, event: RecipientEvent | None, **changed: object) -> Change:
    status = lifecycle.recipient_after(recipient.status, event) if event else recipient.status
    after = replace(recipient, status=status, revision=recipient.revision + 1, **changed)  # type: ignore[arg-type]
    return Change(event, after)


def _to_cancel(delivery: Delivery) -> bool:
    return delivery.fax.cancel_requested_at is not None or delivery.fax.status in FINAL


def _paced(wait: timedelta, terms: Terms) -> timedelta:
    return wait / terms.speed


def _latest(delivery: Delivery) -> Attempt:
    if delivery.attempt is None:
        raise ValueError(f"{delivery.recipient.status}, and no attempt")
    return delivery.attempt
