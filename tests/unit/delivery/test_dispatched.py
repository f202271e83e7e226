"""What is told of a message about a recipient: what happened, why, what was sent, for how long it is in doubt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from faxes.delivery.dispatch import Dispatched
from faxes.model import RecipientStatus
from tests.support.delivering import World


def told(number: str) -> list[Dispatched]:
    """All that is told of a fax to this number, from its first message to its end."""
    world = World()
    fax_id = world.accept(number)
    world.sweep()
    found = []
    while (recipient := world.recipient(fax_id)).due_at is not None:
        world.clock = max(world.clock, recipient.due_at)
        found.append(world.dispatch.due(fax_id, 1))
    return [each for each in found if each.events]


def test_a_fax_that_is_sent_tells_its_pages_and_seconds() -> None:
    *_, last = told("7778888")
    assert (last.events, last.reason, last.pages, last.doubt) == (("sent",), None, 2, None)
    assert last.seconds > 0


@pytest.mark.parametrize(
    ("number", "events", "reason"),
    [("+15005550003", ("failed",), "no_answer"), ("+15005550009", ("partially_sent",), "remote_hung_up")],
)
def test_a_fax_that_is_not_sent_tells_why_each_time(number: str, events: tuple[str, ...], reason: str) -> None:
    ends = [each for each in told(number) if each.pages is not None]
    assert [each.reason for each in ends] == [reason] * 4
    assert [each.events for each in ends] == [("retried",)] * 3 + [events]


def test_an_attempt_in_doubt_tells_for_how_long() -> None:
    world = World()
    fax_id = world.accept("7778888")
    # A worker ended between its claim and its call: the carrier knows nothing of the attempt.
    world.sweep()
    found, key = world.recipient(fax_id), (fax_id, 1)
    [attempt] = world.attempts(fax_id)
    world.network.faxes.clear()
    world.store.recipients[key] = replace(found, status=RecipientStatus.IN_DOUBT, due_at=world.clock)
    world.store.attempts[(*key, 1)] = replace(attempt, status="in_doubt", carrier_id=None)
    world.clock += timedelta(minutes=5)
    done = world.dispatch.due(*key)
    assert (done.events, done.pages, done.doubt) == ((), None, world.now() - attempt.started_at)
