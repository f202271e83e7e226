"""A fax and its history as JSON, as a caller sees them. What has no value is left out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from faxes.lifecycle import FaxInFull, HistoryEvent, ReadyPage, RenderFailure
from faxes.model import (
    Attempt,
    AttemptStatus,
    ExpectedFile,
    Fax,
    PendingFax,
    Recipient,
    RecipientStatus,
    Sender,
    Status,
    StoredFile,
)

type Json = dict[str, Any]

# What is said of a fax's recipients while they have no items of their own, by the fax's status.
_BEFORE_DELIVERY: Mapping[str, RecipientStatus] = {
    Status.ACCEPTED: RecipientStatus.WAITING,
    Status.RENDERING: RecipientStatus.WAITING,
    Status.QUEUED: RecipientStatus.WAITING,
    Status.FAILED: RecipientStatus.FAILED,
    Status.CANCELED: RecipientStatus.CANCELED,
}


def fax(shown: FaxInFull, url: str, page_url: str | None) -> Json:
    """A fax; ``url`` is its address, ``page_url`` its public page's, None where it has none."""
    if shown.pending:
        return _pending(shown.pending, url)
    record = shown.fax
    return _known(
        id=record.id,
        uid=record.uid,
        status=str(record.status),
        reason=_word(record.reason),
        direction=str(record.direction),
        sandbox=record.sandbox or None,
        userId=record.user_id,
        extension=record.extension,
        **_came_from(record.sender),
        recipients=list(record.recipients),
        failure=_failure(shown.failure),
        pages=record.pages,
        readyPages=[_page(page) for page in shown.pages] or None,
        files=[_file(file) for file in record.files],
        deliveries=_deliveries(shown),
        createdAt=_time(record.created_at),
        cancelRequestedAt=_time(record.cancel_requested_at),
        completedAt=_time(record.completed_at),
        expiresAt=_time(record.expires_at),
        pageUrl=page_url,
        links={"self": url, "events": f"{url}/events"},
    )


def _pending(pending: PendingFax, url: str) -> Json:
    """A fax that waits for its files, or ended without them."""
    record, refusal = pending.fax, pending.refusal
    return _known(
        id=record.id,
        uid=record.uid,
        status=str(record.status),
        sandbox=record.sandbox or None,
        refusal={"code": refusal.code, "message": refusal.message} if refusal else None,
        userId=record.user_id,
        extension=record.extension,
        recipients=list(record.recipients),
        files=[expected(file, pending) for file in pending.files],
        createdAt=_time(record.created_at),
        closesAt=_time(pending.closes_at) if record.status == Status.UPLOADING else None,
        completedAt=_time(record.completed_at),
        expiresAt=_time(pending.forgotten_at),
        links={"self": url, "events": f"{url}/events"},
    )


def expected(file: ExpectedFile, pending: PendingFax) -> Json:
    """A file that was announced, and whether it is there and can be faxed."""
    return {
        "uploadIdentifier": file.identifier,
        "name": file.name,
        "size": file.size,
        "type": file.media_type,
        "checked": file.position in pending.checked,
    }


def history(record: Fax, events: Iterable[HistoryEvent], url: str, following: str | None) -> Json:
    """Some of a fax's history; ``url`` is where it was asked for, ``following`` where it goes on, if it does."""
    entries = [_event(record, event) for event in events]
    return {
        "itemsPerPage": len(entries),
        "entry": entries,
        "links": _known(self=url, next=following),
    }


def _came_from(sender: Sender | None) -> Json:
    """From whom a fax came, in a member whose name is a word of Python's."""
    return {"from": _known(extension=sender.extension, organization=sender.organization)} if sender else {}


def _deliveries(shown: FaxInFull) -> list[Json]:
    record = shown.fax
    if shown.recipients:
        attempts: dict[int, list[Attempt]] = defaultdict(list)
        for each in shown.attempts:
            attempts[each.position].append(each)
        return [_delivery(each, attempts[each.position]) for each in shown.recipients]
    status = _BEFORE_DELIVERY.get(record.status)
    if status is None:
        # A later release's word: nothing is known of its recipients here.
        return []
    reason = _word(record.reason) if status is RecipientStatus.FAILED else None
    return [
        _known(recipient=number, status=str(status), reason=reason, pagesSent=0, attempts=[])
        for number in record.recipients
    ]


def _delivery(recipient: Recipient, attempts: Sequence[Attempt]) -> Json:
    # Before the first attempt nothing is tried again.
    waits = recipient.status == RecipientStatus.WAITING and recipient.attempt > 0
    return _known(
        recipient=recipient.number,
        status=str(recipient.status),
        reason=_word(recipient.reason),
        pagesSent=recipient.pages_sent,
        nextAt=_time(recipient.due_at) if waits else None,
        completedAt=_time(recipient.completed_at),
        attempts=[_attempt(each) for each in attempts],
    )


def _attempt(attempt: Attempt) -> Json:
    # What is written before the carrier is called is no more than an intent: to a caller, it is under way.
    under_way = attempt.status in (AttemptStatus.INTENT, AttemptStatus.SUBMITTED)
    return _known(
        number=attempt.number,
        status="sending" if under_way else str(attempt.status),
        startedAt=_time(attempt.started_at),
        endedAt=_time(attempt.ended_at),
        durationSeconds=attempt.seconds,
        firstPage=attempt.first_page if attempt.first_page > 1 else None,
        pagesSent=attempt.pages_sent,
        reason=_word(attempt.reason),
        detail=attempt.detail,
        remoteId=attempt.remote_id,
    )


def _event(record: Fax, event: HistoryEvent) -> Json:
    position = event.recipient
    return _known(
        at=_time(event.at),
        event=str(event.event),
        recipient=record.recipients[position - 1] if position and position <= len(record.recipients) else None,
        attempt=event.attempt,
        reason=_word(event.reason),
        pages=event.pages,
        nextAt=_time(event.due_at),
        app=event.actor,
    )


def _page(page: ReadyPage) -> Json:
    return {"rows": page.rows, "bytes": page.size, "resolution": page.resolution, "seconds": page.seconds}


def _failure(failure: RenderFailure | None) -> Json | None:
    return _known(why=failure.word, message=failure.text, file=failure.file, page=failure.page) if failure else None


def _file(file: StoredFile) -> Json:
    return {
        "name": file.name,
        "kind": str(file.kind),
        "size": file.size,
        "sha256": file.sha256,
        "pages": file.pages,
    }


def _time(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC, with milliseconds."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z") if moment else None


def _word(word: str | None) -> str | None:
    return str(word) if word is not None else None


def _known(**members: Any) -> Json:
    """The members that have a value."""
    return {name: value for name, value in members.items() if value is not None}
