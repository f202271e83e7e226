"""What is due, by the index by-due of the faxes' table. Actions: dynamodb:Query on the index."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.deliveries import WAITING
from faxes.adapters.dynamodb.items import Item, plain, text, wire
from faxes.errors import Effect

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

BY_DUE = "by-due"
# More than there are (records.DUE_SHARDS): where a later release was rolled back that had more, none is forgotten.
MOST_SHARDS = 16


class DynamoDBDueIndex:
    """Lists what is due. Implements ``sweeping.DueIndex``. It follows the table within about a second."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def due(self, now: datetime, most: int) -> Iterator[tuple[str, str, datetime]]:
        for shard in range(MOST_SHARDS):
            yield from self._query(str(shard), most, "AND dueAt <= :now", {":now": text(now)})

    def waiting(self, most: int) -> Iterator[tuple[str, str, datetime]]:
        yield from self._query(WAITING, most, "", {})

    def _query(self, shard: str, most: int, until: str, values: Item) -> Iterator[tuple[str, str, datetime]]:
        try:
            items = self._client.query(
                TableName=self._table,
                IndexName=BY_DUE,
                KeyConditionExpression=f"due = :due {until}",
                ExpressionAttributeValues=wire({":due": shard, **values}),
                Limit=most,
            )["Items"]
        except FAILURES as error:
            raise fault("Query", Effect.NONE, error) from error
        for item in map(plain, items):
            yield item["pk"], item["sk"], datetime.fromisoformat(item["dueAt"])
