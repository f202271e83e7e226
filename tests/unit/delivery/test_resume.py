"""Where an attempt begins: after confirmed pages, with the rest; else with the first page."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from faxes.carriers.sandbox_numbers import Behaviour
from faxes.carriers.simulator import Simulator
from faxes.delivery import resume
from faxes.delivery.steps import Delivery, Terms
from faxes.model import Attempt, AttemptStatus, Reason, Recipient, RecipientStatus
from tests.support.delivering import World, assert_agreed
from tests.support.faxes import NOW, fax

HOUR = timedelta(hours=1)
COUNTS = Terms("simulator", counts_pages=True)
RECIPIENT = Recipient(
    fax_id="1001",
    position=1,
    organization_id="0003",
    number="7778888",
    destination="7778888",
    pages=3,
    created_at=NOW,
    deadline_at=NOW + timedelta(hours=24),
    expires_at=NOW + timedelta(days=30),
    due_at=NOW,
)
BROKEN = Attempt(
    fax_id="1001",
    position=1,
    number=1,
    carrier="simulator",
    reference="1001-001-01",
    started_at=NOW,
    expires_at=NOW + timedelta(days=30),
    status=AttemptStatus.ENDED,
    ended_at=NOW,
    reason=Reason.LINE_QUALITY,
    pages_sent=1,
    confirmed_at=NOW,
)


def begins(before: Attempt | None, now: datetime = NOW, terms: Terms = COUNTS) -> int:
    return resume.first_page(Delivery(fax(1), RECIPIENT, before), now, terms)


@pytest.mark.parametrize(
    ("before", "page"),
    [
        (None, 1),
        (replace(BROKEN, pages_sent=0, confirmed_at=None), 1),
        (BROKEN, 2),
        (replace(BROKEN, first_page=2), 3),
        # Busy, between the call that broke and the next one.
        (replace(BROKEN, first_page=2, pages_sent=0), 2),
        # What contradicts itself.
        (replace(BROKEN, pages_sent=3), 1),
    ],
)
def test_the_rest_follows_what_was_confirmed(before: Attempt | None, page: int) -> None:
    assert begins(before) == page


@pytest.mark.parametrize(
    ("after", "speed", "page"),
    [(HOUR, 1, 2), (HOUR + timedelta(seconds=1), 1, 1), (HOUR / 60, 60, 2), (HOUR / 60 + timedelta(seconds=1), 60, 1)],
)
def test_within_an_hour(after: timedelta, speed: float, page: int) -> None:
    assert begins(BROKEN, NOW + after, replace(COUNTS, speed=speed)) == page


def test_a_carrier_that_does_not_count_sends_all_again() -> None:
    assert begins(BROKEN, terms=Terms("telnyx")) == 1


def test_a_call_that_breaks_twice_goes_on_where_it_broke(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()

    def breaks(number: str, attempt: int, pages: int) -> Behaviour:
        broken = Behaviour(1, timedelta(seconds=30), Reason.LINE_QUALITY, "carrier_lost")
        return broken if attempt < 3 else Behaviour(pages, timedelta(seconds=30) * pages)

    monkeypatch.setattr("faxes.carriers.simulator.behaviour", breaks)
    fax_id = world.accept("7778888", pages=4)
    counts = [0]
    while world.step():
        counts += {world.recipient(fax_id).pages_sent} - {counts[-1]}
    assert world.paper(fax_id) == [(1,), (2,), (3, 4)]
    assert counts == [0, 1, 2, 4]
    assert [(each.first_page, each.pages_sent) for each in world.attempts(fax_id)] == [(1, 1), (2, 1), (3, 2)]
    assert_agreed(world)


def test_after_an_hour_all_pages_are_sent_again() -> None:
    world = World()
    fax_id = world.accept("+15005550007", pages=3)
    world.step()
    while not world.recipient(fax_id).pages_sent:
        world.step()
    assert world.recipient(fax_id).status == RecipientStatus.WAITING
    world.clock += HOUR + timedelta(seconds=1)
    world.run()
    assert world.paper(fax_id) == [(1,), (1, 2, 3)]
    assert [each.first_page for each in world.attempts(fax_id)] == [1, 1]
    assert world.recipient(fax_id).pages_sent == 3


def test_without_a_count_of_the_carriers_all_pages_are_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Simulator, "counts_pages", False)
    world = World()
    fax_id = world.accept("+15005550007", pages=3)
    world.run()
    assert world.paper(fax_id) == [(1,), (1, 2, 3)]
