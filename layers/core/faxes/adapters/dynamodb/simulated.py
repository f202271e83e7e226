"""What the simulated network keeps of its faxes, in the faxes' table.

    pk SIM#<reference>  sk SIM    number, pages, takes (one for each time that it was submitted), takenAt, withdrawnAt,
                                  canceledAt, expiresAt

Actions: dynamodb:GetItem and dynamodb:UpdateItem on the table's items SIM#*.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from faxes.adapters.calls import FAILURES, fault
from faxes.adapters.dynamodb.items import Item, get, text, time, updated, wire
from faxes.carriers.simulator import Taken
from faxes.delivery.carrier import Call
from faxes.errors import Effect

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SIMULATED = "SIM"
_KEPT = timedelta(days=30)


class DynamoDBNetwork:
    """Implements ``carriers.simulator.Network``. ``random_bits(n)`` gives an integer of n bits."""

    def __init__(self, client: "DynamoDBClient", table: str, random_bits: Callable[[int], int]) -> None:
        self._client = client
        self._table = table
        self._random_bits = random_bits

    def take(self, call: Call, at: datetime) -> None:
        # A set, since the SDK may send it twice: that is one submission.
        self._update(
            call.reference,
            at,
            "SET #number = :number, pages = :pages, takenAt = if_not_exists(takenAt, :at), expiresAt = :over "
            "ADD takes :take",
            {":number": call.number, ":pages": call.pages, ":take": {f"{self._random_bits(64):016x}"}},
            {"#number": "number"},
        )

    def get(self, reference: str) -> Taken | None:
        item = get(self._client, self._table, f"{SIMULATED}#{reference}", SIMULATED)
        return taken_of(item) if item else None

    def withdraw(self, reference: str, at: datetime) -> Taken:
        return self._update(reference, at, "SET withdrawnAt = if_not_exists(withdrawnAt, :at), expiresAt = :over")

    def cancel(self, reference: str, at: datetime) -> None:
        self._update(reference, at, "SET canceledAt = if_not_exists(canceledAt, :at), expiresAt = :over")

    def _update(
        self,
        reference: str,
        at: datetime,
        update: str,
        values: Item | None = None,
        names: dict[str, str] | None = None,
    ) -> Taken:
        given = {":at": text(at), ":over": int((at + _KEPT).timestamp()), **(values or {})}
        named: dict[str, Any] = {"ExpressionAttributeNames": names} if names else {}
        try:
            answer = self._client.update_item(
                TableName=self._table,
                Key=wire({"pk": f"{SIMULATED}#{reference}", "sk": SIMULATED}),
                UpdateExpression=update,
                ExpressionAttributeValues=wire(given),
                ReturnValues="ALL_NEW",
                **named,
            )
        except FAILURES as error:
            raise fault("UpdateItem", Effect.UNKNOWN, error) from error
        return taken_of(updated(answer))


def taken_of(item: Item) -> Taken:
    """The fax of the network's that an item holds."""
    return Taken(
        reference=item["pk"].removeprefix(f"{SIMULATED}#"),
        number=item.get("number", ""),
        pages=int(item.get("pages", 0)),
        copies=len(item.get("takes", ())),
        taken_at=time(item["takenAt"]) if "takenAt" in item else None,
        withdrawn_at=time(item["withdrawnAt"]) if "withdrawnAt" in item else None,
        canceled_at=time(item["canceledAt"]) if "canceledAt" in item else None,
    )
