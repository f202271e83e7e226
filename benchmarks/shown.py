"""A fax whose GET is answered with about 10 KB: its items as DynamoDB has them, and the event that asks for it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from faxes.adapters.dynamodb.deliveries import attempt_item, recipient_item
from faxes.adapters.dynamodb.items import wire
from faxes.adapters.dynamodb.records import DUE_SHARDS, fax_item
from faxes.model import Attempt, AttemptStatus, Fax, Kind, Reason, Recipient, RecipientStatus, Status, StoredFile

FAX_ID, UID = "115937093837901", "a6" * 16
# So many recipients with so many attempts each are what it takes.
_RECIPIENTS, _ATTEMPTS = 14, 3
_NOW = datetime(2026, 11, 23, 9, 30, 15, tzinfo=UTC)
_EXPIRES = datetime(2999, 1, 1, tzinfo=UTC)


def answer() -> dict[str, Any]:
    """What DynamoDB answers to the query for it."""
    items = [wire(item) for item in _items()]
    return {"Items": items, "Count": len(items), "ScannedCount": len(items)}


def _items() -> list[dict[str, Any]]:
    numbers = tuple(f"+49301234{n:03}" for n in range(1, _RECIPIENTS + 1))
    files = (StoredFile(1, "letter.pdf", Kind.PDF, 1573, "cd" * 32, "faxes/0/1.pdf", 2),)
    fax = Fax(FAX_ID, UID, "alice", "0003", "0003*210", numbers, files, 2, Status.SENDING, _NOW, _EXPIRES, due_at=_NOW)
    first = Recipient(
        FAX_ID, 1, "0003", numbers[0], numbers[0], 2, _NOW, _NOW + timedelta(days=1), _EXPIRES, _NOW,
        status=RecipientStatus.SENDING, attempt=_ATTEMPTS,
    )  # fmt: skip
    tried = Attempt(
        FAX_ID, 1, 1, "simulator", "a-reference", _NOW, _EXPIRES, AttemptStatus.ENDED, ended_at=_NOW,
        reason=Reason.BUSY, detail="User busy", seconds=0,
    )  # fmt: skip
    made = {"tiff": {"size": 62_000}, "pdf": {"size": 64_000}}
    page = {"rows": 2287, "bytes": 31_000, "resolution": "fine", "tenths": 174}
    items = [fax_item(fax, None, DUE_SHARDS) | {"rendered": made}]
    items.append({"pk": items[0]["pk"], "sk": "PAGES", "pages": [page, page]})
    for position, number in enumerate(numbers, start=1):
        items.append(recipient_item(replace(first, position=position, number=number), DUE_SHARDS))
        items += [attempt_item(replace(tried, position=position, number=n)) for n in range(1, _ATTEMPTS + 1)]
    return items
