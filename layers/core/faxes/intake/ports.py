"""What accepting a fax needs of where its files and its record lie."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from faxes.model import Acceptance, Document, Fax, IdempotencyRecord


class FileStore(Protocol):
    """Where the bytes of a fax lie."""

    def put_all(self, files: Sequence[tuple[str, Document]]) -> None:
        """Store each document under its key. Raises StorageFault where one could not be; others may have been."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Remove what was put, as far as that is possible now. Raises nothing: what stays, the retention removes."""
        ...


class Lines(Protocol):
    """Whoever has the lines, for one organization's faxes. Each call raises StorageFault where it cannot be learned."""

    def why_refused(self, number: str) -> str | None:
        """Why no fax of the organization's goes to a number, as what is said of it; None where one does."""
        ...

    def pages_per_day(self, numbers: Sequence[str]) -> int | None:
        """How many pages the organization may send in a day, where one of these numbers is called; else None."""
        ...


class FaxStore(Protocol):
    """Where the record of a fax lies."""

    def acceptance(self, name: str, now: datetime) -> Acceptance | None:
        """What was accepted under the idempotency record of this name, as last written, or None where nothing was, or
        its time is over. Raises StorageFault where that cannot be learned."""
        ...

    def insert(self, fax: Fax, idempotency: IdempotencyRecord | None = None) -> None:
        """Write the record of a new fax, and its idempotency record, or neither, unless one of them is there already.

        Raises IdTaken or IdempotencyRecordTaken; WriteConflict where others are just writing the same, StorageFault
        where it was not written for another reason, or where that cannot be told: its effect says which. Being called
        twice with the same fax is the same as once.
        """
        ...

    def is_given_up(self, fax_id: str) -> bool:
        """Whether there is such a fax, and it failed or was canceled. Raises StorageFault where that is not learned."""
        ...


class IdTaken(Exception):
    """Another fax has this id."""


class IdempotencyRecordTaken(Exception):
    """Another fax has this idempotency record."""

    def __init__(self, by: Acceptance) -> None:
        super().__init__()
        self.by = by


class WriteConflict(Exception):
    """Another request was writing the same idempotency record: nothing was written here; what it wrote is not known."""
