"""Faxes as their public pages show them: in memory, and as the table holds them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from faxes.edge.page.words import Words
from faxes.errors import StorageFault
from faxes.model import Reason, RecipientStatus, Status
from faxes.showing import Document, Page, Picture, PublicFax, PublicRecipient

NOW = datetime(2026, 11, 29, 19, 41, 30, tzinfo=UTC)
ENGLISH, GERMAN = Words("en", UTC), Words("de", UTC)
UID = "a601a53ffbde601d5c4364de92f5bd58"


def public(**other: Any) -> PublicFax:
    """A fax of two pages to two recipients, three minutes old, sent."""
    values: dict[str, Any] = {
        "id": "1001",
        "uid": UID,
        "organization_id": "0003",
        "status": Status.SENT,
        "reason": None,
        "extension": "0003*210",
        "recipients": ("7778888", "+4930123456"),
        "pages": 2,
        "pictures": (Picture(864, 1144), Picture(864, 1100)),
        "sizes": {Document.TIFF: 62_400, Document.PDF: 1_250_000},
        "sent": 2,
        "sandbox": False,
        "created_at": NOW - timedelta(minutes=3),
        "expires_at": NOW + timedelta(days=30),
        "completed_at": NOW,
        "cancel_requested_at": None,
        "page_revoked_at": None,
    }
    return PublicFax(**values | other)


def page(fax: PublicFax, *recipients: PublicRecipient, first: int = 1) -> Page:
    return Page(fax, first, recipients, NOW + timedelta(days=30), NOW)


def of_each_kind() -> dict[str, Page]:
    """A page of every state that there is, by a name that tells it from the others."""
    early: dict[str, Any] = {"pictures": (), "sizes": {}, "completed_at": None, "sent": 0}
    under_way = replace(public(), completed_at=None, sent=0, status=Status.SENDING)
    sent, waiting = (PublicRecipient("7778888", status) for status in (RecipientStatus.SENT, RecipientStatus.WAITING))
    failed = PublicRecipient("+4930123456", RecipientStatus.FAILED, Reason.NUMBER_INVALID, 1)
    again = PublicRecipient("+4930123456", RecipientStatus.WAITING, Reason.BUSY, 1, due_at=NOW + timedelta(minutes=2))
    in_part = PublicRecipient(
        "+4930123456", RecipientStatus.PARTIALLY_SENT, Reason.LAST_PAGE_UNCONFIRMED, 3, pages_sent=2
    )
    many = tuple(f"+49301234{n:03}" for n in range(1, 31))
    return {
        "accepted": page(public(status=Status.ACCEPTED, **early)),
        "rendering": page(public(status=Status.RENDERING, **early)),
        "not drawn": page(public(status=Status.FAILED, reason=Reason.RENDER_FAILED, **early | {"completed_at": NOW})),
        "queued": page(replace(under_way, status=Status.QUEUED), waiting, replace(waiting, number="0003*211")),
        "no carrier": page(replace(under_way, status=Status.QUEUED, reason=Reason.NO_CARRIER)),
        "sending": page(under_way, PublicRecipient("7778888", RecipientStatus.SENDING, attempt=2), again),
        "in doubt": page(
            replace(under_way, sent=1), sent, PublicRecipient("0003*211", RecipientStatus.IN_DOUBT, attempt=1)
        ),
        "canceling": page(replace(under_way, cancel_requested_at=NOW), waiting, again),
        "sent": page(public(), sent, replace(sent, number="+4930123456")),
        "simulated": page(public(sandbox=True), sent, replace(sent, number="+4930123456")),
        "partially sent": page(public(status=Status.PARTIALLY_SENT, sent=1), sent, failed),
        "last page": page(public(status=Status.PARTIALLY_SENT, sent=0, recipients=("+4930123456",)), in_part),
        "failed": page(public(status=Status.FAILED, sent=0), replace(failed, number="7778888"), failed),
        "canceled": page(
            public(status=Status.CANCELED, sent=0), *(replace(failed, status=RecipientStatus.CANCELED),) * 2
        ),
        "received": page(public(status=Status.RECEIVED, recipients=(), extension="0003*211", completed_at=None)),
        "many": page(
            public(pages=45, pictures=(Picture(864, 1144),) * 45, recipients=many, sent=30),
            *(PublicRecipient(number, RecipientStatus.SENT, attempt=1, pages_sent=45) for number in many[20:]),
            first=21,
        ),
    }


class MemoryPublicFaxes:
    """Implements ``showing.PublicFaxes``. ``reads`` tells what was asked for. Set ``failure`` to have it fail."""

    def __init__(self, *faxes: PublicFax) -> None:
        self.faxes = {fax.uid: fax for fax in faxes}
        self.kept: dict[str, tuple[PublicRecipient, ...]] = {}
        self.reads: list[object] = []
        self.failure: StorageFault | None = None

    def by_uid(self, uid: str) -> PublicFax | None:
        self.reads.append(uid)
        if self.failure:
            raise self.failure
        return self.faxes.get(uid)

    def recipients(self, fax_id: str, first: int, last: int) -> tuple[PublicRecipient, ...]:
        self.reads.append((fax_id, first, last))
        return self.kept.get(fax_id, ())[first - 1 : last]


class MemoryTimeZones:
    """Implements ``showing.TimeZones``."""

    def of(self, organization_id: str) -> str | None:
        return {"0003": "Europe/Berlin"}.get(organization_id)


class MemoryLinks:
    """Implements ``showing.Links``."""

    def picture(self, key: str) -> str:
        return f"https://files.example/{key}"

    def document(self, key: str, media_type: str, name: str) -> str:
        return f"https://files.example/{key}?{media_type}&{name}"
