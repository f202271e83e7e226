"""A pending fax -> addresses to upload its files to; and new ones for a caller who asks.

Only for files that were not looked into yet: where one was uploaded already, S3 says so (412), and nothing is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from faxes import access
from faxes.errors import (
    Effect,
    OutcomeUnknown,
    StateInvalid,
    StorageFailed,
    StorageFault,
    storage_faults_as,
)
from faxes.intake.pending import Address, Addresses, Changed, PendingStore
from faxes.model import Fax, PendingFax, Principal, Status

if TYPE_CHECKING:
    from faxes.lifecycle import FaxInFull

# Until somebody looks whether a file came whose event was lost.
LOOKED_AT = timedelta(minutes=10)
# Of an address; one that is used in this time works to its end. No longer than the rights of who signs it may live.
ADDRESS_SECONDS = 1_800
# For so long files are waited for behind the last address's end: a slow line may have begun by then.
_SLOWEST = timedelta(hours=1)
# Behind a fax's beginning; what is uploaded lies there for a day.
_LONGEST = timedelta(hours=20)
# For so long there are new addresses, each of which has all its time.
RENEWED_HOURS = 19


@dataclass(frozen=True, slots=True)
class Invited:
    """A pending fax, and an address for each file that it waits for, by its position, until ``ends_at``.

    Where the same request came before, ``replayed``; then ``pending`` may be None, and ``status`` how far the fax has
    come."""

    id: str
    uid: str
    status: str | None
    pending: PendingFax | None
    addresses: dict[int, Address]
    ends_at: datetime | None
    replayed: bool = False


@dataclass(frozen=True, slots=True)
class Inviting:
    """Makes addresses for a pending fax. ``now`` gives UTC."""

    addresses: Addresses
    now: Callable[[], datetime]

    def invited(self, pending: PendingFax, *, replayed: bool = False) -> Invited:
        """Addresses for what has not been looked into yet. Raises OutcomeUnknown where none can be made."""
        fax = pending.fax
        made: dict[int, Address] = {}
        ends_at = None
        if fax.status == Status.UPLOADING:
            left = (pending.closes_at - self.now()).total_seconds()
            seconds = int(max(min(ADDRESS_SECONDS, left), 1))
            ends_at = (self.now() + timedelta(seconds=seconds)).replace(microsecond=0)
            with storage_faults_as(OutcomeUnknown, reason="address_not_made"):
                made = {
                    file.position: self.addresses.address(fax.id, file, seconds)
                    for file in pending.files
                    if file.position not in pending.checked
                }
        return Invited(fax.id, fax.uid, str(fax.status), pending, made, ends_at, replayed)


def closing(now: datetime, created_at: datetime) -> datetime:
    """Until when files are waited for whose addresses are made now."""
    return min(now + timedelta(seconds=ADDRESS_SECONDS) + _SLOWEST, created_at + _LONGEST)


class FaxReader(Protocol):
    """Where faxes are read, pending ones as well."""

    def in_full(self, fax_id: str, now: datetime, covers: Callable[[Fax], bool]) -> "FaxInFull | None":
        """As ``reading.FaxReader`` has it."""
        ...


@dataclass(frozen=True, slots=True)
class Renewing:
    """Makes new addresses for a caller. ``round`` is the longest that one read and one write can take, in seconds."""

    faxes: FaxReader
    pending: PendingStore
    inviting: Inviting
    now: Callable[[], datetime]
    round: float

    def renew(
        self, principal: Principal, user: str, extension: str, fax_id: str, remaining: Callable[[], float]
    ) -> Invited:
        """New addresses for what a fax still waits for. ``user``, ``extension`` and ``fax_id`` are the path's values,
        decoded; ``remaining`` gives the seconds that are left.

        Raises as ``control.Control.cancel`` does.
        """
        within = access.reach(principal, user, extension)
        wanted = access.fax_id(within, fax_id)
        if (left := remaining()) < self.round:
            cause = f"{left:.1f} s are left, {self.round:.1f} s may be needed"
            raise StorageFailed(reason="out_of_time", cause=cause)
        with storage_faults_as(StorageFailed, reason="fax_not_read"):
            found = self.faxes.in_full(wanted, self.now(), within.covers)
        if found is None:
            raise within.missing(wanted)
        if found.pending is None or found.fax.status != Status.UPLOADING:
            raise self._not_uploading(wanted, str(found.fax.status))
        now, fax = self.now(), found.fax
        if now - fax.created_at > timedelta(hours=RENEWED_HOURS):
            raise StateInvalid(
                f"Fax {wanted} was announced more than {RENEWED_HOURS} hours ago, and gets no new addresses; announce "
                "its files as a new fax.",
                reason="fax_uploading_for_too_long",
            )
        try:
            pending = self.pending.keep_open(found.pending, closing(now, fax.created_at))
        except Changed:
            raise self._not_uploading(wanted, "not uploading any more") from None
        except StorageFault as fault:
            failure = StorageFailed if fault.effect is Effect.NONE else OutcomeUnknown
            raise failure(reason="fax_not_written", cause=str(fault)) from fault
        return self.inviting.invited(pending)

    @staticmethod
    def _not_uploading(fax_id: str, status: str) -> StateInvalid:
        return StateInvalid(
            f"Fax {fax_id} is {status}; only a fax that is uploading waits for files.", reason="fax_not_uploading"
        )
