"""The sweep: what should have happened by now and did not, since a message or a worker was lost, is done again.

Whatever is not final is due at some time, and nothing is repaired in another way: each step that goes well puts that
time off. So a sweep finds nothing, most of the time, and one that comes twice or breaks off does no harm. Organizations
take turns: however much of one is due, the first of each other is done at once.

Faxes that wait for a carrier lie apart: as long as there is none, a sweep counts them and has those end whose time is
over; from the moment that there is one, it has them all go on.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from faxes.errors import StorageFault

# Of each shard, and of those that wait for a carrier, in one sweep: more than it has time for, so that few of one
# organization are found behind many of another.
_MOST = 2_000
# Without a carrier, those that wait are counted up to so many.
_MOST_WAITING = 1_000
# Until somebody else is told of what is due: a message that waits in a long queue is not lost.
_AGAIN = timedelta(minutes=15)
# Seconds that a handler may take.
_A_HANDLER = 10.0


@dataclass(frozen=True, slots=True)
class Due:
    """Something of a fax, by its sort key, that is due since ``at`` (UTC), or is given up then."""

    fax_id: str
    sort_key: str
    at: datetime
    organization_id: str


class DueIndex(Protocol):
    """Lists what is due."""

    def due(self, now: datetime, told: datetime, most: int) -> Iterable[Due]:
        """What is due by ``now``, at most so many of each shard, the longest due of it first; without that of which
        somebody was told after ``told``, since it is due. Raises StorageFault."""
        ...

    def waiting(self, most: int) -> Iterable[Due]:
        """The faxes that wait for a carrier, at most so many; the time is when one is given up."""
        ...


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: so many of what was due were handled, and so many could not be; ``oldest`` is how long the
    longest was due. ``waiting`` counts the faxes that wait for a carrier, as far as one sweep looks."""

    handled: int = 0
    not_handled: int = 0
    oldest: timedelta = timedelta()
    waiting: int = 0


@dataclass(frozen=True, slots=True)
class Sweep:
    """Goes through what is due. ``handlers`` has, by the word that a sort key begins with, what does with something due
    what is to be done; ``now`` gives UTC; ``carrier`` is whether there is one."""

    index: DueIndex
    handlers: Mapping[str, Callable[[Due], object]]
    now: Callable[[], datetime]
    carrier: bool = True

    def run(self, seconds_left: Callable[[], float], failed: Callable[[StorageFault], None]) -> Swept:
        """One sweep. ``seconds_left`` is of its own life: what is left over, the next one finds. ``failed`` is told
        where a handler could not."""
        now = self.now()
        due = list(self.index.due(now, now - _AGAIN, _MOST))
        waits = list(self.index.waiting(_MOST if self.carrier else _MOST_WAITING))
        ready = [each for each in waits if self.carrier or each.at <= now]
        handled = not_handled = 0
        oldest = timedelta()
        for each in by_turns([*due, *ready]):
            if seconds_left() < _A_HANDLER:
                break
            oldest = max(oldest, now - each.at)
            handler = self.handlers.get(each.sort_key.partition("#")[0])
            if handler is None:
                continue
            try:
                handler(each)
                handled += 1
            except StorageFault as fault:
                failed(fault)
                not_handled += 1
        return Swept(handled, not_handled, oldest, len(waits) - len(ready))


def by_turns(due: Iterable[Due]) -> Iterator[Due]:
    """One of each organization, the longest due first; then the next of each, and so on."""
    left: dict[str, deque[Due]] = defaultdict(deque)
    for each in sorted(due, key=lambda each: each.at):
        left[each.organization_id].append(each)
    while left:
        for organization_id in list(left):
            yield left[organization_id].popleft()
            if not left[organization_id]:
                del left[organization_id]
