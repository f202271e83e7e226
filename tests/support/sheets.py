"""Fax pages as they are rendered: a fax's file, and what stands in the rows of one."""

from functools import cache

from faxes.pages import HEADER_ROWS, WIDTH, FaxPage, Resolution, t6, tiff

ROW_BYTES = WIDTH // 8
_ROWS = 4


@cache
def tiff_of(count: int, resolution: Resolution = Resolution.FINE) -> bytes:
    """A file of so many pages, each with its own rows beneath the white ones."""
    blank = bytes(HEADER_ROWS * ROW_BYTES)
    return tiff.write(
        [FaxPage(HEADER_ROWS + _ROWS, resolution, t6.encode(blank + beneath(page))) for page in range(1, count + 1)]
    )


def beneath(page: int) -> bytes:
    """What a page by its number has beneath its header."""
    return bytes([page]) * (ROW_BYTES * _ROWS)


def halves(content: bytes) -> list[tuple[bytes, bytes]]:
    """Of each page of a file, the rows of its header and those beneath."""
    rows = [t6.decode(page.t6, page.rows) for page in tiff.read(content)]
    return [(each[: HEADER_ROWS * ROW_BYTES], each[HEADER_ROWS * ROW_BYTES :]) for each in rows]
