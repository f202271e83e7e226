"""When an attempt's document is there: from before the carrier is called until the attempt has ended."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from faxes.delivery.carrier import CarrierSilent
from faxes.delivery.policy import SUBMIT
from faxes.delivery.ports import NotOffered
from faxes.errors import Effect, StorageFault
from faxes.ids import document_key
from faxes.model import AttemptStatus, Reason, RecipientStatus
from tests.support.delivering import World, assert_agreed


class Watch:
    """Notes each call to the documents and to the carrier. ``meets`` takes the place of one by its number and name."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.meets: dict[str, Callable[[Callable[[], Any]], Any]] = {}
        self.world = World(self.between)

    def between(self, name: str, call: Callable[[], Any]) -> Any:
        if name in ("offer", "submit", "find", "fetch", "withdraw", "forget"):
            self.calls.append(name)
            if meet := self.meets.get(name):
                return meet(call)
        return call()


def raising(error: BaseException) -> Callable[[Callable[[], Any]], Any]:
    def meet(call: Callable[[], Any]) -> Any:
        raise error

    return meet


def test_it_is_there_before_the_call_and_gone_after_it() -> None:
    watch = Watch()
    fax_id = watch.world.accept("7778888")
    watch.world.plan.plan(fax_id)
    watch.world.dispatch.due(fax_id, 1)
    assert watch.calls == ["offer", "submit"]
    assert watch.world.documents.offered == {document_key(f"{fax_id}-001-01"): (1, 2)}
    watch.world.run()
    assert watch.calls[-1] == "forget"
    assert watch.world.documents.offered == {}
    assert watch.world.paper(fax_id) == [(1, 2)]


def test_each_attempt_has_its_own() -> None:
    watch = Watch()
    fax_id = watch.world.accept("+15005550004")
    watch.world.run()
    assert [call for call in watch.calls if call in ("offer", "submit", "forget")] == ["offer", "submit", "forget"] * 2
    assert watch.world.recipient(fax_id).status == RecipientStatus.SENT


def test_where_it_cannot_be_offered_the_carrier_is_not_called_and_another_attempt_follows() -> None:
    watch = Watch()
    watch.meets["offer"] = raising(NotOffered(Reason.CARRIER_UNAVAILABLE))
    fax_id = watch.world.accept("7778888")
    watch.world.plan.plan(fax_id)
    watch.world.dispatch.due(fax_id, 1)
    assert watch.calls == ["offer", "forget"]
    [attempt] = watch.world.attempts(fax_id)
    assert (attempt.status, attempt.reason, attempt.carrier_code) == (
        AttemptStatus.ENDED,
        Reason.CARRIER_UNAVAILABLE,
        "document_not_offered",
    )
    watch.meets.clear()
    watch.world.run()
    assert watch.world.recipient(fax_id).status == RecipientStatus.SENT
    assert_agreed(watch.world)


def test_pages_that_can_never_be_sent_are_tried_once_more_and_no_number_is_dialled() -> None:
    watch = Watch()
    watch.meets["offer"] = raising(NotOffered(Reason.INTERNAL))
    fax_id = watch.world.accept("7778888")
    watch.world.run()
    recipient = watch.world.recipient(fax_id)
    assert (recipient.status, recipient.reason, recipient.attempt) == (RecipientStatus.FAILED, Reason.INTERNAL, 2)
    assert "submit" not in watch.calls


def test_a_worker_that_was_slow_to_offer_it_calls_nobody() -> None:
    watch = Watch()

    def slow(call: Callable[[], Any]) -> Any:
        watch.world.clock += SUBMIT + timedelta(seconds=1)
        return call()

    watch.meets["offer"] = slow
    fax_id = watch.world.accept("7778888")
    watch.world.plan.plan(fax_id)
    watch.world.dispatch.due(fax_id, 1)
    assert watch.calls == ["offer"]
    watch.meets.clear()
    watch.world.run()
    # In doubt, asked for, withdrawn, and made again.
    assert [attempt.status for attempt in watch.world.attempts(fax_id)] == [
        AttemptStatus.ABANDONED,
        AttemptStatus.ENDED,
    ]
    assert watch.world.paper(fax_id) == [(1, 2)]


@pytest.mark.parametrize("error", [StorageFault("DeleteObject", Effect.UNKNOWN, "broken"), CarrierSilent("broken")])
def test_it_is_withdrawn_only_once_it_is_gone(error: Exception) -> None:
    watch = Watch()
    # The carrier is called, and hears nothing of it.
    watch.meets["submit"] = raising(KeyboardInterrupt())
    fax_id = watch.world.accept("7778888")
    watch.world.plan.plan(fax_id)
    with pytest.raises(KeyboardInterrupt):
        watch.world.dispatch.due(fax_id, 1)
    watch.meets = {"withdraw": raising(error)}
    while "withdraw" not in watch.calls:
        due_at = watch.world.recipient(fax_id).due_at
        assert due_at is not None
        watch.world.clock = due_at
        watch.world.sweep()
    [attempt] = watch.world.attempts(fax_id)
    assert attempt.withdrawn_at is None
    assert watch.world.network.faxes == {}
    assert watch.world.recipient(fax_id).due_at is not None
    watch.meets.clear()
    watch.world.run()
    first, second = watch.world.attempts(fax_id)
    assert (first.status, second.status) == (AttemptStatus.ABANDONED, AttemptStatus.ENDED)
    assert first.withdrawn_at is not None
    assert watch.world.documents.offered == {}
