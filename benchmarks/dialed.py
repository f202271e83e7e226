"""Two faxes as an attempt to send one of them finds them: one that is due, and one whose call has just ended."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from benchmarks.rendering import text as text_of
from faxes.adapters.dynamodb.deliveries import attempt_item, recipient_item
from faxes.adapters.dynamodb.items import text, wire
from faxes.adapters.dynamodb.records import DUE_SHARDS, fax_item
from faxes.carriers.simulator import Simulator
from faxes.delivery.policy import reference_of
from faxes.model import Attempt, AttemptStatus, Counts, Fax, Kind, Recipient, RecipientStatus, Status, StoredFile
from faxes.rendering.render import Source, render
from tools.local.render import FONTS

DUE, ENDED = "115937093837902", "115937093837903"
REFERENCE = reference_of(ENDED, 1, 1)
NUMBER, PAGES = "7778888", 1
_LONG_AGO = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
_EXPIRES = datetime(2999, 1, 1, tzinfo=UTC)


def items() -> dict[str, list[dict[str, Any]]]:
    """The items of each partition, as DynamoDB has them: the first is the one that is asked for by its key."""
    file = StoredFile(1, "letter.pdf", Kind.PDF, 1573, "cd" * 32, "faxes/0/1.pdf", PAGES)
    fax = Fax(
        DUE, "a6" * 16, "alice", "0003", "0003*210", (NUMBER,), (file,), PAGES, Status.QUEUED, _LONG_AGO, _EXPIRES,
        due_at=_LONG_AGO, counts=Counts(open=1), sandbox=True,
    )  # fmt: skip
    recipient = Recipient(
        DUE, 1, "0003", NUMBER, NUMBER, PAGES, _LONG_AGO, _LONG_AGO + timedelta(days=1), _EXPIRES, _LONG_AGO,
        sandbox=True,
    )  # fmt: skip
    attempt = Attempt(
        ENDED, 1, 1, Simulator.name, REFERENCE, _LONG_AGO, _EXPIRES, AttemptStatus.SUBMITTED,
        carrier_id=f"sim-{REFERENCE}", submitted_at=_LONG_AGO,
    )  # fmt: skip
    called = replace(recipient, fax_id=ENDED, status=RecipientStatus.SENDING, attempt=1)
    lease = {
        "pk": f"DEST#sandbox#{NUMBER}",
        "sk": "LEASE",
        "holder": f"{ENDED}#001",
        "until": text(_LONG_AGO + timedelta(hours=1)),
        "waiters": 0,
    }
    sending = replace(fax, id=ENDED, status=Status.SENDING)
    found = {
        DUE: [fax_item(fax, None, DUE_SHARDS), recipient_item(recipient, DUE_SHARDS)],
        ENDED: [
            fax_item(sending, None, DUE_SHARDS),
            recipient_item(called, DUE_SHARDS),
            attempt_item(attempt),
        ],
    }
    partitions: dict[str, list[dict[str, Any]]] = {f"FAX#{fax_id}": each for fax_id, each in found.items()}
    partitions[f"DEST#sandbox#{NUMBER}"] = [lease]
    return {pk: [wire(item) for item in each] for pk, each in partitions.items()}


@cache
def pages() -> bytes:
    """The pages of each, as they were drawn: a letter."""
    letter = text_of(PAGES)
    return render([Source(Kind.PDF, letter.content, letter.pages)], fonts=FONTS).tiff()
