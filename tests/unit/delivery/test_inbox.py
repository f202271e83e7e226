"""What the queue brings, and what needs no message of its own."""

from faxes.delivery.dispatch import Dispatched
from faxes.delivery.inbox import Inbox, Ready, RecipientDue
from faxes.model import RecipientStatus
from tests.support.delivering import World


def inbox(world: World) -> Inbox:
    return Inbox(world.plan, world.dispatch)


def test_the_only_recipient_is_called_at_once() -> None:
    world = World()
    fax_id = world.accept("7778888")
    assert inbox(world).take(Ready(fax_id)) == Dispatched(("planned", "claimed", "submitted"))
    assert world.recipient(fax_id).status == RecipientStatus.SENDING
    assert world.bells.rung == []


def test_several_recipients_have_a_message_each() -> None:
    world = World()
    fax_id = world.accept("7778888", "7778889")
    assert inbox(world).take(Ready(fax_id)) == Dispatched(("planned",))
    assert [(rung, position) for _, rung, position in world.bells.rung] == [(fax_id, 1), (fax_id, 2)]
    assert {world.recipient(fax_id, position).status for position in (1, 2)} == {RecipientStatus.WAITING}


def test_one_of_several_that_is_left_is_called_at_once() -> None:
    """A message that comes again: what was planned is there, and the others have ended."""
    world = World()
    fax_id = world.accept("+15005550006", "+15005550003")
    inbox(world).take(Ready(fax_id))
    inbox(world).take(RecipientDue(fax_id, 1))
    assert inbox(world).take(Ready(fax_id)).events == ("planned", "claimed", "submitted")
    assert [position for _, _, position in world.bells.rung] == [1, 2]


def test_a_fax_that_is_gone_or_over_is_left_alone() -> None:
    world = World()
    fax_id = world.accept("7778888")
    assert inbox(world).take(Ready("1")) == Dispatched()
    world.run()
    assert inbox(world).take(Ready(fax_id)) == Dispatched()
