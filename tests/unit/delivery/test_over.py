"""What a carrier keeps of a fax that has ended is deleted there; and a report that is quicker than all else."""

from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import pytest

from faxes.carriers.simulator import Simulator
from faxes.delivery.carrier import Accepted, Call, CarrierSilent, NoAnswer, Refused
from faxes.delivery.dispatch import Dispatched
from faxes.delivery.lines import Lines
from faxes.model import AttemptStatus, Reason
from tests.support.delivering import World

SECOND = timedelta(seconds=1)


class Keeping(Simulator):
    """A carrier that keeps what it sent. ``meanwhile`` happens before it answers a submission."""

    keeps: ClassVar[bool] = True
    erased: list[str]
    silent = False
    meanwhile = staticmethod(lambda: None)

    def submit(self, call: Call) -> Accepted | Refused | NoAnswer:
        self.meanwhile()
        return super().submit(call)

    def erase(self, carrier_id: str) -> str:
        if self.silent:
            raise CarrierSilent("503")
        self.erased.append(carrier_id)
        return "204"


@pytest.fixture(name="carrier")
def _carrier(world: World) -> Keeping:
    made = Keeping(world.network, world.documents, lambda: world.clock)
    made.erased = []
    world.dispatch = replace(world.dispatch, lines=Lines(made))
    return made


@pytest.fixture(name="world")
def _world() -> World:
    return World()


def test_what_the_carrier_keeps_is_deleted_once_when_the_fax_has_ended(world: World, carrier: Keeping) -> None:
    fax_id = world.accept("7778888")
    world.run()
    (reference,) = world.bells.ended
    assert carrier.erased == []
    assert world.dispatch.over(reference) == Dispatched(("cleared",))
    (attempt,) = world.attempts(fax_id)
    assert (carrier.erased, attempt.erased) == ([attempt.carrier_id], "204")
    # A message may come twice.
    world.dispatch.over(reference)
    assert carrier.erased == [attempt.carrier_id]


def test_before_it_has_ended_nothing_is_deleted(world: World, carrier: Keeping) -> None:
    fax_id = world.accept("7778888")
    world.sweep()
    world.sweep()
    (attempt,) = world.attempts(fax_id)
    assert attempt.status == AttemptStatus.SUBMITTED
    assert world.dispatch.over(attempt.reference) == Dispatched()
    assert world.dispatch.over("404-001-01") == Dispatched()
    assert carrier.erased == []


def test_where_the_carrier_does_not_answer_it_is_asked_again(world: World, carrier: Keeping) -> None:
    fax_id = world.accept("7778888")
    world.run()
    carrier.silent = True
    with pytest.raises(CarrierSilent):
        world.dispatch.over(world.bells.ended[0])
    carrier.silent = False
    world.dispatch.over(world.bells.ended[0])
    assert world.attempts(fax_id)[0].erased == "204"


def test_what_nobody_knows_the_end_of_stays_there_for_a_person(world: World, carrier: Keeping) -> None:
    fax_id = world.accept("7778888")
    world.run()
    (attempt,) = world.attempts(fax_id)
    world.store.attempts[fax_id, 1, 1] = replace(attempt, reason=Reason.OUTCOME_UNKNOWN)
    world.dispatch.over(attempt.reference)
    assert carrier.erased == []


def test_a_carrier_that_keeps_nothing_is_not_asked(world: World) -> None:
    world.accept("7778888")
    world.run()
    assert world.bells.ended == []


def test_a_report_that_is_quicker_than_the_answer_makes_no_doubt(world: World, carrier: Keeping) -> None:
    fax_id = world.accept("7778888")
    world.plan.plan(fax_id)
    reference = f"{fax_id}-001-01"
    rang: list[Dispatched] = []
    carrier.meanwhile = lambda: rang.append(world.dispatch.rang(reference))
    done = world.dispatch.due(fax_id, 1)
    assert (rang, done.events) == ([Dispatched()], ("claimed", "submitted"))
    world.run()
    assert world.paper(fax_id) == [(1, 2)]
