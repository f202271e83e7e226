"""A TIFF's pages are whole, or it is refused: one thing at a time is wrong here."""

import io
import struct
import zlib

import pytest
from PIL import Image

from faxes.formats import tif
from tests.support.images import (
    ASCII,
    BITS,
    BYTE,
    COLOUR_MAP,
    COMPRESSION,
    FILL_ORDER,
    HEIGHT,
    LONG,
    OLD_SUBFILE,
    PHOTOMETRIC,
    PLANES,
    PREDICTOR,
    RATIONAL,
    ROWS,
    SAMPLES,
    SHORT,
    STRIP_BYTES,
    STRIPS,
    SUBFILE,
    TILE_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    TILES,
    WIDTH,
    Page,
    Value,
    tiff,
)
from tests.support.tifs import (
    BIG,
    DEFLATE,
    HALF,
    LITTLE,
    MAX_PIXELS,
    THUMBNAIL,
    TILED,
    TOO_SHORT,
    is_accepted,
    one,
    page,
    pixels,
    refusal,
    renders,
)

CUT_OFF = ("tif_cut_off", "is cut off or damaged: parts of it that it names are missing")

MASK = page({SUBFILE: (LONG, [4])})
OLD_THUMBNAIL = page({OLD_SUBFILE: (SHORT, [2])} | HALF)

GRAY: dict[int, Value | None] = {BITS: (SHORT, [8])}


@pytest.mark.parametrize("order", [LITTLE, BIG])
@pytest.mark.parametrize(
    ("pages", "count"),
    [
        ([Page()], 1),
        ([Page()] * 3, 3),
        # Widths and the like may be numbers of either size.
        ([page({WIDTH: (LONG, [16]), HEIGHT: (LONG, [4]), STRIPS: (SHORT, [8]), STRIP_BYTES: (SHORT, [8])})], 1),
        # What need not be stated: one sample of one bit, not compressed, all rows in one strip.
        ([page({BITS: None, COMPRESSION: None, SAMPLES: None, PHOTOMETRIC: None})], 1),
        ([page({ROWS: (LONG, [2**32 - 1])})], 1),
        ([page({ROWS: (SHORT, [3])}, bytes(6), bytes(2))], 1),
        ([page({ROWS: (SHORT, [1])}, *[bytes(2)] * 4)], 1),
        # More bytes than its pixels take.
        ([page({ROWS: (SHORT, [3])}, bytes(7), bytes(6))], 1),
        ([page(TILED, *[bytes(32)] * 9, tiled=True)], 1),
        ([page(TILED | DEFLATE, *[zlib.compress(bytes(32))] * 9, tiled=True)], 1),
        ([page({FILL_ORDER: (SHORT, [2])})], 1),
        ([page(DEFLATE | GRAY | {PREDICTOR: (SHORT, [2])}, zlib.compress(bytes(64)))], 1),
        # Values beside, of types and tags that are of no use here.
        ([page({269: (ASCII, b"a name that is long\0"), 282: (RATIONAL, [204, 1]), 65000: (99, [2**32 - 1] * 3)})], 1),
        # Reduced images and masks are no pages.
        ([Page(), THUMBNAIL, Page(), MASK], 2),
        ([OLD_THUMBNAIL, Page()], 1),
        ([page({SUBFILE: (LONG, [2])}), page({SUBFILE: (SHORT, [2])}), page({OLD_SUBFILE: (SHORT, [3])})], 3),
        ([page({SUBFILE: (LONG, [0]), OLD_SUBFILE: (SHORT, [1])}), page({SUBFILE: (SHORT, [5])})], 1),
        # Those that only call themselves reduced are pages.
        ([Page(), page({SUBFILE: (LONG, [1])}), page({SUBFILE: (SHORT, [3])})], 3),
        ([page({OLD_SUBFILE: (SHORT, [2])}), Page(), THUMBNAIL, page({OLD_SUBFILE: (SHORT, [2])})], 3),
        ([Page(), page({SUBFILE: (LONG, [1]), HEIGHT: (SHORT, [3])})], 2),
        ([Page(), page({SUBFILE: (LONG, [1]), WIDTH: (SHORT, [8]), HEIGHT: (SHORT, [3])})], 2),
        ([Page(), page({SUBFILE: (LONG, [1]), WIDTH: (SHORT, [9]), HEIGHT: (SHORT, [2])})], 2),
        # Half of an odd number, of the image before.
        ([page({WIDTH: (SHORT, [15])}), THUMBNAIL, page(HALF), THUMBNAIL], 3),
    ],
)
def test_whole_pages(pages: list[Page], count: int, order: str) -> None:
    content = tiff(*pages, order=order)
    assert tif.count_pages(content, MAX_PIXELS) == count
    assert renders(content)


