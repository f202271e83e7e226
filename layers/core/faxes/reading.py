"""The use case: what a caller sees of a fax, the fax itself and its history.

One read decides whether a fax is the caller's (``access.Reach``), whether there is one or not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from faxes import access
from faxes.errors import StorageFailed, storage_faults_as
from faxes.lifecycle import FaxInFull, HistoryEvent
from faxes.model import Fax, Principal

_NOT_READ = "fax_not_read"


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some of a fax's history, the oldest first. ``after`` is what the next page goes on behind, None where there is
    none."""

    fax: Fax
    events: tuple[HistoryEvent, ...]
    after: str | None


class FaxReader(Protocol):
    """Where faxes are read. Each call raises StorageFault where that cannot be done."""

    def in_full(self, fax_id: str, now: datetime, covers: Callable[[Fax], bool]) -> FaxInFull | None:
        """The fax with this id as last written, with its recipients and their attempts.

        None where there is none, its time is over or ``covers`` does not hold for it, after one read for each of them.
        """
        ...

    def history(
        self, fax_id: str, now: datetime, covers: Callable[[Fax], bool], after: str | None, limit: int
    ) -> HistoryPage | None:
        """At most ``limit`` events of the fax's history behind ``after``; None as above."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """Reads faxes for a caller. ``now`` gives UTC.

    ``user``, ``extension`` and ``fax_id`` are the path's values, decoded. Each call raises UserInvalid and
    ExtensionInvalid where one is malformed, FaxNotFound where there is no such fax or it is not the caller's, and
    StorageFailed where it cannot be read.
    """

    faxes: FaxReader
    now: Callable[[], datetime]

    def fax(self, principal: Principal, user: str, extension: str, fax_id: str) -> FaxInFull:
        """A fax as it is now."""
        within = access.reach(principal, user, extension)
        wanted = access.fax_id(within, fax_id)
        with storage_faults_as(StorageFailed, reason=_NOT_READ):
            found = self.faxes.in_full(wanted, self.now(), within.covers)
        if found is None:
            raise within.missing(wanted)
        return found

    def history(
        self, principal: Principal, user: str, extension: str, fax_id: str, after: str | None, limit: int
    ) -> HistoryPage:
        """At most ``limit`` events of a fax's history, the oldest first, behind ``after`` where that is given."""
        within = access.reach(principal, user, extension)
        wanted = access.fax_id(within, fax_id)
        with storage_faults_as(StorageFailed, reason=_NOT_READ):
            found = self.faxes.history(wanted, self.now(), within.covers, after, limit)
        if found is None:
            raise within.missing(wanted)
        return found
