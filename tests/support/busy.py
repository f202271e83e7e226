"""A deployment at work, in memory: its queue, its workers and its sweep, in simulated time. The faxes are real ones."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from zlib import crc32

from faxes.adapters.dynamodb.records import DUE_SHARDS
from faxes.sweeping import Due, Sweep
from tests.support import template
from tests.support.deliveries import Key
from tests.support.delivering import World
from tests.support.fair_queue import FairQueue

_DELIVERY = template.part("delivery.yaml")["Resources"]
# At a time.
WORKERS: int = _DELIVERY["FaxesToSend"]["Properties"]["ScalingConfig"]["MaximumConcurrency"]
_SWEEP: int = _DELIVERY["SweepFunction"]["Properties"]["Timeout"]
MINUTE = timedelta(minutes=1)
# What a worker takes for a message, where each recipient has one of its own, as measured; and a sweep for something
# due: a message sent, and a note of it.
MESSAGE, HANDLED = timedelta(seconds=0.085), timedelta(seconds=0.01)


@dataclass
class Busy:
    """``takes`` is how long a worker has a message; where it is not ``fair``, the queue knows no groups; ``lost`` are
    the faxes whose messages are lost but for the sweep's."""

    takes: timedelta = MESSAGE
    fair: bool = True
    lost: set[str] = field(default_factory=set)
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        self._queue: FairQueue[Callable[[], object]] = FairQueue(self.fair)
        self._coming: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()
        self._idle = WORKERS
        self._told: dict[Key, datetime] = {}
        self._sweep = Sweep(self, {"FAX": self._hand_over, "RECIPIENT": self._ring}, self.world.now)
        self._at(self.world.clock + MINUTE, self._each_minute)

    def queue(self, fax_id: str) -> None:
        """Its pages are ready, and send_fax is told so."""
        if fax_id not in self.lost:
            self._queue.send(lambda: self.world.plan.plan(fax_id), self._organization(fax_id))
            self._work()

    def begun(self, fax_id: str, *, within: timedelta) -> timedelta:
        """Go on until the carrier has the fax: how long that was from now on."""
        start, network = self.world.clock, self.world.network.faxes
        while self._coming and self.world.clock <= start + within:
            if any(reference.startswith(f"{fax_id}-") for reference in network):
                return self.world.clock - start
            self._next()
        raise AssertionError(f"not sent within {within}")

    def pass_by(self, time: timedelta) -> None:
        """Let so much time pass."""
        until = self.world.clock + time
        while self._coming and self._coming[0][0] <= until:
            self._next()
        self.world.clock = until

    # --- the index, as sweeping.DueIndex has it ----------------------------------------------------------------------

    def due(self, now: datetime, told: datetime, most: int) -> Iterable[Due]:
        store = self.world.store
        found = [Due(each.id, "FAX", each.due_at, each.organization_id) for each in store.faxes.values() if each.due_at]
        for key, each in store.recipients.items():
            if each.due_at and not told < self._told.get(key, told):
                found.append(Due(key[0], f"RECIPIENT#{key[1]:03}", each.due_at, each.organization_id))
        shards: dict[int, int] = dict.fromkeys(range(DUE_SHARDS), 0)
        for each_due in sorted(found, key=lambda due: due.at):
            shard = crc32(f"FAX#{each_due.fax_id}/{each_due.sort_key}".encode()) % DUE_SHARDS
            if each_due.at <= now and shards[shard] < most:
                shards[shard] += 1
                yield each_due

    def waiting(self, most: int) -> Iterable[Due]:
        return ()

    # --- time --------------------------------------------------------------------------------------------------------

    def _at(self, time: datetime, what: Callable[[], None]) -> None:
        heapq.heappush(self._coming, (time, next(self._order), what))

    def _next(self) -> None:
        self.world.clock, _, what = heapq.heappop(self._coming)
        what()

    def _work(self) -> None:
        while self._idle and (found := self._queue.receive()):
            group, take = found
            self._idle -= 1
            take()
            self._rung()
            self._at(self.world.clock + self.takes, lambda group=group: self._worked(group))  # type: ignore[misc]

    def _worked(self, group: str) -> None:
        self._idle += 1
        self._queue.done(group)
        self._work()

    def _rung(self) -> None:
        """What was rung while a message was taken comes to the queue when it should."""
        rung, self.world.bells.rung = self.world.bells.rung, []
        for at, fax_id, position in rung:
            if fax_id not in self.lost and at <= self.world.clock + timedelta(minutes=15):
                self._later(at, lambda key=(fax_id, position): self.world.dispatch.due(*key), fax_id)  # type: ignore[misc]
        reports, self.world.reports = self.world.reports, []
        for at, reference in reports:
            # Whose it is, who reports does not know.
            self._at(at, lambda of=reference: self._send(lambda: self.world.dispatch.rang(of), of))  # type: ignore[misc]

    def _later(self, at: datetime, take: Callable[[], object], fax_id: str) -> None:
        self._at(at, lambda: self._send(take, self._organization(fax_id)))

    def _send(self, take: Callable[[], object], group: str) -> None:
        self._queue.send(take, group)
        self._work()

    def _organization(self, fax_id: str) -> str:
        return self.world.store.faxes[fax_id].organization_id

    # --- the sweep ---------------------------------------------------------------------------------------------------

    def _each_minute(self) -> None:
        begun = self.world.clock
        self._at(begun + MINUTE, self._each_minute)
        self._swept = timedelta()
        self._sweep.run(lambda: _SWEEP - self._swept.total_seconds(), _raised)

    def _hand_over(self, due: Due) -> None:
        self._swept += HANDLED
        self._later(self.world.clock + self._swept, lambda: self.world.plan.plan(due.fax_id), due.fax_id)

    def _ring(self, due: Due) -> None:
        self._swept += HANDLED
        key = (due.fax_id, int(due.sort_key.rpartition("#")[2]))
        self._told[key] = self.world.clock
        self._later(self.world.clock + self._swept, lambda: self.world.dispatch.due(*key), due.fax_id)


def _raised(fault: Exception) -> None:
    raise fault
