"""The sweep: what should have happened by now and did not, since a message or a worker was lost, is done again.

Whatever is not final is due at some time, and nothing is repaired in another way: each step that goes well puts that
time off. So a sweep finds nothing, most of the time, and one that comes twice or breaks off does no harm.

Faxes that wait for a carrier lie apart: as long as there is none, a sweep counts them and has those end whose time is
over; from the moment that there is one, it has them all go on.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Protocol

from faxes.errors import StorageFault

# Of each shard, and of those that wait for a carrier, in one sweep: the next comes within a minute.
_MOST, _MOST_WAITING = 100, 1_000
# Seconds that a handler may take.
_A_HANDLER = 10.0


class DueIndex(Protocol):
    """Lists what is due."""

    def due(self, now: datetime, most: int) -> Iterable[tuple[str, str, datetime]]:
        """The partition, sort key and time of what is due by ``now``, at most so many of each shard, the longest due
        of it first. Raises StorageFault."""
        ...

    def waiting(self, most: int) -> Iterable[tuple[str, str, datetime]]:
        """The same of the faxes that wait for a carrier, at most so many; the time is when one is given up."""
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
    """Goes through what is due. ``handlers`` has, by the word that a sort key begins with, what is given the key's fax
    and does what is to be done; ``now`` gives UTC; ``carrier`` is whether there is one."""

    index: DueIndex
    handlers: Mapping[str, Callable[[str, str], object]]
    now: Callable[[], datetime]
    carrier: bool = True

    def run(self, seconds_left: Callable[[], float], failed: Callable[[StorageFault], None]) -> Swept:
        """One sweep. ``seconds_left`` is of its own life: what is left over, the next one finds. ``failed`` is told
        where a handler could not."""
        now = self.now()
        handled = not_handled = waiting = 0
        oldest = timedelta()
        for pk, sk, due_at in chain(self.index.due(now, _MOST), self.index.waiting(_MOST_WAITING)):
            if due_at > now and not self.carrier:
                waiting += 1
                continue
            if seconds_left() < _A_HANDLER:
                break
            oldest = max(oldest, now - due_at)
            handler = self.handlers.get(sk.partition("#")[0])
            if handler is None:
                continue
            try:
                handler(pk.removeprefix("FAX#"), sk)
                handled += 1
            except StorageFault as fault:
                failed(fault)
                not_handled += 1
        return Swept(handled, not_handled, oldest, waiting)
