"""What a request holds: its limits, its files, and what was found in them."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may hold: counts, pixels and bytes. The defaults stand with the parameters, in template.yaml.

    ``pages_per_day`` is how many pages the sender's organization may send in a day, where a fax's pages count for it:
    one with more could never be sent.
    """

    files_per_fax: int
    recipients_per_fax: int
    pages_per_fax: int
    pixels_per_page: int
    pixels_per_fax: int
    file_bytes: int
    body_bytes: int
    pages_per_day: int | None = None

    @property
    def most_pages(self) -> int:
        """Of a fax."""
        return self.pages_per_fax if self.pages_per_day is None else min(self.pages_per_fax, self.pages_per_day)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent. ``name`` is the last segment of the client's file name, or None where a part named like a
    file carries no file name at all: it counts as a file, so that it is refused as one and not overlooked."""

    name: str | None
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """A decoded form. ``request`` is the content of the request part, None where there is none; ``uploads`` keep the
    order sent, which is the page order."""

    request: bytes | None
    uploads: tuple[Upload, ...]


class Kind(StrEnum):
    """The kinds of document that can be faxed; the value is the suffix of the stored object's key."""

    JPG = "jpg"
    TIF = "tif"
    PDF = "pdf"
    TXT = "txt"


@dataclass(frozen=True, slots=True)
class Document:
    """A file that can be faxed. ``size`` in bytes; ``sha256`` is the raw 32-byte digest; ``pages`` is at least 1;
    ``encoding`` is Python's name of a text's, where that is not UTF-8."""

    name: str
    content: bytes
    kind: Kind
    size: int
    sha256: bytes
    pages: int
    encoding: str | None = None
