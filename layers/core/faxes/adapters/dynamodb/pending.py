"""Faxes whose files are still to come, in the faxes' table: the writer and the reader of the item, and the stores.

    pk UPLOAD#<id>        sk UPLOAD   what was announced, and what came of each file
    pk UPLOADS#<caller>   sk <id>     one for each fax of a caller that waits for its files: they are counted

Neither has extension, userId or createdAt, since what has enters an index of faxes that are listed; those of the fax
are in a map. The first has uid, by which an erasure finds it; whoever looks a fax up by that passes it over.
When all files are there and can be faxed, the record takes the place of the first, in one transaction.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.items import Item, get, moment, text, time, updated, wire, word
from faxes.adapters.dynamodb.keys import due, fax_key
from faxes.adapters.dynamodb.records import DUE_SHARDS, RECORD, fax_item
from faxes.adapters.dynamodb.transactions import Writes
from faxes.appearance import Mode, Resolution
from faxes.errors import Effect
from faxes.intake.pending import Changed, caller_of
from faxes.model import (
    CheckedFile,
    ExpectedFile,
    Fax,
    IdempotencyRecord,
    Kind,
    PendingFax,
    Refusal,
    Status,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

PENDING = "UPLOAD"
_UPLOADING = "#status = :uploading"


def pending_key(fax_id: str) -> str:
    return f"{PENDING}#{fax_id}"


def open_key(caller: str) -> str:
    """The partition of a caller's faxes that wait for their files."""
    return f"UPLOADS#{caller}"


def open_item(pending: PendingFax) -> Item:
    return {
        "pk": open_key(caller_of(pending.fax)),
        "sk": pending.fax.id,
        "expiresAt": int(pending.forgotten_at.timestamp()),
    }


def pending_item(pending: PendingFax, shards: int = DUE_SHARDS) -> Item:
    """A pending fax as the table holds it."""
    fax = pending.fax
    pk = pending_key(fax.id)
    return {
        "pk": pk,
        "sk": PENDING,
        "revision": fax.revision,
        "status": str(fax.status),
        "uid": fax.uid,
        "organizationId": fax.organization_id,
        "fax": {
            "userId": fax.user_id,
            "extension": fax.extension,
            "recipients": list(fax.recipients),
            "createdAt": text(fax.created_at),
            "expiresAt": int(fax.expires_at.timestamp()),
            **({"app": fax.app_key} if fax.app_key else {}),
            **({"sandbox": True} if fax.sandbox else {}),
            **({"sandboxApp": True} if fax.sandbox_app else {}),
            **({"rendering": str(fax.rendering)} if fax.rendering else {}),
            **({"resolution": str(fax.resolution)} if fax.resolution else {}),
        },
        "files": [_expected_item(file) for file in pending.files],
        "checked": {str(position): checked_item(file) for position, file in pending.checked.items()},
        "closesAt": text(pending.closes_at),
        "expiresAt": int(pending.forgotten_at.timestamp()),
        **due(pk, PENDING, fax.due_at, shards),
        **({"claim": pending.claim} if pending.claim else {}),
        **({"pagesPerDay": pending.pages_per_day} if pending.pages_per_day is not None else {}),
    }


def _expected_item(file: ExpectedFile) -> Item:
    item: Item = {
        "position": file.position,
        "name": file.name,
        "size": file.size,
        "type": file.media_type,
        "identifier": file.identifier,
    }
    return item | {"sha256": file.sha256} if file.sha256 else item


def checked_item(file: CheckedFile) -> Item:
    item: Item = {
        "kind": str(file.kind),
        "pages": file.pages,
        "pixels": file.pixels,
        "sha256": file.sha256,
        "etag": file.etag,
    }
    return item | {"encoding": file.encoding} if file.encoding else item


def pending_of(item: Item) -> PendingFax:
    """The pending fax that an item holds."""
    fax = item["fax"]
    return PendingFax(
        fax=Fax(
            id=item["pk"].removeprefix(f"{PENDING}#"),
            uid=item["uid"],
            user_id=fax["userId"],
            organization_id=item["organizationId"],
            extension=fax["extension"],
            recipients=tuple(fax["recipients"]),
            files=(),
            pages=0,
            status=word(Status, item["status"]),
            created_at=time(fax["createdAt"]),
            expires_at=moment(fax["expiresAt"]),
            revision=int(item["revision"]),
            app_key=fax.get("app"),
            sandbox=fax.get("sandbox", False),
            sandbox_app=fax.get("sandboxApp", False),
            due_at=time(item["dueAt"]) if "dueAt" in item else None,
            completed_at=time(item["completedAt"]) if "completedAt" in item else None,
            rendering=word(Mode, fax["rendering"]) if "rendering" in fax else None,
            resolution=word(Resolution, fax["resolution"]) if "resolution" in fax else None,
        ),
        files=tuple(
            ExpectedFile(
                position=int(file["position"]),
                name=file["name"],
                size=int(file["size"]),
                media_type=file["type"],
                identifier=file["identifier"],
                sha256=file.get("sha256"),
            )
            for file in item["files"]
        ),
        closes_at=time(item["closesAt"]),
        forgotten_at=moment(item["expiresAt"]),
        checked={
            int(position): CheckedFile(
                kind=Kind(file["kind"]),
                pages=int(file["pages"]),
                pixels=int(file["pixels"]),
                sha256=file["sha256"],
                etag=file["etag"],
                encoding=file.get("encoding"),
            )
            for position, file in item["checked"].items()
        },
        refusal=Refusal(**item["refusal"]) if "refusal" in item else None,
        claim=item.get("claim"),
        pages_per_day=int(item["pagesPerDay"]) if "pagesPerDay" in item else None,
    )