def test_what_is_no_page_is_not_looked_into() -> None:
    for kind in (THUMBNAIL, MASK, OLD_THUMBNAIL):
        broken = Page(dict(kind.entries) | {WIDTH: (SHORT, [0]), COMPRESSION: (SHORT, [6]), STRIPS: None})
        assert tif.count_pages(tiff(broken, Page(), broken), MAX_PIXELS) == 1


@pytest.mark.parametrize("order", [LITTLE, BIG])
@pytest.mark.parametrize(
    "pages",
    [
        [Page()],
        [Page(), THUMBNAIL, Page()],
        [page({ROWS: (SHORT, [1])}, *[bytes(2)] * 4)],
        [page(TILED, *[bytes(32)] * 9, tiled=True), Page()],
    ],
)
def test_file_that_is_cut_anywhere(pages: list[Page], order: str) -> None:
    """But for the last four bytes of a directory that is the last, or could be."""
    content = tiff(*pages, order=order)
    links = {at + n for at in directory_ends(content, order) for n in range(4)}
    assert {refusal(content[:length]) for length in range(4, len(content)) if length not in links} == {CUT_OFF}
    assert tif.count_pages(content + b"behind", MAX_PIXELS) == len([each for each in pages if each is not THUMBNAIL])


def directory_ends(content: bytes, order: str) -> list[int]:
    """Where the offset of the next directory stands, of each."""
    links = [4]
    while position := struct.unpack_from(f"{order}I", content, links[-1])[0]:
        links.append(position + 2 + 12 * struct.unpack_from(f"{order}H", content, position)[0])
    return links[1:]


@pytest.mark.parametrize("order", [LITTLE, BIG])
@pytest.mark.parametrize("missing", [1, 2, 3, 4])
def test_file_whose_last_directory_does_not_say_that_it_is_the_last(missing: int, order: str) -> None:
    for pages, count in (([Page()], 1), ([Page(), THUMBNAIL, Page()], 2)):
        content = tiff(*pages, order=order)
        assert tif.count_pages(content[:-missing], MAX_PIXELS) == count
        assert refusal(content[:-5]) == CUT_OFF
    # Half of where another one stands.
    following = tiff(Page(), Page(), order=order)
    cut = following[: directory_ends(following, order)[0] + 2]
    assert refusal(cut if any(cut[-2:]) else cut[:-2] + b"\0\1") == CUT_OFF


@pytest.mark.parametrize("order", [LITTLE, BIG])
def test_file_whose_directory_stands_first_that_is_cut_anywhere(order: str) -> None:
    """As Pillow writes it, the image last. Here a value of no use is the last of all."""
    image = Image.effect_noise((40, 30), 50)
    written = io.BytesIO()
    image.save(written, "TIFF", compression="tiff_deflate", description="d" * 40, big_tiff=False)
    content = written.getvalue()
    assert tif.count_pages(content, MAX_PIXELS) == 1
    assert {refusal(content[:length]) for length in range(4, len(content))} == {CUT_OFF}
    described = one({269: (ASCII, b"a name that is long\0")})
    assert {refusal(described[:length]) for length in range(4, len(described))} == {CUT_OFF}


def test_bigtiff() -> None:
    expected = ("tif_bigtiff", "is a BigTIFF image; save it as a classic TIFF")
    assert refusal(tiff(order=LITTLE, version=43)) == expected
    assert refusal(tiff(order=BIG, version=43)) == expected
    assert refusal(b"II+\0") == expected


def test_loops() -> None:
    expected = ("tif_loop", "is damaged: its pages follow one another in a circle")
    assert refusal(tiff(Page(), following=[0])) == expected
    assert refusal(tiff(Page(), Page(), Page(), following=[1, 2, 0])) == expected
    assert refusal(tiff(Page(), THUMBNAIL, Page(), following=[1, 2, 1])) == expected


