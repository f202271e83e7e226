"""Faxes that have not ended and have no time at which they are due, so that nothing becomes of them by itself; and
those that wait for a carrier, which are looked at once a day.

Actions: dynamodb:Scan to list them, dynamodb:UpdateItem to have one due.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.deliveries import due, fax_key
from faxes.adapters.dynamodb.items import plain, text, wire
from faxes.adapters.dynamodb.records import DUE_SHARDS, RECORD, fax_of
from faxes.errors import Effect
from faxes.model import Fax, Reason, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

# Whose recipients nobody has called yet: of the others it is not known who got the fax.
STATUSES = (Status.ACCEPTED, Status.RENDERING, Status.QUEUED)

_STATUSES = {f":status{n}": status.value for n, status in enumerate(STATUSES)}
_IDLE = (
    f"((attribute_not_exists(dueAt) AND #status IN ({', '.join(_STATUSES)})) OR "
    "(#status = :queued AND #reason = :no_carrier AND dueAt > :at))"
)
_NAMES = {"#status": "status", "#reason": "reason"}


def _values(now: datetime) -> dict[str, str]:
    return {**_STATUSES, ":queued": Status.QUEUED.value, ":no_carrier": Reason.NO_CARRIER.value, ":at": text(now)}


class DynamoDBIdleFaxes:
    """Lists them, and has one of them due."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def all(self, now: datetime) -> Iterator[Fax]:
        """Those whose time is not over, in no order. Raises StorageFault."""
        pages = self._client.get_paginator("scan").paginate(
            TableName=self._table,
            FilterExpression=f"sk = :sk AND {_IDLE}",
            ExpressionAttributeNames=_NAMES,
            ExpressionAttributeValues=wire({":sk": RECORD, **_values(now)}),
            ConsistentRead=True,
        )
        try:
            for page in pages:
                yield from (fax for item in page["Items"] if (fax := fax_of(plain(item))).expires_at > now)
        except FAILURES as error:
            raise fault("Scan", Effect.NONE, error) from error

    def redrive(self, fax_id: str, now: datetime) -> bool:
        """Have a fax due now, so that the next sweep takes it up. Whether it is one of them. Raises StorageFault."""
        pk = fax_key(fax_id)
        values = {f":{name}": value for name, value in due(pk, RECORD, now, DUE_SHARDS).items()}
        try:
            self._client.update_item(
                TableName=self._table,
                Key=wire({"pk": pk, "sk": RECORD}),
                UpdateExpression="SET due = :due, dueAt = :dueAt",
                ConditionExpression=f"attribute_exists(pk) AND expiresAt > :now AND {_IDLE}",
                ExpressionAttributeNames=_NAMES,
                ExpressionAttributeValues=wire({**values, ":now": int(now.timestamp()), **_values(now)}),
            )
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        except FAILURES as error:
            raise fault("UpdateItem", Effect.UNKNOWN, error) from error
        return True
