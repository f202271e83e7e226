"""How large a TIFF may be, and that any bytes are taken or refused, whatever they say."""

import struct
import warnings
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxes.formats import Unfaxable, tif, tif_strips
from tests.support.images import (
    BITS,
    COMPRESSION,
    HEIGHT,
    LONG,
    ROWS,
    SHORT,
    STRIP_BYTES,
    STRIPS,
    TILE_HEIGHT,
    TILE_WIDTH,
    WIDTH,
    Page,
    Value,
    tiff,
)
from tests.support.peak_memory import peak_memory
from tests.support.tifs import (
    BIG,
    DEFLATE,
    LITTLE,
    MAX_PIXELS,
    THUMBNAIL,
    TILED,
    is_accepted,
    one,
    page,
    pixels,
    refusal,
    renders,
)

# --- limits ----------------------------------------------------------------------------------------------------------


def sized(width: int, height: int) -> bytes:
    return one({WIDTH: (LONG, [width]), HEIGHT: (LONG, [height])} | DEFLATE, bytes(100))


@pytest.mark.parametrize(("width", "height"), [(0, 1), (1, 0), (65_536, 1), (1, 65_536), (2**32 - 1, 2**32 - 1)])
def test_sides(width: int, height: int) -> None:
    assert refusal(sized(width, height)) == (
        "tif_size",
        f"has a page of {width} x {height} pixels; each side must be 1 to 65535",
    )


@pytest.mark.parametrize(("width", "height"), [(1, 1), (65_535, 1), (1, 65_535), (100, 100)])
def test_size_within_the_limit(width: int, height: int) -> None:
    assert tif.count_pages(sized(width, height), width * height) == 1


def test_size_over_the_limit() -> None:
    expected = ("tif_size", "has a page of 100 x 101 pixels; the limit is 10099 in all")
    assert refusal(sized(100, 101), 10_099) == expected
    assert refusal(tiff(Page(), page({WIDTH: (SHORT, [100]), HEIGHT: (SHORT, [101])})), 10_099) == expected
    assert refusal(sized(60_000, 60_000)) == (
        "tif_size",
        "has a page of 60000 x 60000 pixels; the limit is 100000000 in all",
    )


@pytest.mark.parametrize(
    ("width", "height", "text"),
    [
        (60_000, 60_000, "has tiles of 60000 x 60000 pixels; the limit is 100000000 in all"),
        (0, 16, "has tiles of 0 x 16 pixels; each side must be 1 to 65535"),
        (16, 0, "has tiles of 16 x 0 pixels; each side must be 1 to 65535"),
    ],
)
def test_size_of_tiles(width: int, height: int, text: str) -> None:
    content = one({TILE_WIDTH: (LONG, [width]), TILE_HEIGHT: (LONG, [height])} | DEFLATE, tiled=True)
    assert refusal(content) == ("tif_size", text)


@pytest.mark.parametrize("max_pages", [0, 1, 2])
def test_pages_over_the_limit_are_counted_and_not_looked_at(max_pages: int) -> None:
    broken = page({WIDTH: None})
    assert tif.count_pages(tiff(broken, THUMBNAIL, Page(), broken), MAX_PIXELS, max_pages) == 3
    assert refusal(tiff(broken, THUMBNAIL, Page(), broken), MAX_PIXELS, 3)[0] == "tif_damaged"


