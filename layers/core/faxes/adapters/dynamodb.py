"""The records, in DynamoDB: three tables, so that each function's role is one action on one table.

FaxTable        dynamodb:PutItem, dynamodb:GetItem on IDEMPOTENCY#* (create_fax)
    pk FAX#<id>, sk FAX    one fax; attributes as in ``_fax_item``
    pk IDEMPOTENCY#<claim>, sk IDEMPOTENCY content, faxId, faxUid, expiresAt: which fax was accepted under a claim
    index by-uid           uid: the public page's way in; holds keys only
    index by-extension     extension (0003*210), createdAt: an extension's faxes by time
DirectoryTable  dynamodb:GetItem (create_fax)
    pk ORG#<id>, sk ORG                    organizationId, name
    pk USER#<id>, sk USER                  userId, organizationId
    pk EXT#<organization>*<number>, sk EXT extension, ownerId, type, faxEnabled
CredentialTable dynamodb:GetItem (authorize, issue_token), dynamodb:PutItem on TOKEN#* (issue_token)
    pk APP#<key>, sk APP                   appKey, secretDigest, userId, organizationId, context, enabled
    pk TOKEN#<sha256>, sk TOKEN            an app's: appKey, secretDigest, expiresAt
                                           a user's: userId, organizationId, context, expiresAt
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
from faxes.intake.submission import ClaimTaken, IdTaken, WriteConflict
from faxes.model import (
    Acceptance,
    Claim,
    Context,
    Extension,
    ExtensionNumber,
    ExtensionType,
    Fax,
    Kind,
    Principal,
    Status,
    StoredFile,
    User,
)
from faxes.tokens import App, AppLogin, Token

if TYPE_CHECKING:
    from botocore.exceptions import ClientError
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import PutTypeDef, TransactWriteItemTypeDef

type Item = dict[str, Any]

BY_UID = "by-uid"
BY_EXTENSION = "by-extension"

_CONDITION = "ConditionalCheckFailed"
_CONFLICT = "TransactionConflict"

_to_wire = TypeSerializer()
_from_wire = TypeDeserializer()


class DynamoDBFaxStore:
    """Writes and reads the records of faxes. Implements ``submission.FaxStore``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._attempts = Attempts(client, "dynamodb", "TransactWriteItems")

    def acceptance(self, claim: str, now: datetime) -> Acceptance | None:
        try:
            item = _get(self._client, self._table, f"IDEMPOTENCY#{claim}", "IDEMPOTENCY")
        except StorageFailed as failed:
            raise OutcomeUnknown(reason="key_not_read", cause=failed.cause) from failed
        # The table removes it up to days later.
        return _acceptance(item) if item and _moment(item["expiresAt"]) > now else None

    def add(self, fax: Fax, claim: Claim | None = None) -> None:
        puts: list[TransactWriteItemTypeDef] = [self._put(_fax_item(fax), "attribute_not_exists(pk)")]
        if claim:
            free = "attribute_not_exists(pk) OR expiresAt <= :now"
            puts.append(self._put(_claim_item(claim, fax), free, {":now": int(fax.created_at.timestamp())}))
        try:
            # The SDK gives the transaction a token, so that its own tries are one.
            self._attempts.watch(lambda: self._client.transact_write_items(TransactItems=puts))
        except self._client.exceptions.TransactionCanceledException as error:
            self._cancelled(error, fax)
        except FAILURES as error:
            raise self._failed(cause("TransactWriteItems", error)) from error

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

    def _cancelled(self, error: "ClientError", fax: Fax) -> None:
        """Read why a transaction was cancelled. Returns where it is ours that stands in the way, else raises."""
        reasons: list[Any] = error.response.get("CancellationReasons", [])
        in_the_way = [plain(reason["Item"]) if reason.get("Item") else {} for reason in reasons]
        # An answer was lost and the SDK tried again.
        if fax.uid in [item.get("uid", item.get("faxUid")) for item in in_the_way]:
            return
        record, *claims = zip([reason.get("Code") for reason in reasons], in_the_way, strict=True)
        for code_, item in claims:
            if code_ == _CONDITION:
                raise ClaimTaken(_acceptance(item)) from error
        if record[0] == _CONDITION:
            raise IdTaken from error
        codes = [reason.get("Code") for reason in reasons]
        if _CONFLICT in codes and self._attempts.refused:
            raise WriteConflict from error
        raise self._failed(f"TransactWriteItems: cancelled for {', '.join(map(str, codes))}") from error

    def _failed(self, why: str) -> StorageFailed | OutcomeUnknown:
        failed = StorageFailed if self._attempts.refused else OutcomeUnknown
        return failed(reason="record_not_written", cause=why)

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
    """Reads the directory. Implements ``access.Directory``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def user(self, user_id: str) -> User | None:
        item = _get(self._client, self._table, f"USER#{user_id}", "USER")
        return User(user_id, item["organizationId"]) if item else None

    def extension(self, number: ExtensionNumber) -> Extension | None:
        item = _get(self._client, self._table, f"EXT#{number}", "EXT")
        if item is None:
            return None
        return Extension(number, item["ownerId"], ExtensionType(item["type"]), item["faxEnabled"])


class DynamoDBCredentialStore:
    """Reads apps, reads and writes tokens. Implements ``tokens.CredentialStore``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def app(self, key: str) -> App | None:
        item = _get(self._client, self._table, f"APP#{key}", "APP")
        if item is None:
            return None
        return App(
            key=key,
            secret_digest=item["secretDigest"],
            user_id=item["userId"],
            organization_id=item["organizationId"],
            context=Context(item["context"]),
            enabled=item["enabled"],
        )

    def token(self, digest: str) -> Token | None:
        item = _get(self._client, self._table, f"TOKEN#{digest}", "TOKEN")
        if item is None:
            return None
        bearer = (
            AppLogin(item["appKey"], item["secretDigest"])
            if "appKey" in item
            else Principal(item["userId"], item["organizationId"], Context(item["context"]))
        )
        return Token(digest, bearer, _moment(item["expiresAt"]))

    def add(self, token: Token) -> None:
        try:
            self._client.put_item(TableName=self._table, Item=wire(token_item(token)))
        except FAILURES as error:
            raise StorageFailed(reason="token_not_written", cause=cause("PutItem", error)) from error


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


