"""The use case: a form and its caller -> an accepted fax, or why not.

Every check stands here in the contract's order: user, extension, recipients, no files, number of files, each file in
turn; the first failure answers. Then the files are stored, and the record last: the record is the acceptance, so it
never points at bytes that are not there.

A request may come again, because its answer was lost. One with an Idempotency-Key inserts an idempotency record in the
same transaction as the fax's record, so of any number of such requests one is the fax, and the others are replayed.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from faxes import access, ids
from faxes.access import Directory
from faxes.errors import Effect, KeyReused, OutcomeUnknown, StorageFailed, StorageFault, TooManyFiles, storage_faults_as
from faxes.intake import documents, recipients, request
from faxes.intake.idempotency import fingerprint_of, name_by_key, record_of
from faxes.intake.ports import FaxStore, FileStore, IdempotencyRecordTaken, IdTaken, WriteConflict
from faxes.intake.request import Request
from faxes.model import (
    Acceptance,
    Document,
    Extension,
    ExtensionNumber,
    Fax,
    Form,
    IdempotencyRecord,
    Limits,
    Principal,
    Receipt,
    Status,
    StoredFile,
    Upload,
)

# An accepted fax is taken up at once, or where that was lost, after this.
_TAKEN_UP = timedelta(minutes=1)
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
class Submission:
    """Accepts faxes.

    ``now`` gives UTC; ``random_bits(n)`` an integer of n unguessable bits; ``wait`` sleeps for so many seconds;
    ``pool`` runs a read beside another; ``refused`` says why whoever has the lines takes no fax to a number.
    """

    directory: Directory
    files: FileStore
    faxes: FaxStore
    limits: Limits
    timing: Timing
    now: Callable[[], datetime]
    random_bits: Callable[[int], int]
    wait: Callable[[float], None]
    pool: Executor
    refused: Callable[[str], str | None]

    def submit(
        self,
        form: Form,
        principal: Principal,
        user: str,
        extension: str,
        key: str | None,
        remaining: Callable[[], float],
    ) -> Receipt | None:
        """Accept a fax: its files and its record are stored when this returns. None where there is nothing to send.

        ``user`` and ``extension`` are the path's values, decoded; ``key`` is the Idempotency-Key; ``remaining`` gives
        the seconds that are left for all of it. Raises a leaf of RequestRefused for the first check that fails,
        StorageFailed or OutcomeUnknown where storing does.
        """
        with self._earlier(principal, key) as earlier, storage_faults_as(StorageFailed, reason="record_not_read"):
            sender = access.sender(self.directory, principal, user, extension)
        asked = request.asked(form.request)
        if earlier and (accepted := earlier.result()):
            # It is not looked into again: whatever would be said of it now, it was accepted.
            return _replayed(_fingerprint(sender, asked, form, key), accepted)
        recipients.check_number_of(asked.recipients, self.limits)
        recipients.check_each(asked.recipients, self.refused)
        try:
            self._check_extensions(asked, sender, remaining)
            if not form.uploads:
                return None
            documents = self._documents(form.uploads, remaining)
            fingerprint = fingerprint_of(sender, asked, ((each.name, each.sha256) for each in documents), key)
            idempotency = self._idempotency(principal, key, fingerprint)
            return self._store(sender, asked, documents, principal, idempotency, remaining)
        except StorageFailed as failed:
            if key and (accepted := self._accepted_since(name_by_key(principal, key), failed, remaining)):
                return _replayed(_fingerprint(sender, asked, form, key), accepted)
            raise

    def _check_extensions(self, asked: Request, sender: Extension, remaining: Callable[[], float]) -> None:
        def read(number: ExtensionNumber) -> Extension | None:
            # Each may take as long as a write.
            self._check_time_to_store(remaining)
            return self.directory.extension(number)

        with storage_faults_as(StorageFailed, reason="record_not_read"):
            recipients.check_extensions(asked.recipients, sender.number.organization_id, read)

    def _accepted_since(self, name: str, failed: StorageFailed, remaining: Callable[[], float]) -> Acceptance | None:
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
    def _earlier(self, principal: Principal, key: str | None) -> Iterator[Future[Acceptance | None] | None]:
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

    def _idempotency(self, principal: Principal, key: str | None, fingerprint: str) -> IdempotencyRecord | None:
        """What makes the same request, sent again, this fax: its key; without one, its fingerprint, if that is on."""
        lifetime = self.timing.deduplication if key is None else self.timing.idempotency
        # Not after its fax's, and in whole seconds, as the time to live is.
        ends = (self.now() + min(lifetime, self.timing.retention)).replace(microsecond=0)
        return record_of(principal, key, fingerprint, ends) if lifetime else None

    def _documents(self, uploads: Sequence[Upload], remaining: Callable[[], float]) -> list[Document]:
        if len(uploads) > self.limits.files_per_fax:
            raise TooManyFiles(
                f"The fax has {len(uploads)} files; the limit is {self.limits.files_per_fax}.", reason="too_many_files"
            )
        accepted: list[Document] = []
        budget = documents.whole(self.limits)
        for n, upload in enumerate(uploads, start=1):
            # Each may take seconds, where it was made to.
            self._check_time_to_store(remaining)
            pages_before = sum(document.pages for document in accepted)
            accepted.append(documents.inspect(upload, n, len(uploads), self.limits, pages_before, budget))
        return accepted

    def _store(
        self,
        sender: Extension,
        asked: Request,
        accepted: Sequence[Document],
        principal: Principal,
        idempotency: IdempotencyRecord | None,
        remaining: Callable[[], float],
    ) -> Receipt:
        # Drawn for this attempt, so that nothing lies there yet.
        uid = ids.new_uid(self.random_bits(ids.UID_RANDOM_BITS))
        keyed = [(ids.file_key(uid, n, document.kind), document) for n, document in enumerate(accepted, start=1)]
        created_at = self.now()
        fax = Fax(
            id="",
            uid=uid,
            user_id=sender.owner_id,
            organization_id=sender.number.organization_id,
            extension=str(sender.number),
            recipients=asked.recipients,
            files=tuple(
                StoredFile(
                    position=n,
                    name=document.name,
                    kind=document.kind,
                    size=document.size,
                    sha256=document.sha256.hex(),
                    key=key,
                    pages=document.pages,
                    encoding=document.encoding,
                )
                for n, (key, document) in enumerate(keyed, start=1)
            ),
            pages=sum(document.pages for document in accepted),
            status=Status.ACCEPTED,
            created_at=created_at,
            # In whole seconds, as the table's time to live is.
            expires_at=(created_at + self.timing.retention).replace(microsecond=0),
            app_key=principal.app_key,
            due_at=created_at + _TAKEN_UP,
            rendering=asked.rendering,
            resolution=asked.resolution,
        )
        self._check_time_to_store(remaining)
        try:
            with storage_faults_as(StorageFailed, reason="file_not_stored"):
                self.files.put_all(keyed)
            receipt = self._write(fax, idempotency, remaining)
        except (StorageFailed, KeyReused):
            self._discard(keyed, remaining)
            raise
        except WriteConflict as conflict:
            # Nothing of this request was written; those that are writing under the same key may be accepted.
            self._discard(keyed, remaining)
            raise OutcomeUnknown(reason="writes_in_vain", cause=str(conflict)) from conflict
        if receipt.fax is None:
            self._discard(keyed, remaining)
        return receipt

    def _is_over(self, idempotency: IdempotencyRecord, accepted: Acceptance) -> bool:
        """Whether the window that a request came into ended before its time, as its fax failed or was canceled."""
        if not idempotency.window:
            return False
        with storage_faults_as(StorageFailed, reason="record_not_read"):
            return self.faxes.is_given_up(accepted.fax_id)

    def _check_time_to_store(self, remaining: Callable[[], float]) -> None:
        _check_time(remaining, self.timing.put_all + self.timing.write)

    def _discard(self, keyed: Sequence[tuple[str, Document]], remaining: Callable[[], float]) -> None:
        # Where there is no time left, the answer is worth more: the lifecycle rule removes what stays.
        if remaining() > self.timing.put_all:
            self.files.delete([key for key, _ in keyed])

    def _write(self, fax: Fax, idempotency: IdempotencyRecord | None, remaining: Callable[[], float]) -> Receipt:
        """Write the record under an id that is free; or learn that the same request was accepted meanwhile.

        Raises WriteConflict where others were writing under the same key to the last.
        """
        redrawn = conflicts = 0
        for attempt in range(_WRITES):
            _check_time(remaining, self.timing.write)
            numbered = replace(fax, id=ids.new_id(fax.created_at, self.random_bits(ids.ID_RANDOM_BITS)))
            try:
                self.faxes.insert(numbered, idempotency)
            except IdTaken:
                redrawn += 1
            except IdempotencyRecordTaken as taken:
                if not (idempotency and self._is_over(idempotency, taken.by)):
                    return _replayed(idempotency.fingerprint if idempotency else "", taken.by)
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


def _check_time(remaining: Callable[[], float], needed: float) -> None:
    """Answer in time rather than be stopped half-way. Raises StorageFailed: until now nothing is accepted."""
    left = remaining()
    if left < needed:
        raise StorageFailed(reason="out_of_time", cause=f"{left:.1f} s are left, {needed:.1f} s may be needed")


def _fingerprint(sender: Extension, asked: Request, form: Form, key: str | None) -> str:
    """The fingerprint of a fax whose files have not been looked into."""
    files = ((upload.name, hashlib.sha256(upload.content).digest()) for upload in form.uploads)
    return fingerprint_of(sender, asked, files, key)


def _replayed(fingerprint: str, accepted: Acceptance) -> Receipt:
    """The first answer to the same request once more. Raises KeyReused where it is another request."""
    if fingerprint != accepted.fingerprint:
        raise KeyReused(
            "This Idempotency-Key was sent before with another fax: another user, extension, recipients, "
            "rendering, resolution or files. Use a new key for a new fax.",
            reason="idempotency_key_reused",
        )
    return Receipt(accepted.fax_id, accepted.uid, None)
