"""The use case: files that were uploaded -> an accepted fax, or one that was refused or never came.

It may be called twice for a file, late, for two files at once, or end at any place: each step is one conditional write,
and the record takes the pending fax's place in one transaction, so that a fax is accepted once. What was looked into is
what is faxed: the copy is made of the very bytes, by their ETag.

The copies of one fax have the same keys, whoever makes them. So they are removed only when it is over with the fax, as
last written: whoever comes second would otherwise remove those of an accepted fax.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from faxes import ids, lifecycle
from faxes.errors import FileInvalid
from faxes.formats.budget import Budget
from faxes.intake import documents
from faxes.intake.pending import Came, Changed, PendingStore, Taken, UploadedFiles
from faxes.lifecycle import FaxEvent
from faxes.model import CheckedFile, ExpectedFile, Fax, Kind, Limits, PendingFax, Refusal, Status, StoredFile

# An accepted fax is taken up at once, or where that was lost, after this.
_TAKEN_UP = timedelta(minutes=1)
# Another's change comes first now and then; not time and again.
_READS = 5
# Behind a fax's beginning. What was uploaded may be gone then; a file that no look into it outlives would otherwise be
# looked into for ever.
_GIVEN_UP = timedelta(days=1)


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
                # What was left behind; and an address takes another file as soon as the first is gone from there.
                self.files.remove(_uploads(fax_id, range(1, self.limits.files_per_fax + 1)))
                return Check(CheckOutcome.GONE)
            if pending.fax.status != Status.UPLOADING:
                self._clear(pending)
                return Check(CheckOutcome.NOT_WANTED)
            try:
                return self._work(pending, position)
            except Changed:
                continue
        return Check(CheckOutcome.IN_OTHER_HANDS)

    def _work(self, pending: PendingFax, position: int | None) -> Check:
        looked_into = 0
        if self.now() >= pending.fax.created_at + _GIVEN_UP:
            return self._end(pending, Status.EXPIRED, looked_into)
        for file in pending.files:
            if file.position in pending.checked or position not in (None, file.position):
                continue
            with self.files.fetch(pending.fax.id, file.position, file.size) as came:
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
            try:
                return self._accept(pending, looked_into)
            except Changed:
                self._clear_if_over(pending)
                raise
        if self.now() >= pending.closes_at:
            return self._end(pending, Status.EXPIRED, looked_into)
        return Check(CheckOutcome.WAITING, size=looked_into)

    def _look(self, came: Came, file: ExpectedFile, pending: PendingFax) -> CheckedFile:
        """What a file is. Raises FileInvalid."""
        count = len(pending.files)
        if came.size != file.size:
            text = f"has {came.size} bytes, and was announced with {file.size}"
            raise documents.refused(file.name, file.position, count, "file_size_differs", text)
        digest = hashlib.sha256(came.content).hexdigest()
        if file.sha256 not in (None, digest):
            text = "has other bytes than its sha256 announced"
            raise documents.refused(file.name, file.position, count, "file_sha256_differs", text)
        before = sum(each.pages for at, each in pending.checked.items() if at < file.position)
        limits = self._limits(pending)
        budget = documents.whole(limits, file.size)
        found = documents.look(file.name, came.content, file.position, count, limits, before, budget)
        return CheckedFile(found.kind, found.pages, budget.drawn, digest, came.etag, found.encoding)

    def _refuse(self, pending: PendingFax, refused: FileInvalid, size: int) -> Check:
        refusal = Refusal(refused.code, refused.reason, refused.message)
        return self._end(pending, Status.REFUSED, size, refusal)

    def _end(self, pending: PendingFax, status: Status, size: int, refusal: Refusal | None = None) -> Check:
        lifecycle.after(pending.fax.status, FaxEvent(status))
        self.pending.end(pending, status, self.now(), refusal)
        self._clear(pending)
        return Check(CheckOutcome(status), reason=refusal.reason if refusal else None, size=size)

    def _clear(self, pending: PendingFax) -> None:
        """Remove all that there may be of a fax that is not accepted, and cannot be any more."""
        copies = [ids.file_key(pending.fax.uid, file.position, kind) for file in pending.files for kind in Kind]
        self.files.remove([*_uploads(pending.fax.id, [file.position for file in pending.files]), *copies])

    def _accept(self, pending: PendingFax, size: int) -> Check:
        try:
            self._check_together(pending)
        except FileInvalid as refused:
            return self._refuse(pending, refused, size)
        fax = self._fax(pending)
        for file in fax.files:
            match self.files.take(fax.id, file.position, pending.checked[file.position].etag, file.key):
                case Taken.ABSENT:
                    # It lay there for longer than a day, or another has accepted it.
                    return self._end(pending, Status.EXPIRED, size)
                case Taken.CHANGED:
                    text = "was uploaded again with other bytes, after it had been looked into"
                    count = len(fax.files)
                    return self._refuse(
                        pending, documents.refused(file.name, file.position, count, "file_changed", text), size
                    )
        self.pending.accept(pending, fax)
        self.files.remove(_uploads(fax.id, [file.position for file in pending.files]))
        return Check(CheckOutcome.ACCEPTED, fax, size=size)

    def _clear_if_over(self, pending: PendingFax) -> None:
        """Remove these copies where the fax was accepted and erased meanwhile. Where it was accepted, they are its
        files; where it waits, they are the next one's, who makes the same; where it ended, they are found to be not
        wanted."""
        fax = pending.fax
        if self.pending.pending(fax.id, self.now()) is None and not self.pending.has_record(fax.id):
            self._clear(pending)

    def _check_together(self, pending: PendingFax) -> None:
        """What the files have together, in their order, whichever came first. Raises FileInvalid."""
        pages, count, limits = 0, len(pending.files), self._limits(pending)
        budget = Budget(limits.pixels_per_fax)
        for file in pending.files:
            checked = pending.checked[file.position]
            pages += checked.pages
            documents.check_together(file.name, file.position, count, pages, checked.pixels, limits, budget)

    def _limits(self, pending: PendingFax) -> Limits:
        return replace(self.limits, pages_per_day=pending.pages_per_day)

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


def _uploads(fax_id: str, positions: Iterable[int]) -> list[str]:
    """The keys of what was uploaded."""
    return [ids.upload_key(fax_id, position) for position in positions]
