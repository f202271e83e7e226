"""Erasing a fax for good, its files and its record; or, where it was announced and not accepted, what was announced.

What is left of it are lines in the audit log: one before anything is deleted, so that nothing is erased which the log
cannot take, and one when it is done. The files go first and the record last, so that what an interrupted erasure left
is found by the next. A worker may be storing pages, or what it sends, just then: without the record it stores no more,
so what lies there by then goes as well. So do the faxes that extensions received of it, each with its own lines in the
audit log.

A fax that waits for its files ends first, by one write: from then on nobody can accept it. Whoever had looked into all
of them before may be copying them just then, and removes the copies when the record is refused; one that is killed in
between does not. So as long as one may be at work, what was announced stays, by which the next erasure finds the
copies.

    NotErased
    ├── NotLookedUp    what there is of it cannot be learned; nothing was erased
    ├── NothingThere   no file and no record: nothing to erase
    ├── Unsettled      no record yet, but a file so new that the fax may be about to be accepted; nothing was erased
    ├── NotBegun       the audit log cannot be written; nothing was erased
    ├── NotEnded       a part was erased; erasing it again goes on
    │   └── Copied     its files may be copied just then; until when, it says
    └── NotAudited     all was erased, but the line that says so could not be written
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from faxes import audit
from faxes.audit import AuditLog, Line
from faxes.errors import StorageFault

# For so long a file may lie there before its record is found: create_fax has 28 s, and then the index has to follow.
_SETTLED = timedelta(minutes=1)
# No restore runs for longer. One that begins later reads the audit log.
_RESTORED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class File:
    """A file as the store has it: its key, its size in bytes, and when it was written (UTC)."""

    key: str
    size: int
    written_at: datetime


class FileStore(Protocol):
    """Where the files are. Each call raises StorageFault where it cannot be made."""

    def of_fax(self, uid: str) -> list[File]:
        """What lies there of a fax."""
        ...

    def of_id(self, fax_id: str) -> list[File]:
        """What lies there under the fax's id: what was uploaded, what its attempts send, and what machines of the
        simulated network were sent."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Delete files. Raises StorageFault also where some of them stay."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A fax as it is found by its uid: its id, and whether it has a record, or was announced and not accepted."""

    id: str
    record: bool


@dataclass(frozen=True, slots=True)
class Closed:
    """A fax that was announced, and is accepted no more. ``copied_until`` is when nobody can be copying its files any
    more; None where nobody had looked into all of them."""

    copied_until: datetime | None


class FaxStore(Protocol):
    """Where the records are. Each call raises StorageFault where it cannot be made."""

    def keep_out(self, uid: str, until: datetime) -> None:
        """Have no restore that runs now bring the fax's record back."""
        ...

    def find(self, uid: str) -> Found | None:
        """The fax, also where its time is over; None where there is neither a record nor anything announced."""
        ...

    def close(self, fax_id: str, uid: str, now: datetime) -> Closed | None:
        """Have the fax end, where it waits for its files, so that it is accepted no more, and free its key. None where
        nothing is there that was announced: it was accepted, or never was one to wait."""
        ...

    def received(self, fax_id: str) -> set[str]:
        """The uids of the faxes that extensions received of this one, or were about to."""
        ...

    def delete(self, fax: Found, uid: str) -> set[str]:
        """Delete the record with this id, where it is this fax's; with it all that is kept beside it, and the
        idempotency record that it names. Returns what ``received`` has found of it to the last. Of one without a
        record, delete what was announced."""
        ...


class NotErased(Exception):
    """The fax was not erased, not to its end, or without its audit line; the leaf says which."""


class NotLookedUp(NotErased):
    pass


class NothingThere(NotErased):
    pass


class Unsettled(NotErased):
    pass


class NotBegun(NotErased):
    pass


class NotEnded(NotErased):
    pass


