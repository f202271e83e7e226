"""Erasing a fax for good, its files and its record.

What is left of it are lines in the audit log: one before anything is deleted, so that nothing is erased which the log
cannot take, and one when it is done. The files go first and the record last, so that what an interrupted erasure left
is found by the next. A worker may be storing pages, or what it sends, just then: without the record it stores no more,
so what lies there by then goes as well. So do the faxes that extensions received of it, each with its own lines in the
audit log.

    NotErased
    ├── NotLookedUp    what there is of it cannot be learned; nothing was erased
    ├── NothingThere   no file and no record: nothing to erase
    ├── Unsettled      no record yet, but a file so new that the fax may be about to be accepted; nothing was erased
    ├── NotBegun       the audit log cannot be written; nothing was erased
    ├── NotEnded       a part was erased; erasing it again goes on
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


class FaxStore(Protocol):
    """Where the records are. Each call raises StorageFault where it cannot be made."""

    def keep_out(self, uid: str, until: datetime) -> None:
        """Have no restore that runs now bring the fax's record back."""
        ...

    def id_of(self, uid: str) -> str | None:
        """The id of the fax's record, also where its time is over; None where it has none."""
        ...

    def received(self, fax_id: str) -> set[str]:
        """The uids of the faxes that extensions received of this one, or were about to."""
        ...

    def delete(self, fax_id: str, uid: str) -> set[str]:
        """Delete the record with this id, where it is this fax's; with it all that is kept beside it, and the
        idempotency record that it names. Returns what ``received`` has found of it to the last."""
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


class NotAudited(NotErased):
    """``line`` is the one that is missing."""

    def __init__(self, why: str, line: Line) -> None:
        super().__init__(why)
        self.line = line


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: so many files, of ``size`` bytes together. ``fax_id`` is None where there was no record.
    ``received`` are the faxes that extensions had received of it, which went along."""

    fax_id: str | None
    files: int
    size: int
    received: tuple["Erased", ...] = ()


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
            fax_id = self.faxes.id_of(uid)
        except StorageFault as fault:
            raise NotLookedUp(fault.said) from fault
        if not files and fax_id is None:
            raise NothingThere
        if fax_id is None and max(file.written_at for file in files) > self.now() - _SETTLED:
            raise Unsettled
        fax = Erased(fax_id, len(files), sum(file.size for file in files))
        line = self._line("begun", uid, fax, caller)
        begun = self.now()
        try:
            self.audit.write([line], begun)
        except StorageFault as fault:
            raise NotBegun(fault.said) from fault
        try:
            self.faxes.keep_out(uid, begun + _RESTORED)
            # A restore may have brought it back by now; from here on, none does.
            if fax_id is None:
                fax_id = self.faxes.id_of(uid)
                fax = replace(fax, fax_id=fax_id)
            # Before the record, since by it they are found.
            copies = self.faxes.received(fax_id) if fax_id is not None else set()
            taken = self._received(copies, caller)
            self.files.delete([file.key for file in files])
            if fax_id is not None:
                # First, since they are found by the record's id.
                self.files.delete([file.key for file in self.files.of_id(fax_id)])
                late = self.faxes.delete(fax_id, uid)
                meanwhile = [*self.files.of_fax(uid), *self.files.of_id(fax_id)]
                # What a worker was about to hand over: without the record, it does not any more.
                taken += self._received(late - copies, caller)
                for copy in sorted(copies | late):
                    meanwhile += self.files.of_fax(copy)
                self.files.delete([file.key for file in meanwhile])
            fax = replace(fax, received=taken)
        except StorageFault as fault:
            raise NotEnded(fault.said) from fault
        line = self._line("done", uid, fax, caller)
        try:
            self.audit.write([line], self.now())
        except StorageFault as fault:
            raise NotAudited(fault.said, line) from fault
        return fax

    def _received(self, uids: Iterable[str], caller: str) -> tuple[Erased, ...]:
        """Erase what extensions received. Raises NotErased."""
        erased = []
        for uid in sorted(uids):
            # Nothing there: it was erased before, or never came so far. Unsettled: it is about to.
            with suppress(NothingThere, Unsettled):
                erased.append(self.erase(uid, caller))
        return tuple(erased)

    def _line(self, state: str, uid: str, fax: Erased, caller: str) -> Line:
        return audit.erase_line(state, uid, fax.fax_id, files=fax.files, size=fax.size, caller=caller, time=self.now())