class DynamoDBPendingFaxes:
    """Reads and changes pending faxes. Implements ``intake.pending.PendingStore``; ``shards`` are by-due's."""

    def __init__(self, client: "DynamoDBClient", table: str, shards: int = DUE_SHARDS) -> None:
        self._client = client
        self._table = table
        self._shards = shards
        self._writes = Writes(client, table)

    def pending(self, fax_id: str, now: datetime) -> PendingFax | None:
        item = get(self._client, self._table, pending_key(fax_id), PENDING)
        pending = pending_of(item) if item else None
        # The table removes it up to days later.
        return pending if pending and pending.forgotten_at > now else None

    def checked(self, pending: PendingFax, position: int, file: CheckedFile) -> PendingFax:
        return self._update(
            pending,
            "SET checked.#position = :file, revision = revision + :one",
            {":file": checked_item(file), ":one": 1},
            {"#position": str(position)},
        )

    def put_off(self, pending: PendingFax, due_at: datetime) -> PendingFax:
        # Nothing but this: the time until which files may come, its caller may just have put off.
        return self._update(pending, "SET dueAt = :due, revision = revision + :one", {":due": text(due_at), ":one": 1})

    def keep_open(self, pending: PendingFax, closes_at: datetime) -> PendingFax:
        values = {":closes": text(closes_at), ":one": 1}
        return self._update(pending, "SET closesAt = :closes, revision = revision + :one", values)

    def has_record(self, fax_id: str) -> bool:
        return get(self._client, self._table, fax_key(fax_id), RECORD) is not None

    def accept(self, pending: PendingFax, fax: Fax) -> None:
        claim = IdempotencyRecord(pending.claim, "", fax.expires_at) if pending.claim else None
        self._writes.transact(
            [
                self._writes.put(fax_item(fax, claim, self._shards), "attribute_not_exists(pk)"),
                # As it was read, with all that came: whatever else happens to it counts its revision on.
                self._writes.delete(self._key(pending), "revision = :read", {":read": pending.fax.revision}),
                self._writes.delete(self._open(pending)),
            ],
            Changed,
        )

    def end(self, pending: PendingFax, status: Status, now: datetime, refusal: Refusal | None) -> None:
        said = {"code": refusal.code, "reason": refusal.reason, "message": refusal.message} if refusal else None
        values: Item = {":status": str(status), ":now": text(now), ":one": 1, ":uploading": str(Status.UPLOADING)}
        ops = [
            self._writes.update(
                self._key(pending),
                "SET #status = :status, completedAt = :now, revision = revision + :one"
                + (", refusal = :refusal" if said else "")
                + " REMOVE due, dueAt",
                # As it was read: it may have been given more time since, or another file.
                f"{_UPLOADING} AND revision = :read",
                values | {":read": pending.fax.revision} | ({":refusal": said} if said else {}),
                {"#status": "status"},
            ),
            self._writes.delete(self._open(pending)),
        ]
        # Its key is free again, where it is not another fax's by now: the next request under it is a new fax.
        claim = {"pk": f"IDEMPOTENCY#{pending.claim}", "sk": "IDEMPOTENCY"}
        held = get(self._client, self._table, claim["pk"], claim["sk"]) if pending.claim else None
        if held and held["faxId"] == pending.fax.id:
            ops.append(self._writes.delete(claim, "faxId = :fax", {":fax": pending.fax.id}))
        self._writes.transact(ops, Changed)

    def _update(
        self, pending: PendingFax, update: str, values: Item, names: dict[str, str] | None = None
    ) -> PendingFax:
        """Raises Changed where it is not uploading any more, StorageFault."""
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=wire(self._key(pending)),
                UpdateExpression=update,
                ConditionExpression=_UPLOADING,
                ExpressionAttributeNames={"#status": "status", **(names or {})},
                ExpressionAttributeValues=wire(values | {":uploading": str(Status.UPLOADING)}),
                ReturnValues="ALL_NEW",
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            raise Changed from error
        except FAILURES as error:
            raise fault("UpdateItem", Effect.UNKNOWN, error) from error
        return pending_of(updated(answer))

    @staticmethod
    def _key(pending: PendingFax) -> Item:
        return {"pk": pending_key(pending.fax.id), "sk": PENDING}

    @staticmethod
    def _open(pending: PendingFax) -> Item:
        item: dict[str, Any] = open_item(pending)
        return {"pk": item["pk"], "sk": item["sk"]}
