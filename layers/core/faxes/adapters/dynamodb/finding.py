"""Which faxes there are, for operators: by extension or user, those that have not ended, or all of them.

Actions: dynamodb:Query on the indexes by-extension, by-user and by-due, and dynamodb:BatchGetItem beside the last;
dynamodb:Scan for all of them.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import batched
from typing import TYPE_CHECKING, Any

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.due import BY_DUE, MOST_SHARDS
from faxes.adapters.dynamodb.items import Item, plain, text, wire
from faxes.adapters.dynamodb.keys import WAITING
from faxes.adapters.dynamodb.records import RECORD
from faxes.errors import Effect

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The attribute by which each index has its partitions.
_INDEXES = {"by-extension": "extension", "by-user": "userId"}
_STATUS = {"#status": "status"}
# As many as are read at a time.
_BATCH = 100


class DynamoDBFaxFinder:
    """Names faxes by their ids. Each call raises StorageFault. The indexes follow the table within about a second."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def of(self, index: str, key: str, since: datetime | None, status: str | None) -> Iterator[str]:
        """The faxes of an extension (``by-extension``) or of a user (``by-user``), the newest first."""
        condition = "#key = :key" + (" AND createdAt >= :since" if since else "")
        yield from (
            item["id"]
            for item in self._read(
                "query",
                {"IndexName": index, "KeyConditionExpression": condition, "ScanIndexForward": False},
                {"#key": _INDEXES[index]},
                {":key": key, **({":since": text(since)} if since else {})},
            )
            if status in (None, item["status"])
        )

    def open(self, status: str) -> Iterator[str]:
        """The faxes of a status that is not final which are due some time, shard by shard, the longest due first."""
        for batch in batched(self._due(), _BATCH, strict=False):
            found = {item["pk"]: item["status"] for item in self._records(batch)}
            yield from (pk.removeprefix("FAX#") for pk in batch if found.get(pk) == status)

    def _due(self) -> Iterator[str]:
        for shard in [WAITING, *map(str, range(MOST_SHARDS))]:
            condition = {"IndexName": BY_DUE, "KeyConditionExpression": "due = :due"}
            for item in self._read("query", condition, {}, {":due": shard}):
                if item["sk"] == RECORD:
                    yield item["pk"]

    def _records(self, partitions: Sequence[str]) -> Iterator[Item]:
        """The records of these partitions, no more of each than its status; those that are there."""
        left: Any = {
            self._table: {
                "Keys": [wire({"pk": pk, "sk": RECORD}) for pk in partitions],
                "ProjectionExpression": "pk, #status",
                "ExpressionAttributeNames": _STATUS,
            }
        }
        while left:
            try:
                answer = self._client.batch_get_item(RequestItems=left)
            except FAILURES as error:
                raise fault("BatchGetItem", Effect.NONE, error) from error
            yield from map(plain, answer["Responses"].get(self._table, []))
            left = answer.get("UnprocessedKeys")

    def everywhere(self, since: datetime | None, status: str | None) -> list[str]:
        """All faxes, the newest first. Reads the whole table."""
        conditions, names, values = ["sk = :record"], {}, {":record": RECORD}
        if since:
            conditions, values = [*conditions, "createdAt >= :since"], values | {":since": text(since)}
        if status:
            conditions, values, names = [*conditions, "#status = :status"], values | {":status": status}, _STATUS
        only = {"FilterExpression": " AND ".join(conditions)}
        found = [(item["createdAt"], item["id"]) for item in self._read("scan", only, names, values)]
        return [fax_id for _, fax_id in sorted(found, reverse=True)]

    def size(self) -> tuple[int, int]:
        """About how many items the table has, and bytes: DynamoDB counts them every six hours. Needs
        dynamodb:DescribeTable."""
        try:
            table = self._client.describe_table(TableName=self._table)["Table"]
        except FAILURES as error:
            raise fault("DescribeTable", Effect.NONE, error) from error
        return table["ItemCount"], table["TableSizeBytes"]

    def _read(self, call: str, request: Item, names: dict[str, str], values: Item) -> Iterator[Item]:
        paginator: Any = self._client.get_paginator(call)  # type: ignore[call-overload]  # a name as a variable
        asked = {"TableName": self._table, **request, "ExpressionAttributeValues": wire(values)}
        try:
            for page in paginator.paginate(**asked, **({"ExpressionAttributeNames": names} if names else {})):
                yield from map(plain, page["Items"])
        except FAILURES as error:
            raise fault(call.capitalize(), Effect.NONE, error) from error