def test_no_page() -> None:
    assert refusal(b"II*\0\0\0\0\0") == ("tif_no_pages", "has no page")


@pytest.mark.parametrize(
    ("content", "pages"), [(tiff(THUMBNAIL), 1), (tiff(MASK), 1), (tiff(OLD_THUMBNAIL, THUMBNAIL), 2)]
)
def test_reduced_images_of_none_are_pages(content: bytes, pages: int) -> None:
    assert tif.count_pages(content, MAX_PIXELS) == pages


@pytest.mark.parametrize(
    "content",
    [
        one({}, bytes(8), bytes(8)),
        one({STRIPS: (LONG, [8, 8])}),
        one({STRIP_BYTES: (LONG, [8, 8])}),
        # What is too much is not looked at: it need not be there.
        one({STRIPS: (LONG, [8, 9999]), STRIP_BYTES: (LONG, [8, 8])}),
        one(TILED, *[bytes(32)] * 10, tiled=True),
    ],
)
def test_more_strips_or_tiles_than_the_pixels_take_do_no_harm(content: bytes) -> None:
    """Where the image is made lower than it was scanned."""
    assert tif.count_pages(content, MAX_PIXELS) == 1


def linked(position: int) -> bytes:
    """A TIFF whose first directory is said to lie elsewhere."""
    content = tiff()
    return content[:4] + struct.pack("<I", position) + content[8:]


@pytest.mark.parametrize(
    ("content", "what"),
    [
        *((linked(position), "a directory in its header") for position in (1, 4, 7)),
        (linked(8)[:8] + bytes(20), "an empty directory"),
        (one({WIDTH: None}), "a page whose entry 256 is missing or not one number"),
        (one({HEIGHT: None}), "a page whose entry 257 is missing or not one number"),
        (one({WIDTH: (BYTE, [16])}), "a page whose entry 256 is missing or not one number"),
        (one({WIDTH: (99, [16])}), "a page whose entry 256 is missing or not one number"),
        (one({WIDTH: (SHORT, [16, 16])}), "a page whose entry 256 is missing or not one number"),
        (one({WIDTH: (SHORT, [])}), "a page whose entry 256 is missing or not one number"),
        (one({ROWS: (RATIONAL, [4, 1])}), "a page whose entry 278 is missing or not one number"),
        (one({STRIPS: None}), "a page whose entry 273 is missing or too short"),
        (one({STRIP_BYTES: None}), "a page whose entry 279 is missing or too short"),
        (one({STRIPS: (LONG, [])}), "a page whose entry 273 is missing or too short"),
        (one({STRIP_BYTES: (BYTE, [8])}), "a page whose entry 279 is missing or too short"),
        (one({ROWS: (SHORT, [3])}), "a page whose entry 273 is missing or too short"),
        (one({ROWS: (SHORT, [3]), STRIPS: (LONG, [8, 8])}), "a page whose entry 279 is missing or too short"),
        (one({ROWS: (SHORT, [0])}), "strips of no rows"),
        (one(TILED, *[bytes(32)] * 8, tiled=True), "a page whose entry 324 is missing or too short"),
        (one({TILE_WIDTH: (SHORT, [16])}, tiled=True), "a page whose entry 323 is missing or not one number"),
        (one({TILE_HEIGHT: (SHORT, [16])}, tiled=True), "a page whose entry 322 is missing or not one number"),
        (
            one(TILED | {TILE_BYTES: None}, *[bytes(32)] * 9, tiled=True),
            "a page whose entry 325 is missing or too short",
        ),
        (one({TILES: (LONG, [8])}), "a page with both strips and tiles"),
        (one({ROWS: (SHORT, [2])}, bytes(4), b""), "a strip or tile of fewer bytes than its pixels take"),
        (one(TILED | {WIDTH: (SHORT, [16]), HEIGHT: (SHORT, [16])}, b"", tiled=True), TOO_SHORT),
        (one({ROWS: (SHORT, [2])} | DEFLATE, b"x", b""), "a strip or tile of fewer bytes than its pixels take"),
        (one({}, bytes(7)), "a strip or tile of fewer bytes than its pixels take"),
        (one({WIDTH: (SHORT, [17])}), "a strip or tile of fewer bytes than its pixels take"),
        (one({ROWS: (SHORT, [3])}, bytes(5), bytes(2)), "a strip or tile of fewer bytes than its pixels take"),
        (one({ROWS: (SHORT, [3])}, bytes(6), bytes(1)), "a strip or tile of fewer bytes than its pixels take"),
        (one(TILED, *[bytes(32)] * 8, bytes(31), tiled=True), "a strip or tile of fewer bytes than its pixels take"),
        (one(TILED, bytes(31), *[bytes(32)] * 8, tiled=True), "a strip or tile of fewer bytes than its pixels take"),
        # Of more bytes than a SHORT can say.
        (
            one(
                {
                    WIDTH: (SHORT, [40_000]),
                    HEIGHT: (SHORT, [21]),
                    ROWS: (SHORT, [20]),
                    STRIP_BYTES: (SHORT, [60_000] * 2),
                },
                bytes(100_000),
                bytes(60_000),
            ),
            "a strip or tile of fewer bytes than its pixels take",
        ),
        # Of two planes of two strips each, the first plane's last.
        (
            pixels(
                2,
                8,
                3,
                planes=2,
                entries={
                    ROWS: (SHORT, [3]),
                    STRIPS: (LONG, [8] * 6),
                    STRIP_BYTES: (LONG, [48, 15, 48, 16, 48, 16]),
                },
            ),
            "a strip or tile of fewer bytes than its pixels take",
        ),
        (one({SAMPLES: (SHORT, [0])}), "pixels without a sample"),
        (one({BITS: (SHORT, [0])}), "samples without a bit"),
        (one({PLANES: (SHORT, [3])}), "colours that are stored in an unknown way"),
        (one({PLANES: (SHORT, [0])}), "colours that are stored in an unknown way"),
        (one({PHOTOMETRIC: (SHORT, [3])}), "a page whose entry 320 is missing or too short"),
        (
            one({PHOTOMETRIC: (SHORT, [3]), COLOUR_MAP: (SHORT, [0] * 5)}),
            "a page whose entry 320 is missing or too short",
        ),
        (
            one({PHOTOMETRIC: (SHORT, [2]), SAMPLES: (SHORT, [3]), BITS: (SHORT, [8, 8])}, bytes(192)),
            "a page whose entry 258 is missing or too short",
        ),
        (tiff(Page(), page({WIDTH: None})), "a page whose entry 256 is missing or not one number"),
    ],
)
def test_damaged_page(content: bytes, what: str) -> None:
    assert refusal(content) == ("tif_damaged", f"is damaged: it has {what}")


