"""Which faxes there are, for operators: by extension or user, those that have not ended, or all of them.

Actions: dynamodb:Query on the indexes by-extension, by-user and by-due; dynamodb:Scan for all of them.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.deliveries import WAITING
from faxes.adapters.dynamodb.due import BY_DUE, MOST_SHARDS
from faxes.adapters.dynamodb.items import Item, plain, text, wire
from faxes.adapters.dynamodb.records import RECORD
from faxes.errors import Effect

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# The attribute by which each index has its partitions.
_INDEXES = {"by-extension": "extension", "by-user": "userId"}


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

    def open(self) -> Iterator[str]:
        """The faxes that have not ended and are due some time, shard by shard, the longest due first."""
        for shard in [WAITING, *map(str, range(MOST_SHARDS))]:
            condition = {"IndexName": BY_DUE, "KeyConditionExpression": "due = :due"}
            for item in self._read("query", condition, {}, {":due": shard}):
                if item["sk"] == RECORD:
                    yield item["pk"].removeprefix("FAX#")

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


_STATUS = {"#status": "status"}
