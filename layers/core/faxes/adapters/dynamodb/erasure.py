"""What an erasure finds and deletes of a fax in the faxes' table: the idempotency record that its record names, all
items beside the record (pages, recipients, attempts, history), what it has of numbers' lines and in the simulated
network, and the record. Or, of one that was announced and not accepted, what was announced, and its key.

Actions: dynamodb:Query on the table and on its index by uid, dynamodb:GetItem, dynamodb:PutItem and dynamodb:DeleteItem
on the table; for a fax that waits for its files, dynamodb:UpdateItem.
"""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.faxes import BY_UID
from faxes.adapters.dynamodb.items import Item, get, plain, wire
from faxes.adapters.dynamodb.keys import ATTEMPT, RECIPIENT, fax_key, line_key
from faxes.adapters.dynamodb.pending import PENDING, DynamoDBPendingFaxes, pending_key, pending_of
from faxes.adapters.dynamodb.recipients import LEASE, WAIT
from faxes.adapters.dynamodb.records import RECORD
from faxes.adapters.dynamodb.simulated import SIMULATED
from faxes.audit import uid_digest
from faxes.erasure import Closed, Found
from faxes.errors import Effect, StorageFault
from faxes.intake.pending import Changed
from faxes.model import PendingFax, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Another's change comes first now and then; not time and again.
_READS = 5
# Whoever looks into a fax's files is done with it by then: the function's own time, and a minute, since clocks differ.
CHECKED_FOR = timedelta(minutes=3)


