"""What becomes of a fax to each of the sandbox's numbers, from the first attempt to the end."""

from datetime import timedelta
from itertools import pairwise

import pytest

from faxes.carriers.sandbox_numbers import why_refused
from faxes.model import Reason, RecipientStatus, Status
from tests.support.delivering import World, assert_agreed

S, P, F = RecipientStatus.SENT, RecipientStatus.PARTIALLY_SENT, RecipientStatus.FAILED
TWO_PAGES, FIRST = (1, 2), (1,)
SIMULATED = "is a number of the simulated network, which this deployment does not send to"


@pytest.mark.parametrize(
    ("number", "status", "reasons", "paper"),
    [
        ("7778888", S, [None], [TWO_PAGES]),
        ("0003*211", S, [None], [TWO_PAGES]),
        ("+15005550001", S, [None], [TWO_PAGES]),
        ("+15005550002", F, [Reason.BUSY] * 15, []),
        ("+15005550003", F, [Reason.NO_ANSWER] * 4, []),
        ("+15005550004", S, [Reason.BUSY, None], [TWO_PAGES]),
        ("+15005550005", F, [Reason.NOT_A_FAX] * 2, []),
        ("+15005550006", F, [Reason.CARRIER_REJECTED], []),
        ("+15005550007", S, [Reason.LINE_QUALITY, None], [FIRST, (2,)]),
        ("+15005550008", S, [None], [TWO_PAGES]),
        ("+15005550009", P, [Reason.REMOTE_HUNG_UP] * 4, [FIRST]),
        ("+15005550010", S, [Reason.CARRIER_UNAVAILABLE] * 3 + [None], [TWO_PAGES]),
        ("+15005550011", S, [None], [TWO_PAGES]),
        ("+15005550012", S, [None], [TWO_PAGES]),
        ("+15005550013", F, [Reason.TIMEOUT] * 2, []),
        ("+15005551000", S, [None], [TWO_PAGES]),
        ("+15005551002", F, [Reason.NOT_A_FAX] * 2, []),
        ("+15005551006", F, [Reason.LINE_QUALITY] * 4, []),
        ("+15005551011", F, [Reason.RESOLUTION_REFUSED], []),
        ("+15005551018", P, [Reason.LAST_PAGE_UNCONFIRMED], [TWO_PAGES]),
        ("+15005552047", S, [Reason.BUSY, None], [TWO_PAGES]),
        ("+15005552997", S, [None], [TWO_PAGES]),
    ],
)
def test_a_number(
    number: str, status: RecipientStatus, reasons: list[Reason | None], paper: list[tuple[int, ...]]
) -> None:
    world = World()
    fax_id = world.accept(number)
    world.run()
    recipient = world.recipient(fax_id)
    assert recipient.status == status
    assert [attempt.reason for attempt in world.attempts(fax_id)] == reasons
    assert recipient.reason == reasons[-1]
    assert world.paper(fax_id) == paper
    confirmed = sum(len(pages) for pages in paper)
    assert recipient.pages_sent == confirmed - (reasons[-1] is Reason.LAST_PAGE_UNCONFIRMED)
    assert world.fax(fax_id).status == Status(status.value)
    assert world.documents.offered == {}
    assert_agreed(world)


def test_a_number_that_is_busy_is_dialled_less_and_less_often() -> None:
    """15 times in all, as the law has it, within the table's times and a fifth more or less."""
    world = World()
    fax_id = world.accept("+15005550002")
    world.run()
    starts = [attempt.started_at for attempt in world.attempts(fax_id)]
    waits = [(after - before) / timedelta(minutes=1) for before, after in pairwise(starts)]
    assert len(starts) == 15
    for wait, minutes in zip(waits, [2, 3, 5, 5, 10, 10, 15, 15, 30, 30, 60, 60, 60, 60], strict=True):
        assert 0.8 * minutes <= wait <= 1.2 * minutes + 1


def test_the_reports_come_as_the_number_says() -> None:
    """Twice, and the end before the start. Whatever comes late or again changes nothing."""
    for number in ("+15005550011", "+15005550012"):
        world = World()
        fax_id = world.accept(number)
        world.sweep()
        world.sweep()
        assert len(world.reports) == 2
        for _, reference in world.reports * 2:
            world.dispatch.rang(reference)
        assert world.recipient(fax_id).status == RecipientStatus.SENDING
        world.clock = max(at for at, _ in world.reports)
        for _, reference in world.reports * 2:
            world.dispatch.rang(reference)
        done = world.recipient(fax_id)
        assert done.status == RecipientStatus.SENT
        world.run()
        assert world.recipient(fax_id) == done
        assert world.paper(fax_id) == [TWO_PAGES]
        assert_agreed(world)


@pytest.mark.parametrize(
    ("number", "on_the_simulator", "on_another_network"),
    [
        ("+15005550099", "is the simulated network's number for a recipient that is refused", SIMULATED),
        ("+15005550001", None, SIMULATED),
        ("+15005559999", None, SIMULATED),
        ("+1500555000", None, None),
        ("+150055500010", None, None),
        ("15005550001", None, None),
        ("7778888", None, None),
        ("0003*211", None, None),
    ],
)
def test_which_numbers_are_refused_before_there_is_a_fax(
    number: str, on_the_simulator: str | None, on_another_network: str | None
) -> None:
    assert why_refused(number, simulated=True) == on_the_simulator
    assert why_refused(number, simulated=False) == on_another_network


def test_a_fax_that_goes_well_is_looked_at_twice() -> None:
    """When it is due, and when the carrier says that it has ended; that it should have, only the sweep looks at."""
    world = World()
    world.accept("7778888")
    world.run()
    assert (len(world.bells.rung), len(world.told)) == (1, 1)


def test_a_fax_whose_report_is_lost_is_asked_about_when_it_should_have_ended() -> None:
    world = World()
    fax_id = world.accept("7778888")
    world.run(reported=False)
    ended = world.recipient(fax_id).completed_at
    # Two pages.
    assert ended == world.attempts(fax_id)[0].started_at + timedelta(seconds=45 + 2 * 45)
