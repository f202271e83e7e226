"""The carriers' reports that have come, in the faxes' table.

    pk REPORT#<carrier>#<event id>  sk SEEN    expiresAt

Actions: dynamodb:GetItem and dynamodb:PutItem on the table's items REPORT#*.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.items import get, wire
from faxes.errors import Effect

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

REPORT, _SEEN = "REPORT", "SEEN"
# Longer than a carrier is known to repeat a report: some do for three days.
_KEPT = timedelta(days=14)


class DynamoDBReports:
    """Implements ``delivery.reports.Seen``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def has(self, carrier: str, event_id: str) -> bool:
        return get(self._client, self._table, _key(carrier, event_id), _SEEN) is not None

    def add(self, carrier: str, event_id: str, now: datetime) -> None:
        item = {"pk": _key(carrier, event_id), "sk": _SEEN, "expiresAt": int((now + _KEPT).timestamp())}
        try:
            self._client.put_item(TableName=self._table, Item=wire(item))
        except FAILURES as error:
            raise fault("PutItem", Effect.UNKNOWN, error) from error


def _key(carrier: str, event_id: str) -> str:
    return f"{REPORT}#{carrier}#{event_id}"
