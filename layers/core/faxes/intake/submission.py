"""The use case: a form and its caller -> an accepted fax, or why not.

Every check stands here in the contract's order: user, extension, recipients, no files, number of files, each file in
turn; the first failure answers. Then the files are stored, and the record last: the record is the acceptance, so it
never points at bytes that are not there.

What makes a request that comes again the same fax is in claims.py.
"""

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from faxes import access, ids
from faxes.access import Directory
from faxes.errors import KeyReused, OutcomeUnknown, StorageFailed, TooManyFiles, storage_faults_as
from faxes.intake import documents, recipients, request
from faxes.intake.claims import Claims, Timing, check_time, replayed
from faxes.intake.idempotency import fingerprint_of, name_by_key
from faxes.intake.ports import FaxStore, FileStore, Lines, WriteConflict
from faxes.intake.request import Request
from faxes.model import (
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


@dataclass(frozen=True, slots=True)
class Submission:
    """Accepts faxes.

    ``now`` gives UTC; ``random_bits(n)`` an integer of n unguessable bits; ``wait`` sleeps for so many seconds;
    ``pool`` runs a read beside another; ``lines`` gives for an organization, and for a sandbox app or another, whoever
    has the lines.
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
    lines: Callable[[str, bool], Lines]

    @property
    def claims(self) -> Claims:
        return Claims(self.faxes, self.timing, self.now, self.random_bits, self.wait, self.pool)

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
        claims = self.claims
        with claims.earlier(principal, key) as earlier, storage_faults_as(StorageFailed, reason="record_not_read"):
            sender = access.sender(self.directory, principal, user, extension)
        asked = request.asked(form.request)
        if earlier and (accepted := earlier.result()):
            # It is not looked into again: whatever would be said of it now, it was accepted.
            return replayed(_fingerprint(sender, asked, form, key), accepted)
        recipients.check_number_of(asked.recipients, self.limits)
        try:
            limits = self.check_lines(asked, sender, principal, remaining)
            self.check_extensions(asked, sender, remaining)
            if not form.uploads:
                return None
            documents = self._documents(form.uploads, limits, remaining)
            fingerprint = fingerprint_of(sender, asked, ((each.name, each.sha256) for each in documents), key)
            idempotency = self.claims.record(principal, key, fingerprint)
            return self._store(sender, asked, documents, principal, idempotency, remaining)
        except StorageFailed as failed:
            if key and (accepted := claims.accepted_since(name_by_key(principal, key), failed, remaining)):
                return replayed(_fingerprint(sender, asked, form, key), accepted)
            raise

    def check_lines(
        self, asked: Request, sender: Extension, principal: Principal, remaining: Callable[[], float]
    ) -> Limits:
        """The limits of a fax to these recipients."""
        lines = self.lines(sender.number.organization_id, principal.sandbox)

        def refused(number: str) -> str | None:
            if "*" not in number:
                # Each may take as long as a write.
                self._check_time_to_store(remaining)
            return lines.why_refused(number)

        with storage_faults_as(StorageFailed, reason="record_not_read"):
            recipients.check_each(asked.recipients, refused)
            return replace(self.limits, pages_per_day=lines.pages_per_day(asked.recipients))

    def check_extensions(self, asked: Request, sender: Extension, remaining: Callable[[], float]) -> None:
        def read(number: ExtensionNumber) -> Extension | None:
            # Each may take as long as a write.
            self._check_time_to_store(remaining)
            return self.directory.extension(number)

        with storage_faults_as(StorageFailed, reason="record_not_read"):
            recipients.check_extensions(asked.recipients, sender.number.organization_id, read)

    def _documents(self, uploads: Sequence[Upload], limits: Limits, remaining: Callable[[], float]) -> list[Document]:
        if len(uploads) > limits.files_per_fax:
            raise TooManyFiles(
                f"The fax has {len(uploads)} files; the limit is {limits.files_per_fax}.", reason="too_many_files"
            )
        accepted: list[Document] = []
        budget = documents.whole(limits)
        for n, upload in enumerate(uploads, start=1):
            # Each may take seconds, where it was made to.
            self._check_time_to_store(remaining)
            pages_before = sum(document.pages for document in accepted)
            accepted.append(documents.inspect(upload, n, len(uploads), limits, pages_before, budget))
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
            sandbox=principal.sandbox,
            sandbox_app=principal.sandbox,
            due_at=created_at + _TAKEN_UP,
            rendering=asked.rendering,
            resolution=asked.resolution,
        )
        self._check_time_to_store(remaining)
        try:
            with storage_faults_as(StorageFailed, reason="file_not_stored"):
                self.files.put_all(keyed)
            receipt = self.claims.write(fax, idempotency, self.faxes.insert, remaining)
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

    def _check_time_to_store(self, remaining: Callable[[], float]) -> None:
        check_time(remaining, self.timing.put_all + self.timing.write)

    def _discard(self, keyed: Sequence[tuple[str, Document]], remaining: Callable[[], float]) -> None:
        # Where there is no time left, the answer is worth more: the lifecycle rule removes what stays.
        if remaining() > self.timing.put_all:
            self.files.delete([key for key, _ in keyed])


def _fingerprint(sender: Extension, asked: Request, form: Form, key: str | None) -> str:
    """The fingerprint of a fax whose files have not been looked into."""
    files = ((upload.name, hashlib.sha256(upload.content).digest()) for upload in form.uploads)
    return fingerprint_of(sender, asked, files, key)
