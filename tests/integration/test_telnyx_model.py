"""Random faxes by Telnyx through random trouble: workers that end between any two calls, requests and reports that go
wrong, faxes that are listed late, machines that fail, callers that cancel. Paper and records agree in the end."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from faxes.delivery.carrier import CarrierSilent, NoAnswer
from faxes.errors import Effect, StorageFault
from faxes.lifecycle import FINAL_FOR_A_RECIPIENT
from faxes.model import Reason, RecipientStatus
from tests.support.delivering import assert_agreed
from tests.support.full import size
from tests.support.telnyx.machines import Machine, Reports, Request
from tests.support.telnyx_world import TelnyxWorld, telnyx_world

NUMBERS = ("+12125550001", "+12125550002", "+12125550003")
MACHINES = st.builds(
    Machine,
    reason=st.sampled_from([None, None, "user_busy", "receiver_call_dropped", "receiver_unallocated_number"]),
    times=st.sampled_from([1, 2, None]),
    pages=st.integers(0, 1),
    listed_after=st.sampled_from([timedelta(), timedelta(seconds=100), timedelta(seconds=500)]),
    request=st.sampled_from([it for it in Request if it not in (Request.STORED_AND_HANGS, Request.STORED_SLOW)]),
    requests=st.integers(0, 3),
    reports=st.sampled_from(list(Reports)),
)
TROUBLE = st.dictionaries(st.integers(1, 60), st.sampled_from(["killed before", "killed after", "lost"]), max_size=4)


class Killed(BaseException):
    """A worker ends here, and runs nothing any more."""


class Trouble:
    """What happens at which of the workers' calls, counted from the first."""

    def __init__(self, at: dict[int, str]) -> None:
        self._at, self._made = at, 0

    def between(self, name: str, call: Callable[[], Any]) -> Any:
        self._made += 1
        match self._at.get(self._made):
            case "killed before":
                raise Killed
            case "killed after":
                call()
                raise Killed
            case "lost" if name == "submit":
                call()
                return NoAnswer()
            case "lost" if name in ("find", "fetch", "cancel", "erase"):
                raise CarrierSilent("lost")
            case "lost" if name in ("load", "write", "attempt", "add", "fax", "open"):
                call()
                raise StorageFault(name, Effect.UNKNOWN, "lost")
        return call()


def whole(world: TelnyxWorld, fax_id: str, position: int) -> int:
    return sum(len(pages) == 2 for pages in world.paper(fax_id, position))


@settings(max_examples=size(25, 1_000), deadline=None, phases=[Phase.generate])
@given(
    machines=st.tuples(MACHINES, MACHINES, MACHINES),
    trouble=TROUBLE,
    to=st.lists(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2, unique=True), min_size=1, max_size=3),
    canceled=st.none() | st.integers(0, 6),
)
def test_paper_and_records_agree(
    machines: tuple[Machine, ...], trouble: dict[int, str], to: list[list[str]], canceled: int | None
) -> None:
    with telnyx_world(Trouble(trouble).between) as world:
        world.server.exchange.machines = dict(zip(NUMBERS, machines, strict=True))
        faxes = [world.accept(*numbers) for numbers in to]
        for step in range(1_000):
            if step == canceled:
                world.cancel(faxes[0])
            try:
                if not world.step():
                    break
            except (Killed, StorageFault):
                continue
        # Whatever the carrier was still to do, it has done.
        world.clock += timedelta(days=2)
        world.server.settle()
        assert_agreed(world)
        for (fax_id, position), recipient in world.store.recipients.items():
            assert recipient.status in FINAL_FOR_A_RECIPIENT
            printed = whole(world, fax_id, position)
            assert printed <= 1
            if recipient.status == RecipientStatus.SENT:
                assert printed == 1
            elif recipient.reason != Reason.OUTCOME_UNKNOWN:
                assert printed == 0
        with suppress(Killed, CarrierSilent, StorageFault):
            world.clear()
