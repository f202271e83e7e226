"""A recipient that is an extension of this deployment: it gets a fax of its own, once, whatever comes between."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from faxes.errors import Effect, StorageFault
from faxes.lifecycle import FaxEvent, HistoryEvent
from faxes.model import (
    Attempt,
    AttemptStatus,
    Counts,
    Direction,
    Extension,
    ExtensionNumber,
    ExtensionType,
    Fax,
    Reason,
    RecipientStatus,
    Sender,
    Status,
)
from tests.support.delivering import World, assert_agreed
from tests.support.faxes import NOW

FAULT = StorageFault("CopyObject", Effect.UNKNOWN, "memory")
HOUR = timedelta(hours=1)


def test_it_gets_a_fax_of_its_own() -> None:
    world = World()
    fax_id = world.accept("0003*211", pages=3)
    world.sweep()
    world.sweep()
    [received] = world.received()
    assert received == Fax(
        id=received.id,
        uid=received.uid,
        user_id="bob",
        organization_id="0003",
        extension="0003*211",
        recipients=("0003*211",),
        files=(),
        pages=3,
        status=Status.RECEIVED,
        created_at=NOW,
        expires_at=(NOW + timedelta(days=30)).replace(microsecond=0),
        completed_at=NOW,
        direction=Direction.IN,
        sender=Sender("0003*210", "Example Ltd"),
        sandbox=False,
    )
    assert world.copies.pages[received.uid] == [
        f"faxes/{received.uid}/{name}" for name in ("pages.tif", "pages.pdf", "page-1.png", "page-2.png", "page-3.png")
    ]
    assert world.store.history[received.id] == [HistoryEvent(NOW, FaxEvent.RECEIVED, pages=3, revision=1)]
    sent = world.fax(fax_id)
    assert (sent.status, sent.counts, sent.direction) == (Status.SENT, Counts(open=0, sent=1), Direction.OUT)
    recipient = world.recipient(fax_id)
    assert (recipient.status, recipient.pages_sent, recipient.completed_at) == (RecipientStatus.SENT, 3, NOW)
    [attempt] = world.attempts(fax_id)
    assert attempt == Attempt(
        fax_id=fax_id,
        position=1,
        number=1,
        carrier="extension",
        reference=f"{fax_id}-001-01",
        started_at=NOW,
        expires_at=sent.expires_at,
        status=AttemptStatus.ENDED,
        carrier_id=received.id,
        ended_at=NOW,
        pages_sent=3,
        remote_id="0003*211",
        received_uid=received.uid,
    )
    told = [str(each.event) for each in world.store.history[fax_id]]
    assert told == ["rendering_started", "pages_ready", "claimed", "sending_started", "sent", "ended_sent"]
    # No line was used, and nobody's network.
    assert (dict(world.store.lines)["0003*211"].holder, world.network.faxes) == (None, {})
    assert_agreed(world)


def test_a_short_number_is_an_extension_where_the_sender_has_one() -> None:
    world = World()
    fax_id = world.accept("211", "210", "+15550211")
    world.run()
    assert [world.recipient(fax_id, n).destination for n in (1, 2, 3)] == ["0003*211", "210", "+15550211"]
    assert [world.recipient(fax_id, n).number for n in (1, 2, 3)] == ["211", "210", "+15550211"]
    assert [each.extension for each in world.received()] == ["0003*211"]
    assert [call.number for call in world.network.faxes.values()] == ["210", "+15550211"]


def test_another_organizations_extension_is_told_from_whom_it_came() -> None:
    world = World()
    world.accept("0004*210")
    world.accept("0003*211", extension="0004*210", organization_id="0004", user_id="carol")
    world.run()
    assert [(each.extension, each.user_id, each.organization_id, each.sender) for each in world.received()] == [
        ("0004*210", "carol", "0004", Sender("0003*210", "Example Ltd")),
        # Whose name is not known.
        ("0003*211", "bob", "0003", Sender("0004*210", None)),
    ]


@pytest.mark.parametrize(
    ("number", "kind"),
    [("0004*999", None), ("0005*1", None), ("0003*213", None), ("0003*300", ExtensionType.QUEUE)],
)
def test_where_no_fax_can_come_in_it_fails(number: str, kind: ExtensionType | None) -> None:
    """Also what was there when the fax was accepted, and is gone or changed by now."""
    world = World()
    if kind:
        world.directory.put(Extension(ExtensionNumber(*number.split("*")), "alice", kind, True))
    fax_id = world.accept(number)
    world.run()
    recipient = world.recipient(fax_id)
    assert (recipient.status, recipient.reason, recipient.attempt) == (RecipientStatus.FAILED, Reason.NUMBER_INVALID, 1)
    [attempt] = world.attempts(fax_id)
    assert (attempt.status, attempt.reason, attempt.pages_sent) == (AttemptStatus.ENDED, Reason.NUMBER_INVALID, 0)
    assert (world.fax(fax_id).status, world.fax(fax_id).reason) == (Status.FAILED, Reason.NUMBER_INVALID)
    assert (world.received(), list(world.copies.pages)) == ([], [world.fax(fax_id).uid])
    assert_agreed(world)


def test_many_at_once_are_taken_by_one_extension() -> None:
    world = World()
    faxes = [world.accept("0003*211") for _ in range(5)]
    world.sweep()
    world.sweep()
    assert [world.fax(fax_id).status for fax_id in faxes] == [Status.SENT] * 5
    assert len({each.uid for each in world.received()}) == 5
    assert world.store.taken == 0


def test_without_a_carrier_extensions_receive_and_the_others_wait() -> None:
    world = World(carried=False)
    mixed, phones = world.accept("0003*211", "7778888"), world.accept("7778888", "+15550001")
    world.sweep()
    world.sweep()
    assert [each.extension for each in world.received()] == ["0003*211"]
    assert world.fax(mixed).status == Status.SENDING
    waiting = world.recipient(mixed, 2)
    assert (waiting.status, waiting.reason) == (RecipientStatus.WAITING, Reason.NO_CARRIER)
    parked = world.fax(phones)
    assert (parked.status, parked.reason, parked.counts) == (Status.QUEUED, Reason.NO_CARRIER, None)
    assert parked.due_at == parked.created_at + timedelta(hours=24)
    world.clock += timedelta(hours=24)
    world.sweep()
    assert (world.fax(mixed).status, world.recipient(mixed, 2).reason) == (Status.PARTIALLY_SENT, Reason.NO_CARRIER)


def test_a_canceled_fax_reaches_no_extension_any_more() -> None:
    world = World()
    fax_id = world.accept("0003*211")
    world.plan.plan(fax_id)
    world.cancel(fax_id)
    world.run()
    assert (world.fax(fax_id).status, world.received()) == (Status.CANCELED, [])
    assert_agreed(world)


class Stopping:
    """Has the nth call to the store, the directory or the pages not come back; before or after it took effect."""

    def __init__(self) -> None:
        self.at, self.after, self.made = -1, False, list[str]()

    def between(self, name: str, call: Callable[[], Any]) -> Any:
        self.made.append(name)
        self.at -= 1
        if self.at == 0:
            if self.after:
                call()
            raise FAULT
        return call()


def steps() -> int:
    """How many calls a fax to an extension takes."""
    stopping = Stopping()
    world = World(stopping.between)
    world.accept("0003*211")
    world.run()
    return len(stopping.made)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("at", range(1, steps() + 1))
def test_stopped_between_any_two_calls_it_is_received_once(at: int, after: bool) -> None:
    stopping = Stopping()
    world = World(stopping.between)
    fax_id = world.accept("0003*211")
    stopping.at, stopping.after = at, after
    for _ in range(5):
        try:
            world.run()
        except StorageFault:
            # The message comes again, or the sweep.
            world.clock += timedelta(seconds=90)
    assert (world.fax(fax_id).status, len(world.received())) == (Status.SENT, 1)
    assert set(world.copies.pages) == {each.uid for each in world.store.faxes.values()}
    assert len(world.attempts(fax_id)) == 1
    assert_agreed(world)


@pytest.mark.parametrize("at", range(1, steps() + 1))
def test_two_workers_at_once_are_one_fax(at: int) -> None:
    """The other one comes between any two calls of the first, after the time that the first one is given."""
    world = World()
    fax_id = world.accept("0003*211")
    world.plan.plan(fax_id)
    other = sharing(World(), world)
    # It draws other names.
    object.__setattr__(other.dispatch, "receiving", replace(other.receiving, random_bits=lambda bits: 2**bits - 1))
    other.clock += timedelta(seconds=61)
    made: list[str] = []

    def between(name: str, call: Callable[[], Any]) -> Any:
        made.append(name)
        if len(made) == at:
            other.dispatch.due(fax_id, 1)
        return call()

    sharing(World(between), world).dispatch.due(fax_id, 1)
    if at > len(made):
        other.dispatch.due(fax_id, 1)
    assert len(world.received()) == 1
    assert world.fax(fax_id).status == Status.SENT
    assert set(world.copies.pages) == {each.uid for each in world.store.faxes.values()}


def sharing(world: World, others: World) -> World:
    """A world whose stores are another's."""
    for name in ("faxes", "recipients", "attempts", "history", "lines"):
        setattr(world.store, name, getattr(others.store, name))
    world.copies.pages = others.copies.pages
    return world


