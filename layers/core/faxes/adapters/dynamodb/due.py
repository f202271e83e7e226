"""What is due, by the index by-due of the faxes' table. Actions: dynamodb:Query on the index."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.items import Item, plain, text, time, wire
from faxes.adapters.dynamodb.keys import WAITING
from faxes.errors import Effect
from faxes.sweeping import Due

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_DUE = "by-due"
# As many as there are (records.DUE_SHARDS), or more: where a later release was rolled back that had more, none is
# forgotten.
MOST_SHARDS = 16
# What somebody was told of before it was due again is not told.
_UNTOLD = "attribute_not_exists(toldAt) OR toldAt <= :told OR toldAt < dueAt"


class DynamoDBDueIndex:
    """Lists what is due. Implements ``sweeping.DueIndex``. It follows the table within about a second."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def due(self, now: datetime, told: datetime, most: int) -> Iterator[Due]:
        times = {":now": text(now), ":told": text(told)}
        for shard in range(MOST_SHARDS):
            yield from self._query(str(shard), most, "AND dueAt <= :now", times, FilterExpression=_UNTOLD)

    def soon(self, now: datetime, until: datetime, most: int) -> Iterator[Due]:
        """What is due between now and then, at most so many of each shard, the next first. Raises StorageFault."""
        for shard in range(MOST_SHARDS):
            times = {":now": text(now), ":until": text(until)}
            yield from self._query(str(shard), most, "AND dueAt BETWEEN :now AND :until", times)

    def waiting(self, most: int) -> Iterator[Due]:
        yield from self._query(WAITING, most, "", {})

    def _query(self, shard: str, most: int, until: str, values: Item, **filtered: Any) -> Iterator[Due]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=BY_DUE,
            KeyConditionExpression=f"due = :due {until}",
            ExpressionAttributeValues=wire({":due": shard, **values}),
            PaginationConfig={"MaxItems": most},
            **filtered,
        )
        try:
            for page in pages:
                yield from map(_due, page["Items"])
        except FAILURES as error:
            raise fault("Query", Effect.NONE, error) from error


def _due(found: Any) -> Due:
    item = plain(found)
    return Due(item["pk"].partition("#")[2], item["sk"], time(item["dueAt"]), item["organizationId"])
