"""Fax pages as a TIFF-F file, and back.

What is written is RFC 2306's profile F with T.6: min-is-white, one strip a page, the resolution and the page's number
in each directory. Each directory stands in front of its strip, so that a page is read without what is behind it: a file
is read and written page by page, and no more of it need be in memory.
"""

import io
import struct
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from faxes.pages import COLUMNS_PER_INCH, WIDTH, FaxPage, PagesInvalid, Resolution

_SHORT, _LONG, _RATIONAL = 3, 4, 5
_HEADER = struct.Struct("<2sHI")
_ENTRY = struct.Struct("<HHII")
_RATIO = struct.Struct("<II")
_NEXT = struct.Struct("<I")
_ENTRIES = 16
_DIRECTORY_BYTES = 2 + _ENTRIES * _ENTRY.size + _NEXT.size + 2 * _RATIO.size
_FIRST = _HEADER.pack(b"II", 42, _HEADER.size)

_ROWS, _STRIP, _STRIP_BYTES, _DOWN, _PAGE_NUMBER = 257, 273, 279, 283, 297


class Readable(Protocol):
    """What a file is read from, on and on."""

    def read(self, count: int, /) -> bytes:
        """So many bytes, or less; none at the end."""
        ...


def write(pages: Sequence[FaxPage]) -> bytes:
    """The file of at least one page."""
    return b"".join(written(pages, len(pages)))


def written(pages: Iterable[FaxPage], count: int) -> Iterator[bytes]:
    """The file of so many pages, at least one, in parts: each page is asked for when those before it are written."""
    yield _FIRST
    at = len(_FIRST)
    for number, page in enumerate(pages):
        made = _directory(page, number, count, at) + page.t6 + _padding(page)
        at += len(made)
        yield made


def read(content: bytes) -> list[FaxPage]:
    """The pages of a file that `write` made. Raises PagesInvalid for any other."""
    _, pages = opened(io.BytesIO(content))
    return list(pages)


def opened(file: Readable) -> tuple[int, Iterator[FaxPage]]:
    """How many pages a file has that `write` made, and these, each read when it is asked for. Raises PagesInvalid for
    any other, here or with the page that shows it, or at the end."""
    if _exactly(file, len(_FIRST)) != _FIRST:
        raise PagesInvalid("the file is no TIFF")
    directory = _exactly(file, _DIRECTORY_BYTES)
    count = _values(directory).get(_PAGE_NUMBER, 0) >> 16
    if not count:
        raise PagesInvalid("the file has no pages")
    return count, _pages(file, directory, count)


def _pages(file: Readable, directory: bytes, count: int) -> Iterator[FaxPage]:
    """The pages of a file of which the first directory was read."""
    at = len(_FIRST)
    for number in range(count):
        if number:
            directory = _exactly(file, _DIRECTORY_BYTES)
        values = _values(directory)
        per_inch, _ = _RATIO.unpack_from(directory, _DIRECTORY_BYTES - _RATIO.size)
        resolution = Resolution.FINE if per_inch == Resolution.FINE.rows_per_inch else Resolution.STANDARD
        page = FaxPage(values.get(_ROWS, 0), resolution, _exactly(file, values.get(_STRIP_BYTES, 0)))
        padding = _exactly(file, len(_padding(page)))
        # All that a directory says beside its page's is fixed.
        if directory != _directory(page, number, count, at) or padding != _padding(page):
            raise PagesInvalid("the file is none that was written here")
        at += _DIRECTORY_BYTES + len(page.t6) + len(padding)
        yield page
    if file.read(1):
        raise PagesInvalid("the file has something behind its pages")


def _exactly(file: Readable, count: int) -> bytes:
    """So many bytes. Raises PagesInvalid where there are not so many."""
    parts = []
    while count:
        part = file.read(count)
        if not part:
            raise PagesInvalid("the file is cut off")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _values(directory: bytes) -> dict[int, int]:
    """What a directory says, by tag."""
    return {tag: value for tag, _, _, value in _ENTRY.iter_unpack(directory[2 : 2 + _ENTRIES * _ENTRY.size])}


def _padding(page: FaxPage) -> bytes:
    """What stands behind a page's strip, so that the next directory begins with a word."""
    return bytes(len(page.t6) % 2)


def _directory(page: FaxPage, number: int, count: int, at: int) -> bytes:
    """A page's directory as it stands at ``at``, and the numbers that its entries point to."""
    following = at + _DIRECTORY_BYTES + len(page.t6) + len(_padding(page)) if number + 1 < count else 0
    ratios = at + _DIRECTORY_BYTES - 2 * _RATIO.size
    entries = (
        # Tag, type, number of values, value.
        (254, _LONG, 1, 2),  # one page of several
        (256, _LONG, 1, WIDTH),
        (_ROWS, _LONG, 1, page.rows),
        (258, _SHORT, 1, 1),  # bits a sample
        (259, _SHORT, 1, 4),  # T.6
        (262, _SHORT, 1, 0),  # 0 is white
        (266, _SHORT, 1, 1),  # the leftmost column in the highest bit
        (_STRIP, _LONG, 1, at + _DIRECTORY_BYTES),
        (277, _SHORT, 1, 1),  # samples a pixel
        (278, _LONG, 1, page.rows),
        (_STRIP_BYTES, _LONG, 1, len(page.t6)),
        (282, _RATIONAL, 1, ratios),
        (_DOWN, _RATIONAL, 1, ratios + _RATIO.size),
        (293, _LONG, 1, 0),  # no uncompressed mode
        (296, _SHORT, 1, 2),  # inches
        (_PAGE_NUMBER, _SHORT, 2, number | count << 16),
    )
    return (
        struct.pack("<H", len(entries))
        + b"".join(_ENTRY.pack(*entry) for entry in entries)
        + _NEXT.pack(following)
        + _RATIO.pack(COLUMNS_PER_INCH, 1)
        + _RATIO.pack(page.resolution.rows_per_inch, 1)
    )
