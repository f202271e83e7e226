"""Pages a day of an organization: never one more, whatever comes at once; given back where nothing was sent."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.allowances import DynamoDBAllowances
from faxes.adapters.dynamodb.directory import organization_item
from faxes.adapters.dynamodb.items import plain, wire
from faxes.model import DialPlan
from tests.support.cloud import Cloud
from tests.support.faxes import NOW
from tests.support.telnyx.machines import Machine
from tests.support.telnyx_deployed import NUMBER, Deployed, deployed_by_telnyx


@pytest.fixture(name="deployed")
def _deployed(cloud: Cloud) -> Iterator[Deployed]:
    with deployed_by_telnyx(cloud) as deployed:
        yield deployed


def allowances(cloud: Cloud, limit: int | None) -> DynamoDBAllowances:
    return DynamoDBAllowances(
        cloud.dynamodb, cloud.names["FaxTable"], lambda organization: DialPlan("DE", None, None, (), limit)
    )


def spent(cloud: Cloud) -> dict[str, int]:
    items = map(plain, cloud.items("FaxTable"))
    return {item["sk"]: int(item["pages"]) for item in items if item["pk"] == "ALLOWANCE#0003"}


def test_a_thousand_attempts_never_pass_a_limit(cloud: Cloud) -> None:
    """Each decides by what stands there when it writes, not by what it has read: it reads nothing."""
    allowed = allowances(cloud, 701)
    taken = [allowed.take("0003", 3, NOW) for _ in range(1_000)]
    assert (sum(taken), spent(cloud)) == (233, {NOW.date().isoformat(): 699})
    assert [allowed.take("0003", pages, NOW) for pages in (3, 2, 1)] == [False, True, False]
    # Another organization, and another day.
    assert allowed.take("0004", 701, NOW)
    assert allowed.take("0003", 701, NOW + timedelta(days=1))
    assert not allowed.take("0005", 702, NOW)


def test_what_is_given_back_can_be_taken_again(cloud: Cloud) -> None:
    allowed = allowances(cloud, 10)
    assert allowed.take("0003", 10, NOW)
    allowed.give_back("0003", 4, NOW)
    assert [allowed.take("0003", pages, NOW) for pages in (5, 4, 1)] == [False, True, False]
    # Never more than was taken.
    allowed.give_back("0003", 11, NOW)
    assert spent(cloud) == {NOW.date().isoformat(): 10}


def test_without_a_limit_nothing_is_written(cloud: Cloud) -> None:
    allowed = allowances(cloud, None)
    assert allowed.take("0003", 10**6, NOW)
    allowed.give_back("0003", 10**6, NOW)
    assert cloud.items("FaxTable") == []


def limited(deployed: Deployed, pages: int) -> None:
    item = organization_item("0003", "Example Ltd", dial_plan=DialPlan("US", pages_per_day=pages))
    deployed.cloud.dynamodb.put_item(TableName=deployed.cloud.names["DirectoryTable"], Item=wire(item))


def sent(deployed: Deployed, n: int) -> dict[str, Any]:
    """One more fax: its recipient, after the first attempt."""
    fax_id, _ = deployed.queued(NUMBER, n)
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    return recipient(deployed, fax_id)


def recipient(deployed: Deployed, fax_id: str) -> dict[str, Any]:
    items = map(plain, deployed.cloud.items("FaxTable"))
    [found] = [item for item in items if (item["pk"], item["sk"]) == (f"FAX#{fax_id}", "RECIPIENT#001")]
    return found


def test_what_is_over_waits_and_the_carrier_is_not_called(deployed: Deployed) -> None:
    limited(deployed, 1)
    waiting = sent(deployed, 1)
    assert waiting["pages"] > 1
    assert (waiting["status"], waiting["reason"]) == ("waiting", "daily_limit")
    assert deployed.server.asked == []
    assert spent(deployed.cloud) == {}


def test_the_pages_of_a_number_that_is_busy_are_given_back(deployed: Deployed) -> None:
    machine = Machine(dials=timedelta(), page=timedelta(), reason="user_busy")
    deployed.server.exchange.machines[NUMBER] = machine
    limited(deployed, 10)
    sending = sent(deployed, 1)
    assert (sending["status"], list(spent(deployed.cloud).values())) == ("sending", [sending["pages"]])
    for _ in range(40):
        deployed.server.settle()
        if all(fax.status == "failed" for fax in deployed.server.exchange.faxes.values()):
            break
        deployed.server.closed.wait(0.1)
    deployed.make_due()
    fax_id = sending["pk"].removeprefix("FAX#")
    deployed.send(fax=fax_id, recipient=1)
    assert recipient(deployed, fax_id)["reason"] == "busy"
    assert list(spent(deployed.cloud).values()) == [0]
