"""Fax pages as a TIFF-F file, and back.

What is written is RFC 2306's profile F with T.6: min-is-white, one strip a page, the resolution and the page's number
in each directory. Each directory stands in front of its strip, so that a page is read without what is behind it.
"""

import struct
from collections.abc import Iterator, Sequence

from faxes.pages import COLUMNS_PER_INCH, WIDTH, FaxPage, PagesInvalid, Resolution

_SHORT, _LONG, _RATIONAL = 3, 4, 5
_HEADER = struct.Struct("<2sHI")
_ENTRY = struct.Struct("<HHII")
_RATIO = struct.Struct("<II")
_NEXT = struct.Struct("<I")
_ENTRIES = 16
_DIRECTORY_BYTES = 2 + _ENTRIES * _ENTRY.size + _NEXT.size + 2 * _RATIO.size
_MARK, _CLASSIC = b"II", 42

_ROWS, _STRIP, _STRIP_BYTES, _DOWN = 257, 273, 279, 283


def write(pages: Sequence[FaxPage]) -> bytes:
    """The file of at least one page."""
    parts = [_HEADER.pack(_MARK, _CLASSIC, _HEADER.size)]
    at = _HEADER.size
    for number, page in enumerate(pages):
        padded = page.t6 + bytes(len(page.t6) % 2)
        end = at + _DIRECTORY_BYTES + len(padded)
        parts += _directory(page, number, len(pages), at, end if number + 1 < len(pages) else 0), padded
        at = end
    return b"".join(parts)


def read(content: bytes) -> list[FaxPage]:
    """The pages of a file that `write` made. Raises PagesInvalid for any other."""
    try:
        found = list(_read(content))
    except struct.error as error:
        raise PagesInvalid("the file is cut off") from error
    # All that a directory says beside its page's is fixed.
    if write(found) != content:
        raise PagesInvalid("the file is none that was written here")
    return found


def _directory(page: FaxPage, number: int, count: int, at: int, following: int) -> bytes:
    """A page's directory as it stands at ``at``, and the numbers that its entries point to."""
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
        (297, _SHORT, 2, number | count << 16),
    )
    return (
        struct.pack("<H", len(entries))
        + b"".join(_ENTRY.pack(*entry) for entry in entries)
        + _NEXT.pack(following)
        + _RATIO.pack(COLUMNS_PER_INCH, 1)
        + _RATIO.pack(page.resolution.rows_per_inch, 1)
    )


def _read(content: bytes) -> Iterator[FaxPage]:
    mark, classic, at = _HEADER.unpack_from(content)
    if (mark, classic) != (_MARK, _CLASSIC):
        raise PagesInvalid("the file is no TIFF")
    before = 0
    # Each directory stands behind the one before, so that they have an end.
    while at > before:
        entries = _ENTRY.iter_unpack(content[at + 2 : at + 2 + _ENTRIES * _ENTRY.size])
        values = {tag: value for tag, _, _, value in entries}
        start, size = values.get(_STRIP, 0), values.get(_STRIP_BYTES, 0)
        per_inch, _ = _RATIO.unpack_from(content, values.get(_DOWN, 0))
        resolution = Resolution.FINE if per_inch == Resolution.FINE.rows_per_inch else Resolution.STANDARD
        yield FaxPage(values.get(_ROWS, 0), resolution, content[start : start + size])
        before, (at,) = at, _NEXT.unpack_from(content, at + 2 + _ENTRIES * _ENTRY.size)
