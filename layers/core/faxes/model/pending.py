"""A fax whose files are still to come: what was announced, and what came of each file by now."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from faxes.model.documents import Kind
from faxes.model.fax import Fax


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What may be announced: bytes of a fax and of each of its files, and faxes of one app that wait for their files at
    a time. The defaults stand with the parameters, in template.yaml."""

    fax_bytes: int
    file_bytes: int
    open: int


@dataclass(frozen=True, slots=True)
class ExpectedFile:
    """A file that was announced. ``position`` counts from 1; ``media_type`` is the header that it is uploaded with, and
    says nothing else; ``identifier`` is the client's own name for it; ``sha256`` is hex, None where it was not said."""

    position: int
    name: str
    size: int
    media_type: str
    identifier: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """What a file is that came and can be faxed: as ``documents.Found`` has it, with the pixels of its pages, its
    SHA-256 in hex, and the object's ETag, by which just these bytes are taken."""

    kind: Kind
    pages: int
    pixels: int
    sha256: str
    etag: str
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file that came cannot be faxed, as a form would have been answered."""

    code: str
    reason: str
    message: str


@dataclass(frozen=True, slots=True)
class PendingFax:
    """A fax that waits for its files, or ended without them.

    ``fax`` is what it will be: its status is uploading, refused or expired, and it has no files yet; its revision
    counts the changes of what is here. Files may come until ``closes_at``; ``forgotten_at`` is when nothing is known of
    it any more. ``checked`` has what came, by position. ``claim`` names the idempotency record that was written with
    it. ``pages_per_day`` is as ``Limits`` has it.
    """

    fax: Fax
    files: tuple[ExpectedFile, ...]
    closes_at: datetime
    forgotten_at: datetime
    checked: Mapping[int, CheckedFile] = field(default_factory=dict)
    refusal: Refusal | None = None
    claim: str | None = None
    pages_per_day: int | None = None

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)
