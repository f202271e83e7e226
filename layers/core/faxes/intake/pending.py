"""What a fax whose files come later needs of where it and they lie; and who is counted for having it open."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from faxes.formats.content import Content
from faxes.model import CheckedFile, ExpectedFile, Fax, IdempotencyRecord, PendingFax, Refusal, Status


class Changed(Exception):
    """The pending fax is not as it was read any more, or has ended; nothing was written."""


@dataclass(frozen=True, slots=True)
class Came:
    """A file that was uploaded: its bytes, the object's ETag, and its size. An empty one has no bytes, and one that is
    larger than it may be has none here."""

    content: Content
    etag: str
    size: int


class Taken(StrEnum):
    """What became of a copy. ``ABSENT``: nothing lies there. ``CHANGED``: other bytes do."""

    TAKEN = "taken"
    ABSENT = "absent"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a file is uploaded to, with an HTTP PUT that has these headers."""

    url: str
    headers: dict[str, str]


class PendingReader(Protocol):
    """Where pending faxes are read."""

    def pending(self, fax_id: str, now: datetime) -> PendingFax | None:
        """The pending fax with this id as last written, None where there is none, or its time is over. Raises
        StorageFault."""
        ...


class PendingStore(PendingReader, Protocol):
    """Where pending faxes are changed. Each call raises StorageFault where that cannot be done, and Changed where it is
    not as it was read; being called twice is the same as once."""

    def checked(self, pending: PendingFax, position: int, file: CheckedFile) -> PendingFax:
        """Note down that a file came and can be faxed; gives the fax as it is then."""
        ...

    def put_off(self, pending: PendingFax, due_at: datetime) -> PendingFax:
        """Have it looked at again then; gives the fax as it is then."""
        ...

    def keep_open(self, pending: PendingFax, closes_at: datetime) -> PendingFax:
        """Wait for its files until then; gives the fax as it is then."""
        ...

    def has_record(self, fax_id: str) -> bool:
        """Whether there is a fax of this id that was accepted."""
        ...

    def accept(self, pending: PendingFax, fax: Fax) -> None:
        """Write the record of the fax in the place of the pending one."""
        ...

    def end(self, pending: PendingFax, status: Status, now: datetime, refusal: Refusal | None) -> None:
        """Have it end without a record, as it was read, and free its key."""
        ...


class PendingInserts(PendingReader, Protocol):
    """Where new pending faxes are written."""

    def insert_pending(self, pending: PendingFax, idempotency: IdempotencyRecord | None) -> None:
        """As ``ports.FaxStore.insert``, of a fax that waits for its files."""
        ...

    def keep_open(self, pending: PendingFax, closes_at: datetime) -> PendingFax:
        """As ``PendingStore`` has it."""
        ...

    def open_uploads(self, caller: str, now: datetime) -> int:
        """How many faxes of a caller wait for their files. Raises StorageFault."""
        ...

    def status_of(self, fax_id: str) -> str | None:
        """The status of a fax that has a record, None where there is none. Raises StorageFault."""
        ...


class Addresses(Protocol):
    """Makes addresses to upload to."""

    def address(self, fax_id: str, file: ExpectedFile, seconds: int) -> Address:
        """One that works for so many seconds, for just this file, once. Raises StorageFault."""
        ...


class UploadedFiles(Protocol):
    """Where files are uploaded to. Each call raises StorageFault where it cannot be made."""

    def fetch(self, fax_id: str, position: int, most: int) -> AbstractContextManager[Came | None]:
        """The file at this position, None where it has not come; of more than ``most`` bytes, none. It is gone from
        here when this ends."""
        ...

    def take(self, fax_id: str, position: int, etag: str, key: str) -> Taken:
        """Copy it to where the fax's files lie, if it still has this ETag."""
        ...

    def remove(self, keys: Sequence[str]) -> None:
        """Remove what lies under these keys, as far as that is possible now. Raises nothing: lifecycle rules remove
        what stays."""
        ...


def caller_of(fax: Fax) -> str:
    """Who is counted for a pending fax: its app, or the user where there is none."""
    return f"app:{fax.app_key}" if fax.app_key else f"user:{fax.user_id}"
