"""The records, in DynamoDB: three tables, so that each function's role is one action on one table.

FaxTable        dynamodb:PutItem (create_fax)
    pk FAX#<id>, sk FAX    one fax; attributes as in ``_fax_item``
    index by-uid           uid: the public page's way in; holds keys only
    index by-extension     extension (0003*210), createdAt: an extension's faxes by time
DirectoryTable  dynamodb:GetItem (create_fax)
    pk ORG#<id>, sk ORG                    organizationId, name
    pk USER#<id>, sk USER                  userId, organizationId
    pk EXT#<organization>*<number>, sk EXT extension, ownerId, type, faxEnabled
CredentialTable dynamodb:GetItem (authorize)
    pk TOKEN#<sha256>, sk TOKEN            userId, organizationId, context, expiresAt
    pk TOKENNAME#<name>, sk TOKENNAME      digest, expiresAt: which token the importer issued under a name

Reading faxes back takes dynamodb:GetItem on the table and dynamodb:Query on the index. Times: createdAt is ISO 8601 in
UTC with milliseconds, which sorts as text; expiresAt is the TTL, in seconds since 1970. An item may be 400 KB; a fax
with 10 files and 999 recipients stays under 100 KB.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from faxes.adapters.calls import FAILURES, Attempts, cause
from faxes.errors import OutcomeUnknown, StorageFailed
from faxes.model import (
    Context,
    Extension,
    ExtensionNumber,
    ExtensionType,
    Fax,
    Kind,
    Principal,
    Status,
    StoredFile,
)
from faxes.submission import IdTaken
from faxes.tokens import Token

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient

type Item = dict[str, Any]

BY_UID = "by-uid"
BY_EXTENSION = "by-extension"

_to_wire = TypeSerializer()
_from_wire = TypeDeserializer()


class DynamoDBFaxStore:
    """Writes and reads the records of faxes. Implements ``submission.FaxStore``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._attempts = Attempts(client, "dynamodb", "PutItem")

    def add(self, fax: Fax) -> None:
        item = wire(_fax_item(fax))
        try:
            self._attempts.watch(
                lambda: self._client.put_item(
                    TableName=self._table,
                    Item=item,
                    ConditionExpression="attribute_not_exists(pk)",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                )
            )
        except self._client.exceptions.ConditionalCheckFailedException as error:
            # An answer was lost and the SDK tried again: what stands there is ours.
            if _uid_in_the_way(error) != fax.uid:
                raise IdTaken from error
        except FAILURES as error:
            failed = StorageFailed if self._attempts.refused else OutcomeUnknown
            raise failed(reason="record_not_written", cause=cause("PutItem", error)) from error

    def by_id(self, fax_id: str, now: datetime) -> Fax | None:
        """The fax with this id, or None where there is none or its time is over."""
        item = _get(self._client, self._table, f"FAX#{fax_id}", "FAX")
        fax = _fax(item) if item else None
        return fax if fax and fax.expires_at > now else None

    def by_uid(self, uid: str, now: datetime) -> Fax | None:
        """The fax with this uid, or None. The index follows the table within about a second."""
        found = self._query(BY_UID, "uid", uid, page=1)
        return next((fax for item in found if (fax := self.by_id(item["pk"].removeprefix("FAX#"), now))), None)

    def of_extension(self, number: ExtensionNumber, now: datetime, limit: int = 100) -> list[Fax]:
        """An extension's faxes, newest first, at most ``limit``. The index follows the table within about a second."""
        found = self._query(BY_EXTENSION, "extension", str(number), page=limit)
        # What is over may stand before what is not, so the limit counts what is left.
        return list(islice((fax for fax in map(_fax, found) if fax.expires_at > now), limit))

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
            raise StorageFailed(reason="record_not_read", cause=cause("Query", error)) from error


