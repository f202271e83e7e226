"""What delivery asks of a carrier, on every carrier that there is."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from faxes.adapters.dynamodb.simulated import DynamoDBNetwork
from faxes.delivery.carrier import CallState, CarrierSilent, NoAnswer, Refused, Report
from faxes.errors import Effect
from faxes.model import Reason
from tests.support import carrier_rigs
from tests.support.carrier_rigs import Rig
from tests.support.cloud import Cloud
from tests.support.deliveries import MemoryNetwork

LONG = timedelta(hours=1)
# Within this, a carrier lists what it took.
LISTED = timedelta(seconds=120)


@pytest.fixture(params=["simulator in memory", "simulator on DynamoDB", "telnyx"])
def rig(request: pytest.FixtureRequest) -> Iterator[Rig]:
    if request.param == "simulator in memory":
        yield carrier_rigs.simulated(MemoryNetwork())
        return
    if request.param == "telnyx":
        with carrier_rigs.telnyx() as made:
            yield made
        return
    cloud: Cloud = request.getfixturevalue("cloud")
    numbers = iter(range(1, 1_000))
    yield carrier_rigs.simulated(DynamoDBNetwork(cloud.dynamodb, cloud.names["FaxTable"], lambda bits: next(numbers)))


def test_a_fax_that_was_submitted_comes_out_and_is_reported_with_its_pages(rig: Rig) -> None:
    call = rig.call()
    carrier_id = rig.submitted(call)
    assert rig.fetch(carrier_id) == Report(CallState.QUEUED)
    assert rig.paper(call.reference) == ()
    rig.clock += LONG
    report = rig.fetch(carrier_id)
    assert (report.state, report.pages_sent, report.reason) == (CallState.DELIVERED, 2, None)
    assert rig.paper(call.reference) == (1, 2)


def test_a_fax_is_found_by_its_reference_at_last(rig: Rig) -> None:
    call = rig.call()
    assert rig.find(call) is None
    carrier_id = rig.submitted(call)
    rig.clock += LISTED
    assert rig.find(call) == carrier_id
    assert rig.find(rig.call("1001-001-02")) is None


def test_some_references_are_lost_and_their_faxes_are_not(rig: Rig) -> None:
    calls = rig.unlisted()
    ids = [rig.submitted(call) for call in calls]
    rig.clock += LONG
    lost = [call for call in calls if rig.find(call) is None]
    assert 0 < len(lost) < 10
    assert all(rig.fetch(each).state is CallState.DELIVERED for each in ids)


def test_whoever_submits_twice_prints_twice(rig: Rig) -> None:
    rig.submitted()
    rig.submitted()
    rig.clock += LONG
    assert rig.paper(rig.call().reference) == (1, 2, 1, 2)


def test_a_fax_that_is_canceled_in_time_does_not_come_out(rig: Rig) -> None:
    carrier_id = rig.submitted()
    rig.clock += timedelta(seconds=2)
    assert rig.carrier.cancel(carrier_id) is True
    rig.clock += LONG
    assert rig.fetch(carrier_id).state is CallState.CANCELED
    assert rig.paper(rig.call().reference) == ()


def test_a_fax_that_comes_out_is_not_canceled(rig: Rig) -> None:
    for position, after in enumerate(rig.too_late, start=1):
        call = rig.call(f"1001-{position:03}-01")
        carrier_id = rig.submitted(call)
        rig.clock += after
        assert rig.carrier.cancel(carrier_id) is False
        rig.clock += LONG
        assert rig.fetch(carrier_id).state is CallState.DELIVERED
        assert rig.paper(call.reference) == (1, 2)


def test_a_document_that_is_withdrawn_in_time_does_not_come_out(rig: Rig) -> None:
    call = rig.call()
    carrier_id = rig.submitted(call)
    not_fetched = False if rig.witnesses else None
    assert rig.withdraw(call) is not_fetched
    rig.clock += LONG
    assert rig.fetch(carrier_id).state is CallState.FAILED
    assert rig.fetch(carrier_id).pages_sent == 0
    assert rig.paper(call.reference) == ()
    # Asked again, it says the same.
    assert rig.withdraw(call) is not_fetched


def test_a_request_that_is_taken_up_after_the_document_was_withdrawn_sends_nothing(rig: Rig) -> None:
    call = rig.call()
    rig.withdraw(call)
    rig.clock += timedelta(minutes=1)
    carrier_id = rig.submitted(call)
    rig.clock += LONG
    assert rig.fetch(carrier_id).state is CallState.FAILED
    assert rig.paper(call.reference) == ()


def test_a_document_that_was_fetched_is_told_when_it_is_withdrawn_where_that_can_be_told(rig: Rig) -> None:
    call = rig.call()
    carrier_id = rig.submitted(call)
    rig.clock += timedelta(seconds=2)
    rig.fetch(carrier_id)
    assert rig.withdraw(call) is (True if rig.witnesses else None)
    rig.clock += LONG
    assert rig.paper(call.reference) == (1, 2)


@pytest.mark.parametrize("which", ["rejected", "busy"])
def test_what_the_carrier_refuses_it_does_not_have(rig: Rig, which: str) -> None:
    call = rig.call(number=getattr(rig, which))
    assert isinstance(rig.carrier.submit(call), Refused)
    rig.clock += LONG
    assert rig.find(call) is None
    assert rig.paper(call.reference) == ()


def test_a_fax_that_the_carrier_never_had_is_not_told_of(rig: Rig) -> None:
    with pytest.raises(CarrierSilent):
        rig.fetch("sim-1001-001-09")
    with pytest.raises(CarrierSilent):
        rig.carrier.cancel("sim-1001-001-09")


def test_what_the_carrier_keeps_is_deleted_there(rig: Rig) -> None:
    carrier_id = rig.submitted()
    rig.clock += LONG
    rig.fetch(carrier_id)
    answer = rig.carrier.erase(carrier_id)
    assert answer
    if rig.carrier.keeps:
        with pytest.raises(CarrierSilent):
            rig.fetch(carrier_id)
        # Deleted again, it is no less gone.
        assert rig.carrier.erase(carrier_id)


@pytest.mark.parametrize("effect", [Effect.NONE, Effect.UNKNOWN])
def test_what_is_not_known_to_be_taken_is_no_failure(rig: Rig, effect: Effect) -> None:
    carrier = rig.broken(effect)
    call = rig.call()
    answer = carrier.submit(call)
    assert isinstance(answer, Refused) if effect is Effect.NONE else answer == NoAnswer()
    for ask in (
        lambda: carrier.find(call.reference, call.number, rig.clock),
        lambda: carrier.fetch(call.reference, 2),
        lambda: carrier.cancel(call.reference),
    ):
        with pytest.raises(CarrierSilent):
            ask()


def test_what_a_simulated_machine_is_sent_is_kept_before_it_is_taken() -> None:
    rig = carrier_rigs.simulated(MemoryNetwork())
    call = rig.call()
    rig.jammed = True
    assert rig.carrier.submit(call) == Refused(Reason.CARRIER_UNAVAILABLE)
    rig.clock += LONG
    assert rig.find(call) is None
    rig.jammed = False
    rig.submitted(call)
    assert rig.kept == [call]
