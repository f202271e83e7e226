"""The record of a fax as the faxes' table holds it: the writer and the reader of the item.

Apart from the stores, so that who reads a fax imports nothing of what accepts one.
"""

from faxes.adapters.dynamodb.items import Item, moment, text, time, word
from faxes.adapters.dynamodb.keys import due, fax_key
from faxes.appearance import Mode, Resolution
from faxes.model import Counts, Direction, Fax, IdempotencyRecord, Kind, Reason, Sender, Status, StoredFile

RECORD = "FAX"
# Of the index by-due, so that no one of its partitions takes all writes; due.MOST_SHARDS at most, which are read.
DUE_SHARDS = 16

# The layout of a fax's item.
_SCHEMA = 1


def fax_item(fax: Fax, idempotency: IdempotencyRecord | None, shards: int) -> Item:
    """A fax's record as the table holds it when it is inserted; ``shards`` are those of the index by-due."""
    return {
        "pk": fax_key(fax.id),
        "sk": RECORD,
        "schema": _SCHEMA,
        "revision": fax.revision,
        "id": fax.id,
        "uid": fax.uid,
        "userId": fax.user_id,
        "organizationId": fax.organization_id,
        "extension": fax.extension,
        "recipients": list(fax.recipients),
        "files": [_file_item(file) for file in fax.files],
        "pages": fax.pages,
        "status": str(fax.status),
        "createdAt": text(fax.created_at),
        "expiresAt": int(fax.expires_at.timestamp()),
        **({"app": fax.app_key} if fax.app_key else {}),
        **({"sandbox": True} if fax.sandbox else {}),
        **({"sandboxApp": True} if fax.sandbox_app else {}),
        **_came_in(fax),
        **({"rendering": str(fax.rendering)} if fax.rendering else {}),
        **({"resolution": str(fax.resolution)} if fax.resolution else {}),
        **due(fax_key(fax.id), RECORD, fax.due_at, shards),
        **({"idempotency": idempotency.name} if idempotency else {}),
    }


def _came_in(fax: Fax) -> Item:
    """What a record has more that is of a fax which came in."""
    if fax.direction != Direction.IN:
        return {}
    item: Item = {"direction": str(fax.direction)}
    if fax.completed_at:
        item["completedAt"] = text(fax.completed_at)
    if fax.sender:
        known = {"extension": fax.sender.extension, "organization": fax.sender.organization}
        item["sender"] = {name: value for name, value in known.items() if value is not None}
    return item


def _file_item(file: StoredFile) -> Item:
    item: Item = {
        "position": file.position,
        "name": file.name,
        "kind": str(file.kind),
        "size": file.size,
        "sha256": file.sha256,
        "key": file.key,
        "pages": file.pages,
    }
    # Of a text alone, and of few.
    return item | {"encoding": file.encoding} if file.encoding else item


def fax_of(item: Item) -> Fax:
    """The fax whose record an item holds."""
    return Fax(
        id=item["id"],
        uid=item["uid"],
        user_id=item["userId"],
        organization_id=item["organizationId"],
        extension=item["extension"],
        recipients=tuple(item["recipients"]),
        files=tuple(
            StoredFile(
                position=int(file["position"]),
                name=file["name"],
                kind=word(Kind, file["kind"]),
                size=int(file["size"]),
                sha256=file["sha256"],
                key=file["key"],
                pages=int(file["pages"]),
                encoding=file.get("encoding"),
            )
            for file in item["files"]
        ),
        pages=int(item["pages"]),
        status=word(Status, item["status"]),
        created_at=time(item["createdAt"]),
        expires_at=moment(item["expiresAt"]),
        revision=int(item["revision"]),
        app_key=item.get("app"),
        due_at=time(item["dueAt"]) if "dueAt" in item else None,
        counts=_counts(item["counts"]) if "counts" in item else None,
        reason=word(Reason, item["reason"]) if "reason" in item else None,
        cancel_requested_at=time(item["cancelRequestedAt"]) if "cancelRequestedAt" in item else None,
        completed_at=time(item["completedAt"]) if "completedAt" in item else None,
        sandbox=item.get("sandbox", False),
        sandbox_app=item.get("sandboxApp", False),
        rendering=word(Mode, item["rendering"]) if "rendering" in item else None,
        resolution=word(Resolution, item["resolution"]) if "resolution" in item else None,
        page_revoked_at=time(item["pageRevokedAt"]) if "pageRevokedAt" in item else None,
        direction=word(Direction, item.get("direction", Direction.OUT.value)),
        sender=Sender(**item["sender"]) if "sender" in item else None,
    )


def _counts(item: Item) -> Counts:
    return Counts(**{name: int(count) for name, count in item.items()})