def test_entry_that_is_there_twice() -> None:
    """Renderers differ in which of the two they take."""
    content = one({COMPRESSION: None, 260: (SHORT, [1]), 261: (SHORT, [1])})
    twice = content.replace(struct.pack("<HHI", 260, SHORT, 1), struct.pack("<HHI", WIDTH, SHORT, 1))
    assert refusal(twice) == ("tif_damaged", "is damaged: it has an entry twice")
    same = one({COMPRESSION: None, 260: (SHORT, [16]), 261: (SHORT, [1])})
    assert (
        tif.count_pages(
            same.replace(struct.pack("<HHI", 260, SHORT, 1), struct.pack("<HHI", WIDTH, SHORT, 1)), MAX_PIXELS
        )
        == 1
    )
    unread = content.replace(struct.pack("<HHI", 260, SHORT, 1), struct.pack("<HHI", 261, SHORT, 1))
    assert tif.count_pages(unread, MAX_PIXELS) == 1


@pytest.mark.parametrize(
    "content",
    [
        linked(0x7FFFFFFF),
        linked(0xFFFFFFFF),
        one({STRIPS: (LONG, [0xFFFFFFFF])}),
        one({STRIP_BYTES: (LONG, [0xFFFFFFFF])}),
        one({ROWS: (SHORT, [2])}, bytes(4), bytes(4)).replace(
            struct.pack("<HHI", STRIPS, LONG, 2), b"\x11\1\4\0\2\0\0\x7f"
        ),
        tiff(Page(), page({STRIPS: (LONG, [0x00FFFFFF])})),
    ],
)
def test_what_lies_outside_the_file(content: bytes) -> None:
    assert refusal(content) == CUT_OFF


def test_strip_that_ends_with_the_file() -> None:
    content = tiff()
    for end, expected in ((0, True), (1, False)):
        moved = one({STRIPS: (LONG, [len(content) - 8 + end])})
        assert is_accepted(moved) is expected
