"""TIFFs of one size."""

import struct

from benchmarks.shapes.shape import PAGES, SIZE, noise, shape

_SHORT, _LONG = 3, 4


def _directory(at: int, entries: list[tuple[int, int, int, int]], following: int) -> bytes:
    """An IFD, little-endian. An entry is a tag, a type, a count, and a value or where the values are."""
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + rows + struct.pack("<I", following)


def _page_entries(width: int, height: int, strip: int, length: int) -> list[tuple[int, int, int, int]]:
    """A page of black and white in Group 4, in one strip."""
    return [
        (256, _LONG, 1, width),
        (257, _LONG, 1, height),
        (258, _SHORT, 1, 1),
        (259, _SHORT, 1, 4),
        (262, _SHORT, 1, 0),
        (273, _LONG, 1, strip),
        (277, _SHORT, 1, 1),
        (278, _LONG, 1, height),
        (279, _LONG, 1, length),
    ]


def _tif(pages: int, width: int = 1728, height: int = 2200) -> bytes:
    """Pages that share one strip, and noise up to the full size."""
    each = 2 + 9 * 12 + 4
    strip = 8 + pages * each
    out = [struct.pack("<2sHI", b"II", 42, 8)]
    for n in range(pages):
        following = 8 + (n + 1) * each if n + 1 < pages else 0
        out.append(_directory(8 + n * each, _page_entries(width, height, strip, SIZE - strip), following))
    return b"".join(out) + noise(SIZE - strip)


@shape("tif", "scans: 20 pages", honest=True)
def scanned() -> bytes:
    return _tif(20)


@shape("tif", "60,000 x 60,000")
def huge_tif() -> bytes:
    return _tif(1, 60_000, 60_000)


@shape("tif", "200 pages")
def tif_pages() -> bytes:
    return _tif(PAGES)


@shape("tif", "40,000 pages")
def tif_many_pages() -> bytes:
    return _tif(40_000)


@shape("tif", "a page that is its own next")
def tif_loop() -> bytes:
    return struct.pack("<2sHI", b"II", 42, 8) + _directory(8, _page_entries(9, 9, 0, 9), 8) + noise(SIZE - 122)


@shape("tif", "directories without an entry")
def tif_empty() -> bytes:
    return struct.pack("<2sHI", b"II", 42, 8) + b"".join(
        struct.pack("<HI", 0, 8 + 6 * (n + 1)) for n in range((SIZE - 8) // 6)
    )


@shape("tif", "a directory of 65,535 entries on each page")
def tif_entries() -> bytes:
    each = 2 + 65_535 * 12 + 4
    rows = b"".join(struct.pack("<HHII", 40_000, _SHORT, 1, 0) for _ in range(65_535))
    pages = (SIZE - 8) // each
    directories = b"".join(
        struct.pack("<H", 65_535) + rows + struct.pack("<I", 8 + (n + 1) * each if n + 1 < pages else 0)
        for n in range(pages)
    )
    return (struct.pack("<2sHI", b"II", 42, 8) + directories).ljust(SIZE, b"\0")


def _strips(count: int, pages: int) -> bytes:
    """Pages that share the same ``count`` strips of no length."""
    each = 2 + 9 * 12 + 4
    offsets = 8 + pages * each
    out = [struct.pack("<2sHI", b"II", 42, 8)]
    for n in range(pages):
        entries = _page_entries(1728, count, 0, 0)
        entries[5] = (273, _LONG, count, offsets)
        entries[7] = (278, _LONG, 1, 1)
        entries[8] = (279, _LONG, count, offsets + 4 * count)
        out.append(_directory(8 + n * each, entries, 8 + (n + 1) * each if n + 1 < pages else 0))
    out.append(struct.pack("<I", 8) * count + struct.pack("<I", 1) * count)
    return b"".join(out).ljust(SIZE, b"\0")


@shape("tif", "a strip for each row of 570,000")
def tif_strips() -> bytes:
    return _strips(570_000, 1)


@shape("tif", "200 pages that share 50,000 strips")
def tif_shared_strips() -> bytes:
    return _strips(50_000, PAGES)
