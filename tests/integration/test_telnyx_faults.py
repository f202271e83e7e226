"""Delivery by Telnyx, and all that goes wrong on its wire: what came out of the machine is counted.

Every way in which a request goes wrong x every way in which its reports do. Each fax comes out once at most; one that
is ``sent`` came out once; what nobody knows the end of is said to be unknown, for a person.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from faxes.lifecycle import FINAL
from faxes.model import Reason
from tests.support.delivering import assert_agreed
from tests.support.telnyx.machines import Machine, Reports, Request
from tests.support.telnyx_world import TelnyxWorld, telnyx_world

NUMBER = "+12125550001"
# Those that take their time by a real clock have a test of their own, beside the adapter's.
REQUESTS = [each for each in Request if each not in (Request.STORED_AND_HANGS, Request.STORED_SLOW)]
# What a person must look at: Telnyx said that it has the fax, and never heard of it.
UNKNOWN = {Request.ANSWERED_NOT_STORED}
LIKELY = {Request.NOTHING, Request.STORED_NOT_ANSWERED, Request.STORED_LATE, Request.ERROR_500}


@pytest.fixture(name="world")
def _world() -> Iterator[TelnyxWorld]:
    with telnyx_world() as made:
        yield made


def assert_once(world: TelnyxWorld, fax_id: str, *, unknown: bool = False) -> None:
    """The fax has ended, and paper agrees with what is said of it."""
    # Whatever the carrier was still to do, it has done.
    world.clock += timedelta(days=2)
    world.server.settle()
    assert_agreed(world)
    fax, whole = world.fax(fax_id), [pages for pages in world.paper(fax_id) if len(pages) == 2]
    assert fax.status in FINAL
    assert len(whole) == (0 if unknown else 1)
    assert (fax.status, fax.reason) == (("failed", Reason.OUTCOME_UNKNOWN) if unknown else ("sent", None))
    # Nothing is offered any more, and what the carrier keeps is deleted there, but for what a person may look up.
    assert world.host.files == {}
    world.clear()
    kept = [each for each in world.server.exchange.faxes.values() if not each.deleted]
    ended = {attempt.carrier_id for attempt in world.attempts(fax_id)}
    assert [each for each in kept if each.id in ended] == []


@pytest.mark.parametrize("reports", Reports)
@pytest.mark.parametrize(
    "request_", [pytest.param(it, marks=[] if it in LIKELY else [pytest.mark.full]) for it in REQUESTS]
)
def test_cell(world: TelnyxWorld, request_: Request, reports: Reports) -> None:
    other = world.accept("+12125550002")
    world.run()
    world.server.exchange.machines[NUMBER] = Machine(request=request_, requests=1, reports=reports)
    fax_id = world.accept(NUMBER)
    world.run()
    assert_once(world, fax_id, unknown=request_ in UNKNOWN)
    assert len(world.paper(other)) == 1


@pytest.mark.parametrize("listed", [30, 200, 500])
@pytest.mark.parametrize("reports", [Reports.NOTHING, Reports.NEVER])
def test_a_fax_that_is_listed_late_is_found_and_not_sent_again(
    world: TelnyxWorld, listed: int, reports: Reports
) -> None:
    world.server.exchange.machines[NUMBER] = Machine(
        request=Request.STORED_NOT_ANSWERED, requests=1, listed_after=timedelta(seconds=listed), reports=reports
    )
    fax_id = world.accept(NUMBER)
    world.run()
    assert_once(world, fax_id)
    assert len(world.server.exchange.faxes) == 1


@pytest.mark.parametrize("late", [30, 90, 300, 550])
@pytest.mark.parametrize("listed", [200, 500])
def test_a_request_that_is_taken_up_late_and_listed_later_still_comes_out_once(
    world: TelnyxWorld, late: int, listed: int
) -> None:
    """Either it is taken up while its document is offered, and then there is time left for it to be listed; or after
    that, and then it sends nothing."""
    world.server.exchange.machines[NUMBER] = Machine(
        request=Request.STORED_LATE, requests=1, listed_after=timedelta(seconds=listed), reports=Reports.NEVER
    )
    world.server.late = timedelta(seconds=late)
    fax_id = world.accept(NUMBER)
    world.run()
    assert_once(world, fax_id)


def test_a_fax_that_no_list_ever_has_is_found_by_its_report(world: TelnyxWorld) -> None:
    world.server.exchange.machines[NUMBER] = Machine(
        request=Request.STORED_NOT_ANSWERED, requests=1, listed_after=timedelta(days=9)
    )
    fax_id = world.accept(NUMBER)
    world.run()
    assert_once(world, fax_id)
    assert len(world.server.exchange.faxes) == 1


def test_a_fax_that_is_canceled_in_doubt_is_looked_for_as_long_as_any(world: TelnyxWorld) -> None:
    """Nobody can tell whether it was fetched: that it is canceled is said when it is known to be."""
    world.server.exchange.machines[NUMBER] = Machine(
        request=Request.STORED_NOT_ANSWERED, listed_after=timedelta(seconds=500), reports=Reports.NEVER
    )
    fax_id = world.accept(NUMBER)
    world.plan.plan(fax_id)
    world.dispatch.due(fax_id, 1)
    world.clock += timedelta(seconds=5)
    world.report()
    world.cancel(fax_id)
    world.run()
    assert_once(world, fax_id)


@pytest.mark.parametrize("after", ["rejected", "lost", "forgotten"])
def test_a_request_that_is_taken_up_after_it_was_given_up_finds_nothing_to_send(world: TelnyxWorld, after: str) -> None:
    """Its document is withdrawn: it fails, and the attempt that came after it sent the fax."""
    world.server.exchange.machines[NUMBER] = Machine(request=Request.STORED_LATE, requests=1)
    world.server.late = timedelta(minutes={"rejected": 12, "lost": 14, "forgotten": 60}[after])
    fax_id = world.accept(NUMBER)
    world.run()
    world.clock += timedelta(hours=2)
    world.report()
    assert_once(world, fax_id)
    late, sent = sorted(world.server.exchange.faxes.values(), key=lambda each: each.sheets)
    assert (late.failure_reason, sent.failure_reason) == ("file_download_failed", None)


class Killed(BaseException):
    """A worker ends here, and runs nothing any more."""


CALLS = 30


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("at", range(1, CALLS))
def test_a_worker_that_is_killed_at_any_of_its_calls(at: int, when: str) -> None:
    made = 0

    def between(name: str, call: Callable[[], Any]) -> Any:
        nonlocal made
        made += 1
        if made == at and when == "before":
            raise Killed
        done = call()
        if made == at:
            raise Killed
        return done

    with telnyx_world(between) as world:
        fax_id = world.accept(NUMBER)
        for _ in range(3):
            with suppress(Killed):
                world.run()
        assert_agreed(world)
        assert world.fax(fax_id).status == "sent"
        assert [len(pages) for pages in world.paper(fax_id)] == [2]


def test_no_fax_makes_more_calls(world: TelnyxWorld) -> None:
    """So that each is gone through above."""
    made: list[str] = []

    def between(name: str, call: Callable[[], Any]) -> Any:
        made.append(name)
        return call()

    with telnyx_world(between) as watched:
        watched.accept(NUMBER)
        watched.run()
    assert len(made) < CALLS
