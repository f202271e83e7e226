"""The use case: a caller cancels a fax, that is what was not sent of it yet.

Before a fax has recipients, one write cancels it. Afterwards it asks for that, and makes the record due at once: who
sends ends what waits, and tells the carrier to stop what is under way. What was asked for is kept in the record, so
asking again changes nothing and is answered as the fax is then.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from faxes import access, lifecycle
from faxes.errors import (
    Effect,
    OutcomeUnknown,
    StateInvalid,
    StorageFailed,
    StorageFault,
    storage_faults_as,
)
from faxes.lifecycle import FaxEvent, FaxInFull, HistoryEvent, IllegalTransition
from faxes.model import Fax, Principal, Status

# Each time, something else may have changed the record since it was read.
_TRIES = 5


class FaxStore(Protocol):
    """Where faxes are read and changed. Each call raises StorageFault where that cannot be done."""

    def in_full(self, fax_id: str, now: datetime, covers: Callable[[Fax], bool]) -> FaxInFull | None:
        """As ``reading.FaxReader`` has it."""
        ...

    def change(self, fax: Fax, event: HistoryEvent) -> None:
        """Write the record's status, times and due time as ``fax`` has them, and the event beside it, or neither.

        ``fax.revision`` is the one that the record gets, one more than the one that was read. Raises Changed where the
        record has another by now, or is gone.
        """
        ...


class Changed(Exception):
    """The record is not as it was read any more; nothing was written."""


@dataclass(frozen=True, slots=True)
class Control:
    """Changes faxes for a caller. ``now`` gives UTC; ``round`` is the longest that one read and one write can take, in
    seconds."""

    faxes: FaxStore
    now: Callable[[], datetime]
    round: float

    def cancel(
        self, principal: Principal, user: str, extension: str, fax_id: str, remaining: Callable[[], float]
    ) -> FaxInFull:
        """Cancel a fax, and give it as it is then. ``user``, ``extension`` and ``fax_id`` are the path's values,
        decoded; ``remaining`` gives the seconds that are left.

        Raises UserInvalid and ExtensionInvalid where one is malformed, FaxNotFound where there is no such fax or it is
        not the caller's, StateInvalid where it has ended otherwise, StorageFailed where nothing was changed, and
        OutcomeUnknown where that cannot be told.
        """
        within = access.reach(principal, user, extension)
        wanted = access.fax_id(within, fax_id)
        for _ in range(_TRIES):
            if (left := remaining()) < self.round:
                cause = f"{left:.1f} s are left, {self.round:.1f} s may be needed"
                raise StorageFailed(reason="out_of_time", cause=cause)
            with storage_faults_as(StorageFailed, reason="fax_not_read"):
                found = self.faxes.in_full(wanted, self.now(), within.covers)
            if found is None:
                raise within.missing(wanted)
            if found.fax.status == Status.CANCELED or found.fax.cancel_requested_at:
                return found
            canceled, event = self._canceled(found.fax, principal)
            try:
                self.faxes.change(canceled, event)
            except Changed:
                continue
            except StorageFault as fault:
                failure = StorageFailed if fault.effect is Effect.NONE else OutcomeUnknown
                raise failure(reason="fax_not_written", cause=str(fault)) from fault
            return replace(found, fax=canceled)
        raise StorageFailed(reason="writes_in_vain", cause=f"{_TRIES} writes")

    def _canceled(self, fax: Fax, principal: Principal) -> tuple[Fax, HistoryEvent]:
        """The fax when it is canceled, or is to be, and what is kept of that. Raises StateInvalid."""
        now = self.now()
        at_once = fax.status in (Status.ACCEPTED, Status.RENDERING)
        event = FaxEvent.ENDED_CANCELED if at_once else FaxEvent.CANCEL_REQUESTED
        try:
            status = lifecycle.after(fax.status, event)
        except IllegalTransition as illegal:
            raise StateInvalid(
                f"Fax {fax.id} is {fax.status}; only a fax that has not ended can be canceled.",
                reason="fax_not_cancelable",
            ) from illegal
        changed = replace(
            fax,
            status=status,
            revision=fax.revision + 1,
            cancel_requested_at=now,
            completed_at=now if at_once else None,
            due_at=None if at_once else now,
        )
        return changed, HistoryEvent(now, event, actor=principal.app_key, revision=changed.revision)
