"""What is known of a fax that is to be drawn, and where its record, its documents and its pages lie.

The record goes from accepted to rendering when a worker takes the fax up, and from there to queued or failed. Taking it
up is counted before the work begins, and gives the record a time until which the worker holds it: as long as the worker
can live. Who finds that time over knows that the worker is gone, and takes the fax up again, or has it fail where that
was the last time.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from faxes.formats.content import Content
from faxes.model import Status, StoredFile
from faxes.pages import FaxPage, Resolution
from faxes.rendering import Mode

# Where a worker's end is what a document does, another worker comes to the same end.
MOST_TRIES = 3


@dataclass(frozen=True, slots=True)
class Job:
    """A fax to be drawn, as its record says. ``tries`` counts how often it was taken up, and ``held_until`` (UTC) is
    how long the worker that did so last can be at work; ``due_at`` (UTC) is when the sweep is to look at it, None where
    nobody ever is to; ``resolution`` is the one that was asked for. ``planned``: its recipients have items of their
    own. ``waits``: its pages are ready, there was no carrier, and ``due_at`` is when it is given up."""

    fax_id: str
    uid: str
    organization_id: str
    revision: int
    status: Status | str
    tries: int
    held_until: datetime | None
    due_at: datetime | None
    created_at: datetime
    expires_at: datetime
    files: tuple[StoredFile, ...]
    mode: Mode = Mode.AUTO
    resolution: Resolution | None = None
    planned: bool = False
    waits: bool = False
    cancel_requested: bool = False


@dataclass(frozen=True, slots=True)
class Renderer:
    """What drew a fax: our own version, and those of the libraries that decode and draw."""

    version: str
    pdfium: str
    pillow: str


@dataclass(frozen=True, slots=True)
class StoredPages:
    """A fax's pages as they are stored: the key, size in bytes and SHA-256 in hex of the TIFF and of the PDF, the pages
    themselves, and what should be known of how they were drawn."""

    tiff_key: str
    tiff_size: int
    tiff_sha256: str
    pdf_key: str
    pdf_size: int
    pdf_sha256: str
    pages: tuple[FaxPage, ...]
    renderer: Renderer
    fonts_substituted: tuple[str, ...] = ()
    characters_missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a fax has no pages: the word of what is wrong, the sentence for people, and in which of its documents and on
    which page (from 1; 0 where none in particular is meant). ``percent`` is of a page that would be faxed so small."""

    word: str
    text: str
    document: int = 0
    page: int = 0
    percent: int = 0


# For what is no document's fault.
WORKER_LOST = Failure("worker_lost", f"It could not be drawn in {MOST_TRIES} tries, because of a fault on our side.")
FILE_MISSING = "file_missing"


class WorkOutcome(StrEnum):
    """What became of a message."""

    RENDERED = "rendered"
    FAILED = "failed"
    GONE = "gone"
    NOT_WANTED = "not_wanted"
    IN_OTHER_HANDS = "in_other_hands"


@dataclass(frozen=True, slots=True)
class Work:
    """What became of a fax: how many pages, of how many bytes as a TIFF, it has, or why it has none; ``tries`` is the
    number of this one."""

    outcome: WorkOutcome
    pages: int = 0
    size: int = 0
    failure: Failure | None = None
    tries: int = 0


class Changed(Exception):
    """The record is not the one that was read: another change came first, or it is gone. Nothing was written."""


class JobStore(Protocol):
    """Where the records are. Each call raises StorageFault where it cannot be made.

    Each write is of the record that was read, and raises Changed where that is another by now. Being made twice by the
    same call is the same as once.
    """

    def job(self, fax_id: str, now: datetime) -> Job | None:
        """The fax as last written, or None where there is none or its time is over."""
        ...

    def take_up(self, job: Job, until: datetime, now: datetime) -> Job:
        """Count another try, by who holds the fax until then."""
        ...

    def ready(self, job: Job, stored: StoredPages, now: datetime) -> None:
        """Its pages are stored: it is queued, and due at once."""
        ...

    def wait(self, job: Job, until: datetime) -> None:
        """It is queued, and waits for a carrier, until then at most."""
        ...

    def given_up(self, job: Job, now: datetime) -> None:
        """It is queued, and has waited for a carrier until its deadline."""
        ...

    def failed(self, job: Job, failure: Failure, now: datetime) -> None:
        """It has no pages, and will have none."""
        ...

    def postpone(self, job: Job, until: datetime) -> None:
        """Look at it again then."""
        ...


class Files(Protocol):
    """Where the documents and the pages are. Each call raises StorageFault where it cannot be made."""

    def document(self, file: StoredFile) -> AbstractContextManager[Content | None]:
        """A document, as it was accepted; None where it is not there, or is another. It is gone from here when this
        ends."""
        ...

    def put(self, files: Iterable[tuple[str, bytes, str]]) -> None:
        """Store pages: each its key, its bytes and its media type, in place of what lies there."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Remove pages."""
        ...


class Queue(Protocol):
    """What workers take faxes from."""

    def send(self, fax_id: str, organization_id: str) -> None:
        """Have a fax taken up. Raises StorageFault."""
        ...
