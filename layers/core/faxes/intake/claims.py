"""What makes a request that comes again the same fax, looked up and written with the fax's record.

A request may come again, because its answer was lost. One with an Idempotency-Key inserts an idempotency record in the
same transaction as the fax's record, so of any number of such requests one is the fax, and the others are replayed.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from faxes import ids
from faxes.errors import Effect, KeyReused, OutcomeUnknown, StorageFailed, StorageFault, storage_faults_as
from faxes.intake.idempotency import name_by_key, record_of
from faxes.intake.ports import FaxStore, IdempotencyRecordTaken, IdTaken, WriteConflict
from faxes.model import Acceptance, Fax, IdempotencyRecord, Principal, Receipt, Status

# Writes of one record: an id may be taken, and others may be writing under the same key.
_WRITES = 5
# Seconds, doubled with each conflict: a transaction takes some hundredths.
_CONFLICT_WAIT = 0.05


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take and last. ``put_all`` and ``write`` in seconds: the longest that a wave of puts, and one
    write, can take; ``retention`` of a fax; ``idempotency`` of an Idempotency-Key; ``deduplication``, the window, of a
    request without one (zero: such a request is always another fax). Neither of the latter two outlives the fax."""

    put_all: float
    write: float
    retention: timedelta
    idempotency: timedelta
    deduplication: timedelta


@dataclass(frozen=True, slots=True)
class Claims:
    """Looks idempotency records up, and writes them. What it is made of is ``submission.Submission``'s."""

    faxes: FaxStore
    timing: Timing
    now: Callable[[], datetime]
    random_bits: Callable[[int], int]
    wait: Callable[[float], None]
    pool: Executor

    def accepted_since(self, name: str, failed: StorageFailed, remaining: Callable[[], float]) -> Acceptance | None:
        """What another request with the same key came to, since the key was looked up and this one failed.

        Raises OutcomeUnknown where that cannot be learned, or not in time.
        """
        # A read takes as long as a write.
        if remaining() < self.timing.write:
            raise OutcomeUnknown(reason=failed.reason, cause=failed.cause) from failed
        return self._acceptance(name)

    def _acceptance(self, name: str) -> Acceptance | None:
        """What was accepted under the idempotency record of this name.

        Raises OutcomeUnknown where that cannot be learned: a fax may have been.
        """
        with storage_faults_as(OutcomeUnknown, reason="key_not_read"):
            return self.faxes.acceptance(name, self.now())

    @contextmanager
    def earlier(self, principal: Principal, key: str | None) -> Iterator[Future[Acceptance | None] | None]:
        """Look the key up beside what is done meanwhile; it is read when this ends.

        Raises OutcomeUnknown where what is done meanwhile raises StorageFailed, unless nothing was accepted before:
        the caller would be told that nothing was, and send the fax again under another key.
        """
        if key is None:
            yield None
            return
        reading = self.pool.submit(self._acceptance, name_by_key(principal, key))
        try:
            yield reading
        except StorageFailed as failed:
            if reading.result():
                raise OutcomeUnknown(reason=failed.reason, cause=failed.cause) from failed
            raise
        finally:
            # A read that went on behind the answer would be frozen with the function.
            wait([reading])

    def record(self, principal: Principal, key: str | None, fingerprint: str) -> IdempotencyRecord | None:
        """What makes the same request, sent again, this fax: its key; without one, its fingerprint, if that is on."""
        lifetime = self.timing.deduplication if key is None else self.timing.idempotency
        # Not after its fax's, and in whole seconds, as the time to live is.
        ends = (self.now() + min(lifetime, self.timing.retention)).replace(microsecond=0)
        return record_of(principal, key, fingerprint, ends) if lifetime else None

    def _is_over(self, idempotency: IdempotencyRecord, accepted: Acceptance) -> bool:
        """Whether the window that a request came into ended before its time, as its fax failed or was canceled."""
        if not idempotency.window:
            return False
        with storage_faults_as(StorageFailed, reason="record_not_read"):
            return self.faxes.is_given_up(accepted.fax_id)

    def write(
        self,
        fax: Fax,
        idempotency: IdempotencyRecord | None,
        insert: Callable[[Fax, IdempotencyRecord | None], None],
        remaining: Callable[[], float],
    ) -> Receipt:
        """Have ``insert`` write the record under an id that is free, as ``FaxStore.insert`` does; or learn that the
        same request was accepted meanwhile.

        Raises WriteConflict where others were writing under the same key to the last.
        """
        redrawn = conflicts = 0
        for attempt in range(_WRITES):
            check_time(remaining, self.timing.write)
            drawn = self.random_bits(ids.ID_RANDOM_BITS)
            fax_id = ids.new_id(fax.created_at, drawn, announced=fax.status == Status.UPLOADING)
            numbered = replace(fax, id=fax_id)
            try:
                insert(numbered, idempotency)
            except IdTaken:
                redrawn += 1
            except IdempotencyRecordTaken as taken:
                if not (idempotency and self._is_over(idempotency, taken.by)):
                    return replayed(idempotency.fingerprint if idempotency else "", taken.by)
                idempotency = replace(idempotency, instead_of=taken.by.fax_id)
            except StorageFault as fault:
                failure = StorageFailed if fault.effect is Effect.NONE else OutcomeUnknown
                raise failure(reason="record_not_written", cause=str(fault)) from fault
            except WriteConflict:
                conflicts += 1
                if attempt < _WRITES - 1:
                    self.wait(_CONFLICT_WAIT * 2**attempt)
            else:
                return Receipt(numbered.id, numbered.uid, numbered, redrawn)
        cause = f"{_WRITES} writes, {redrawn} ids were taken"
        raise WriteConflict(cause) if idempotency and conflicts else StorageFailed(reason="writes_in_vain", cause=cause)


def check_time(remaining: Callable[[], float], needed: float) -> None:
    """Answer in time rather than be stopped half-way. Raises StorageFailed: until now nothing is accepted."""
    left = remaining()
    if left < needed:
        raise StorageFailed(reason="out_of_time", cause=f"{left:.1f} s are left, {needed:.1f} s may be needed")


def replayed(fingerprint: str, accepted: Acceptance) -> Receipt:
    """The first answer to the same request once more. Raises KeyReused where it is another request."""
    if fingerprint != accepted.fingerprint:
        raise KeyReused(
            "This Idempotency-Key was sent before with another fax: another user, extension, recipients, "
            "rendering, resolution or files. Use a new key for a new fax.",
            reason="idempotency_key_reused",
        )
    return Receipt(accepted.fax_id, accepted.uid, None)
