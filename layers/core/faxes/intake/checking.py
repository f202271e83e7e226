"""The use case: files that were uploaded -> an accepted fax, or one that was refused or never came.

It may be called twice for a file, late, for two files at once, or end at any place: each step is one conditional write,
and the record takes the pending fax's place in one transaction, so that a fax is accepted once. What was looked into is
what is faxed: the copy is made of the very bytes, by their ETag.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from faxes import ids, lifecycle
from faxes.errors import FileInvalid
from faxes.formats.budget import Budget
from faxes.intake import documents
from faxes.intake.pending import Came, Changed, PendingStore, UploadedFiles
from faxes.lifecycle import FaxEvent
from faxes.model import CheckedFile, ExpectedFile, Fax, Limits, PendingFax, Refusal, Status, StoredFile

# An accepted fax is taken up at once, or where that was lost, after this.
_TAKEN_UP = timedelta(minutes=1)
# Another's change comes first now and then; not time and again.
_READS = 5


class CheckOutcome(StrEnum):
    """What became of a call. ``GONE``: there is no such fax any more, or it was accepted. ``WAITING``: for files."""

    GONE = "gone"
    NOT_WANTED = "not_wanted"
    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    IN_OTHER_HANDS = "in_other_hands"


@dataclass(frozen=True, slots=True)
class Check:
    """The outcome; for an accepted fax, it; for a refused one, the reason; how many bytes were looked into."""

    outcome: CheckOutcome
    fax: Fax | None = None
    reason: str | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Checking:
    """Looks into what was uploaded. ``now`` gives UTC; the limits are those of an uploaded fax."""

    pending: PendingStore
    files: UploadedFiles
    limits: Limits
    now: Callable[[], datetime]

    def work(self, fax_id: str, position: int | None = None) -> Check:
        """Look into a fax's file at this position, or into all that came, and end what can be ended.

        Raises StorageFault and DeploymentFault: calling again goes on.
        """
        for _ in range(_READS):
            pending = self.pending.pending(fax_id, self.now())
            if pending is None:
                return Check(CheckOutcome.GONE)
            if pending.fax.status != Status.UPLOADING:
                return Check(CheckOutcome.NOT_WANTED)
            try:
                return self._work(pending, position)
            except Changed:
                continue
        return Check(CheckOutcome.IN_OTHER_HANDS)

    def _work(self, pending: PendingFax, position: int | None) -> Check:
        looked_into = 0
        for file in pending.files:
            if file.position in pending.checked or position not in (None, file.position):
                continue
            with self.files.fetch(pending.fax.id, file.position) as came:
                if came is None:
                    continue
                looked_into += len(came.content)
                try:
                    checked = self._look(came, file, pending)
                except FileInvalid as refused:
                    return self._refuse(pending, refused, looked_into)
                # Nothing may hold its bytes when it is closed.
                del came
            pending = self.pending.checked(pending, file.position, checked)
        if len(pending.checked) == len(pending.files):
            return self._accept(pending, looked_into)
        if self.now() >= pending.closes_at:
            return self._end(pending, Status.EXPIRED, looked_into)
        return Check(CheckOutcome.WAITING, size=looked_into)

    def _look(self, came: Came, file: ExpectedFile, pending: PendingFax) -> CheckedFile:
        """What a file is. Raises FileInvalid."""
        count = len(pending.files)
        if len(came.content) != file.size:
            text = f"has {len(came.content)} bytes, and was announced with {file.size}"
            raise documents.refused(file.name, file.position, count, "file_size_differs", text)
        digest = hashlib.sha256(came.content).hexdigest()
        if file.sha256 not in (None, digest):
            text = "has other bytes than its sha256 announced"
            raise documents.refused(file.name, file.position, count, "file_sha256_differs", text)
        before = sum(each.pages for at, each in pending.checked.items() if at < file.position)
        budget = documents.whole(self.limits, file.size)
        found = documents.look(file.name, came.content, file.position, count, self.limits, before, budget)
        return CheckedFile(found.kind, found.pages, budget.drawn, digest, came.etag, found.encoding)

    def _refuse(self, pending: PendingFax, refused: FileInvalid, size: int) -> Check:
        refusal = Refusal(refused.code, refused.reason, refused.message)
        return self._end(pending, Status.REFUSED, size, refusal)

    def _end(self, pending: PendingFax, status: Status, size: int, refusal: Refusal | None = None) -> Check:
        lifecycle.after(pending.fax.status, FaxEvent(status))
        self.pending.end(pending, status, self.now(), refusal)
        self.files.remove(pending.fax.id, [file.position for file in pending.files])
        return Check(CheckOutcome(status), reason=refusal.reason if refusal else None, size=size)

    def _accept(self, pending: PendingFax, size: int) -> Check:
        try:
            self._check_together(pending)
        except FileInvalid as refused:
            return self._refuse(pending, refused, size)
        fax = self._fax(pending)
        keys = [file.key for file in fax.files]
        for file in fax.files:
            etag = pending.checked[file.position].etag
            if not self.files.take(fax.id, file.position, etag, file.key):
                # It lay there for longer than a day.
                self.files.discard(keys)
                return self._end(pending, Status.EXPIRED, size)
        try:
            self.pending.accept(pending, fax)
        except Changed:
            # Another accepted it, whose copies these are as well; or it ended, or was accepted and erased.
            if not self.pending.has_record(fax.id):
                self.files.discard(keys)
            raise
        self.files.remove(fax.id, [file.position for file in pending.files])
        return Check(CheckOutcome.ACCEPTED, fax, size=size)

    def _check_together(self, pending: PendingFax) -> None:
        """What the files have together, in their order, whichever came first. Raises FileInvalid."""
        pages, count = 0, len(pending.files)
        budget = Budget(self.limits.pixels_per_fax)
        for file in pending.files:
            checked = pending.checked[file.position]
            pages += checked.pages
            documents.check_together(file.name, file.position, count, pages, checked.pixels, self.limits, budget)

    def _fax(self, pending: PendingFax) -> Fax:
        """What is accepted."""
        now = self.now()
        return replace(
            pending.fax,
            status=lifecycle.after(pending.fax.status, FaxEvent.ACCEPTED),
            revision=1,
            due_at=now + _TAKEN_UP,
            pages=sum(checked.pages for checked in pending.checked.values()),
            files=tuple(
                StoredFile(
                    position=file.position,
                    name=file.name,
                    kind=checked.kind,
                    size=file.size,
                    sha256=checked.sha256,
                    key=ids.file_key(pending.fax.uid, file.position, checked.kind),
                    pages=checked.pages,
                    encoding=checked.encoding,
                )
                for file in pending.files
                for checked in [pending.checked[file.position]]
            ),
        )
