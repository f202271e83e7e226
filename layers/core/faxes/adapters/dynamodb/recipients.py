"""Recipients and the lines of their numbers, in the faxes' table: each change in one transaction with its events.

    pk DEST#<number>  sk LEASE                        holder (fax#recipient), until, waiters: who has the number's line;
                                                      waiters grows with each that stands in line, so that whoever
                                                      frees the number misses none
    pk DEST#<number>  sk WAIT#<acceptedAt>#<fax>#<n>  who stands in line for it, first come, first tried

A number of the simulated network is a line of its own, DEST#sandbox#<number>: what is tried holds up nobody's fax.

Actions: dynamodb:GetItem, dynamodb:Query, dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:DeleteItem and
dynamodb:ConditionCheckItem on the table.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.deliveries import (
    EVENT_RANDOM_BITS,
    attempt_item,
    attempt_of,
    event_item,
    recipient_item,
    recipient_of,
)
from faxes.adapters.dynamodb.items import Item, get, plain, text, time, update_if, wire
from faxes.adapters.dynamodb.keys import ATTEMPT, RECIPIENT, WAITING, attempt_key, due, fax_key, line_key, recipient_key
from faxes.adapters.dynamodb.reading import PAGES
from faxes.adapters.dynamodb.received import received_items
from faxes.adapters.dynamodb.records import RECORD, fax_of
from faxes.adapters.dynamodb.transactions import Op, Writes
from faxes.delivery.policy import RESERVED
from faxes.delivery.ports import IdTaken, Moved, NumberTaken, Write
from faxes.delivery.steps import Delivery
from faxes.errors import Effect
from faxes.lifecycle import FaxEvent, HistoryEvent, RecipientEvent
from faxes.model import Attempt, AttemptStatus, Fax, Recipient, RecipientStatus

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LEASE, WAIT = "LEASE", "WAIT#"
# A lease that is over stands in nobody's way; the table removes it some time.
_KEPT = timedelta(days=1)
# Who stands first in line may have ended without a word.
_FIRST = 2


class DynamoDBRecipients:
    """Implements ``delivery.ports.Recipients``. ``shards`` are the index by-due's; ``random_bits(n)`` gives an integer
    of n bits."""

    def __init__(self, client: "DynamoDBClient", table: str, shards: int, random_bits: Callable[[int], int]) -> None:
        self._client = client
        self._table = table
        self._shards = shards
        self._random_bits = random_bits
        self._writes = Writes(client, table)

    # --- reads -------------------------------------------------------------------------------------------------------

    def fax(self, fax_id: str, now: datetime) -> Fax | None:
        item = get(self._client, self._table, fax_key(fax_id), RECORD)
        found = fax_of(item) if item else None
        return found if found and found.expires_at > now else None

    def load(self, fax_id: str, position: int, now: datetime) -> Delivery | None:
        fax = self.fax(fax_id, now)
        if fax is None:
            return None
        first, last = recipient_key(position), attempt_key(position, 99)
        items = self._query(fax_key(fax_id), "sk BETWEEN :first AND :last", {":first": first, ":last": last})
        if not items or items[0]["sk"] != first:
            return None
        recipient = recipient_of(items[0])
        attempts = {attempt.number: attempt for attempt in map(attempt_of, items[1:])}
        return Delivery(fax, recipient, attempts.get(recipient.attempt))

    def attempt(self, fax_id: str, position: int, number: int) -> Attempt | None:
        item = get(self._client, self._table, fax_key(fax_id), attempt_key(position, number))
        return attempt_of(item) if item else None

    def erased(self, attempt: Attempt, answer: str) -> None:
        key = fax_key(attempt.fax_id), attempt_key(attempt.position, attempt.number)
        # What was erased meanwhile stays so.
        is_there = "attribute_exists(pk)"
        update_if(self._client, self._table, key, "SET erased = :answer", is_there, {":answer": answer})

    def open(self, fax_id: str) -> dict[int, bool]:
        items = self._query(fax_key(fax_id), "begins_with(sk, :first)", {":first": RECIPIENT})
        return {int(item["sk"].removeprefix(RECIPIENT)): "dueAt" in item for item in items if ATTEMPT not in item["sk"]}

    def _query(self, pk: str, keys: str, values: Item, limit: int | None = None) -> list[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=f"pk = :pk AND {keys}",
            ExpressionAttributeValues=wire({":pk": pk, **values}),
            ConsistentRead=True,
            PaginationConfig={"MaxItems": limit} if limit else {},
        )
        try:
            return [plain(item) for page in pages for item in page["Items"]]
        except FAILURES as error:
            raise fault("Query", Effect.NONE, error) from error

    # --- writes ------------------------------------------------------------------------------------------------------

    def add(self, before: Fax, after: Fax, recipients: Sequence[Recipient]) -> None:
        pk = fax_key(after.id)
        changed: Item = {"counts": _counts(after), **due(pk, RECORD, after.due_at, self._shards)}
        ops = [self._record(before, after, changed | ({"sandbox": True} if after.sandbox else {}))]
        ops += [self._writes.put(recipient_item(each, self._shards), "attribute_not_exists(pk)") for each in recipients]
        self._writes.transact(ops, Moved)

    def wait(self, before: Fax, after: Fax) -> None:
        until = text(after.due_at) if after.due_at else ""
        changed = {"reason": str(after.reason), "due": WAITING, "dueAt": until}
        self._writes.transact([self._record(before, after, changed)], Moved)

    def write(self, write: Write) -> tuple[str, int] | None:
        change, before = write.change, write.before.recipient
        recipient = change.recipient
        ops = [self._writes.put(recipient_item(recipient, self._shards), "revision = :was", {":was": before.revision})]
        if change.attempt is not None:
            new = change.attempt.status == AttemptStatus.INTENT
            ops.append(self._writes.put(attempt_item(change.attempt), "attribute_not_exists(pk)" if new else None))
        ops += self._events(write)
        ops += self._of_record(write)
        ops += self._received(write)
        woken = None
        if change.line_until is not None:
            ops.append(self._claim(write, change.line_until))
        elif change.leaves_line and (before.in_line or before.status != RecipientStatus.WAITING):
            freed, woken = self._free(write)
            ops += freed
        if recipient.in_line and not before.in_line:
            ops += self._stand_in_line(write)
        elif before.in_line and not recipient.in_line:
            ops.append(self._writes.delete(_place(write.fax, before)))
        self._writes.transact(ops, Moved)
        return woken

    def _events(self, write: Write) -> list[Op]:
        change, recipient = write.change, write.change.recipient
        told = []
        if change.event is not None:
            attempt = change.attempt.number if change.attempt else recipient.attempt or None
            told.append(
                HistoryEvent(
                    at=write.at,
                    event=change.event,
                    recipient=recipient.position,
                    attempt=None if change.event is RecipientEvent.DELAYED else attempt,
                    reason=recipient.reason,
                    due_at=recipient.due_at if change.event in _GOES_ON_LATER else None,
                    pages=recipient.pages_sent or None,
                    revision=recipient.revision,
                )
            )
        if write.fax_event is not None:
            told.append(HistoryEvent(write.at, write.fax_event, reason=write.fax.reason, revision=write.fax.revision))
        items = (
            event_item(write.fax.id, each, write.fax.expires_at, self._random_bits(EVENT_RANDOM_BITS), place)
            for place, each in enumerate(told)
        )
        return [self._writes.put(item) for item in items]

    def _of_record(self, write: Write) -> list[Op]:
        before, after, change = write.before.fax, write.fax, write.change
        if write.fax_event is FaxEvent.SENDING_STARTED:
            return [self._record(before, after, {})]
        if write.fax_event is not None:
            completed = {"completedAt": text(write.at), **({"reason": str(after.reason)} if after.reason else {})}
            return [self._record(before, after, {"counts": _counts(after), **completed})]
        if after != before and before.counts is not None and after.counts is not None:
            return [self._count(before, after)]
        if change.event is RecipientEvent.CLAIMED:
            # Nothing is sent of a fax that was erased meanwhile.
            return [self._writes.check({"pk": fax_key(after.id), "sk": RECORD}, "attribute_exists(pk)")]
        return []

    def _received(self, write: Write) -> list[Op]:
        """The fax that an extension gets."""
        fax = write.change.received
        if fax is None:
            return []
        last = {":first": RECORD, ":last": PAGES}
        sent = self._query(fax_key(write.fax.id), "sk BETWEEN :first AND :last", last)
        record, beside = received_items(fax, sent, write.at, self._random_bits(EVENT_RANDOM_BITS))
        put = self._writes.put(record, "attribute_not_exists(pk)")
        return [replace(put, refused=lambda item: IdTaken()), *map(self._writes.put, beside)]

    def _record(self, before: Fax, after: Fax, changed: Item) -> Op:
        """The record as it is changed, if it is still as it was read."""
        values = {"status": str(after.status), "revision": after.revision, **changed}
        gone = [name for name in ("reason", "due", "dueAt") if name not in values]
        if after.due_at is not None:
            gone = ["reason"] if "reason" in gone else []
        update = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        update += " REMOVE " + ", ".join(gone) if gone else ""
        return self._writes.update(
            {"pk": fax_key(after.id), "sk": RECORD},
            update,
            "revision = :was AND uid = :uid",
            {f":{name}": value for name, value in values.items()} | {":was": before.revision, ":uid": before.uid},
            {f"#{name}": name for name in values},
        )

    def _count(self, before: Fax, after: Fax) -> Op:
        """One recipient less that is open, whoever else ends at the same time, as long as it is not the last."""
        was, is_ = asdict(before.counts or after.counts), asdict(after.counts)  # type: ignore[arg-type]
        [ended] = [name for name in is_ if is_[name] > was[name]]
        return self._writes.update(
            {"pk": fax_key(after.id), "sk": RECORD},
            "SET counts.#open = counts.#open - :one, counts.#ended = counts.#ended + :one, revision = revision + :one",
            "uid = :uid AND counts.#open > :one AND #status = :status",
            {":one": 1, ":uid": before.uid, ":status": str(before.status)},
            {"#open": "open", "#ended": ended, "#status": "status"},
        )

    def told(self, fax_id: str, position: int, now: datetime) -> None:
        """Note that somebody was told of a recipient that is due, if it still is. Raises StorageFault."""
        key = fax_key(fax_id), recipient_key(position)
        # No change that anybody is told of, so the revision stays; the next change takes it away.
        update_if(self._client, self._table, key, "SET toldAt = :now", "dueAt <= :now", {":now": text(now)})

    # --- the number's line -------------------------------------------------------------------------------------------

    def _claim(self, write: Write, until: datetime) -> Op:
        recipient = write.change.recipient
        free = "attribute_not_exists(pk) OR #until <= :now OR holder = :me"
        values = {":now": text(write.at), ":me": _holder(recipient.fax_id, recipient.position)}
        op = self._writes.put(_lease(_number(recipient), values[":me"], until, 0), free, values, {"#until": "until"})
        return replace(op, refused=lambda item: NumberTaken(time(item["until"])) if item else Moved())

    def _stand_in_line(self, write: Write) -> list[Op]:
        """Behind who has the number, if anybody still has."""
        recipient = write.change.recipient
        lease = {"pk": _number(recipient), "sk": LEASE}
        one_more = self._writes.update(lease, "SET waiters = waiters + :one", "attribute_exists(pk)", {":one": 1})
        place = _place(write.fax, recipient) | {
            "holder": _holder(recipient.fax_id, recipient.position),
            "expiresAt": int(recipient.expires_at.timestamp()),
        }
        return [one_more, self._writes.put(place)]

    def _free(self, write: Write) -> tuple[list[Op], tuple[str, int] | None]:
        """Give the number to who stands first in line, and have that one due; or leave it to whoever comes."""
        recipient = write.change.recipient
        pk, me = _number(recipient), _holder(recipient.fax_id, recipient.position)
        found = self._query(pk, "sk >= :first", {":first": LEASE}, limit=1 + _FIRST)
        lease = next((item for item in found if item["sk"] == LEASE), None)
        if lease is None or lease["holder"] != me:
            return [], None
        unseen, values = "holder = :holder AND waiters = :waiters", {":holder": me, ":waiters": lease["waiters"]}
        first = next((item for item in found if item["sk"] != LEASE and item["holder"] != me), None)
        if first is None:
            return [self._writes.delete({"pk": pk, "sk": LEASE}, unseen, values)], None
        given = self._writes.put(
            _lease(pk, first["holder"], write.at + RESERVED, int(lease["waiters"])), unseen, values
        )
        fax_id, position = first["holder"].split("#")
        key = {"pk": fax_key(fax_id), "sk": recipient_key(int(position))}
        waking = self._writes.update(
            key,
            "SET due = :due, dueAt = :dueAt, revision = revision + :one",
            "#status = :waiting AND #inLine = :true",
            {
                **{f":{name}": value for name, value in due(key["pk"], key["sk"], write.at, self._shards).items()},
                ":one": 1,
                ":waiting": RecipientStatus.WAITING.value,
                ":true": True,
            },
            {"#status": "status", "#inLine": "inLine"},
        )
        return [given, replace(waking, refused=lambda item: self._out_of_line(first))], (fax_id, int(position))

    def _out_of_line(self, place: Item) -> Exception:
        """Who stood there waits no more: the place goes, and the next one is looked for."""
        try:
            self._client.delete_item(TableName=self._table, Key=wire({"pk": place["pk"], "sk": place["sk"]}))
        except FAILURES as error:
            return fault("DeleteItem", Effect.UNKNOWN, error)
        return Moved()


_GOES_ON_LATER = {RecipientEvent.DELAYED, RecipientEvent.RETRIED, RecipientEvent.DOUBTED}


def _counts(fax: Fax) -> Item:
    return asdict(fax.counts) if fax.counts else {}


def _number(recipient: Recipient) -> str:
    return line_key(recipient.destination, sandbox=recipient.sandbox)


def _holder(fax_id: str, position: int) -> str:
    return f"{fax_id}#{position:03}"


def _place(fax: Fax, recipient: Recipient) -> Item:
    """Where a recipient stands in line for its number."""
    place = f"{WAIT}{text(fax.created_at)}#{recipient.fax_id}#{recipient.position:03}"
    return {"pk": _number(recipient), "sk": place}


def _lease(line: str, holder: str, until: datetime, waiters: int) -> Item:
    return {
        "pk": line,
        "sk": LEASE,
        "holder": holder,
        "until": text(until),
        "waiters": waiters,
        "expiresAt": int((until + _KEPT).timestamp()),
    }
