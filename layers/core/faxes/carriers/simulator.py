"""A simulated telephone network with fax machines at its ends, which behaves like a bad one. Nothing leaves here.

What a machine does is decided by its number (``sandbox_numbers``), and when it does it by the clock alone: nothing runs
in between. What the network keeps of a fax, it keeps in a store of its own: when it took it, when its document was
withdrawn, when it was canceled. It lists a fax only 0 to 120 s after it took it, and of one in twenty it loses the
reference for good. Whoever submits twice prints twice. ``paper`` says which pages came out, and tests count them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Protocol
from zlib import crc32

from faxes.carriers.sandbox_numbers import SIMULATOR, Behaviour, Ring, behaviour
from faxes.delivery.carrier import (
    Accepted,
    Call,
    CallState,
    CarrierSilent,
    NoAnswer,
    Refused,
    Report,
)
from faxes.errors import Effect, StorageFault
from faxes.model import Reason

# Until the network fetches the document; until the machine is reached; for each page.
_FETCH, _DIAL, _PAGE = timedelta(seconds=1), timedelta(seconds=10), timedelta(seconds=30)
_LISTED_SECONDS = 120
_LOST_ONE_IN = 20
_PREFIX = "sim-"


@dataclass(frozen=True, slots=True)
class Taken:
    """A fax as the network knows it. ``taken_at`` is None where its document was withdrawn before it was taken;
    ``copies`` counts how often it was submitted."""

    reference: str
    number: str = ""
    pages: int = 0
    copies: int = 0
    taken_at: datetime | None = None
    withdrawn_at: datetime | None = None
    canceled_at: datetime | None = None


class Network(Protocol):
    """Where the network keeps its faxes. Each call raises StorageFault where it cannot be made."""

    def take(self, call: Call, at: datetime) -> None:
        """Keep a fax, or count one copy more of it."""
        ...

    def get(self, reference: str) -> Taken | None: ...

    def withdraw(self, reference: str, at: datetime) -> Taken:
        """Note when the document was withdrawn, unless it was before; the fax as it is then."""
        ...

    def cancel(self, reference: str, at: datetime) -> None:
        """Note when the fax was canceled, unless it was before."""
        ...


class Tray(Protocol):
    """Where a machine's paper can be looked at."""

    def keep(self, call: Call) -> None:
        """Keep what the machine was sent, once however often. Raises StorageFault where that cannot be done."""
        ...


class Simulator:
    """Implements ``delivery.carrier.Carrier``. ``now`` gives UTC; ``speed`` divides every time of the network's;
    ``report`` has the attempt of a reference reported on after so long."""

    name: ClassVar[str] = SIMULATOR
    keeps: ClassVar[bool] = False
    stamps_header: ClassVar[bool] = False
    counts_pages: ClassVar[bool] = True

    def __init__(
        self,
        network: Network,
        tray: Tray,
        now: Callable[[], datetime],
        speed: float = 1,
        report: Callable[[str, timedelta], None] = lambda reference, after: None,
    ) -> None:
        self._network = network
        self._tray = tray
        self._now = now
        self._speed = speed
        self._report = report

    def submit(self, call: Call) -> Accepted | Refused | NoAnswer:
        does = _behaviour(call.reference, call.number, call.pages)
        if does.refused is not None:
            return Refused(does.refused, does.code)
        try:
            self._tray.keep(call)
        except StorageFault:
            # Before it was taken.
            return Refused(Reason.CARRIER_UNAVAILABLE)
        try:
            self._network.take(call, self._now())
        except StorageFault as fault:
            return Refused(Reason.CARRIER_UNAVAILABLE) if fault.effect is Effect.NONE else NoAnswer()
        for ring in does.rings:
            ends = self._wait(_DIAL + does.lasts)
            self._report(call.reference, ends if ring is Ring.END else self._wait(_DIAL))
        return Accepted(f"{_PREFIX}{call.reference}")

    def find(self, reference: str, number: str, since: datetime, named: str | None = None) -> str | None:
        taken = self._get(reference)
        if taken is None or taken.taken_at is None or forgets(reference):
            return None
        listed = taken.taken_at + self._wait(timedelta(seconds=_LISTED_SECONDS * _share("listed", reference)))
        return f"{_PREFIX}{reference}" if self._now() >= listed else None

    def fetch(self, carrier_id: str, pages: int) -> Report:
        taken = self._get(carrier_id.removeprefix(_PREFIX))
        if taken is None or taken.taken_at is None:
            raise CarrierSilent(f"no fax {carrier_id}")
        return report_of(taken, self._now(), self._speed)

    def cancel(self, carrier_id: str) -> bool:
        reference = carrier_id.removeprefix(_PREFIX)
        taken = self._get(reference)
        if taken is None or taken.taken_at is None:
            raise CarrierSilent(f"no fax {carrier_id}")
        now = self._now()
        # What has begun to come out comes out.
        if _outcome(taken, now, self._speed).begun:
            return False
        try:
            self._network.cancel(reference, now)
        except StorageFault as fault:
            raise CarrierSilent(str(fault)) from fault
        return True

    def withdraw(self, reference: str) -> bool | None:
        try:
            taken = self._network.withdraw(reference, self._now())
        except StorageFault as fault:
            raise CarrierSilent(str(fault)) from fault
        return _fetched(taken, self._speed)

    def erase(self, carrier_id: str) -> str:
        return "nothing is kept"

    def _get(self, reference: str) -> Taken | None:
        try:
            return self._network.get(reference)
        except StorageFault as fault:
            raise CarrierSilent(str(fault)) from fault

    def _wait(self, time: timedelta) -> timedelta:
        return time / self._speed


