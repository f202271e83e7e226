"""The keys of a fax's items, and of what is due, in the faxes' table; what each item has is in deliveries.py.

Apart from it, so that who accepts a fax, which has neither recipients nor a history yet, imports nothing of theirs.
"""

from datetime import datetime
from zlib import crc32

from faxes.adapters.dynamodb.items import Item, text

RECIPIENT, ATTEMPT, EVENT = "RECIPIENT#", "#ATTEMPT#", "EVENT#"
# The partition of the index by-due of the faxes that wait for a carrier; dueAt is when one is given up.
WAITING = "carrier"


def fax_key(fax_id: str) -> str:
    """The partition of a fax's record, recipients, attempts and history."""
    return f"FAX#{fax_id}"


def line_key(destination: str, *, sandbox: bool) -> str:
    """What the items of a number's line are kept under."""
    return f"DEST#sandbox#{destination}" if sandbox else f"DEST#{destination}"


def recipient_key(position: int) -> str:
    return f"{RECIPIENT}{position:03}"


def position_of(sort_key: str) -> int:
    """The position of the recipient that a sort key is of."""
    return int(sort_key.removeprefix(RECIPIENT))


def attempt_key(position: int, number: int) -> str:
    return f"{recipient_key(position)}{ATTEMPT}{number:02}"


def due(pk: str, sk: str, due_at: datetime | None, shards: int) -> Item:
    """The attributes by which the index by-due finds an item; none where nothing is due. An item's shard is always the
    same, and a fax's recipients are spread over all ``shards``."""
    if due_at is None:
        return {}
    return {"due": str(crc32(f"{pk}/{sk}".encode()) % shards), "dueAt": text(due_at)}
