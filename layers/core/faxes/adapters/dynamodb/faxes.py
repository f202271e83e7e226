"""The store of accepted faxes and of idempotency records, in the faxes' table."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from faxes.adapters.calls import FAILURES, Attempts, fault, rehearse
from faxes.adapters.dynamodb.items import Item, get, moment, plain, wire
from faxes.adapters.dynamodb.keys import fax_key
from faxes.adapters.dynamodb.pending import PENDING, open_item, open_key, pending_item, pending_key, pending_of
from faxes.adapters.dynamodb.records import DUE_SHARDS, RECORD, fax_item, fax_of
from faxes.errors import Effect, StorageFault
from faxes.intake.pending import Changed
from faxes.intake.ports import IdempotencyRecordTaken, IdTaken, WriteConflict
from faxes.model import Acceptance, ExtensionNumber, Fax, IdempotencyRecord, PendingFax, Status

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef

BY_UID = "by-uid"
BY_EXTENSION = "by-extension"

_ABSENT = "attribute_not_exists(pk)"
_CONDITION = "ConditionalCheckFailed"
_CONFLICT = "TransactionConflict"


class DynamoDBFaxStore:
    """Writes and reads faxes' records. Implements ``intake.ports.FaxStore``. ``shards`` are the index by-due's."""

    def __init__(self, client: "DynamoDBClient", table: str, shards: int = DUE_SHARDS) -> None:
        self._client = client
        self._table = table
        self._shards = shards
        self._attempts = Attempts(client, "dynamodb", "TransactWriteItems")

    def acceptance(self, name: str, now: datetime) -> Acceptance | None:
        item = get(self._client, self._table, f"IDEMPOTENCY#{name}", "IDEMPOTENCY")
        # The table removes it up to days later.
        return _acceptance(item) if item and moment(item["expiresAt"]) > now else None

    def insert(self, fax: Fax, idempotency: IdempotencyRecord | None = None) -> None:
        self._insert(fax, [self._put(fax_item(fax, idempotency, self._shards), _ABSENT)], idempotency)

    def insert_pending(self, pending: PendingFax, idempotency: IdempotencyRecord | None) -> None:
        """As `insert`, of a fax that waits for its files. Implements ``intake.pending.PendingInserts``, with those
        below."""
        puts = [self._put(pending_item(pending, self._shards), _ABSENT), self._put(open_item(pending), _ABSENT)]
        self._insert(pending.fax, puts, idempotency)

    def _insert(self, fax: Fax, puts: "list[TransactWriteItemTypeDef]", idempotency: IdempotencyRecord | None) -> None:
        """Write these, the first of which is the fax's, and the idempotency record."""
        records = len(puts)
        if idempotency:
            free = "attribute_not_exists(pk) OR expiresAt <= :now"
            values: dict[str, Any] = {":now": int(fax.created_at.timestamp())}
            if idempotency.instead_of:
                free, values = f"{free} OR faxId = :over", values | {":over": idempotency.instead_of}
            puts.append(self._put(_idempotency_item(idempotency, fax), free, values))
        try:
            # The SDK gives the transaction a token, so that its own tries are one.
            self._attempts.watch(lambda: self._client.transact_write_items(TransactItems=puts))
        except self._client.exceptions.TransactionCanceledException as error:
            self._cancelled(error, fax, records)
        except FAILURES as error:
            raise fault("TransactWriteItems", self._effect, error) from error

    def pending(self, fax_id: str, now: datetime) -> PendingFax | None:
        item = get(self._client, self._table, pending_key(fax_id), PENDING)
        pending = pending_of(item) if item else None
        # The table removes it up to days later.
        return pending if pending and pending.forgotten_at > now else None

    def keep_open(self, pending: PendingFax, closes_at: datetime) -> PendingFax:
        # Whole, in its own place: this function may put items and change none.
        kept = replace(pending, fax=replace(pending.fax, revision=pending.fax.revision + 1), closes_at=closes_at)
        try:
            self._client.put_item(
                TableName=self._table,
                Item=wire(pending_item(kept, self._shards)),
                ConditionExpression="#status = :uploading AND revision = :read",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=wire({":uploading": str(Status.UPLOADING), ":read": pending.fax.revision}),
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise Changed from error
        except FAILURES as error:
            raise fault("PutItem", Effect.UNKNOWN, error) from error
        return kept

    def open_uploads(self, caller: str, now: datetime) -> int:
        try:
            answer = self._client.query(
                TableName=self._table,
                KeyConditionExpression="pk = :pk",
                FilterExpression="expiresAt > :now",
                ExpressionAttributeValues=wire({":pk": open_key(caller), ":now": int(now.timestamp())}),
                Select="COUNT",
                ConsistentRead=True,
            )
        except FAILURES as error:
            raise fault("Query", Effect.NONE, error) from error
        return answer["Count"]

    def is_given_up(self, fax_id: str) -> bool:
        return self.status_of(fax_id) in (Status.FAILED, Status.CANCELED)

    def status_of(self, fax_id: str) -> str | None:
        try:
            answer = self._client.get_item(
                TableName=self._table,
                Key=wire({"pk": fax_key(fax_id), "sk": RECORD}),
                # Nothing else of a fax is this function's to read.
                ProjectionExpression="#status",
                ExpressionAttributeNames={"#status": "status"},
                ConsistentRead=True,
            )
        except FAILURES as error:
            raise fault("GetItem", Effect.NONE, error) from error
        status: str | None = plain(answer.get("Item", {})).get("status")
        return status

    def rehearse(self) -> None:
        """Go through an insert but for sending it, so that the first one takes no longer than the next."""
        put = self._put({"pk": "", "files": [{"size": 0}]}, "attribute_not_exists(pk)", {":now": 0})
        rehearse(self._client, "transact_write_items", {"TransactItems": [put]})

    def _put(self, item: Item, condition: str, values: Mapping[str, Any] | None = None) -> "TransactWriteItemTypeDef":
        put: PutTypeDef = {
            "TableName": self._table,
            "Item": wire(item),
            "ConditionExpression": condition,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if values:
            put["ExpressionAttributeValues"] = wire(values)
        return {"Put": put}

    def _cancelled(self, error: "ClientError", fax: Fax, records: int) -> None:
        """Read why a transaction was cancelled. Returns where it is ours that stands in the way, else raises."""
        reasons: list[Any] = error.response.get("CancellationReasons", [])
        in_the_way = [plain(reason["Item"]) if reason.get("Item") else {} for reason in reasons]
        # An answer was lost and the SDK tried again.
        if fax.uid in [item.get("uid", item.get("faxUid")) for item in in_the_way]:
            return
        told = list(zip([reason.get("Code") for reason in reasons], in_the_way, strict=True))
        record, of_keys = told[0], told[records:]
        for code_, item in of_keys:
            if code_ == _CONDITION:
                raise IdempotencyRecordTaken(_acceptance(item)) from error
        if record[0] == _CONDITION:
            raise IdTaken from error
        codes = [reason.get("Code") for reason in reasons]
        if _CONFLICT in codes and self._attempts.refused:
            raise WriteConflict from error
        why = f"cancelled for {', '.join(map(str, codes))}"
        raise StorageFault("TransactWriteItems", self._effect, why) from error

    @property
    def _effect(self) -> Effect:
        """Of the last transaction."""
        return Effect.NONE if self._attempts.refused else Effect.UNKNOWN

    def by_id(self, fax_id: str, now: datetime) -> Fax | None:
        """The fax with this id, or None where there is none or its time is over."""
        item = get(self._client, self._table, f"FAX#{fax_id}", RECORD)
        fax = fax_of(item) if item else None
        return fax if fax and fax.expires_at > now else None

    def by_uid(self, uid: str, now: datetime) -> Fax | None:
        """The fax with this uid, or None. The index follows the table within about a second."""
        return next(self._found(BY_UID, "uid", uid, now, page=1), None)

    def of_extension(self, number: ExtensionNumber, now: datetime, limit: int = 100) -> list[Fax]:
        """An extension's faxes, newest first, at most ``limit``. The index follows the table within about a second."""
        # What is over may stand before what is not, so the limit counts what is left.
        return list(islice(self._found(BY_EXTENSION, "extension", str(number), now, page=limit), limit))

    def _found(self, index: str, attribute: str, value: str, now: datetime, *, page: int) -> Iterator[Fax]:
        """The faxes that an index lists and the table still has; no index holds a whole one."""
        for item in self._query(index, attribute, value, page=page):
            # By its uid, one that was announced is found as well.
            if item["sk"] == RECORD and (fax := self.by_id(item["pk"].removeprefix("FAX#"), now)):
                yield fax

    def _query(self, index: str, attribute: str, value: str, *, page: int) -> Iterator[Item]:
        """An index's items, the last sort key first; read ``page`` at a time, or as many as 1 MB holds."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=index,
            KeyConditionExpression="#key = :key",
            ExpressionAttributeNames={"#key": attribute},
            ExpressionAttributeValues=wire({":key": value}),
            ScanIndexForward=False,
            PaginationConfig={"PageSize": page},
        )
        try:
            for answer in pages:
                yield from map(plain, answer["Items"])
        except FAILURES as error:
            raise fault("Query", Effect.NONE, error) from error


def _idempotency_item(idempotency: IdempotencyRecord, fax: Fax) -> Item:
    # Not "uid": the index by uid is for faxes alone.
    return {
        "pk": f"IDEMPOTENCY#{idempotency.name}",
        "sk": "IDEMPOTENCY",
        "fingerprint": idempotency.fingerprint,
        "faxId": fax.id,
        "faxUid": fax.uid,
        "expiresAt": int(idempotency.expires_at.timestamp()),
    }


def _acceptance(item: Item) -> Acceptance:
    return Acceptance(item["faxId"], item["faxUid"], item["fingerprint"])
