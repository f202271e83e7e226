"""A day's pages and money, taken by many at once of a table that they all write: no limit is passed by one."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from benchmarks.load import items
from faxes.adapters.dynamodb.allowances import DynamoDBAllowances
from faxes.adapters.dynamodb.items import wire
from faxes.delivery.allowance import Use
from faxes.errors import StorageFault
from faxes.model import DialPlan
from tools.local.stack_file import LocalStack

pytestmark = pytest.mark.full

ATTEMPTS, AT_ONCE, ORGANIZATION = 1_000, 16, "9001"
DAY = datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("plan", "reached"),
    [
        (DialPlan("DE", pages_per_day=701), "pages_per_day"),
        (DialPlan("DE", money_per_day=1_000_000), "dollars_per_day"),
        (DialPlan("DE", pages_per_day=900, money_per_day=1_000_000), "dollars_per_day"),
    ],
)
def test_a_thousand_attempts_at_once(stack: LocalStack, plan: DialPlan, reached: str) -> None:
    allowances = DynamoDBAllowances(stack.client("dynamodb"), stack.faxTable)
    use = Use(3, 7_001)

    def attempt(_: int) -> str | None:
        try:
            return allowances.take(ORGANIZATION, plan, use, DAY)
        except StorageFault:
            return "tried again"

    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = Counter(pool.map(attempt, range(ATTEMPTS)))
    [spent] = [item for item in items(stack) if item["pk"] == f"ALLOWANCE#{ORGANIZATION}"]
    stack.client("dynamodb").delete_item(TableName=stack.faxTable, Key=wire({"pk": spent["pk"], "sk": spent["sk"]}))
    most = 233 if reached == "pages_per_day" else 142
    # Who met others too often takes nothing, and comes again.
    assert said[None] == most
    assert said[reached] + said["tried again"] == ATTEMPTS - most
    assert (spent["pages"], spent["money"]) == (3 * most, 7_001 * most)
