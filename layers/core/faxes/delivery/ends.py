"""What a recipient's change does to the record of its fax: the first attempt, the last end, or nothing but a count."""

from dataclasses import replace
from datetime import datetime

from faxes import lifecycle
from faxes.delivery.steps import Change
from faxes.lifecycle import FINAL, FINAL_FOR_A_RECIPIENT, FaxEvent, RecipientEvent
from faxes.model import Counts, Fax, RecipientStatus, Status


def fax_after(fax: Fax, change: Change, now: datetime) -> tuple[Fax, FaxEvent | None]:
    """The record as a recipient's change leaves it, and what happened to it, None where that is nothing, or a count."""
    ended = change.recipient.status
    if change.event is RecipientEvent.CLAIMED and fax.status == Status.QUEUED:
        return _moved(fax, FaxEvent.SENDING_STARTED), FaxEvent.SENDING_STARTED
    if ended not in FINAL_FOR_A_RECIPIENT or fax.counts is None or fax.status in FINAL:
        return fax, None
    counts = _counted(fax.counts, str(ended))
    event = lifecycle.end_of(counts)
    counted = replace(fax, counts=counts, revision=fax.revision + 1)
    if event is None:
        return counted, None
    reason = change.recipient.reason if event is FaxEvent.ENDED_FAILED else None
    status = lifecycle.after(fax.status, event)
    return replace(counted, status=status, reason=reason, due_at=None, completed_at=now), event


def _moved(fax: Fax, event: FaxEvent) -> Fax:
    return replace(fax, status=lifecycle.after(fax.status, event), reason=None, revision=fax.revision + 1)


def _counted(counts: Counts, ended: str) -> Counts:
    name = "partially" if ended == RecipientStatus.PARTIALLY_SENT else ended
    return replace(counts, open=counts.open - 1, **{name: getattr(counts, name) + 1})
