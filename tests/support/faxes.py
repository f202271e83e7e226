"""Faxes and their idempotency records as a store keeps them."""

from datetime import UTC, datetime, timedelta
from typing import Any

from faxes.model import ExtensionNumber, Fax, IdempotencyRecord, Kind, Status, StoredFile

NOW = datetime(2026, 11, 23, 12, 30, 15, 120_000, tzinfo=UTC)
NUMBER = ExtensionNumber("0003", "210")


def fax(n: int, **other: Any) -> Fax:
    """The nth fax of an extension: one a second."""
    uid = f"{n:032x}"
    created_at = NOW + timedelta(seconds=n)
    values: dict[str, Any] = {
        "id": str(1_000 + n),
        "uid": uid,
        "user_id": "alice",
        "organization_id": "0003",
        "extension": str(NUMBER),
        "recipients": ("7778888",),
        "files": (StoredFile(1, "a.txt", Kind.TXT, 14, "ab" * 32, f"faxes/{uid}/1.txt", 2),),
        "pages": 2,
        "status": Status.ACCEPTED,
        "created_at": created_at,
        "expires_at": (created_at + timedelta(days=30)).replace(microsecond=0),
        "due_at": created_at + timedelta(minutes=1),
    }
    return Fax(**values | other)


def idempotency(n: int, fingerprint: str = "c0" * 32, **other: Any) -> IdempotencyRecord:
    """The nth idempotency record: an hour from the moment of the first fax."""
    values: dict[str, Any] = {
        "name": f"{n:064x}",
        "fingerprint": fingerprint,
        "expires_at": NOW + timedelta(hours=1),
    } | other
    return IdempotencyRecord(values["name"], values["fingerprint"], values["expires_at"].replace(microsecond=0))


def beside(fax: Fax) -> list[dict[str, Any]]:
    """The keys of what a store keeps of a fax beside its record, and what they are found by."""
    line, holder = f"DEST#{fax.id}", f"{fax.id}#001"
    created_at = fax.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    keys = [(f"FAX#{fax.id}", sk) for sk in ("EVENT#1", "PAGES", "RECIPIENT#001", "RECIPIENT#001#ATTEMPT#01")]
    keys += [(line, "LEASE"), (line, f"WAIT#{created_at}#{holder}"), (f"SIM#{fax.id}-001-01", "SIM")]
    return [{"pk": pk, "sk": sk, "destination": fax.id, "holder": holder} for pk, sk in keys]
