"""The carrier's gate: what refuses the account closes it, faxes wait, a probe or the operator opens it again."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.deliveries import recipient_item
from faxes.adapters.dynamodb.due import DynamoDBDueIndex
from faxes.adapters.dynamodb.gates import PROBE, DynamoDBGates
from faxes.adapters.dynamodb.items import plain, wire
from faxes.adapters.dynamodb.keys import position_of
from faxes.bootstrap import clients
from faxes.model import Reason, Recipient, RecipientStatus
from tests.support.cloud import Cloud
from tests.support.faxes import NOW
from tests.support.telnyx.machines import Machine
from tests.support.telnyx_deployed import NUMBER, Deployed, deployed_by_telnyx
from tools.operations import carrier_open
from tools.operations import deployed as stacks
from tools.operations.deployed import Stack

OTHER = "+12125550002"
LATER = {":later": "2099-01-01T00:00:00.000Z"}


@pytest.fixture(name="deployed")
def _deployed(cloud: Cloud) -> Iterator[Deployed]:
    with deployed_by_telnyx(cloud) as deployed:
        yield deployed


def gates(cloud: Cloud) -> DynamoDBGates:
    return DynamoDBGates(cloud.dynamodb, cloud.names["FaxTable"])


def posted(deployed: Deployed) -> int:
    return sum(method == "POST" for method, _, _ in deployed.server.asked)


def recipient(deployed: Deployed, fax_id: str) -> dict[str, Any]:
    items = map(plain, deployed.cloud.items("FaxTable"))
    [found] = [item for item in items if (item["pk"], item["sk"]) == (f"FAX#{fax_id}", "RECIPIENT#001")]
    return found


@pytest.mark.parametrize(("problem", "code"), [((403, "20100"), "20100"), ((403, "20012"), "20012")])
def test_who_is_refused_for_the_account_closes_the_gate_and_others_wait(
    deployed: Deployed, problem: tuple[int, str], code: str
) -> None:
    deployed.server.account.problem = problem
    first, _ = deployed.queued()
    second, _ = deployed.queued(OTHER, 2)
    for fax_id in (first, second):
        deployed.send(fax=fax_id)
        deployed.send(fax=fax_id, recipient=1)
    assert posted(deployed) == 1
    closed = gates(deployed.cloud).closed("telnyx")
    assert closed is not None
    assert closed[1] == code
    waiting = recipient(deployed, second)
    assert (waiting["status"], waiting["reason"], waiting["attempt"]) == ("waiting", "no_carrier", 0)
    assert recipient(deployed, first)["status"] == "waiting"


def test_a_number_that_is_refused_closes_no_gate(deployed: Deployed) -> None:
    deployed.server.account.numbers = ()
    fax_id, _ = deployed.queued()
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    assert recipient(deployed, fax_id)["status"] == "failed"
    assert gates(deployed.cloud).closed("telnyx") is None


def test_an_application_that_is_not_there_closes_it(deployed: Deployed) -> None:
    deployed.server.account.connection_id = "another"
    fax_id, _ = deployed.queued()
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    assert recipient(deployed, fax_id)["status"] == "waiting"
    closed = gates(deployed.cloud).closed("telnyx")
    assert closed is not None
    assert closed[1] == "10015"


def test_a_call_that_fails_for_the_account_closes_it(deployed: Deployed) -> None:
    reason = "outbound_profile_daily_spend_limit_exceeded"
    deployed.server.exchange.machines[NUMBER] = Machine(dials=timedelta(), page=timedelta(), reason=reason)
    fax_id, _ = deployed.queued()
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    for _ in range(40):
        deployed.server.settle()
        if all(fax.status == "failed" for fax in deployed.server.exchange.faxes.values()):
            break
        deployed.server.closed.wait(0.1)
    deployed.make_due()
    deployed.send(fax=fax_id, recipient=1)
    assert recipient(deployed, fax_id)["reason"] == "carrier_unavailable"
    closed = gates(deployed.cloud).closed("telnyx")
    assert closed is not None
    assert closed[1] == reason


@pytest.fixture(name="opened")
def _opened(deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """What `make carrier-open` says."""
    cloud = deployed.cloud
    stack = Stack("fax-api", {"FaxTableName": cloud.names["FaxTable"]}, lambda service: getattr(cloud, service))
    monkeypatch.setattr(stacks, "find", lambda name: stack)

    def opened() -> str:
        capsys.readouterr()
        later = clients.now() + timedelta(seconds=1)
        assert carrier_open.main([], now=lambda: later) == 0
        return capsys.readouterr().out

    return opened


def swept(deployed: Deployed) -> list[tuple[str, int]]:
    """The recipients that the next sweep rings."""
    index = DynamoDBDueIndex(deployed.cloud.dynamodb, deployed.cloud.names["FaxTable"])
    now = clients.now() + timedelta(seconds=1)
    return [(each.fax_id, position_of(each.sort_key)) for each in index.due(now, now, 100) if each.sort_key != "FAX"]


def test_the_operator_opens_it_and_what_waits_goes_on_at_once(deployed: Deployed, opened: Any) -> None:
    gates(deployed.cloud).close("telnyx", "20100", clients.now())
    fax_id, _ = deployed.queued()
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    assert (posted(deployed), swept(deployed)) == (0, [])
    before = recipient(deployed, fax_id)
    said = opened()
    assert said.endswith(" UTC, for what telnyx calls 20100; it is open.\nRecipients that go on within a minute: 1.\n")
    assert swept(deployed) == [(fax_id, 1)]
    # That it is due is all that is changed.
    after = recipient(deployed, fax_id)
    assert after | {"dueAt": before["dueAt"]} == before
    assert opened() == "The carrier's gate is open.\nRecipients that go on within a minute: 0.\n"
    # A second later.
    deployed.make_due()
    deployed.send(fax=fax_id, recipient=1)
    assert posted(deployed) == 1
    assert recipient(deployed, fax_id)["status"] == "sending"


def test_opening_it_has_at_most_so_many_go_on_and_each_organization_its_turn(
    deployed: Deployed, opened: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud, now = deployed.cloud, clients.now()
    table = cloud.names["FaxTable"]
    for n, organization in enumerate(("0003", "0003", "0003", "0004"), start=1):
        waits = waiting(f"{n}", organization, now + timedelta(minutes=n))
        cloud.dynamodb.put_item(TableName=table, Item=wire(recipient_item(waits, 4)))
    monkeypatch.setattr(carrier_open, "MOST", 2)
    assert opened().endswith("go on within a minute: 2; more within a quarter of an hour.\n")
    assert sorted(swept(deployed)) == [("1", 1), ("4", 1)]
    assert opened().endswith("go on within a minute: 2.\n")


@pytest.mark.parametrize(
    "other",
    [
        # The law has it wait.
        {"reason": Reason.BUSY},
        {"reason": Reason.DAILY_LIMIT},
        {"status": RecipientStatus.SENDING, "reason": None},
        {"status": RecipientStatus.IN_DOUBT},
    ],
    ids=str,
)
def test_opening_it_changes_nobody_who_waits_for_something_else(
    deployed: Deployed, opened: Any, other: dict[str, Any]
) -> None:
    waits = replace(waiting("1", "0003", clients.now() + timedelta(minutes=5)), **other)
    item = wire(recipient_item(waits, 4))
    deployed.cloud.dynamodb.put_item(TableName=deployed.cloud.names["FaxTable"], Item=item)
    assert opened() == "The carrier's gate is open.\nRecipients that go on within a minute: 0.\n"
    assert recipient(deployed, "1") == plain(item)


def waiting(fax_id: str, organization_id: str, due_at: datetime) -> Recipient:
    return Recipient(
        fax_id=fax_id,
        position=1,
        organization_id=organization_id,
        number=NUMBER,
        destination=NUMBER,
        pages=1,
        created_at=NOW,
        deadline_at=due_at + timedelta(hours=1),
        expires_at=due_at.replace(microsecond=0) + timedelta(days=30),
        due_at=due_at.replace(microsecond=0),
        reason=Reason.NO_CARRIER,
    )


def test_the_alarm_stays_on_while_it_is_closed(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    """NoCarrierAlarm watches WaitingForCarrier, for as long as something was counted within a quarter of an hour."""
    gates(deployed.cloud).close("telnyx", "20100", clients.now())
    fax_id, _ = deployed.queued()
    deployed.send(fax=fax_id)
    for _ in range(3):
        capsys.readouterr()
        deployed.send(fax=fax_id, recipient=1)
        lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"_aws"' in line]
        assert [line["WaitingForCarrier"] for line in lines if "WaitingForCarrier" in line] == [[1.0]]
        gates(deployed.cloud)._update("telnyx", "SET probeAt = :later", "attribute_exists(pk)", LATER)
        deployed.make_due()
    assert posted(deployed) == 0


# --- the gate by itself ----------------------------------------------------------------------------------------------


def test_a_gate_that_was_never_closed_is_open(cloud: Cloud) -> None:
    gate = gates(cloud)
    assert (gate.shut("telnyx", NOW), gate.closed("telnyx"), gate.open("telnyx", NOW)) == (False, None, False)
    assert cloud.items("FaxTable") == []


def test_one_probe_is_let_through_at_a_time(cloud: Cloud) -> None:
    gate = gates(cloud)
    gate.close("telnyx", "20100", NOW)
    assert gate.shut("telnyx", NOW + PROBE - timedelta(seconds=1))
    at = NOW + PROBE
    late = gates(cloud)
    seen = late._read("telnyx")
    late._read = lambda carrier: seen  # type: ignore[method-assign]
    # Both have read that it is time.
    assert [gate.shut("telnyx", at), late.shut("telnyx", at)] == [False, True]
    assert [gate.shut("telnyx", at + PROBE), gate.shut("telnyx", at + PROBE)] == [False, True]


def test_what_closes_it_again_changes_nothing(cloud: Cloud) -> None:
    gate = gates(cloud)
    gate.close("telnyx", "20100", NOW)
    gate.close("telnyx", "20012", NOW + timedelta(minutes=1))
    assert gate.closed("telnyx") == (NOW, "20100")


def test_an_attempt_from_before_opens_nothing(cloud: Cloud) -> None:
    gate = gates(cloud)
    gate.close("telnyx", "20100", NOW)
    assert (gate.open("telnyx", NOW), gate.shut("telnyx", NOW)) == (False, True)
    later = NOW + timedelta(seconds=1)
    assert (gate.open("telnyx", later), gate.shut("telnyx", later)) == (True, False)
    assert gate.open("telnyx", later) is False
    gate.close("telnyx", "20012", later)
    assert gate.closed("telnyx") == (later, "20012")