def app_item(app: App) -> Item:
    """An app as the credential table holds it."""
    return {
        "pk": f"APP#{app.key}",
        "sk": "APP",
        "appKey": app.key,
        "secretDigest": app.secret_digest,
        "userId": app.user_id,
        "organizationId": app.organization_id,
        "context": app.context.value,
        "enabled": app.enabled,
    }


def token_item(token: Token) -> Item:
    """A token as the credential table holds it."""
    bearer = token.bearer
    if isinstance(bearer, AppLogin):
        stands_for = {"appKey": bearer.key, "secretDigest": bearer.secret_digest}
    else:
        stands_for = {
            "userId": bearer.user_id,
            "organizationId": bearer.organization_id,
            "context": bearer.context.value,
        }
    return {
        "pk": f"TOKEN#{token.digest}",
        "sk": "TOKEN",
        **stands_for,
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


def _claim_item(claim: Claim, fax: Fax) -> Item:
    # Not "uid": the index by uid is for faxes alone.
    return {
        "pk": f"IDEMPOTENCY#{claim.name}",
        "sk": "IDEMPOTENCY",
        "content": claim.content,
        "faxId": fax.id,
        "faxUid": fax.uid,
        "expiresAt": int(claim.expires_at.timestamp()),
    }


def _acceptance(item: Item) -> Acceptance:
    return Acceptance(item["faxId"], item["faxUid"], item["content"])


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
