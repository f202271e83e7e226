"""How many pages each organization has sent in a day (UTC), in the faxes' table.

    pk ALLOWANCE#<organization>  sk <day>    pages, expiresAt

A transaction of one write has a token of the SDK's, so that its own tries are one.

Actions: dynamodb:UpdateItem on the table's items ALLOWANCE#*.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from faxes.adapters.dynamodb.items import Item
from faxes.adapters.dynamodb.transactions import Writes
from faxes.model import DialPlan

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEPT = timedelta(days=40)
_CONFLICTS = 10


class _Conflict(Exception):
    """Others were writing it just then."""


class _Spent(Exception):
    """The condition does not hold."""


class DynamoDBAllowances:
    """Implements ``delivery.allowance.Allowances``. ``plan`` reads an organization's limit."""

    def __init__(self, client: "DynamoDBClient", table: str, plan: Callable[[str], DialPlan]) -> None:
        self._writes = Writes(client, table)
        self._plan = plan

    def take(self, organization_id: str, pages: int, at: datetime) -> bool:
        limit = self._plan(organization_id).pages_per_day
        if limit is None:
            return True
        if pages > limit:
            return False
        kept = int((at + _KEPT).timestamp())
        values = {":pages": pages, ":none": 0, ":before": limit - pages, ":kept": kept}
        update = "SET pages = if_not_exists(pages, :none) + :pages, expiresAt = :kept"
        return self._write(organization_id, at, update, "attribute_not_exists(pk) OR pages <= :before", values)

    def give_back(self, organization_id: str, pages: int, at: datetime) -> None:
        values = {":pages": pages}
        self._write(organization_id, at, "SET pages = pages - :pages", "pages >= :pages", values)

    def _write(self, organization_id: str, at: datetime, update: str, condition: str, values: Item) -> bool:
        """Whether it was written; not where the condition does not hold, or others never stop."""
        key = {"pk": f"ALLOWANCE#{organization_id}", "sk": at.date().isoformat()}
        op = replace(self._writes.update(key, update, condition, values), refused=lambda item: _Spent())
        for _ in range(_CONFLICTS):
            try:
                self._writes.transact([op], _Conflict)
            except _Conflict:
                continue
            except _Spent:
                return False
            return True
        return False