class DynamoDBDirectory:
    """Reads the directory. Implements ``submission.Directory``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def extension(self, number: ExtensionNumber) -> Extension | None:
        item = _get(self._client, self._table, f"EXT#{number}", "EXT")
        if item is None:
            return None
        return Extension(number, item["ownerId"], ExtensionType(item["type"]), item["faxEnabled"])


class DynamoDBTokenStore:
    """Reads tokens. Implements ``tokens.TokenStore``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def token(self, digest: str) -> Token | None:
        item = _get(self._client, self._table, f"TOKEN#{digest}", "TOKEN")
        if item is None:
            return None
        principal = Principal(item["userId"], item["organizationId"], Context(item["context"]))
        return Token(digest, principal, _moment(item["expiresAt"]))


def organization_item(organization_id: str, name: str) -> Item:
    """An organization as the directory table holds it."""
    return {"pk": f"ORG#{organization_id}", "sk": "ORG", "organizationId": organization_id, "name": name}


def user_item(user_id: str, organization_id: str) -> Item:
    """A user as the directory table holds it."""
    return {"pk": f"USER#{user_id}", "sk": "USER", "userId": user_id, "organizationId": organization_id}


def extension_item(extension: Extension) -> Item:
    """An extension as the directory table holds it."""
    return {
        "pk": f"EXT#{extension.number}",
        "sk": "EXT",
        "extension": str(extension.number),
        "ownerId": extension.owner_id,
        "type": extension.type.value,
        "faxEnabled": extension.fax_enabled,
    }


def token_item(token: Token) -> Item:
    """A token as the credential table holds it."""
    return {
        "pk": f"TOKEN#{token.digest}",
        "sk": "TOKEN",
        "userId": token.principal.user_id,
        "organizationId": token.principal.organization_id,
        "context": token.principal.context.value,
        "expiresAt": int(token.expires_at.timestamp()),
    }


def token_name_item(name: str, token: Token) -> Item:
    """A token's name as the credential table holds it."""
    return {
        "pk": f"TOKENNAME#{name}",
        "sk": "TOKENNAME",
        "digest": token.digest,
        "expiresAt": int(token.expires_at.timestamp()),
    }


def wire(item: Mapping[str, Any]) -> dict[str, Any]:
    """An item in DynamoDB's own JSON: ``{"S": "text"}`` for every ``"text"``."""
    return {name: _to_wire.serialize(value) for name, value in item.items()}


def plain(item: Mapping[str, Any]) -> Item:
    """The reverse of ``wire``; numbers come back as Decimal."""
    return {name: _from_wire.deserialize(value) for name, value in item.items()}


def _fax_item(fax: Fax) -> Item:
    return {
        "pk": f"FAX#{fax.id}",
        "sk": "FAX",
        "id": fax.id,
        "uid": fax.uid,
        "userId": fax.user_id,
        "organizationId": fax.organization_id,
        "extension": fax.extension,
        "recipients": list(fax.recipients),
        "files": [
            {
                "position": file.position,
                "name": file.name,
                "kind": file.kind.value,
                "size": file.size,
                "sha256": file.sha256,
                "key": file.key,
                "pages": file.pages,
            }
            for file in fax.files
        ],
        "pages": fax.pages,
        "status": fax.status.value,
        "createdAt": fax.created_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "expiresAt": int(fax.expires_at.timestamp()),
        "version": fax.version,
    }


def _fax(item: Item) -> Fax:
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
                kind=Kind(file["kind"]),
                size=int(file["size"]),
                sha256=file["sha256"],
                key=file["key"],
                pages=int(file["pages"]),
            )
            for file in item["files"]
        ),
        pages=int(item["pages"]),
        status=Status(item["status"]),
        created_at=datetime.fromisoformat(item["createdAt"]),
        expires_at=_moment(item["expiresAt"]),
        version=int(item["version"]),
    )


def _moment(seconds: Any) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _get(client: "DynamoDBClient", table: str, pk: str, sk: str) -> Item | None:
    """One item, as last written."""
    try:
        answer = client.get_item(TableName=table, Key=wire({"pk": pk, "sk": sk}), ConsistentRead=True)
    except FAILURES as error:
        raise StorageFailed(reason="record_not_read", cause=cause("GetItem", error)) from error
    return plain(answer["Item"]) if "Item" in answer else None


def _uid_in_the_way(error: "ClientError") -> str | None:
    item: Any = error.response.get("Item")
    return plain(item).get("uid") if item else None
