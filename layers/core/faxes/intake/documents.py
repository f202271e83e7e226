"""A file's bytes and name -> Document, or why it cannot be faxed.

The content decides the kind: the first bytes name a PDF, JPEG or TIFF, and what is neither these nor a known other
format is text where it reads as text. What else a file may hold further on, such as a PDF behind an image's end, does
not count. The part's Content-Type says nothing; every client sends application/octet-stream.

The name must not contradict the content, which it does where it ends like the files of another format that is known
here. No ending or an unknown one says nothing: clients send names such as phpA1b2C3.

How many pages there are, and whether all are whole, is for the kind's module in ``formats``.
"""

import hashlib
import re
from dataclasses import dataclass

from faxes.errors import FileInvalid, shown
from faxes.formats import Unfaxable
from faxes.formats.budget import Budget
from faxes.formats.content import Content
from faxes.intake.unattached import is_a_reference
from faxes.model import Document, Kind, Limits, Upload

_ALLOWED = "allowed are jpg, tif, pdf and txt"


@dataclass(frozen=True, slots=True)
class _Format:
    """A format: what to call a file of it, how its content begins and how its name ends; the kind that it is faxed as,
    or None where it is not; whether what begins so may be junk in front of a PDF; whether a file named so that begins
    with any element is of it."""

    noun: str
    signature: re.Pattern[bytes]
    endings: str
    kind: Kind | None = None
    is_junk: bool = False
    is_markup: bool = False


# Web scripts put white space before a PDF's header; every reader takes it within the first 1,024 bytes. So much is
# looked at of the others, too, since a file may be white space alone.
_START = rb"(?:\xef\xbb\xbf)?\s{0,1016}+"

_PDF = _Format(
    "a PDF document",
    re.compile(_START + rb"%PDF-"),
    "pdf",
    Kind.PDF,
)
# They also put warnings and HTTP headers there, and printers and old Macs their own. Without a signature of its own,
# what begins with them could pass as text, and a PDF be faxed as its source.
_PDF_FURTHER_ON, _FIRST_BYTES = re.compile(rb"[\r\n\0]%PDF-\d\.\d"), 1024
# A header that follows anything else counts where the first object follows it: text may speak of PDF's headers.
_PDF_GLUED = re.compile(
    rb"(?s:.{0,1024}?)%PDF-\d\.\d[^\r\n]{0,16}[\r\n]\s{0,16}+(?:%[^\r\n]{0,256}+\s{1,16}+){0,4}\d{1,10}\s{1,16}+\d{1,5}\s{1,16}+obj\b"
)

