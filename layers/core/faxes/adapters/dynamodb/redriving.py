"""Faxes that do not move: which they are and why, and having one go on where an operator says so.

Actions: dynamodb:Scan and dynamodb:GetItem to list them; dynamodb:Query and dynamodb:UpdateItem to have one go on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.deliveries import recipient_of
from faxes.adapters.dynamodb.items import Item, get, plain, text, update_if, wire
from faxes.adapters.dynamodb.keys import ATTEMPT, RECIPIENT, WAITING, due, fax_key
from faxes.adapters.dynamodb.records import DUE_SHARDS, RECORD, fax_of
from faxes.errors import Effect
from faxes.lifecycle import FINAL
from faxes.model import Fax, RecipientStatus, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Whose recipients nobody has called yet: of the others it is not known who got the fax.
STATUSES = (Status.ACCEPTED, Status.RENDERING, Status.QUEUED)
# A sweep comes each minute: what is due for longer, one has seen.
OVERDUE = timedelta(minutes=2)

_NAMES = {"#status": "status"}
_UNDATED = {f":status{n}": status.value for n, status in enumerate(STATUSES)}
_STUCK = (
    f"(sk = :record AND attribute_not_exists(dueAt) AND #status IN ({', '.join(_UNDATED)})) OR due = :carrier "
    "OR dueAt <= :overdue OR (begins_with(sk, :recipient) AND attribute_exists(dueAt) AND #status = :doubt)"
)
# A worker that has a fax is not disturbed.
_GOES_ON = (
    "attribute_exists(pk) AND expiresAt > :now AND ("
    "(#status IN (:accepted, :queued) AND (attribute_not_exists(dueAt) OR dueAt > :at)) OR "
    "(#status = :rendering AND attribute_not_exists(dueAt)))"
)


class Why(StrEnum):
    """Why a fax does not move."""

    NO_TIME = "no time"
    NO_CARRIER = "no carrier"
    IN_DOUBT = "in doubt"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Stuck:
    """A fax that does not move, or one of its recipients (``position``, from 1; None for all of it). ``due_at`` is when
    something is to be done with it, None where that is never."""

    why: Why
    fax: Fax
    position: int | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Redriven:
    """What is due by now that was not: the fax itself, and so many of its recipients. ``status`` is the fax's."""

    status: Status | str
    record: bool = False
    recipients: int = 0


class DynamoDBStuckFaxes:
    """Lists them, and has one of them go on."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def all(self, now: datetime) -> Iterator[Stuck]:
        """Those whose time is not over, in no order. Reads the whole table. Raises StorageFault."""
        values = {
            ":record": RECORD,
            ":carrier": WAITING,
            ":overdue": text(now - OVERDUE),
            ":recipient": RECIPIENT,
            ":doubt": RecipientStatus.IN_DOUBT.value,
        }
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression=_STUCK,
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=wire(values | _UNDATED),
        )
        try:
            for page in pages:
                for item in map(plain, page["Items"]):
                    found = self._of(item)
                    if found is not None and found.fax.expires_at > now:
                        yield found
        except FAILURES as error:
            raise fault("Scan", Effect.NONE, error) from error

    def _of(self, item: Item) -> Stuck | None:
        if item["sk"] == RECORD:
            fax = fax_of(item)
            if fax.due_at is None:
                return Stuck(Why.NO_TIME, fax)
            return Stuck(Why.NO_CARRIER if item["due"] == WAITING else Why.OVERDUE, fax, None, fax.due_at)
        if not item["sk"].startswith(RECIPIENT):
            return None
        recipient = recipient_of(item)
        record = get(self._client, self._table, fax_key(recipient.fax_id), RECORD)
        if record is None:
            return None
        why = Why.IN_DOUBT if recipient.status == RecipientStatus.IN_DOUBT else Why.OVERDUE
        return Stuck(why, fax_of(record), recipient.position, recipient.due_at)

    def redrive(self, fax_id: str, now: datetime) -> Redriven | None:
        """Have a fax go on with the next sweep: the fax itself where nobody was called yet, and each recipient of whom
        the carrier is to be asked, or of whom the sweep would tell somebody later. Who waits for another attempt goes
        on waiting: the law has it. None where there is no such fax. Raises StorageFault."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk AND sk >= :record",
            ExpressionAttributeValues=wire({":pk": fax_key(fax_id), ":record": RECORD}),
            ConsistentRead=True,
        )
        try:
            items = [plain(item) for page in pages for item in page["Items"]]
        except FAILURES as error:
            raise fault("Query", Effect.NONE, error) from error
        if not items or items[0]["sk"] != RECORD or (fax := fax_of(items[0])).expires_at <= now:
            return None
        if fax.status in FINAL:
            return Redriven(fax.status)
        recipients = [item for item in items if item["sk"].startswith(RECIPIENT) and ATTEMPT not in item["sk"]]
        return Redriven(
            fax.status, self._record_due(fax_id, now), sum(self._recipient_due(item, now) for item in recipients)
        )

    def _record_due(self, fax_id: str, now: datetime) -> bool:
        words = {f":{status}": status.value for status in STATUSES}
        return self._due(fax_id, RECORD, now, "", _GOES_ON, words | {":now": int(now.timestamp()), ":at": text(now)})

    def _recipient_due(self, item: Item, now: datetime) -> bool:
        if "dueAt" not in item:
            return False
        # Due is what the sweep tells somebody of once in a quarter of an hour.
        told = item["dueAt"] <= text(now) and "toldAt" in item
        if item["status"] != RecipientStatus.IN_DOUBT and not told:
            return False
        fax_id = item["pk"].removeprefix("FAX#")
        same = {":was": item["dueAt"], ":status": item["status"]}
        return self._due(fax_id, item["sk"], now, " REMOVE toldAt", "dueAt = :was AND #status = :status", same)

    def _due(self, fax_id: str, sk: str, now: datetime, also: str, where: str, values: Item) -> bool:
        pk = fax_key(fax_id)
        values = {**{f":{name}": value for name, value in due(pk, sk, now, DUE_SHARDS).items()}, **values}
        # No change that anybody is told of, so the revision stays.
        update = f"SET due = :due, dueAt = :dueAt{also}"
        return update_if(self._client, self._table, (pk, sk), update, where, values, _NAMES)
