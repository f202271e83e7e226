"""The use case: a caller cancels a fax, that is what was not sent of it yet; or closes its public page for good.

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
from faxes.lifecycle import PAGE_REVOKED, FaxEvent, FaxInFull, HistoryEvent, IllegalTransition
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

    def close_page(self, fax: Fax, event: HistoryEvent) -> None:
        """Write when the fax's public page was closed, as ``fax`` has it, and the event beside it, or neither.

        The record's revision stays: whoever is at work on the fax is not disturbed. Raises Changed where the page is
        closed by now, or the record is gone.
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
        return self._change(principal, user, extension, fax_id, remaining, self._canceled, self.faxes.change)

    def revoke_page(
        self, principal: Principal, user: str, extension: str, fax_id: str, remaining: Callable[[], float]
    ) -> FaxInFull:
        """Close a fax's public page for good, whatever has become of the fax, and whether it has one or not yet.

        As ``cancel`` otherwise; it raises no StateInvalid.
        """
        return self._change(principal, user, extension, fax_id, remaining, self._page_closed, self.faxes.close_page)

    def _change(
        self,
        principal: Principal,
        user: str,
        extension: str,
        fax_id: str,
        remaining: Callable[[], float],
        change: Callable[[Fax, Principal], tuple[Fax, HistoryEvent] | None],
        write: Callable[[Fax, HistoryEvent], None],
    ) -> FaxInFull:
        """Read a fax and ``write`` what ``change`` makes of it, which gives None where nothing is to be changed."""
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
            made = change(found.fax, principal)
            if made is None:
                return found
            changed, event = made
            try:
                write(changed, event)
            except Changed:
                continue
            except StorageFault as fault:
                failure = StorageFailed if fault.effect is Effect.NONE else OutcomeUnknown
                raise failure(reason="fax_not_written", cause=str(fault)) from fault
            return replace(found, fax=changed)
        raise StorageFailed(reason="writes_in_vain", cause=f"{_TRIES} writes")

    def _canceled(self, fax: Fax, principal: Principal) -> tuple[Fax, HistoryEvent] | None:
        """The fax when it is canceled, or is to be, and what is kept of that; None where it is already. Raises
        StateInvalid."""
        if fax.status == Status.CANCELED or fax.cancel_requested_at:
            return None
        now = self.now()
        at_once = fax.status in (Status.ACCEPTED, Status.RENDERING)
        event = FaxEvent.ENDED_CANCELED if at_once else FaxEvent.CANCEL_REQUESTED
        try:
            status = lifecycle.after(fax.status, event)
        except IllegalTransition as illegal:
            only = "only a fax that has not ended can be canceled"
            if fax.status == Status.UPLOADING:
                only = "only a fax that was accepted can be canceled, and without its files it expires"
            raise StateInvalid(
                f"Fax {fax.id} is {fax.status}; {only}.",
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

    def _page_closed(self, fax: Fax, principal: Principal) -> tuple[Fax, HistoryEvent] | None:
        """The fax when its page is closed, and what is kept of that; None where it is already."""
        if fax.page_revoked_at:
            return None
        now = self.now()
        closed = HistoryEvent(now, PAGE_REVOKED, actor=principal.app_key, revision=fax.revision)
        return replace(fax, page_revoked_at=now), closed
