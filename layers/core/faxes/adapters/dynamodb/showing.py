"""What a fax's public page is made of, out of the faxes' table: its record and its pages, by its uid; its recipients.

Actions: dynamodb:Query on the index by-uid, and on the table's items FAX#*, of these attributes alone; and on
the directory's items ORG#*, of their time zone alone. No read asks for the names of files, for who sent the fax, or
for what a carrier said.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.items import Item, moment, plain, time, wire, word
from faxes.adapters.dynamodb.keys import ATTEMPT, RECIPIENT, fax_key, recipient_key
from faxes.adapters.dynamodb.reading import PAGES
from faxes.adapters.dynamodb.records import RECORD
from faxes.errors import Effect
from faxes.model import Reason, RecipientStatus, Status
from faxes.showing import Document, Picture, PublicFax, PublicRecipient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INDEX = "by-uid"
# The role's condition lists the same.
ATTRIBUTES = (
    "pk",
    "sk",
    "cancelRequestedAt",
    "completedAt",
    "counts",
    "createdAt",
    "expiresAt",
    "extension",
    "organizationId",
    "pageRevokedAt",
    "pages",
    "reason",
    "recipients",
    "rendered",
    "sandbox",
    "status",
    "uid",
)
RECIPIENT_ATTRIBUTES = ("pk", "sk", "attempt", "dueAt", "pagesSent", "reason", "recipient", "status")
# The partition of no fax, which is read where a uid is nobody's, so that this takes as long.
_NOBODY = fax_key("0")
# The picture of a page is half as wide as the page, and has one row for each two of it, or for each of a coarse one.
_WIDTH = 864
_COARSE = "standard"


class DynamoDBPublicFaxes:
    """Reads faxes for their pages. Implements ``showing.PublicFaxes``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def by_uid(self, uid: str) -> PublicFax | None:
        found = self._query({"IndexName": INDEX}, "#uid = :uid", {":uid": uid}, ("pk", "sk", "uid"))
        # One that was announced is in the index as well, and nothing of it is this function's to read.
        key = next((each["pk"] for each in found if each["sk"] == RECORD), _NOBODY)
        # Nothing has a key between the two.
        items = self._of_a_fax(key, RECORD, PAGES, ATTRIBUTES)
        # A fax that was erased may be in the index for a moment longer.
        by_key = {item["sk"]: item for item in items}
        return _fax_of(by_key[RECORD], by_key.get(PAGES)) if RECORD in by_key else None

    def recipients(self, fax_id: str, first: int, last: int) -> tuple[PublicRecipient, ...]:
        # A recipient's attempts stand behind it.
        behind_last = f"{recipient_key(last)}{ATTEMPT}"
        items = self._of_a_fax(fax_key(fax_id), recipient_key(first), behind_last, RECIPIENT_ATTRIBUTES)
        return tuple(_recipient_of(each) for each in items if _is_recipient(each["sk"]))

    def _of_a_fax(self, key: str, first: str, last: str, attributes: tuple[str, ...]) -> Iterator[Item]:
        values = {":pk": key, ":first": first, ":last": last}
        return self._query({"ConsistentRead": True}, "#pk = :pk AND #sk BETWEEN :first AND :last", values, attributes)

    def _query(
        self, of: Mapping[str, Any], condition: str, values: Mapping[str, str], attributes: tuple[str, ...]
    ) -> Iterator[Item]:
        return _queried(self._client, {"TableName": self._table, **of}, condition, values, attributes)


class DynamoDBTimeZones:
    """Reads where organizations are. Implements ``showing.TimeZones``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def of(self, organization_id: str) -> str | None:
        values = {":pk": f"ORG#{organization_id}", ":sk": "ORG"}
        of = {"TableName": self._table}
        items = _queried(self._client, of, "#pk = :pk AND #sk = :sk", values, ("pk", "sk", "timeZone"))
        found = next(items, {}).get("timeZone")
        return found if isinstance(found, str) else None


def _queried(
    client: "DynamoDBClient",
    of: Mapping[str, Any],
    condition: str,
    values: Mapping[str, str],
    attributes: tuple[str, ...],
) -> Iterator[Item]:
    """Items of a table or an index, of which these attributes alone are asked for, as the role's condition has it."""
    request: dict[str, Any] = {
        **of,
        "Select": "SPECIFIC_ATTRIBUTES",
        "KeyConditionExpression": condition,
        "ExpressionAttributeValues": wire(values),
        "ExpressionAttributeNames": {f"#{name}": name for name in attributes},
        "ProjectionExpression": ", ".join(f"#{name}" for name in attributes),
    }
    while True:
        try:
            answer = client.query(**request)
        except FAILURES as error:
            raise fault("Query", Effect.NONE, error) from error
        yield from map(plain, answer["Items"])
        if "LastEvaluatedKey" not in answer:
            return
        request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]


def _fax_of(record: Item, pages: Item | None) -> PublicFax:
    rendered = record.get("rendered", {})
    sizes = {
        each: rendered[name]["size"] for name, each in (("tiff", Document.TIFF), ("pdf", Document.PDF)) if rendered
    }
    return PublicFax(
        id=record["pk"].removeprefix("FAX#"),
        uid=record["uid"],
        organization_id=record["organizationId"],
        status=word(Status, record["status"]),
        reason=word(Reason, record["reason"]) if "reason" in record else None,
        extension=record["extension"],
        recipients=tuple(record["recipients"]),
        pages=int(record["pages"]),
        pictures=tuple(map(_picture, pages["pages"])) if pages else (),
        sizes={each: int(size) for each, size in sizes.items()} if pages else {},
        sent=int(record["counts"]["sent"]) if "counts" in record else 0,
        sandbox=record.get("sandbox", False),
        created_at=time(record["createdAt"]),
        expires_at=moment(record["expiresAt"]),
        completed_at=_time(record, "completedAt"),
        cancel_requested_at=_time(record, "cancelRequestedAt"),
        page_revoked_at=_time(record, "pageRevokedAt"),
    )


def _is_recipient(sort_key: str) -> bool:
    return sort_key.startswith(RECIPIENT) and ATTEMPT not in sort_key


def _picture(page: Item) -> Picture:
    rows = int(page["rows"])
    return Picture(_WIDTH, rows if page["resolution"] == _COARSE else -(-rows // 2))


def _recipient_of(item: Item) -> PublicRecipient:
    return PublicRecipient(
        number=item["recipient"],
        status=word(RecipientStatus, item["status"]),
        reason=word(Reason, item["reason"]) if "reason" in item else None,
        attempt=int(item["attempt"]),
        pages_sent=int(item["pagesSent"]),
        due_at=_time(item, "dueAt"),
    )


def _time(item: Item, name: str) -> Any:
    return time(item[name]) if name in item else None
