"""What is to be done with a recipient that is an extension of this deployment, as one pure function: ``step``.

    claim     a waiting recipient that is due gets an attempt, which names the fax that the extension is to get
    receive   the pages are copied under that name; then that fax and the end of this recipient are one write

So the received fax is there exactly once, whoever comes twice or ends between any two of these: the next one copies
the same pages to the same place, and of two writes one counts. No line is needed: an extension takes many at once.
Nothing is tried again later, since nothing that an extension says would be another thing then.
"""

from dataclasses import replace
from datetime import datetime

from faxes import lifecycle
from faxes.delivery.policy import CLAIM, reference_of
from faxes.delivery.steps import (
    NOTHING,
    Ask,
    Change,
    Delivery,
    Due,
    Event,
    Names,
    NameTaken,
    NotReceived,
    Received,
    Step,
)
from faxes.lifecycle import FINAL, FINAL_FOR_A_RECIPIENT, RecipientEvent
from faxes.model import Attempt, AttemptStatus, Reason, Recipient, RecipientStatus

# In an attempt, in the place of a carrier's name.
EXTENSION = "extension"


def step(delivery: Delivery, event: Event, now: datetime, names: Names) -> Step:
    """What is to be done with a recipient when this happens. ``names`` are drawn for this step."""
    recipient, attempt = delivery.recipient, delivery.attempt
    if recipient.status in FINAL_FOR_A_RECIPIENT:
        return NOTHING
    match event:
        case Due(rang):
            return _due(delivery, now, names, rang)
        case Received(fax) if attempt:
            ended = replace(attempt, pages_sent=recipient.pages, remote_id=recipient.destination)
            return _end(recipient, RecipientEvent.SENT, None, ended, now, received=fax)
        case NotReceived() if attempt:
            reason = Reason.NUMBER_INVALID
            return _end(recipient, RecipientEvent.FAILED, reason, replace(attempt, reason=reason), now)
        case NameTaken() if attempt:
            named = replace(attempt, carrier_id=names.id)
            return Step(_change(recipient, None, attempt=named, due_at=now + CLAIM), Ask.RECEIVE)
    return NOTHING


def _due(delivery: Delivery, now: datetime, names: Names, rang: bool) -> Step:
    recipient, attempt = delivery.recipient, delivery.attempt
    to_cancel = delivery.fax.cancel_requested_at is not None or delivery.fax.status in FINAL
    if recipient.due_at and now < recipient.due_at and not rang and not to_cancel:
        return NOTHING
    if recipient.status == RecipientStatus.SENDING and attempt:
        # Whoever claimed it is gone, or slow: what was begun is ended, for as long as there is time.
        if now < recipient.deadline_at:
            return Step(ask=Ask.RECEIVE)
        return _end(recipient, RecipientEvent.FAILED, Reason.INTERNAL, replace(attempt, reason=Reason.INTERNAL), now)
    if recipient.status != RecipientStatus.WAITING:
        return NOTHING
    if to_cancel:
        return _end(recipient, RecipientEvent.CANCELED, Reason.CANCELED, None, now)
    if now >= recipient.deadline_at:
        return _end(recipient, RecipientEvent.FAILED, recipient.reason or Reason.TIMEOUT, None, now)
    return _claim(recipient, now, names)


def _claim(recipient: Recipient, now: datetime, names: Names) -> Step:
    number = recipient.attempt + 1
    attempt = Attempt(
        fax_id=recipient.fax_id,
        position=recipient.position,
        number=number,
        carrier=EXTENSION,
        reference=reference_of(recipient.fax_id, recipient.position, number),
        started_at=now,
        expires_at=recipient.expires_at,
        carrier_id=names.id,
        received_uid=names.uid,
    )
    claimed = replace(recipient, attempt=number, reason=None)
    return Step(_change(claimed, RecipientEvent.CLAIMED, attempt=attempt, due_at=now + CLAIM), Ask.RECEIVE)


def _end(
    recipient: Recipient,
    event: RecipientEvent,
    reason: Reason | str | None,
    attempt: Attempt | None,
    now: datetime,
    **more: object,
) -> Step:
    pages = attempt.pages_sent if attempt else 0
    ended = replace(recipient, reason=reason, pages_sent=pages, completed_at=now)
    over = replace(attempt, status=AttemptStatus.ENDED, ended_at=now) if attempt else None
    return Step(_change(ended, event, attempt=over, due_at=None, **more))


def _change(
    recipient: Recipient,
    event: RecipientEvent | None,
    attempt: Attempt | None,
    due_at: datetime | None,
    **more: object,
) -> Change:
    status = lifecycle.recipient_after(recipient.status, event) if event else recipient.status
    after = replace(recipient, status=status, revision=recipient.revision + 1, due_at=due_at)
    return Change(event, after, attempt, **more)  # type: ignore[arg-type]
