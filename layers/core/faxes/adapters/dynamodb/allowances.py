"""How many pages each organization has sent in a day (UTC), and what they cost, in the faxes' table.

    pk ALLOWANCE#<organization>  sk <day>    pages, money (millionths of a dollar), expiresAt

A transaction of one write has a token of the SDK's, so that its own tries are one.

Actions: dynamodb:UpdateItem on the table's items ALLOWANCE#*.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from faxes.adapters.dynamodb.items import Item
from faxes.adapters.dynamodb.transactions import Writes
from faxes.delivery.allowance import MONEY, PAGES, Use
from faxes.errors import Effect, StorageFault
from faxes.model import DialPlan

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT = timedelta(days=40)
_CONFLICTS = 10
_BOTH = "pages = if_not_exists(pages, :none) + :pages, money = if_not_exists(money, :none) + :money"


class _Conflict(Exception):
    """Others were writing it just then."""


class _Spent(Exception):
    """The condition does not hold for this item."""

    def __init__(self, item: Item) -> None:
        super().__init__()
        self.item = item


class DynamoDBAllowances:
    """Implements ``delivery.allowance.Allowances``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._writes = Writes(client, table)

    def take(self, organization_id: str, plan: DialPlan, use: Use, at: datetime) -> str | None:
        limits = {"pages": plan.pages_per_day, "money": plan.money_per_day}
        left = {name: most - getattr(use, name) for name, most in limits.items() if most is not None}
        if not left:
            return None
        if min(left.values()) >= 0:
            values = {":pages": use.pages, ":money": use.money, ":none": 0, ":kept": int((at + _KEPT).timestamp())}
            condition = " AND ".join(f"(attribute_not_exists({name}) OR {name} <= :{name}Left)" for name in left)
            values |= {f":{name}Left": most for name, most in left.items()}
            try:
                self._write(organization_id, at, f"SET {_BOTH}, expiresAt = :kept", condition, values)
            except _Spent as spent:
                left = {name: most - int(spent.item.get(name, 0)) for name, most in left.items()}
            else:
                return None
        return PAGES if left.get("pages", 0) < 0 else MONEY

    def give_back(self, organization_id: str, use: Use, at: datetime) -> None:
        values = {":pages": use.pages, ":money": use.money}
        try:
            self._write(
                organization_id,
                at,
                "SET pages = pages - :pages, money = money - :money",
                "pages >= :pages AND money >= :money",
                values,
            )
        except _Spent:
            # Never more than was taken.
            return

    def _write(self, organization_id: str, at: datetime, update: str, condition: str, values: Item) -> None:
        """Raises _Spent where the condition does not hold, and StorageFault, also where others never stop."""
        key = {"pk": f"ALLOWANCE#{organization_id}", "sk": at.date().isoformat()}
        op = replace(self._writes.update(key, update, condition, values), refused=_Spent)
        for _ in range(_CONFLICTS):
            try:
                self._writes.transact([op], _Conflict)
            except _Conflict:
                continue
            return
        raise StorageFault("TransactWriteItems", Effect.NONE, "others were writing the same item")