def chain(count: int, entries: bytes = struct.pack("<HHII", WIDTH, SHORT, 1, 16)) -> bytes:
    """Directories, one behind the other."""
    each = struct.pack("<H", len(entries) // 12) + entries
    content = b"II*\0" + struct.pack("<I", 8)
    content += b"".join(each + struct.pack("<I", 8 + (n + 1) * (len(each) + 4)) for n in range(count - 1))
    return content + each + bytes(4)


def test_number_of_directories() -> None:
    assert tif.count_pages(chain(tif.MAX_DIRECTORIES), MAX_PIXELS) == 2_000
    assert refusal(chain(tif.MAX_DIRECTORIES + 1)) == ("tif_directories", "has more than 2000 images, the limit")


def test_number_of_entries() -> None:
    """In all of the pages together, and not in each."""
    most = 1_000 + 32 * 2
    beside = 8

    def entries(count: int) -> dict[int, Value | None]:
        return {30_000 + n: (SHORT, [0]) for n in range(count)}

    assert tif.count_pages(tiff(page(entries(most - 2 * beside)), Page()), MAX_PIXELS, 2) == 2
    assert refusal(tiff(Page(), page(entries(most - 2 * beside + 1))), MAX_PIXELS, 2) == (
        "tif_entries",
        "has pages with far more than 32 entries each, the limit",
    )


def test_number_of_strips() -> None:
    """Over all pages. Strips may share their bytes, as no writer does; each is looked at nevertheless."""

    def rows(count: int) -> Page:
        return page(
            {
                HEIGHT: (LONG, [count]),
                ROWS: (SHORT, [1]),
                STRIPS: (LONG, [8] * count),
                STRIP_BYTES: (SHORT, [2] * count),
            }
        )

    half = tif_strips.MAX_STRIPS // 2
    assert tif.count_pages(tiff(rows(half), rows(half)), MAX_PIXELS) == 2
    assert refusal(tiff(rows(half), rows(half + 1))) == ("tif_strips", "has more than 50000 strips or tiles, the limit")
    # No list is read before it is known how long it may be.
    assert refusal(one({HEIGHT: (LONG, [65_535]), ROWS: (SHORT, [1])})) == (
        "tif_strips",
        "has more than 50000 strips or tiles, the limit",
    )


@pytest.mark.parametrize(
    "content",
    [
        chain(100_000),
        chain(1, struct.pack("<HHII", 40_000, SHORT, 1, 16) * 65_535),
        one(
            {
                HEIGHT: (LONG, [50_000]),
                ROWS: (SHORT, [1]),
                STRIPS: (LONG, [8] * 50_000),
                STRIP_BYTES: (LONG, [2] * 50_000),
            }
        ),
        one({STRIPS: (LONG, [8] * 200_000), STRIP_BYTES: (LONG, [8] * 200_000)}),
        one({BITS: (SHORT, [1] * 500_000)}),
    ],
    ids=["directories", "entries", "strips", "strips that nothing needs", "samples"],
)
def test_memory_does_not_grow_with_the_file(content: bytes) -> None:
    assert peak_memory(lambda: is_accepted(content)) < 300_000


# --- any bytes -------------------------------------------------------------------------------------------------------

_WHOLE = [
    tiff(),
    tiff(order=BIG),
    one({ROWS: (SHORT, [1])}, *[bytes(2)] * 4),
    one(TILED, *[bytes(32)] * 9, tiled=True),
    pixels(2, 8, 3, planes=2),
    pixels(3, 4, 1),
]
_NUMBERS = st.sampled_from([0, 1, 2, 3, 4, 7, 8, 16, 0xFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF]) | st.integers(0, 400)


@given(st.sampled_from([b"II*\0", b"MM\0*", b"II+\0"]), st.binary(max_size=300))
@example(b"II*\0", b"")
@example(b"MM\0*", b"\0\0\0\x08\0\1")
def test_arbitrary_bytes(start: bytes, rest: bytes) -> None:
    try:
        pages = tif.count_pages(start + rest, MAX_PIXELS)
    except Unfaxable:
        return
    assert 1 <= pages <= len(rest) // 18


@given(
    st.sampled_from(_WHOLE),
    st.integers(0, 2_000),
    st.sampled_from([1, 2, 4]),
    _NUMBERS,
    st.sampled_from(["little", "big"]),
)
def test_page_with_one_wrong_number_is_taken_only_where_pillow_takes_it(
    content: bytes, position: int, size: int, number: int, order: str
) -> None:
    """Nothing here is compressed: where all the numbers are right, there is nothing else to go wrong."""
    at = 4 + position % (len(content) - 4)
    written = (number % (1 << 8 * size)).to_bytes(size, "little" if order == "little" else "big")
    changed = content[:at] + written + content[at + size :]
    compressed = any(struct.pack(f"{o}HHIH", COMPRESSION, SHORT, 1, 1) in changed for o in (LITTLE, BIG))
    if is_accepted(changed) and compressed:
        with warnings.catch_warnings():
            # It warns of what it passes over.
            warnings.simplefilter("ignore")
            assert renders(changed)


_PLACES = st.integers(0, 40) | st.integers(-3, 3) | st.sampled_from([2**30 - 1, 2**30, 2**31 - 1, 2**31, 2**32 - 1])


@given(
    st.integers(1, 9),
    st.lists(st.tuples(_PLACES, _PLACES), min_size=9, max_size=9),
    st.sampled_from([SHORT, LONG]),
    st.sampled_from([LITTLE, BIG]),
    st.sampled_from([1, 8]),
    st.integers(1, 4),
)
@example(2, [(8, 1)] * 9, LONG, LITTLE, 8, 1)
@example(9, [(-1, 1)] * 9, LONG, BIG, 8, 4)
@example(9, [(0, 4)] * 4 + [(0, 2)] * 5, SHORT, BIG, 1, 3)
def test_strips_are_compared_with_the_file_and_with_their_pixels_however_many_at_once(
    rows: int, places: list[tuple[int, int]], kind: int, order: str, compression: int, at_once: int
) -> None:
    """Strips of two rows of two bytes each, the last one perhaps of one; below 0 counts from the file's end."""
    count = -(-rows // 2)
    limit = 2**16 if kind == SHORT else 2**32
    entries: dict[int, Value | None] = {
        HEIGHT: (SHORT, [rows]),
        ROWS: (SHORT, [2]),
        COMPRESSION: (SHORT, [compression]),
        STRIPS: (kind, [0] * count),
        STRIP_BYTES: (kind, [0] * count),
    }
    length = len(tiff(page(entries), order=order))
    starts = [(start if start >= 0 else length + start) % limit for start, _ in places[:count]]
    sizes = [abs(size) % limit for _, size in places[:count]]
    content = tiff(page(entries | {STRIPS: (kind, starts), STRIP_BYTES: (kind, sizes)}), order=order)
    # Deflated, the two bytes at its beginning and one more.
    least = [4] * (count - 1) + [4 if rows % 2 == 0 else 2] if compression == 1 else [3] * count
    directory = struct.unpack_from(f"{order}I", content, 4)[0]
    if sizes == [0] and starts[0] < directory:
        # It reaches up to its directory.
        least = [max(least[0] - directory + starts[0], 0)]

    with patch.object(tif_strips, "_AT_ONCE", at_once):
        fits = all(start + size <= length for start, size in zip(starts, sizes, strict=True))
        enough = all(size >= fewest for size, fewest in zip(sizes, least, strict=True))
        assert is_accepted(content) is (fits and enough)
