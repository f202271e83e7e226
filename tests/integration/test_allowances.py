"""Pages and money a day of an organization: never more, whatever comes at once; given back where nothing was sent."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.allowances import DynamoDBAllowances
from faxes.adapters.dynamodb.directory import organization_item, prices_item
from faxes.adapters.dynamodb.items import plain, wire
from faxes.delivery.allowance import Use
from faxes.delivery.carrier import Report
from faxes.errors import StorageFault
from faxes.model import DialPlan
from faxes.prices import DOLLAR, Price
from tests.support.cloud import Cloud
from tests.support.faxes import NOW
from tests.support.full import size
from tests.support.telnyx.broken import Broken, How
from tests.support.telnyx.machines import Machine
from tests.support.telnyx_deployed import NUMBER, Deployed, deployed_by_telnyx

ATTEMPTS = size(70, 1_000)
PRICES = {"+": Price(DOLLAR), "+1": Price(20_000, 5_000), "+1212": Price(30_000)}


@pytest.fixture(name="deployed")
def _deployed(cloud: Cloud) -> Iterator[Deployed]:
    with deployed_by_telnyx(cloud) as deployed:
        yield deployed


def allowances(cloud: Cloud) -> DynamoDBAllowances:
    return DynamoDBAllowances(cloud.dynamodb, cloud.names["FaxTable"])


def plan(pages: int | None = None, money: int | None = None) -> DialPlan:
    return DialPlan("US", pages_per_day=pages, money_per_day=money)


def spent(cloud: Cloud, organization_id: str = "0003") -> list[tuple[int, int]]:
    items = map(plain, cloud.items("FaxTable"))
    found = [item for item in items if item["pk"] == f"ALLOWANCE#{organization_id}"]
    return [(int(item["pages"]), int(item["money"])) for item in found]


def test_many_attempts_never_pass_a_limit(cloud: Cloud) -> None:
    """Each decides by what stands there when it writes, not by what it has read: it reads nothing."""
    allowed = allowances(cloud)
    limit = size(98, 701)
    taken = [allowed.take("0003", plan(limit), Use(3), NOW) for _ in range(ATTEMPTS)]
    assert (taken.count(None), taken.count("pages_per_day")) == (limit // 3, ATTEMPTS - limit // 3)
    assert spent(cloud) == [(limit - 2, 0)]
    taken = [allowed.take("0003", plan(limit), Use(pages), NOW) for pages in (3, 2, 1)]
    assert taken == ["pages_per_day", None, "pages_per_day"]
    # Another organization, and another day.
    assert allowed.take("0004", plan(limit), Use(limit), NOW) is None
    assert allowed.take("0003", plan(limit), Use(limit), NOW + timedelta(days=1)) is None
    assert allowed.take("0005", plan(limit), Use(limit + 1), NOW) == "pages_per_day"


def test_many_attempts_never_cost_a_millionth_more(cloud: Cloud) -> None:
    allowed = allowances(cloud)
    taken = [allowed.take("0003", plan(None, DOLLAR), Use(2, 17_001), NOW) for _ in range(ATTEMPTS)]
    assert (taken.count(None), taken.count("dollars_per_day")) == (58, ATTEMPTS - 58)
    assert spent(cloud) == [(116, 58 * 17_001)]
    left = DOLLAR - 58 * 17_001
    taken = [allowed.take("0003", plan(None, DOLLAR), Use(1, money), NOW) for money in (left + 1, left, 1)]
    assert taken == ["dollars_per_day", None, "dollars_per_day"]
    assert spent(cloud) == [(117, DOLLAR)]
    assert allowed.take("0004", plan(None, DOLLAR), Use(1, DOLLAR + 1), NOW) == "dollars_per_day"


def test_of_two_limits_each_holds_and_the_one_that_is_reached_is_named(cloud: Cloud) -> None:
    allowed, both = allowances(cloud), plan(10, 100)
    assert allowed.take("0003", both, Use(8, 10), NOW) is None
    assert allowed.take("0003", both, Use(3, 10), NOW) == "pages_per_day"
    assert allowed.take("0003", both, Use(2, 91), NOW) == "dollars_per_day"
    assert allowed.take("0003", both, Use(2, 90), NOW) is None
    assert spent(cloud) == [(10, 100)]


def test_a_day_that_began_without_money(cloud: Cloud) -> None:
    """By an earlier release, which counted pages alone."""
    item = {"pk": "ALLOWANCE#0003", "sk": NOW.date().isoformat(), "pages": 4}
    cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(item))
    allowed = allowances(cloud)
    allowed.give_back("0003", Use(2, 5), NOW)
    assert allowed.take("0003", plan(10, 100), Use(6, 100), NOW) is None
    assert spent(cloud) == [(10, 100)]


def test_what_is_given_back_can_be_taken_again(cloud: Cloud) -> None:
    allowed, both = allowances(cloud), plan(10, 100)
    assert allowed.take("0003", both, Use(10, 100), NOW) is None
    allowed.give_back("0003", Use(4, 30), NOW)
    assert [allowed.take("0003", both, Use(pages, 15), NOW) for pages in (5, 2, 2)] == ["pages_per_day", None, None]
    # Never more than was taken.
    for use in (Use(11, 0), Use(0, 101)):
        allowed.give_back("0003", use, NOW)
    assert spent(cloud) == [(10, 100)]
    # What it cost more is spent, whatever the limit is.
    allowed.give_back("0003", Use(0, -7), NOW)
    assert spent(cloud) == [(10, 107)]


def test_without_a_limit_nothing_is_written(cloud: Cloud) -> None:
    allowed = allowances(cloud)
    assert allowed.take("0003", plan(), Use(10**6, 10**9), NOW) is None
    allowed.give_back("0003", Use(10**6, 10**9), NOW)
    assert cloud.items("FaxTable") == []


def test_where_others_never_stop_nothing_is_taken_and_it_is_tried_again_soon(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = cloud.dynamodb
    said: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": "conflict"},
        "CancellationReasons": [{"Code": "TransactionConflict"}],
    }

    def conflict(**asked: Any) -> Any:
        raise client.exceptions.TransactionCanceledException(said, "TransactWriteItems")

    monkeypatch.setattr(client, "transact_write_items", conflict)
    with pytest.raises(StorageFault):
        allowances(cloud).take("0003", plan(10), Use(1), NOW)
    assert spent(cloud) == []


def limited(deployed: Deployed, pages: int | None = None, money: int | None = None, prices: Any = None) -> None:
    dial_plan = replace(plan(pages, money), country="US")
    items = [organization_item("0003", "Example Ltd", dial_plan=dial_plan)]
    items += [prices_item(prices)] if prices else []
    for item in items:
        deployed.cloud.dynamodb.put_item(TableName=deployed.cloud.names["DirectoryTable"], Item=wire(item))


def sent(deployed: Deployed, n: int) -> dict[str, Any]:
    """One more fax: its recipient, after the first attempt."""
    fax_id, _ = deployed.queued(NUMBER, n)
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    return item_of(deployed, fax_id)


def item_of(deployed: Deployed, fax_id: str, sk: str = "RECIPIENT#001") -> dict[str, Any]:
    items = map(plain, deployed.cloud.items("FaxTable"))
    [found] = [item for item in items if (item["pk"], item["sk"]) == (f"FAX#{fax_id}", sk)]
    return found


def ended(deployed: Deployed, fax_id: str) -> dict[str, Any]:
    """Its first attempt, once the carrier says that it ended."""
    for _ in range(40):
        deployed.server.settle()
        if all(fax.status in ("failed", "delivered") for fax in deployed.server.exchange.faxes.values()):
            break
        deployed.server.closed.wait(0.1)
    deployed.make_due()
    deployed.send(fax=fax_id, recipient=1)
    return item_of(deployed, fax_id, "RECIPIENT#001#ATTEMPT#01")


@pytest.mark.parametrize(
    ("pages", "money", "prices", "code", "detail"),
    [
        (1, None, None, "pages_per_day", "2 pages; 1 a day"),
        # What a call costs is nothing that callers are told.
        (None, 59_999, PRICES, "dollars_per_day", None),
        # Of a number that nobody states a price for, it is not known that it would not cost more.
        (None, 10**9, {"+49": Price(1)}, "no_price", None),
        (None, 10**9, None, "no_price", None),
    ],
)
def test_what_is_over_waits_and_the_carrier_is_not_called(
    deployed: Deployed, pages: int | None, money: int | None, prices: Any, code: str, detail: str | None
) -> None:
    limited(deployed, pages, money, prices)
    waiting = sent(deployed, 1)
    assert waiting["pages"] == 2
    assert (waiting["status"], waiting["reason"]) == ("waiting", "daily_limit")
    attempt = item_of(deployed, waiting["pk"][4:], "RECIPIENT#001#ATTEMPT#01")
    assert (attempt["carrierCode"], attempt.get("detail")) == (code, detail)
    assert deployed.server.asked == []
    assert spent(deployed.cloud) == []


def test_what_a_fax_costs_is_estimated_by_the_longest_price_and_stays_taken(deployed: Deployed) -> None:
    limited(deployed, None, 60_000, PRICES)
    sending = sent(deployed, 1)
    fax_id = sending["pk"][4:]
    assert (sending["status"], spent(deployed.cloud)) == ("sending", [(2, 60_000)])
    attempt = ended(deployed, fax_id)
    assert (attempt["status"], attempt["estimate"], attempt.get("price")) == ("ended", 60_000, None)
    assert (item_of(deployed, fax_id)["status"], spent(deployed.cloud)) == ("sent", [(2, 60_000)])
    assert sent(deployed, 2)["reason"] == "daily_limit"


@pytest.mark.parametrize(("price", "counts"), [(60_001, 60_001), (12, 12), (0, 0)])
def test_a_price_that_the_carrier_tells_counts(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, price: int, counts: int
) -> None:
    limited(deployed, None, 60_000, PRICES)
    fetch: Callable[[str, int], Report] = deployed.function.inbox.dispatch.lines.live.fetch

    def told(carrier_id: str, pages: int) -> Report:
        return replace(fetch(carrier_id, pages), price=price)

    monkeypatch.setattr(deployed.function.inbox.dispatch.lines.live, "fetch", told)
    attempt = ended(deployed, sent(deployed, 1)["pk"][4:])
    assert (attempt["estimate"], attempt["price"]) == (60_000, price)
    assert spent(deployed.cloud) == [(2, counts)]


def test_what_was_taken_for_a_number_that_is_busy_is_given_back(deployed: Deployed) -> None:
    machine = Machine(dials=timedelta(), page=timedelta(), reason="user_busy")
    deployed.server.exchange.machines[NUMBER] = machine
    limited(deployed, 10, DOLLAR, PRICES)
    sending = sent(deployed, 1)
    fax_id = sending["pk"][4:]
    assert (sending["status"], spent(deployed.cloud)) == ("sending", [(2, 60_000)])
    # As far as the carrier says, a call that nobody answered may have cost nothing.
    assert ended(deployed, fax_id)["reason"] == "busy"
    assert (item_of(deployed, fax_id)["reason"], spent(deployed.cloud)) == ("busy", [(0, 0)])


def test_what_was_taken_for_a_request_that_is_refused_is_given_back(deployed: Deployed) -> None:
    deployed.server.breaks = lambda method, path: Broken(How.TOO_MANY, effective=False) if method == "POST" else None
    limited(deployed, 10, DOLLAR, PRICES)
    waiting = sent(deployed, 1)
    assert (waiting["status"], waiting["reason"]) == ("waiting", "carrier_unavailable")
    assert spent(deployed.cloud) == [(0, 0)]


def test_without_a_limit_what_a_call_costs_is_recorded_all_the_same(deployed: Deployed) -> None:
    limited(deployed, prices=PRICES)
    fax_id = sent(deployed, 1)["pk"][4:]
    assert (ended(deployed, fax_id)["estimate"], spent(deployed.cloud)) == (60_000, [])


def test_what_a_sandbox_app_sends_costs_nothing(deployed: Deployed) -> None:
    limited(deployed, 0, 0, PRICES)
    fax_id, _ = deployed.queued(NUMBER, sandbox=True)
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    assert item_of(deployed, fax_id)["status"] == "sending"
    assert "estimate" not in item_of(deployed, fax_id, "RECIPIENT#001#ATTEMPT#01")
    assert spent(deployed.cloud) == []