class Copied(NotEnded):
    """All was erased but what was announced of a fax that was about to be accepted."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"its files may be copied until {until:%H:%M:%S} UTC")
        self.until = until


class NotAudited(NotErased):
    """``line`` is the one that is missing."""

    def __init__(self, why: str, line: Line) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: so many files, of ``size`` bytes together. ``fax_id`` is None where there was neither a record
    nor, which ``announced`` tells from it, what a client had announced. ``received`` are the faxes that extensions had
    received of it, which went along."""

    fax_id: str | None
    files: int
    size: int
    received: tuple["Erased", ...] = ()
    announced: bool = False


@dataclass(frozen=True, slots=True)
class Erasure:
    """The use case: a fax's uid -> what was erased of it."""

    files: FileStore
    faxes: FaxStore
    audit: AuditLog
    now: Callable[[], datetime]

    def erase(self, uid: str, caller: str) -> Erased:
        """Erase the fax of a valid uid; ``caller`` is who asks, as the audit log shall say.

        Raises NotErased.
        """
        # In this order, so that a record which is written meanwhile is found.
        try:
            files = self.files.of_fax(uid)
            found = self.faxes.find(uid)
            if found and not found.record:
                # Of what was announced, what was uploaded is all there is.
                files += self.files.of_id(found.id)
        except StorageFault as fault:
            raise NotLookedUp(fault.said) from fault
        if not files and found is None:
            raise NothingThere
        if found is None and max(file.written_at for file in files) > self.now() - _SETTLED:
            raise Unsettled
        fax = _erased(found, files)
        line = self._line("begun", uid, fax, caller)
        begun = self.now()
        try:
            self.audit.write([line], begun)
        except StorageFault as fault:
            raise NotBegun(fault.said) from fault
        try:
            self.faxes.keep_out(uid, begun + _RESTORED)
            # A restore may have brought it back by now; from here on, none does.
            found = found or self.faxes.find(uid)
            fax = self._delete(uid, found, files, caller, begun)
        except StorageFault as fault:
            raise NotEnded(fault.said) from fault
        line = self._line("done", uid, fax, caller)
        try:
            self.audit.write([line], self.now())
        except StorageFault as fault:
            raise NotAudited(fault.said, line) from fault
        return fax

    def _delete(self, uid: str, found: Found | None, files: list[File], caller: str, begun: datetime) -> Erased:
        """Delete a fax, and what extensions received of it. Raises StorageFault, NotErased."""
        closed = None
        if found and not found.record:
            closed = self.faxes.close(found.id, uid, begun)
            # Else it was accepted meanwhile.
            found = replace(found, record=closed is None)
        # Before the record, since by it they are found.
        copies = self.faxes.received(found.id) if found else set()
        taken = self._received(copies, caller)
        self.files.delete([file.key for file in files])
        if found:
            # First, since they are found by the record's id.
            self.files.delete([file.key for file in self.files.of_id(found.id)])
            if closed and closed.copied_until and closed.copied_until > self.now():
                raise Copied(closed.copied_until)
            late = self.faxes.delete(found, uid)
            meanwhile = [*self.files.of_fax(uid), *self.files.of_id(found.id)]
            # What a worker was about to hand over: without the record, it does not any more.
            taken += self._received(late - copies, caller)
            for copy in sorted(copies | late):
                meanwhile += self.files.of_fax(copy)
            self.files.delete([file.key for file in meanwhile])
        return replace(_erased(found, files), received=taken)

    def _received(self, uids: Iterable[str], caller: str) -> tuple[Erased, ...]:
        """Erase what extensions received. Raises NotErased."""
        erased = []
        for uid in sorted(uids):
            # Nothing there: it was erased before, or never came so far. Unsettled: it is about to.
            with suppress(NothingThere, Unsettled):
                erased.append(self.erase(uid, caller))
        return tuple(erased)

    def _line(self, state: str, uid: str, fax: Erased, caller: str) -> Line:
        return audit.erase_line(
            state,
            uid,
            fax.fax_id,
            record=fax.fax_id is not None and not fax.announced,
            files=fax.files,
            size=fax.size,
            caller=caller,
            time=self.now(),
        )


def _erased(found: Found | None, files: Sequence[File]) -> Erased:
    size = sum(file.size for file in files)
    return Erased(found.id if found else None, len(files), size, announced=found is not None and not found.record)
