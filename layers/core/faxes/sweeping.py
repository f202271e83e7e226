"""The sweep: what should have happened by now and did not, since a message or a worker was lost, is done again.

Whatever is not final is due at some time, and nothing is repaired in another way: each step that goes well puts that
time off. So a sweep finds nothing, most of the time, and one that comes twice or breaks off does no harm.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from faxes.errors import StorageFault

# Of each shard, and in one sweep: the next comes within a minute.
_MOST = 100
# Seconds that a handler may take.
_A_HANDLER = 10.0


class DueIndex(Protocol):
    """Lists what is due."""

    def due(self, now: datetime, most: int) -> Iterable[tuple[str, str, datetime]]:
        """The partition, sort key and time of what is due by ``now``, at most so many of each shard, the longest due
        of it first. Raises StorageFault."""
        ...


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep did: so many of what was due were handled, and so many could not be; ``oldest`` is how long the
    longest was due."""

    handled: int
    not_handled: int
    oldest: timedelta


@dataclass(frozen=True, slots=True)
class Sweep:
    """Goes through what is due. ``handlers`` has, by the word that a sort key begins with, what is given the key's fax
    and does what is to be done; ``now`` gives UTC."""

    index: DueIndex
    handlers: Mapping[str, Callable[[str, str], object]]
    now: Callable[[], datetime]

    def run(self, seconds_left: Callable[[], float], failed: Callable[[StorageFault], None]) -> Swept:
        """One sweep. ``seconds_left`` is of its own life: what is left over, the next one finds. ``failed`` is told
        where a handler could not."""
        now = self.now()
        handled = not_handled = 0
        oldest = timedelta()
        for pk, sk, due_at in self.index.due(now, _MOST):
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
        return Swept(handled, not_handled, oldest)
