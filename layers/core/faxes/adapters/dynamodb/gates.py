"""The carriers' gates, in the faxes' table: one item for each carrier that ever refused its account.

    pk CARRIER#<name>  sk GATE    closedAt, probeAt, code; none of them while it is open

Actions: dynamodb:GetItem and dynamodb:UpdateItem on the table's items CARRIER#*.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from faxes.adapters.dynamodb.items import Item, get, text, time, update_if

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SK = "GATE"
# Between two probes; each may cost an attempt.
PROBE = timedelta(minutes=15)


class DynamoDBGates:
    """Implements ``delivery.gate.Gates``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def closed(self, carrier: str) -> tuple[datetime, str] | None:
        """Since when a gate is closed, and the carrier's word for why; None while it is open. Raises StorageFault."""
        item = self._read(carrier)
        return (time(item["closedAt"]), item["code"]) if item else None

    def shut(self, carrier: str, now: datetime) -> bool:
        item = self._read(carrier)
        if item is None:
            return False
        if time(item["probeAt"]) > now:
            return True
        probe = {":probeAt": text(now + PROBE), ":was": item["probeAt"]}
        return not self._update(carrier, "SET probeAt = :probeAt", "probeAt = :was", probe)

    def close(self, carrier: str, code: str, now: datetime) -> None:
        values = {":closedAt": text(now), ":probeAt": text(now + PROBE), ":code": code}
        update = "SET closedAt = :closedAt, probeAt = :probeAt, code = :code"
        self._update(carrier, update, "attribute_not_exists(closedAt)", values)

    def open(self, carrier: str, since: datetime) -> bool:
        if self._read(carrier) is None:
            return False
        values = {":since": text(since)}
        return self._update(carrier, "REMOVE closedAt, probeAt, code", "closedAt < :since", values)

    def _read(self, carrier: str) -> Item | None:
        item = get(self._client, self._table, _pk(carrier), _SK)
        return item if item and "closedAt" in item else None

    def _update(self, carrier: str, update: str, condition: str, values: Item) -> bool:
        """Whether it was made; not where the condition does not hold."""
        return update_if(self._client, self._table, (_pk(carrier), _SK), update, condition, values)


def _pk(carrier: str) -> str:
    return f"CARRIER#{carrier}"
