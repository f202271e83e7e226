"""A file's bytes and name -> Document, or why it cannot be faxed.

The content decides the kind: the first bytes name a PDF, JPEG or TIFF, and what is neither these nor a known other
format is text where it reads as text. The name and the part's Content-Type decide nothing; every client sends
application/octet-stream, and some send names without an extension.

To look deeper into one kind, give its ``_Format`` a check.
"""

import codecs
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass

from faxes.errors import FileInvalid, shown
from faxes.model import Document, Kind, Upload

_ALLOWED = "allowed are jpg, tif, pdf and txt"

# Tab, line feed, form feed and carriage return are layout; no other control character is text.
_CONTROL_BYTE = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_CONTROL_CHARACTER = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class _Defect:
    """Why a file is refused: a stable word for the log, and the sentence's end."""

    reason: str
    text: str


def _no_defect(content: bytes) -> _Defect | None:
    return None


@dataclass(frozen=True, slots=True)
class _Format:
    """A format with a signature. ``check`` looks into a whole file of it and returns its defect, if it has one."""

    kind: Kind
    signature: re.Pattern[bytes]
    check: Callable[[bytes], _Defect | None] = _no_defect


_FORMATS = (
    # Web scripts put white space before the header; every reader takes it within the first 1,024 bytes.
    _Format(Kind.PDF, re.compile(rb"(?:\xef\xbb\xbf)?\s{0,1016}+%PDF-")),
    _Format(Kind.JPG, re.compile(rb"\xff\xd8\xff")),
    _Format(Kind.TIF, re.compile(rb"II\*\0|MM\0\*")),
)

# Formats that people really send. Naming them makes the answer one that a person can act on; RTF, PostScript, HTML and
# XML would otherwise pass as text and be faxed as their source.
_OTHERS: tuple[tuple[str, re.Pattern[bytes]], ...] = (
    ("a BigTIFF image", re.compile(rb"II\+\0|MM\0\+")),
    ("a PNG image", re.compile(rb"\x89PNG")),
    ("a GIF image", re.compile(rb"GIF8[79]a")),
    ("a BMP image", re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL)),
    ("a WebP image", re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
    ("a HEIC or AVIF image", re.compile(rb".{4}ftyp(?:hei|hev|mif|avi)", re.DOTALL)),
    ("a ZIP archive or an Office document", re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)")),
    ("an old Office document", re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")),
    ("an RTF document", re.compile(rb"\{\\rtf")),
    ("a PostScript document", re.compile(rb"%!PS")),
    ("an HTML page", re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)),
    ("an XML document", re.compile(rb"(?:\xef\xbb\xbf)?\s*<\?xml\b")),
)


def inspect(upload: Upload, position: int, count: int) -> Document:
    """Recognise one file. ``position`` (from 1) and ``count`` are for the message.

    Raises FileInvalid where the file is none of jpg, tif, pdf and txt, or is empty.
    """
    if upload.name is None:
        raise FileInvalid(
            f"File {position} of {count} is not a file: its part has no file name, so no file was attached.",
            reason="file_not_attached",
        )
    recognised = _recognise(upload.content)
    if isinstance(recognised, _Defect):
        name = f", {shown(upload.name)}," if upload.name else ""
        raise FileInvalid(f"File {position} of {count}{name} {recognised.text}.", reason=recognised.reason)
    return Document(
        name=upload.name,
        content=upload.content,
        kind=recognised,
        size=len(upload.content),
        sha256=hashlib.sha256(upload.content).digest(),
    )


def _recognise(content: bytes) -> Kind | _Defect:
    if not content:
        return _Defect("file_empty", "is empty")
    for candidate in _FORMATS:
        if candidate.signature.match(content):
            return candidate.check(content) or candidate.kind
    for name, signature in _OTHERS:
        if signature.match(content):
            return _Defect("file_kind_unknown", f"is {name}; {_ALLOWED}")
    return Kind.TXT if _is_text(content) else _Defect("file_kind_unknown", f"is of no known kind; {_ALLOWED}")


def _is_text(content: bytes) -> bool:
    """UTF-16 with a byte order mark, else UTF-8, else Windows-1252, with no control character but white space."""
    try:
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return _CONTROL_CHARACTER.search(content.decode("utf-16")) is None
        if _CONTROL_BYTE.search(content):
            return False
        # ASCII, the common case, needs no decoding.
        return content.isascii() or _CONTROL_CHARACTER.search(_decoded(content)) is None
    except UnicodeDecodeError:
        return False


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode("cp1252")