# Those that are not faxed are ones that people really send. Naming them makes the answer one that a person can act on;
# RTF, PostScript, SVG, HTML and XML would otherwise pass as text and be faxed as their source.
_FORMATS = (
    _PDF,
    _Format("a JPEG image", re.compile(rb"\xff\xd8(?:\xff|\Z)"), "jpg jpeg jpe jfif", Kind.JPG),
    # BigTIFF is refused in better words where TIFFs are read.
    _Format("a TIFF image", re.compile(rb"II[*+]\0|MM\0[*+]"), "tif tiff", Kind.TIF),
    _Format("a PNG image", re.compile(rb"\x89PNG"), "png"),
    _Format("a GIF image", re.compile(rb"GIF8[79]a"), "gif"),
    _Format("a BMP image", re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL), "bmp"),
    _Format("a WebP image", re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "webp"),
    _Format("a HEIC or AVIF image", re.compile(rb".{4}ftyp(?:hei|hev|mif|avi)", re.DOTALL), "heic heif avif"),
    _Format("a JPEG 2000 image", re.compile(rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"), "jp2 j2k jpx"),
    _Format("an SVG image", re.compile(_START + rb"<svg\b", re.IGNORECASE), "svg", is_junk=True, is_markup=True),
    _Format(
        "a ZIP archive or an Office document",
        re.compile(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)"),
        "zip docx xlsx pptx odt ods odp",
        is_junk=True,
    ),
    _Format("a GZIP archive", re.compile(rb"\x1f\x8b"), "gz tgz"),
    _Format("an old Office document", re.compile(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "doc xls ppt"),
    _Format("an RTF document", re.compile(rb"\{\\rtf"), "rtf", is_junk=True),
    _Format("a PostScript document", re.compile(rb"%!PS"), "ps eps", is_junk=True),
    _Format(
        "an HTML page",
        re.compile(_START + rb"<(?:!doctype\s++html|html|head|body)\b", re.IGNORECASE),
        "html htm xhtml",
        is_junk=True,
        is_markup=True,
    ),
    _Format("an XML document", re.compile(_START + rb"<\?xml\b"), "xml", is_junk=True, is_markup=True),
)
# The name then tells which markup it is: an XML document needs no declaration.
_ELEMENT = re.compile(_START + rb"<[A-Za-z_!]")
# What an archive that holds a PDF begins with: a version that there is, and not any bytes.
_ZIP_MEMBER = re.compile(rb"PK\x03\x04[\x0a-\x3f]\0")
# Text has no signature: it is what is left, where that can be read.
_TEXT = _Format("a text file", re.compile(rb"(?!)"), "txt text", Kind.TXT)
_BY_ENDING = {ending: each for each in (*_FORMATS, _TEXT) for ending in each.endings.split()}
# A page of text is one of A4 at a fax's fine resolution.
_TEXT_PIXELS = 1728 * 2287
# Why text cannot be read; without a name that says so, it was no text to begin with.
_UNREADABLE = frozenset({"txt_binary", "txt_encoding"})


def inspect(
    upload: Upload, position: int, count: int, limits: Limits, pages_before: int = 0, budget: Budget | None = None
) -> Document:
    """Recognise one file and count its pages.

    ``position`` (from 1) and ``count`` are for the message; ``pages_before`` is how many pages the files before have,
    ``budget`` what they have left of the fax's processor time and pixels, of which this one takes its own.
    Raises FileInvalid where the file is none of jpg, tif, pdf and txt, is named like another format, is not whole or is
    over a limit, and DeploymentFault where that cannot be found out.
    """
    if upload.name is None:
        cause = "names a file instead of holding it" if is_a_reference(upload.content) else "has no file name"
        raise FileInvalid(f"File {position} of {count} was not attached: its part {cause}.", reason="file_not_attached")
    found = look(
        upload.name, upload.content, position, count, limits, pages_before, budget or whole(limits, len(upload.content))
    )
    return Document(
        name=upload.name,
        content=upload.content,
        kind=found.kind,
        size=len(upload.content),
        sha256=hashlib.sha256(upload.content).digest(),
        pages=found.pages,
        encoding=found.encoding,
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What a file is: its kind, its pages, and Python's name of a text's encoding, where that is not UTF-8."""

    kind: Kind
    pages: int
    encoding: str | None


def look(
    name: str, content: Content, position: int, count: int, limits: Limits, pages_before: int, budget: Budget
) -> Found:
    """Recognise a file of this name and count its pages, as ``inspect`` does, and raise what it does."""
    try:
        return _examine(name, content, limits, pages_before, budget)
    except Unfaxable as unfaxable:
        raise refused(name, position, count, unfaxable.reason, unfaxable.text) from None


def refused(name: str, position: int, count: int, reason: str, text: str) -> FileInvalid:
    """That a file cannot be faxed; ``text`` ends the sentence that its name begins."""
    named = f", {shown(name)}," if name else ""
    return FileInvalid(f"File {position} of {count}{named} {text}.", reason=reason)


def check_name(name: str) -> None:
    """Raises Unfaxable where a file of this name cannot be faxed, whatever it holds: it is named like one of another
    kind."""
    named = _named(name)
    if named is not None and named.kind is None:
        raise Unfaxable("file_kind_unknown", f"is named like {named.noun}; {_ALLOWED}")


def _named(name: str) -> _Format | None:
    """The format whose files are named so, None where nothing tells."""
    return _BY_ENDING.get(name.rpartition(".")[2].strip().lower()) if "." in name else None


def check_together(
    name: str, position: int, count: int, pages: int, pixels: int, limits: Limits, budget: Budget
) -> None:
    """That a file which can be faxed can be so with those before: ``pages`` are all up to it, ``pixels`` its own.
    Raises FileInvalid."""
    try:
        _check_pages(pages, limits)
        budget.draw(pixels)
    except Unfaxable as unfaxable:
        raise refused(name, position, count, unfaxable.reason, unfaxable.text) from None


def _check_pages(pages: int, limits: Limits) -> None:
    if pages > limits.pages_per_fax:
        raise Unfaxable(
            "too_many_pages",
            f"makes the fax at least {pages} pages long; the limit is {limits.pages_per_fax}",
        )
    if pages > limits.most_pages:
        raise Unfaxable(
            "more_pages_than_a_day",
            f"makes the fax at least {pages} pages long; the sender's organization may send {limits.pages_per_day} a "
            "day",
        )


def whole(limits: Limits, size: int = 0) -> Budget:
    """What all files of one fax may take together; ``size`` is that of all of them."""
    return Budget(limits.pixels_per_fax, size=size)


def _examine(name: str, content: Content, limits: Limits, pages_before: int, budget: Budget) -> Found:
    """What a file is that can be faxed. Raises Unfaxable for any other."""
    if not content:
        raise Unfaxable("file_empty", "is empty")
    if len(content) > limits.file_bytes:
        raise Unfaxable("file_too_large", f"has {len(content)} bytes; the limit is {limits.file_bytes}")
    named = _named(name)
    held = next((each for each in _FORMATS if each.signature.match(content)), None)
    if _is_pdf_behind_junk(held, content):
        held = _PDF
    # More than these are no longer looked at one by one.
    most = limits.most_pages - pages_before
    encoding = None
    if held is None:
        kind = Kind.TXT
        pages, encoding = _pages_of_text(named, content, most, budget)
        budget.draw(min(pages, most) * _TEXT_PIXELS)
    else:
        kind = _kind(named, held)
        pages = _count_pages(kind, content, limits.pixels_per_page, most, budget)
    _check_pages(pages_before + pages, limits)
    return Found(kind, pages, encoding)


def _is_pdf_behind_junk(held: _Format | None, content: Content) -> bool:
    """Whether what looks like ``held`` is what somebody put in front of a PDF."""
    if held is None:
        return bool(_PDF_FURTHER_ON.search(content, 0, _FIRST_BYTES) or _PDF_GLUED.match(content))
    return held.is_junk and bool(_PDF_GLUED.match(content)) and not _ZIP_MEMBER.match(content)


def _kind(named: _Format | None, held: _Format) -> Kind:
    """The kind of what a file holds. Raises Unfaxable where that cannot be faxed, or the name says another format."""
    contradicts = named not in (None, held)
    if held.kind is None:
        is_it = f"is named like {named.noun} but is {held.noun}" if named and contradicts else f"is {held.noun}"
        raise Unfaxable("file_kind_unknown", f"{is_it}; {_ALLOWED}")
    if named and contradicts:
        raise _contradiction(named, held)
    return held.kind


def _contradiction(named: _Format, held: _Format) -> Unfaxable:
    return Unfaxable(
        "file_name_contradicts", f"is named like {named.noun} but is {held.noun}; send it under a name that fits"
    )


def _pages_of_text(named: _Format | None, content: Content, max_pages: int, budget: Budget) -> tuple[int, str | None]:
    """The pages of a file that no signature tells, and its encoding where that is not UTF-8. Raises Unfaxable where it
    is no text, or is not named like one."""
    from faxes.formats import txt

    try:
        pages, encoding = budget.run(lambda: txt.examine(content, max_pages))
    except Unfaxable as unfaxable:
        if named is _TEXT or unfaxable.reason not in _UNREADABLE:
            raise
        is_it = f"is named like {named.noun} but is of no known kind" if named else "is of no known kind"
        raise Unfaxable("file_kind_unknown", f"{is_it}; {_ALLOWED}") from None
    if named and named.is_markup and _ELEMENT.match(content):
        raise Unfaxable("file_kind_unknown", f"is {named.noun}; {_ALLOWED}")
    if named not in (None, _TEXT):
        raise _contradiction(named, _TEXT)
    return pages, None if encoding == "utf-8" else encoding


def import_common() -> None:
    """Import what reads the kind that most faxes are of, and has another process read it, before the first comes."""
    from faxes.formats import pdf  # noqa: F401  (it is only to be there)


def _count_pages(kind: Kind, content: Content, max_pixels: int, max_pages: int, budget: Budget) -> int:
    # Each is imported when the first of its kind comes; most bring what starts and watches another process.
    if kind is Kind.JPG:
        return budget.run(lambda: _pages_of_jpg(content, max_pixels, budget))
    if kind is Kind.TIF:
        return budget.run(lambda: _pages_of_tif(content, max_pixels, max_pages, budget))
    from faxes.formats import pdf

    return budget.run(lambda: pdf.count_pages(content, max_pages, budget))


def _pages_of_jpg(content: Content, max_pixels: int, budget: Budget) -> int:
    from faxes.formats import decoding, jpg

    pages = jpg.count_pages(content, max_pixels, budget.draw)
    decoding.check_jpg(content, budget)
    return pages


def _pages_of_tif(content: Content, max_pixels: int, max_pages: int, budget: Budget) -> int:
    from faxes.formats import decoding, tif

    pages = tif.count_pages(content, max_pixels, max_pages, budget.draw)
    if pages <= max_pages:
        decoding.check_tif(content, [directory for _, directory in tif.pages(content)], budget)
    return pages