def forgets(reference: str) -> bool:
    """Whether the network loses this reference for good, so that it never lists the fax."""
    return _share("lost", reference) < 1 / _LOST_ONE_IN


def report_of(taken: Taken, now: datetime, speed: float) -> Report:
    """What the network says of a fax that it took."""
    return _outcome(taken, now, speed).report


def paper(taken: Taken, now: datetime, speed: float) -> tuple[int, ...]:
    """The pages that came out of the machine, each by its number, in their order; those of every copy."""
    outcome = _outcome(taken, now, speed)
    return tuple(range(1, outcome.pages + 1)) * taken.copies


@dataclass(frozen=True, slots=True)
class _Outcome:
    report: Report
    pages: int = 0
    begun: bool = False


def _outcome(taken: Taken, now: datetime, speed: float) -> _Outcome:
    if taken.taken_at is None or now < taken.taken_at + _FETCH / speed:
        canceled = taken.canceled_at is not None
        return _Outcome(Report(CallState.CANCELED if canceled else CallState.QUEUED))
    if taken.canceled_at is not None:
        return _Outcome(Report(CallState.CANCELED))
    if not _fetched(taken, speed):
        return _Outcome(Report(CallState.FAILED, reason=Reason.CARRIER_UNAVAILABLE, code="document_not_fetched"))
    does = _behaviour(taken.reference, taken.number, taken.pages)
    reached = taken.taken_at + _DIAL / speed
    if now < reached or does.never_ends:
        return _Outcome(Report(CallState.SENDING))
    if now < reached + does.lasts / speed:
        return _Outcome(Report(CallState.SENDING), begun=does.pages > 0)
    state = CallState.DELIVERED if does.reason is None else CallState.FAILED
    said = Report(
        state,
        pages_sent=does.pages - does.unconfirmed,
        reason=does.reason,
        code=does.code,
        seconds=round(does.lasts.total_seconds()),
        remote_id="SIMULATED",
    )
    return _Outcome(said, does.pages, begun=True)


def _fetched(taken: Taken, speed: float) -> bool:
    """Whether the document was there when the network fetched it, or is now that it has not yet."""
    if taken.taken_at is None:
        return False
    return taken.withdrawn_at is None or taken.withdrawn_at >= taken.taken_at + _FETCH / speed


def _behaviour(reference: str, number: str, pages: int) -> Behaviour:
    # The network cannot know which attempt it is; its machines are made to be busy first, say, and so are told.
    return behaviour(number, int(reference.rpartition("-")[2]), pages)


def _share(what: str, reference: str) -> float:
    """From 0 to 1, always the same for a fax."""
    return crc32(f"{what} {reference}".encode()) / 2**32
