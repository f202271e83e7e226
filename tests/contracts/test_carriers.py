"""What delivery asks of a carrier, on every carrier that there is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from faxes.adapters.dynamodb.simulated import DynamoDBNetwork
from faxes.carriers import simulator
from faxes.carriers.simulator import Network, Simulator
from faxes.delivery.carrier import Accepted, Call, CallState, Carrier, CarrierSilent, NoAnswer, Refused, Report
from faxes.errors import Effect, StorageFault
from faxes.model import Reason
from tests.support.cloud import Cloud
from tests.support.deliveries import MemoryNetwork
from tests.support.delivering import Watched
from tests.support.faxes import NOW

LONG = timedelta(hours=1)
# Within this, a carrier lists what it took.
LISTED = timedelta(seconds=120)
CALL = Call("1001-001-01", "7778888", "faxes/0/pages.tif", 2)


@dataclass
class Rig:
    """A carrier, its clock, and the paper at the other end."""

    network: Network
    clock: datetime = NOW
    reports: list[tuple[str, timedelta]] = field(default_factory=list)

    @property
    def carrier(self) -> Carrier:
        return Simulator(self.network, lambda: self.clock, report=lambda *report: self.reports.append(report))

    def paper(self, reference: str) -> tuple[int, ...]:
        taken = self.network.get(reference)
        return simulator.paper(taken, self.clock, 1) if taken else ()

    def submitted(self, call: Call = CALL) -> str:
        answer = self.carrier.submit(call)
        assert isinstance(answer, Accepted)
        return answer.carrier_id


@pytest.fixture(params=["simulator in memory", "simulator on DynamoDB"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "simulator in memory":
        yield Rig(MemoryNetwork())
        return
    cloud: Cloud = request.getfixturevalue("cloud")
    numbers = iter(range(1, 1_000))
    yield Rig(DynamoDBNetwork(cloud.dynamodb, cloud.names["FaxTable"], lambda bits: next(numbers)))


def test_a_fax_that_was_submitted_comes_out_and_is_reported_with_its_pages(rig: Rig) -> None:
    carrier_id = rig.submitted()
    assert rig.carrier.fetch(carrier_id) == Report(CallState.QUEUED)
    assert rig.paper(CALL.reference) == ()
    rig.clock += LONG
    report = rig.carrier.fetch(carrier_id)
    assert (report.state, report.pages_sent, report.reason) == (CallState.DELIVERED, 2, None)
    assert rig.paper(CALL.reference) == (1, 2)


def test_a_fax_is_found_by_its_reference_at_last(rig: Rig) -> None:
    assert rig.carrier.find(CALL.reference) is None
    carrier_id = rig.submitted()
    rig.clock += LISTED
    assert rig.carrier.find(CALL.reference) == carrier_id
    assert rig.carrier.find("1001-001-02") is None


def test_some_references_are_lost_and_their_faxes_are_not(rig: Rig) -> None:
    calls = [Call(f"{n}-001-01", "7778888", "faxes/0/pages.tif", 1) for n in range(1, 61)]
    ids = [rig.submitted(call) for call in calls]
    rig.clock += LONG
    lost = [call for call in calls if rig.carrier.find(call.reference) is None]
    assert 0 < len(lost) < 10
    assert all(rig.carrier.fetch(each).state is CallState.DELIVERED for each in ids)


def test_whoever_submits_twice_prints_twice(rig: Rig) -> None:
    rig.submitted()
    rig.submitted()
    rig.clock += LONG
    assert rig.paper(CALL.reference) == (1, 2, 1, 2)


def test_a_fax_that_is_canceled_in_time_does_not_come_out(rig: Rig) -> None:
    carrier_id = rig.submitted()
    rig.clock += timedelta(seconds=2)
    assert rig.carrier.cancel(carrier_id) is True
    rig.clock += LONG
    assert rig.carrier.fetch(carrier_id) == Report(CallState.CANCELED)
    assert rig.paper(CALL.reference) == ()


@pytest.mark.parametrize("after", [timedelta(seconds=30), LONG])
def test_a_fax_that_comes_out_is_not_canceled(rig: Rig, after: timedelta) -> None:
    carrier_id = rig.submitted()
    rig.clock += after
    assert rig.carrier.cancel(carrier_id) is False
    rig.clock += LONG
    assert rig.carrier.fetch(carrier_id).state is CallState.DELIVERED
    assert rig.paper(CALL.reference) == (1, 2)


def test_a_document_that_is_withdrawn_in_time_does_not_come_out(rig: Rig) -> None:
    carrier_id = rig.submitted()
    assert rig.carrier.withdraw(CALL.reference) is False
    rig.clock += LONG
    assert rig.carrier.fetch(carrier_id).state is CallState.FAILED
    assert rig.carrier.fetch(carrier_id).pages_sent == 0
    assert rig.paper(CALL.reference) == ()
    # Asked again, it says the same.
    assert rig.carrier.withdraw(CALL.reference) is False


def test_a_request_that_is_taken_up_after_the_document_was_withdrawn_sends_nothing(rig: Rig) -> None:
    assert rig.carrier.withdraw(CALL.reference) is False
    rig.clock += timedelta(minutes=1)
    carrier_id = rig.submitted()
    rig.clock += LONG
    assert rig.carrier.fetch(carrier_id).state is CallState.FAILED
    assert rig.paper(CALL.reference) == ()


def test_a_document_that_was_fetched_is_told_when_it_is_withdrawn(rig: Rig) -> None:
    rig.submitted()
    rig.clock += timedelta(seconds=2)
    assert rig.carrier.withdraw(CALL.reference) is True
    rig.clock += LONG
    assert rig.paper(CALL.reference) == (1, 2)


@pytest.mark.parametrize("number", ["+15005550006", "+15005550010"])
def test_what_the_carrier_refuses_it_does_not_have(rig: Rig, number: str) -> None:
    call = Call("1001-001-01", number, "faxes/0/pages.tif", 2)
    assert isinstance(rig.carrier.submit(call), Refused)
    rig.clock += LONG
    assert rig.carrier.find(call.reference) is None
    assert rig.paper(call.reference) == ()


def test_a_fax_that_the_carrier_never_had_is_not_told_of(rig: Rig) -> None:
    with pytest.raises(CarrierSilent):
        rig.carrier.fetch("sim-1001-001-09")
    with pytest.raises(CarrierSilent):
        rig.carrier.cancel("sim-1001-001-09")


@pytest.mark.parametrize(
    ("effect", "answer"), [(Effect.NONE, Refused(Reason.CARRIER_UNAVAILABLE)), (Effect.UNKNOWN, NoAnswer())]
)
def test_what_is_not_known_to_be_taken_is_no_failure(effect: Effect, answer: Refused | NoAnswer) -> None:
    def broken(name: str, call: Callable[[], Any]) -> Any:
        raise StorageFault("UpdateItem", effect, "broken")

    carrier = Rig(cast(Network, Watched(MemoryNetwork(), broken))).carrier
    assert carrier.submit(CALL) == answer
    for ask in (carrier.find, carrier.fetch, carrier.cancel, carrier.withdraw):
        with pytest.raises(CarrierSilent):
            ask(CALL.reference)
