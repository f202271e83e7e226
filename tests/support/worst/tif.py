"""TIFFs that attack the walk over directories and entries, the comparison of strips, and the look into JPEG strips."""

import random
import struct
from collections.abc import Iterator

from tests.support.images import (
    BITS,
    COMPRESSION,
    HEIGHT,
    LONG,
    ROWS,
    SHORT,
    STRIP_BYTES,
    STRIPS,
    SUBFILE,
    WIDTH,
    Page,
    jpeg,
    segment,
    tiff,
)
from tests.support.worst import Maker, attacks


def cases(rng: random.Random) -> Iterator[tuple[str, bytes]]:
    return attacks(rng, _MAKERS, times=21)


def _chain(count: int, *entries: bytes) -> bytes:
    """Directories, one behind the other."""
    each = struct.pack("<H", len(entries)) + b"".join(entries)
    length = len(each) + 4
    links = (struct.pack("<I", 8 + (n + 1) * length if n + 1 < count else 0) for n in range(count))
    return b"II*\0\x08\0\0\0" + b"".join(each + link for link in links)


def _entry(tag: int, number: int, kind: int = LONG, count: int = 1) -> bytes:
    return struct.pack("<HHII", tag, kind, count, number)


def _directories(rng: random.Random, size: int) -> bytes:
    return _chain(size // 18, _entry(WIDTH, 16))


def _reduced_images(rng: random.Random, size: int) -> bytes:
    """All but the first call themselves reduced, and are of full size."""
    entries = [_entry(SUBFILE, 1), _entry(WIDTH, 16), _entry(HEIGHT, 4)]
    content = bytearray(_chain(min(size // 42, 2_000), *entries))
    content[10 + 8 : 10 + 12] = bytes(4)
    return bytes(content).ljust(size, b"\0")


def _entries(rng: random.Random, size: int) -> bytes:
    return _chain(
        1,
        *[_entry(40_000 + n % 20_000, 8, count=rng.choice([1, 2, 2**32 - 1])) for n in range(min(size // 12, 65_535))],
    )


def _pages_that_share_their_entries(rng: random.Random, size: int) -> bytes:
    """Directories within one another: each begins a few bytes behind the one before."""
    return _chain(200, *[_entry(tag, 4) for tag in range(WIDTH, WIDTH + 40)]).ljust(size, b"\0")


def _strips(rng: random.Random, size: int) -> bytes:
    count = min(size // 8, 49_999)
    form = {HEIGHT: (LONG, [count]), ROWS: (SHORT, [1]), STRIPS: (LONG, [8] * count), STRIP_BYTES: (LONG, [2] * count)}
    return tiff(Page(form))


def _strips_of_several_pages(rng: random.Random, size: int) -> bytes:
    count = 249
    form = {HEIGHT: (LONG, [count]), ROWS: (SHORT, [1]), STRIPS: (LONG, [8] * count), STRIP_BYTES: (SHORT, [2] * count)}
    return tiff(*[Page(form)] * min(size // 1_600 + 1, 200))


def _in_jpeg(pages: int, data: bytes) -> bytes:
    """Pages that share a strip."""
    form = {BITS: (SHORT, [8]), COMPRESSION: (SHORT, [7]), STRIPS: (LONG, [8]), STRIP_BYTES: (LONG, [len(data)])}
    return tiff(Page(form, (data,)), *[Page(form, (b"",))] * (pages - 1))


def _segments_of_pages_in_jpeg(rng: random.Random, size: int) -> bytes:
    return _in_jpeg(200, jpeg(segment(0xE1, bytes(max(size // 100 - 4, 10))) * 63))


def _fill_bytes_of_pages_in_jpeg(rng: random.Random, size: int) -> bytes:
    return _in_jpeg(200, b"\xff\xd8" + b"\xff" * size)


_MAKERS: tuple[Maker, ...] = (
    _directories,
    _reduced_images,
    _entries,
    _pages_that_share_their_entries,
    _strips,
    _strips_of_several_pages,
    _segments_of_pages_in_jpeg,
    _fill_bytes_of_pages_in_jpeg,
)
