"""The carrier's gate: what refuses the account closes it, faxes wait, a probe or the operator opens it again."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.gates import PROBE, DynamoDBGates
from faxes.adapters.dynamodb.items import plain
from faxes.bootstrap import clients
from tests.support.cloud import Cloud
from tests.support.faxes import NOW
from tests.support.telnyx.machines import Machine
from tests.support.telnyx_deployed import NUMBER, Deployed, deployed_by_telnyx
from tools.operations import carrier_open
from tools.operations import deployed as stacks
from tools.operations.deployed import Stack

OTHER = "+12125550002"


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


def test_the_operator_opens_it_and_what_waits_goes_on(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    cloud = deployed.cloud
    gates(cloud).close("telnyx", "20100", clients.now())
    fax_id, _ = deployed.queued()
    deployed.send(fax=fax_id)
    deployed.send(fax=fax_id, recipient=1)
    assert posted(deployed) == 0
    outputs = {"FaxTableName": cloud.names["FaxTable"]}
    stack = Stack("fax-api", outputs, lambda service: getattr(cloud, service))
    monkeypatch.setattr(stacks, "find", lambda name: stack)
    later = clients.now() + timedelta(seconds=1)
    assert carrier_open.main([], now=lambda: later) == 0
    assert "for what telnyx calls 20100; it is open." in capsys.readouterr().out
    assert carrier_open.main([]) == 0
    assert capsys.readouterr().out == "The carrier's gate is open.\n"
    deployed.make_due()
    deployed.send(fax=fax_id, recipient=1)
    assert posted(deployed) == 1
    assert recipient(deployed, fax_id)["status"] == "sending"


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
