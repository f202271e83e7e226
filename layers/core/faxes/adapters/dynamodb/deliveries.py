"""Recipients, attempts and history as the faxes' table holds them: the writer and the reader of each item.

    pk FAX#<id>  sk RECIPIENT#001              a recipient; due and dueAt while it is not final
    pk FAX#<id>  sk RECIPIENT#001#ATTEMPT#03   its third attempt
    pk FAX#<id>  sk EVENT#<time>#<n><6 random> what happened, in the order of the keys; n, from 0, is its place among
                                               those of one write

The record is the item FAX, so one query from there on reads a fax with its recipients and attempts, and leaves the
history out. None of these has uid, extension, userId or createdAt, since what has enters an index of faxes.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

from faxes.adapters.dynamodb.items import Item, moment, text, time, word
from faxes.adapters.dynamodb.keys import ATTEMPT, EVENT, RECIPIENT, attempt_key, due, fax_key, recipient_key
from faxes.lifecycle import FaxEvent, HistoryEvent, RecipientEvent
from faxes.model import Attempt, AttemptStatus, Reason, Recipient, RecipientStatus

# Of a history item's key, so that two of one millisecond are two.
EVENT_RANDOM_BITS = 24


def recipient_item(recipient: Recipient, shards: int) -> Item:
    """A recipient as the table holds it."""
    pk, sk = fax_key(recipient.fax_id), recipient_key(recipient.position)
    return {
        "pk": pk,
        "sk": sk,
        "revision": recipient.revision,
        "organizationId": recipient.organization_id,
        "recipient": recipient.number,
        "destination": recipient.destination,
        "status": str(recipient.status),
        "pages": recipient.pages,
        "pagesSent": recipient.pages_sent,
        "attempt": recipient.attempt,
        "failures": dict(recipient.failures),
        "addedAt": text(recipient.created_at),
        "deadlineAt": text(recipient.deadline_at),
        "expiresAt": int(recipient.expires_at.timestamp()),
        **due(pk, sk, recipient.due_at, shards),
        **_known(
            inLine=recipient.in_line or None,
            reason=recipient.reason,
            completedAt=recipient.completed_at,
            sandbox=recipient.sandbox or None,
        ),
    }


def recipient_of(item: Item) -> Recipient:
    """The recipient that an item holds."""
    return Recipient(
        fax_id=item["pk"].removeprefix("FAX#"),
        position=int(item["sk"].removeprefix(RECIPIENT)),
        organization_id=item["organizationId"],
        number=item["recipient"],
        destination=item["destination"],
        pages=int(item["pages"]),
        created_at=time(item["addedAt"]),
        deadline_at=time(item["deadlineAt"]),
        expires_at=moment(item["expiresAt"]),
        due_at=_time(item, "dueAt"),
        status=word(RecipientStatus, item["status"]),
        revision=int(item["revision"]),
        attempt=int(item["attempt"]),
        failures={reason: int(count) for reason, count in item["failures"].items()},
        pages_sent=int(item["pagesSent"]),
        in_line=item.get("inLine", False),
        reason=_word(Reason, item, "reason"),
        completed_at=_time(item, "completedAt"),
        sandbox=item.get("sandbox", False),
    )


def attempt_item(attempt: Attempt) -> Item:
    """An attempt as the table holds it."""
    return {
        "pk": fax_key(attempt.fax_id),
        "sk": attempt_key(attempt.position, attempt.number),
        "carrier": attempt.carrier,
        "reference": attempt.reference,
        "status": str(attempt.status),
        "checks": attempt.checks,
        "pagesSent": attempt.pages_sent,
        "startedAt": text(attempt.started_at),
        "expiresAt": int(attempt.expires_at.timestamp()),
        **_known(
            withdrawnAt=attempt.withdrawn_at,
            fetched=attempt.fetched,
            carrierId=attempt.carrier_id,
            submittedAt=attempt.submitted_at,
            endedAt=attempt.ended_at,
            reason=attempt.reason,
            carrierCode=attempt.carrier_code,
            detail=attempt.detail,
            seconds=attempt.seconds,
            remoteId=attempt.remote_id,
            firstPage=attempt.first_page if attempt.first_page > 1 else None,
            confirmedAt=attempt.confirmed_at,
            erased=attempt.erased,
            receivedUid=attempt.received_uid,
            estimate=attempt.estimate,
            price=attempt.price,
        ),
    }


def attempt_of(item: Item) -> Attempt:
    """The attempt that an item holds."""
    position, _, number = item["sk"].removeprefix(RECIPIENT).partition(ATTEMPT)
    return Attempt(
        fax_id=item["pk"].removeprefix("FAX#"),
        position=int(position),
        number=int(number),
        carrier=item["carrier"],
        reference=item["reference"],
        started_at=time(item["startedAt"]),
        expires_at=moment(item["expiresAt"]),
        status=word(AttemptStatus, item["status"]),
        checks=int(item["checks"]),
        withdrawn_at=_time(item, "withdrawnAt"),
        fetched=item.get("fetched"),
        carrier_id=item.get("carrierId"),
        submitted_at=_time(item, "submittedAt"),
        ended_at=_time(item, "endedAt"),
        reason=_word(Reason, item, "reason"),
        carrier_code=item.get("carrierCode"),
        detail=item.get("detail"),
        pages_sent=int(item["pagesSent"]),
        seconds=_number(item, "seconds"),
        remote_id=item.get("remoteId"),
        first_page=int(item.get("firstPage", 1)),
        confirmed_at=_time(item, "confirmedAt"),
        erased=item.get("erased"),
        received_uid=item.get("receivedUid"),
        estimate=_number(item, "estimate"),
        price=_number(item, "price"),
    )


def event_item(fax_id: str, event: HistoryEvent, expires_at: datetime, random: int, place: int = 0) -> Item:
    """An event of a fax's history as the table holds it; ``random`` has 24 bits. ``place`` is from 0 to 9, and grows
    with each event of one write."""
    return {
        "pk": fax_key(fax_id),
        "sk": f"{EVENT}{text(event.at)}#{place}{random:06x}",
        "event": str(event.event),
        "revision": event.revision,
        "expiresAt": int(expires_at.timestamp()),
        **_known(
            recipient=event.recipient,
            attempt=event.attempt,
            reason=event.reason,
            continuesAt=event.due_at,
            pages=event.pages,
            actor=event.actor,
        ),
    }


def event_of(item: Item) -> HistoryEvent:
    """The event that an item holds."""
    kind: type[FaxEvent] | type[RecipientEvent] = RecipientEvent if "recipient" in item else FaxEvent
    return HistoryEvent(
        at=time(item["sk"].removeprefix(EVENT).partition("#")[0]),
        event=word(kind, item["event"]),
        revision=int(item["revision"]),
        recipient=_number(item, "recipient"),
        attempt=_number(item, "attempt"),
        reason=_word(Reason, item, "reason"),
        due_at=_time(item, "continuesAt"),
        pages=_number(item, "pages"),
        actor=item.get("actor"),
    )


def _known(**attributes: Any) -> Item:
    """Those of the attributes that have a value."""
    return {
        name: text(value) if isinstance(value, datetime) else str(value) if isinstance(value, StrEnum) else value
        for name, value in attributes.items()
        if value is not None
    }


def _time(item: Mapping[str, Any], name: str) -> datetime | None:
    return time(item[name]) if name in item else None


def _number(item: Mapping[str, Any], name: str) -> int | None:
    return int(item[name]) if name in item else None


def _word[Words: StrEnum](words: type[Words], item: Mapping[str, Any], name: str) -> Words | str | None:
    return word(words, item[name]) if name in item else None
