"""What an erasure finds and deletes of a fax in the faxes' table: the idempotency record that its record names, all
items beside the record (pages, recipients, attempts, history), what it has of numbers' lines and in the simulated
network, and the record.

Actions: dynamodb:Query on the table and on its index by uid, dynamodb:GetItem, dynamodb:PutItem and dynamodb:DeleteItem
on the table.
"""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.deliveries import ATTEMPT, RECIPIENT
from faxes.adapters.dynamodb.faxes import BY_UID
from faxes.adapters.dynamodb.items import Item, plain, wire
from faxes.adapters.dynamodb.recipients import LEASE, WAIT
from faxes.adapters.dynamodb.simulated import SIMULATED
from faxes.audit import uid_digest
from faxes.errors import Effect

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBErasureFaxes:
    """Finds and deletes a fax's record, and its idempotency record. Implements ``erasure.FaxStore``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def keep_out(self, uid: str, until: datetime) -> None:
        try:
            self._client.put_item(TableName=self._table, Item=wire(erased_item(uid, until)))
        except FAILURES as error:
            raise fault("PutItem", Effect.UNKNOWN, error) from error

    def id_of(self, uid: str) -> str | None:
        try:
            return self._id_of(uid)
        except FAILURES as error:
            raise fault("Query, GetItem", Effect.NONE, error) from error

    def _id_of(self, uid: str) -> str | None:
        listed = self._client.query(
            TableName=self._table,
            IndexName=BY_UID,
            KeyConditionExpression="uid = :uid",
            ExpressionAttributeValues=wire({":uid": uid}),
        )["Items"]
        for key in listed:
            # The index follows the table a moment later, and may still list what is gone.
            item = self._client.get_item(
                TableName=self._table,
                Key={"pk": key["pk"], "sk": key["sk"]},
                ProjectionExpression="id, uid",
                ConsistentRead=True,
            ).get("Item", {})
            record = plain(item)
            if record.get("uid") == uid:
                return str(record["id"])
        return None

    def delete(self, fax_id: str, uid: str) -> None:
        record = {"pk": f"FAX#{fax_id}", "sk": "FAX"}
        try:
            item = self._client.get_item(
                TableName=self._table,
                Key=wire(record),
                ProjectionExpression="uid, idempotency, createdAt",
                ConsistentRead=True,
            ).get("Item", {})
            named = plain(item)
            if named.get("uid") != uid:
                return
            if "idempotency" in named:
                self._delete({"pk": f"IDEMPOTENCY#{named['idempotency']}", "sk": "IDEMPOTENCY"}, "faxUid", uid)
            self._delete_beside(record, str(named.get("createdAt")))
            # Last, since by it the others are found.
            self._delete(record, "uid", uid)
            # What a worker wrote between: without the record, it writes nothing more.
            self._delete_beside(record, str(named.get("createdAt")))
        except FAILURES as error:
            raise fault("GetItem, Query, DeleteItem", Effect.UNKNOWN, error) from error

    def _delete_beside(self, record: Item, created_at: str) -> None:
        """Delete all items of a record's partition but itself, and what has its recipients' numbers elsewhere."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=wire({":pk": record["pk"]}),
            ProjectionExpression="pk, sk, destination",
            ConsistentRead=True,
        )
        for item in [plain(item) for page in pages for item in page["Items"]]:
            key = {"pk": item["pk"], "sk": item["sk"]}
            if key == record:
                continue
            if key["sk"].startswith(RECIPIENT):
                self._delete_elsewhere(item, created_at)
            self._client.delete_item(TableName=self._table, Key=wire(key))

    def _delete_elsewhere(self, item: Item, created_at: str) -> None:
        """Delete what a recipient has of its number's line, or an attempt in the simulated network."""
        fax_id = item["pk"].removeprefix("FAX#")
        if ATTEMPT in item["sk"]:
            position, _, number = item["sk"].removeprefix(RECIPIENT).partition(ATTEMPT)
            simulated = {"pk": f"{SIMULATED}#{fax_id}-{position}-{number}", "sk": SIMULATED}
            self._client.delete_item(TableName=self._table, Key=wire(simulated))
            return
        line, holder = f"DEST#{item['destination']}", f"{fax_id}#{item['sk'].removeprefix(RECIPIENT)}"
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


def erased_item(uid: str, until: datetime) -> Item:
    """That a fax was erased, as the table of faxes holds it for a restore that runs meanwhile."""
    return {
        "pk": f"ERASED#{uid_digest(uid)}",
        "sk": "ERASED",
        "expiresAt": int(until.timestamp()),
    }