def test_an_id_that_is_taken_is_drawn_anew() -> None:
    world = World()
    first = world.accept("0003*211")
    world.run()
    [taken] = world.received()
    draws = iter([int(taken.id) % 4096, 10**6])
    drawn = replace(world.receiving, random_bits=lambda bits: next(draws, 77) % 2**bits)
    object.__setattr__(world.dispatch, "receiving", drawn)
    second = world.accept("0003*211")
    world.plan.plan(second)
    world.dispatch.due(second, 1)
    assert [world.fax(each).status for each in (first, second)] == [Status.SENT] * 2
    assert len({each.id for each in world.received()}) == len({each.uid for each in world.received()}) == 2
    assert world.attempts(second)[0].carrier_id == next(each.id for each in world.received() if each.id != taken.id)


@pytest.mark.parametrize("stopped_by", ["extension", "organization_name", "copy", "write"])
def test_of_a_fax_that_is_erased_meanwhile_nothing_stays(stopped_by: str) -> None:
    """Its worker finds no record, and removes what it copied."""

    def between(name: str, call: Callable[[], Any]) -> Any:
        done = call() if name == "copy" else None
        if name == stopped_by and world.store.attempts:
            erased = world.store.faxes.pop(fax_id)
            world.store.recipients.clear()
            world.copies.pages.pop(erased.uid)
        return done if name == "copy" else call()

    world = World(between)
    fax_id = world.accept("0003*211")
    world.plan.plan(fax_id)
    world.dispatch.due(fax_id, 1)
    assert (world.received(), world.copies.pages) == ([], {})