class DynamoDBErasureFaxes:
    """Finds and deletes a fax's record, and its idempotency record. Implements ``erasure.FaxStore``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._pending = DynamoDBPendingFaxes(client, table)

    def keep_out(self, uid: str, until: datetime) -> None:
        try:
            self._client.put_item(TableName=self._table, Item=wire(erased_item(uid, until)))
        except FAILURES as error:
            raise fault("PutItem", Effect.UNKNOWN, error) from error

    def find(self, uid: str) -> Found | None:
        try:
            return self._find(uid)
        except FAILURES as error:
            raise fault("Query, GetItem", Effect.NONE, error) from error

    def _find(self, uid: str) -> Found | None:
        listed = self._client.query(
            TableName=self._table,
            IndexName=BY_UID,
            KeyConditionExpression="uid = :uid",
            ExpressionAttributeValues=wire({":uid": uid}),
        )["Items"]
        for fax_id in sorted({plain(key)["pk"].partition("#")[2] for key in listed}):
            # The index follows the table a moment later: what it lists may be gone, or have been accepted since. That
            # is never undone, so whatever is announced is read first.
            for key in (pending_key(fax_id), PENDING), (fax_key(fax_id), RECORD):
                item = get(self._client, self._table, *key)
                if item and item.get("uid") == uid:
                    return Found(fax_id, record=key[1] == RECORD)
        return None

    def close(self, fax_id: str, uid: str, now: datetime) -> Closed | None:
        for _ in range(_READS):
            item = get(self._client, self._table, pending_key(fax_id), PENDING)
            if item is None or item.get("uid") != uid:
                return None
            pending = pending_of(item)
            if pending.fax.status != Status.UPLOADING:
                return Closed(_copied_until(pending))
            # Changed: a file more, more time, or it was accepted or ended; all of it tells the next read.
            with suppress(Changed):
                self._pending.end(pending, Status.EXPIRED, now, None)
        raise StorageFault("TransactWriteItems", Effect.NONE, "what was announced is changed time and again")

    def received(self, fax_id: str) -> set[str]:
        try:
            return _received_by(self._beside(fax_key(fax_id)))
        except FAILURES as error:
            raise fault("Query", Effect.NONE, error) from error

    def delete(self, fax: Found, uid: str) -> set[str]:
        try:
            if fax.record:
                return self._delete_record({"pk": fax_key(fax.id), "sk": RECORD}, uid)
            self._delete({"pk": pending_key(fax.id), "sk": PENDING}, "uid", uid)
            return set()
        except FAILURES as error:
            raise fault("GetItem, Query, DeleteItem", Effect.UNKNOWN, error) from error

    def _delete_record(self, record: Item, uid: str) -> set[str]:
        item = self._client.get_item(
            TableName=self._table,
            Key=wire(record),
            ProjectionExpression="uid, idempotency, createdAt",
            ConsistentRead=True,
        ).get("Item", {})
        named = plain(item)
        if named.get("uid") != uid:
            return set()
        if "idempotency" in named:
            self._delete({"pk": f"IDEMPOTENCY#{named['idempotency']}", "sk": "IDEMPOTENCY"}, "faxUid", uid)
        found = self._delete_beside(record, str(named.get("createdAt")))
        # Last, since by it the others are found.
        self._delete(record, "uid", uid)
        # What a worker wrote between: without the record, it writes nothing more.
        return found | self._delete_beside(record, str(named.get("createdAt")))

    def _beside(self, pk: str) -> list[Item]:
        """What is needed of all items of a record's partition."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=wire({":pk": pk}),
            ProjectionExpression="pk, sk, destination, sandbox, receivedUid",
            ConsistentRead=True,
        )
        return [plain(item) for page in pages for item in page["Items"]]

    def _delete_beside(self, record: Item, created_at: str) -> set[str]:
        """Delete all items of a record's partition but itself, and what has its recipients' numbers elsewhere; what
        extensions received by them."""
        items = self._beside(record["pk"])
        for item in items:
            key = {"pk": item["pk"], "sk": item["sk"]}
            if key == record:
                continue
            if key["sk"].startswith(RECIPIENT):
                self._delete_elsewhere(item, created_at)
            self._client.delete_item(TableName=self._table, Key=wire(key))
        return _received_by(items)

    def _delete_elsewhere(self, item: Item, created_at: str) -> None:
        """Delete what a recipient has of its number's line, or an attempt in the simulated network."""
        fax_id = item["pk"].removeprefix("FAX#")
        if ATTEMPT in item["sk"]:
            position, _, number = item["sk"].removeprefix(RECIPIENT).partition(ATTEMPT)
            simulated = {"pk": f"{SIMULATED}#{fax_id}-{position}-{number}", "sk": SIMULATED}
            self._client.delete_item(TableName=self._table, Key=wire(simulated))
            return
        line = line_key(item["destination"], sandbox=item.get("sandbox", False))
        holder = f"{fax_id}#{item['sk'].removeprefix(RECIPIENT)}"
        self._client.delete_item(TableName=self._table, Key=wire({"pk": line, "sk": f"{WAIT}{created_at}#{holder}"}))
        # Who stands in line for it comes when the lease would have been over.
        self._delete({"pk": line, "sk": LEASE}, "holder", holder)

    def _delete(self, key: Item, attribute: str, value: str) -> None:
        # Where it is gone by now, or another fax's, there is none of this fax left.
        with suppress(self._client.exceptions.ConditionalCheckFailedException):
            self._client.delete_item(
                TableName=self._table,
                Key=wire(key),
                ConditionExpression=f"{attribute} = :value",
                ExpressionAttributeValues=wire({":value": value}),
            )


def _copied_until(pending: PendingFax) -> datetime | None:
    """As ``Closed`` has it: copies are made only of files all of which were looked into while the fax waited."""
    ended, whole = pending.fax.completed_at, len(pending.checked) == len(pending.files)
    return ended + CHECKED_FOR if ended and whole else None


def _received_by(items: Iterable[Item]) -> set[str]:
    """The uids of the faxes that these attempts name to the extensions which receive them."""
    return {str(item["receivedUid"]) for item in items if "receivedUid" in item}


def erased_item(uid: str, until: datetime) -> Item:
    """That a fax was erased, as the table of faxes holds it for a restore that runs meanwhile."""
    return {
        "pk": f"ERASED#{uid_digest(uid)}",
        "sk": "ERASED",
        "expiresAt": int(until.timestamp()),
    }