def test_a_slow_worker_leaves_what_the_extension_has_got_alone() -> None:
    """It comes to its end when another one is done, and the fax that was sent is gone by then."""

    def between(name: str, call: Callable[[], Any]) -> Any:
        if name == "write" and world.store.attempts and not world.received():
            recipient, attempt = world.store.recipients[fax_id, 1], world.store.attempts[fax_id, 1, 1]
            found = world.store.load(fax_id, 1, world.clock)
            assert found is not None
            taken = world.receiving.receive(found, attempt)
            assert taken is not None
            world.store.faxes[attempt.carrier_id or ""] = taken.fax  # type: ignore[union-attr]
            del world.store.faxes[fax_id], world.store.recipients[fax_id, 1]
            assert recipient.status == RecipientStatus.SENDING
        return call()

    world = World()
    fax_id = world.accept("0003*211")
    slow = sharing(World(between), world)
    slow.plan.plan(fax_id)
    slow.dispatch.due(fax_id, 1)
    [received] = world.received()
    assert received.uid in world.copies.pages


def test_what_cannot_be_copied_until_the_deadline_fails() -> None:
    world = World(lambda name, call: False if name == "copy" else call())
    fax_id = world.accept("0003*211")
    world.clock += timedelta(seconds=1)
    world.plan.plan(fax_id)
    for _ in range(26):
        world.dispatch.due(fax_id, 1)
        world.clock += HOUR
    recipient = world.recipient(fax_id)
    assert (recipient.status, recipient.reason) == (RecipientStatus.FAILED, Reason.INTERNAL)
    assert world.received() == []
    assert_agreed(world)
