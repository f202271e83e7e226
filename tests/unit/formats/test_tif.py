"""A TIFF's pages are whole and of a form that renderers read, or it is refused: one thing at a time is wrong here."""

import io
import struct
import warnings
import zlib
from collections.abc import Mapping
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from faxes.formats import Unfaxable, tif, tif_strips
from tests.support.images import (
    ASCII,
    BITS,
    BYTE,
    COLOUR_MAP,
    COMPRESSION,
    EXTRA,
    FILL_ORDER,
    HEIGHT,
    LONG,
    OLD_SUBFILE,
    PHOTOMETRIC,
    PLANES,
    PREDICTOR,
    RATIONAL,
    ROWS,
    SAMPLE_FORMAT,
    SAMPLES,
    SHORT,
    STRIP_BYTES,
    STRIPS,
    SUBFILE,
    TABLES,
    TILE_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    TILES,
    WIDTH,
    Component,
    Page,
    Value,
    frame,
    jpeg,
    scan,
    segment,
    tiff,
)
from tests.support.peak_memory import peak_memory

MAX_PIXELS = 100_000_000
CUT_OFF = ("tif_cut_off", "is cut off or damaged: parts of it that it names are missing")
LITTLE, BIG = "<", ">"
TOO_SHORT = "a strip or tile of fewer bytes than its pixels take"
READABLE = "only none, CCITT (RLE, Group 3 and 4), LZW, JPEG, Deflate and PackBits can be faxed"


def refusal(content: bytes, max_pixels: int = MAX_PIXELS, max_pages: int = 999) -> tuple[str, str]:
    """Why a TIFF is refused: the reason and the whole text."""
    with pytest.raises(Unfaxable) as caught:
        tif.count_pages(content, max_pixels, max_pages)
    return caught.value.reason, caught.value.text


def is_accepted(content: bytes) -> bool:
    try:
        tif.count_pages(content, MAX_PIXELS)
    except Unfaxable:
        return False
    return True


def renders(content: bytes) -> bool:
    """Whether Pillow, which is strict unless it is told otherwise, reads every image to its end."""
    try:
        with Image.open(io.BytesIO(content), formats=["TIFF"]) as image:
            for number in range(getattr(image, "n_frames", 1)):
                image.seek(number)
                image.load()
    except (OSError, SyntaxError, ValueError):
        return False
    return True


def page(entries: Mapping[int, Value | None], *data: bytes, tiled: bool = False) -> Page:
    return Page(entries, data or (bytes(8),), tiled)


def one(entries: Mapping[int, Value | None], *data: bytes, tiled: bool = False) -> bytes:
    """A TIFF of one page."""
    return tiff(page(entries, *data, tiled=tiled))


HALF: dict[int, Value | None] = {WIDTH: (SHORT, [8]), HEIGHT: (SHORT, [2])}
THUMBNAIL = page({SUBFILE: (LONG, [1])} | HALF)
MASK = page({SUBFILE: (LONG, [4])})
OLD_THUMBNAIL = page({OLD_SUBFILE: (SHORT, [2])} | HALF)
# 40 x 40 pixels in tiles of 16 x 16.
TILED: dict[int, Value | None] = {
    WIDTH: (SHORT, [40]),
    HEIGHT: (SHORT, [40]),
    TILE_WIDTH: (SHORT, [16]),
    TILE_HEIGHT: (SHORT, [16]),
}
DEFLATE: dict[int, Value | None] = {COMPRESSION: (SHORT, [8])}
GRAY: dict[int, Value | None] = {BITS: (SHORT, [8])}


def pixels(
    photometric: int,
    bits: int,
    samples: int,
    compression: int = 1,
    planes: int = 1,
    entries: Mapping[int, Value | None] | None = None,
) -> bytes:
    """A page of 16 x 4 pixels of this form."""
    size = 4 * -(-16 * bits * (samples if planes == 1 else 1) // 8)
    data = zlib.compress(bytes(size)) if compression == 8 else bytes(size)
    form: dict[int, Value | None] = {
        BITS: (SHORT, [bits] * samples),
        COMPRESSION: (SHORT, [compression]),
        PHOTOMETRIC: (SHORT, [photometric]),
        SAMPLES: (SHORT, [samples]),
        PLANES: (SHORT, [planes]),
        COLOUR_MAP: (SHORT, [0] * (3 << bits)) if photometric == 3 and bits <= 8 else None,
        # What the samples beyond the colours are: nobody knows.
        EXTRA: (SHORT, [0] * extra)
        if (extra := samples - {2: 3, 5: 4, 6: 3, 8: 3}.get(photometric, 1)) > 0 and extra < 4
        else None,
    }
    return one(form | dict(entries or {}), *[data] * (samples if planes == 2 else 1))


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


# --- what renderers read ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("compression", "name"),
    [
        (0, "number 0"),
        (6, "old-style JPEG"),
        (9, "JBIG"),
        (34661, "JBIG"),
        (34712, "JPEG 2000"),
        (34887, "LERC"),
        (34925, "LZMA"),
        (50000, "Zstandard"),
        (50001, "WebP"),
        (65535, "number 65535"),
    ],
)
def test_compression_that_cannot_be_read(compression: int, name: str) -> None:
    assert refusal(one({COMPRESSION: (SHORT, [compression])})) == (
        "tif_compression",
        f"is compressed with a method ({name}) that cannot be read; {READABLE}",
    )


@pytest.mark.parametrize("compression", [1, 2, 3, 4, 5, 8, 32773, 32946])
def test_compression_of_one_bit(compression: int) -> None:
    assert tif.count_pages(one({COMPRESSION: (SHORT, [compression])}), MAX_PIXELS) == 1


@pytest.mark.parametrize("compression", [5, 8, 32946])
@pytest.mark.parametrize(("bits", "predictor"), [(1, 2), (8, 3), (8, 0)])
def test_predictor_that_cannot_be_read(compression: int, bits: int, predictor: int) -> None:
    entries: dict[int, Value | None] = {BITS: (SHORT, [bits]), COMPRESSION: (SHORT, [compression])}
    content = one(entries | {PREDICTOR: (SHORT, [predictor])}, bytes(16))
    assert refusal(content) == ("tif_compression", "is compressed with a predictor that cannot be read")
    assert is_accepted(one(entries | {PREDICTOR: (SHORT, [1])}, bytes(16)))


def test_predictor_that_nothing_uses() -> None:
    assert tif.count_pages(one({PREDICTOR: (SHORT, [7])}), MAX_PIXELS) == 1


_FORMS = [
    (photometric, bits, n) for photometric in range(10) for bits in (1, 2, 4, 6, 8, 12, 16, 32) for n in range(1, 6)
]
_READABLE_FORMS = [
    *((0, bits, 1) for bits in (1, 2, 4, 8)),
    *((1, bits, 1) for bits in (1, 2, 4, 8, 16)),
    (1, 8, 2),
    *((2, 8, samples) for samples in (3, 4, 5)),
    *((2, 16, samples) for samples in (3, 4)),
    *((3, bits, 1) for bits in (1, 2, 4, 8)),
    (5, 8, 4),
    (5, 8, 5),
    (5, 16, 4),
    (8, 8, 3),
]


@pytest.mark.parametrize("compression", [1, 8])
def test_forms_of_pixels_that_are_taken_are_ones_that_pillow_reads(compression: int) -> None:
    taken = [form for form in _FORMS if is_accepted(pixels(*form, compression))]
    assert taken == sorted(_READABLE_FORMS)
    assert [form for form in taken if not renders(pixels(*form, compression))] == []
    # Each colour in a plane of its own.
    planes = [form for form in taken if form[2] > 1]
    assert [form for form in planes if not is_accepted(pixels(*form, compression, planes=2))] == []
    several = [form for form in planes if form not in {(1, 8, 2), (2, 8, 4), (2, 8, 5), (2, 16, 4), (5, 8, 5)}]
    assert [form for form in several if not renders(pixels(*form, compression, planes=2))] == []


@pytest.mark.parametrize("compression", [2, 3, 4])
def test_fax_compressions_are_of_one_bit(compression: int) -> None:
    assert [form for form in _FORMS if is_accepted(pixels(*form, compression))] == [(0, 1, 1), (1, 1, 1)]


def stream(samples: int, width: int = 16, height: int = 4, *, sampling: int = 0x11, before: bytes = b"") -> bytes:
    """A JPEG of gray blocks. ``before`` are segments before its header; ``sampling`` is the first component's."""
    components = [Component(n, 1, 1) for n in range(1, samples)]
    first = Component(0, sampling >> 4, sampling & 15)
    header = frame([first, *components], width=width, height=height)
    return jpeg(TABLES, before, header, scan(*range(samples), data=bytes(20)))


def compressed(form: tuple[int, int, int], *data: bytes, entries: Mapping[int, Value | None] | None = None) -> bytes:
    """A page in JPEG of 16 x 4 pixels of this form."""
    photometric, bits, samples = form
    stated: dict[int, Value | None] = {
        BITS: (SHORT, [bits] * samples),
        COMPRESSION: (SHORT, [7]),
        PHOTOMETRIC: (SHORT, [photometric]),
        SAMPLES: (SHORT, [samples]),
        EXTRA: (SHORT, [0]) if (photometric, samples) in {(1, 2), (2, 4)} else None,
    }
    tiled = TILE_WIDTH in (entries or {})
    return one(stated | dict(entries or {}), *(data or (stream(samples),)), tiled=tiled)


def test_jpeg_compression_is_of_eight_bits() -> None:
    taken = [form for form in _FORMS if is_accepted(compressed(form))]
    assert taken == [(1, 8, 1), (1, 8, 2), (2, 8, 3), (2, 8, 4), (5, 8, 4), (6, 8, 3)]
    assert [form for form in taken if not renders(compressed(form))] == []


JFIF = segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0")


def adobe(transform: int) -> bytes:
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes([transform]))


GRAY_FORM, RGB_FORM, CMYK_FORM, YCBCR_FORM = (1, 8, 1), (2, 8, 3), (5, 8, 4), (6, 8, 3)


@pytest.mark.parametrize(
    "content",
    [
        compressed(GRAY_FORM, stream(1, before=JFIF)),
        compressed(YCBCR_FORM, stream(3, before=JFIF)),
        compressed(YCBCR_FORM, stream(3, before=adobe(1))),
        *(compressed(YCBCR_FORM, stream(3, sampling=sampling)) for sampling in (0x21, 0x22, 0x41)),
        compressed(RGB_FORM, stream(3, before=adobe(0))),
        compressed(RGB_FORM, stream(3, before=JFIF + adobe(0))),
        compressed(CMYK_FORM, stream(4, before=adobe(0))),
        compressed(GRAY_FORM, b"\xff\xd8\xff\xff" + stream(1)[3:]),
        # The last strip in full height, and that of one of several.
        compressed(GRAY_FORM, stream(1, height=8)),
        compressed(GRAY_FORM, stream(1, height=2), stream(1, height=2), entries={ROWS: (SHORT, [2])}),
        compressed(RGB_FORM, *[stream(1)] * 3, entries={PLANES: (SHORT, [2])}),
        compressed(GRAY_FORM, *[stream(1, height=16)] * 9, entries=TILED),
        # It has no bits in reverse.
        compressed(GRAY_FORM, entries={FILL_ORDER: (SHORT, [2])}),
    ],
)
def test_jpeg_that_is_what_the_page_says(content: bytes) -> None:
    assert tif.count_pages(content, MAX_PIXELS) == 1
    assert renders(content)


OTHER_COLOURS = "a page in JPEG whose data is in other colours than it says"
OTHER_SAMPLES = "a page in JPEG whose data has other samples than it says"
OTHER_PIXELS = "a page in JPEG whose data has other pixels than it says"
NO_HEADER = "a page in JPEG whose data has no header"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        *((compressed(RGB_FORM, stream(3, sampling=sampling)), OTHER_COLOURS) for sampling in (0x21, 0x22)),
        (compressed(RGB_FORM, stream(3, before=JFIF)), OTHER_COLOURS),
        (compressed(RGB_FORM, stream(3, before=adobe(1))), OTHER_COLOURS),
        (compressed(YCBCR_FORM, stream(3, before=adobe(0))), OTHER_COLOURS),
        (compressed(YCBCR_FORM, stream(3, before=JFIF + adobe(0))), OTHER_COLOURS),
        (
            compressed(YCBCR_FORM, stream(3).replace(b"\0\x11\0\1\x11\0\2\x11\0", b"R\x11\0G\x11\0B\x11\0")),
            OTHER_COLOURS,
        ),
        (compressed(CMYK_FORM, stream(4, before=adobe(2))), OTHER_COLOURS),
        (compressed(CMYK_FORM, stream(4, sampling=0x22)), OTHER_COLOURS),
        (compressed(GRAY_FORM, stream(1, sampling=0x22)), OTHER_COLOURS),
        (compressed(GRAY_FORM, stream(3)), OTHER_SAMPLES),
        (compressed(YCBCR_FORM, stream(1)), OTHER_SAMPLES),
        (compressed(RGB_FORM, *[stream(3)] * 3, entries={PLANES: (SHORT, [2])}), OTHER_SAMPLES),
        (compressed(GRAY_FORM, stream(1, width=17)), OTHER_PIXELS),
        (compressed(GRAY_FORM, stream(1, width=15)), OTHER_PIXELS),
        (compressed(GRAY_FORM, stream(1, height=3)), OTHER_PIXELS),
        (compressed(GRAY_FORM, *[stream(1, height=4)] * 2, entries={ROWS: (SHORT, [2])}), OTHER_PIXELS),
        (compressed(GRAY_FORM, *[stream(1, height=24)] * 9, entries=TILED), OTHER_PIXELS),
        (compressed(GRAY_FORM, bytes(100)), "a page in JPEG whose data is none"),
        (compressed(GRAY_FORM, zlib.compress(bytes(64)).ljust(100)), "a page in JPEG whose data is none"),
        (compressed(GRAY_FORM, b"\xff\xd8" + bytes(100)), NO_HEADER),
        (compressed(GRAY_FORM, jpeg(TABLES, scan(0, data=bytes(20)))), NO_HEADER),
        (compressed(GRAY_FORM, jpeg(*[segment(0xFE)] * 64, stream(1)[2:])), NO_HEADER),
        # The size in the directory ends before it.
        (compressed(GRAY_FORM, stream(1), entries={STRIP_BYTES: (LONG, [100])}), NO_HEADER),
        (compressed(GRAY_FORM, jpeg(segment(0xC0, b"\x08").ljust(100))), NO_HEADER),
    ],
)
def test_jpeg_that_is_not_what_the_page_says(content: bytes, what: str) -> None:
    assert refusal(content) == ("tif_damaged", f"is damaged: it has {what}")


# --- data that is missing --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("compression", "width", "rows", "bits", "least"),
    [
        # PackBits: 2 bytes for 128.
        (32773, 1728, 200, 1, -(-216 * 200 // 64)),
        # A byte a row, or two; 4 bits a row, or 9.
        (2, 63, 200, 1, 200),
        (2, 1728, 200, 1, 400),
        (3, 63, 200, 1, 100),
        (3, 1728, 200, 1, 225),
        # A bit a row.
        (4, 1728, 200, 1, 25),
        (4, 1728, 201, 1, 26),
        # LZW: 294 codes for 1 to 294 bytes, of 9 bits, and those behind the 257th of 10; 3,795 of up to 12 bits; as
        # many as a table has place for, and behind these each for 3,839 bytes.
        (5, 1728, 200, 1, -(-(294 * 9 + 37) // 8)),
        (5, 2400, 3000, 8, -(-(3_795 * 12 - 257 - 769 - 1_793) // 8)),
        (5, 8000, 3000, 8, -(-((3_838 + 4_332) * 12 - 257 - 769 - 1_793) // 8)),
        # Deflate: 1 byte for 1,032.
        (8, 1728, 200, 1, 2 + 42),
        (32946, 1728, 2000, 8, 2 + 3_349),
    ],
)
def test_strip_of_fewer_bytes_than_its_rows_take(
    compression: int, width: int, rows: int, bits: int, least: int
) -> None:
    form: dict[int, Value | None] = {
        WIDTH: (SHORT, [width]),
        HEIGHT: (SHORT, [rows]),
        BITS: (SHORT, [bits]),
        COMPRESSION: (SHORT, [compression]),
    }
    assert tif.count_pages(one(form, bytes(least)), MAX_PIXELS) == 1
    assert refusal(one(form, bytes(least - 1))) == ("tif_damaged", f"is damaged: it has {TOO_SHORT}")
    # The last strip has half as many rows, and at least half as many bytes.
    half = form | {HEIGHT: (SHORT, [rows + rows // 2]), ROWS: (SHORT, [rows])}
    assert tif.count_pages(one(half, bytes(least), bytes(least)), MAX_PIXELS) == 1
    assert refusal(one(half, bytes(least - 1), bytes(least)))[0] == "tif_damaged"
    assert refusal(one(half, bytes(least), b"x"))[0] == "tif_damaged"


@given(
    st.sampled_from(["group3", "group4", "tiff_ccitt", "packbits", "tiff_lzw", "tiff_deflate"]),
    st.integers(1, 700),
    st.integers(1, 120),
    st.sampled_from(["1", "L", "RGB"]),
    st.sampled_from([0, 255, None]),
    st.integers(1, 120),
)
@example("tiff_deflate", 2_480, 3_508, "RGB", 255, 3_508)
@example("tiff_lzw", 2_480, 3_508, "RGB", 255, 3_508)
@example("tiff_lzw", 2_480, 3_508, "L", 0, 1_000)
@example("packbits", 2_480, 3_508, "L", 0, 100)
@example("group4", 2_480, 3_508, "1", 255, 3_508)
@example("group3", 64, 300, "1", 255, 300)
@example("tiff_ccitt", 64, 300, "1", 255, 300)
def test_no_strip_that_an_encoder_writes_is_short_of_data(
    compression: str, width: int, height: int, mode: str, level: int | None, rows: int
) -> None:
    """Blank pages among them, which are as short as any, in strips of every height."""
    mode = "1" if compression in {"group3", "group4", "tiff_ccitt"} else mode
    picture = Image.effect_noise((width, height), 90) if level is None else Image.new("L", (width, height), level)
    written = io.BytesIO()
    with patch.object(TiffImagePlugin, "STRIP_SIZE", max(rows * width * len(mode) // (8 if mode == "1" else 1), 1)):
        picture.convert(mode).save(written, "TIFF", compression=compression, big_tiff=False)
    assert tif.count_pages(written.getvalue(), MAX_PIXELS) == 1


def test_strip_whose_size_is_not_known_reaches_to_the_end() -> None:
    """Of one that was written into a pipe, where there is no going back."""
    content = one({STRIP_BYTES: (LONG, [0])})
    assert tif.count_pages(content, MAX_PIXELS) == 1
    assert renders(content)
    last = one({STRIP_BYTES: (LONG, [0]), STRIPS: (LONG, [len(content)])}) + bytes(8)
    assert tif.count_pages(last, MAX_PIXELS) == 1
    assert refusal(last[:-1]) == ("tif_damaged", f"is damaged: it has {TOO_SHORT}")


@pytest.mark.parametrize("samples", [1, 3])
def test_compression_that_is_stated_for_each_sample(samples: int) -> None:
    """As TIFF 5.0 had it; others need not be the same."""
    form: dict[int, Value | None] = {
        BITS: (SHORT, [8] * samples),
        SAMPLES: (SHORT, [samples]),
        PHOTOMETRIC: (SHORT, [1 if samples == 1 else 2]),
    }
    data = bytes(64 * samples)
    assert tif.count_pages(one(form | {COMPRESSION: (SHORT, [1] * 3)}, data), MAX_PIXELS) == 1
    assert is_accepted(one(form | {COMPRESSION: (SHORT, [1] * samples + [5] * 3)}, data))
    assert is_accepted(one(form | {COMPRESSION: (SHORT, [5, 1, 1])}, data)) is (samples == 1)


@pytest.mark.parametrize("order", [LITTLE, BIG])
def test_value_outside_the_file(order: str) -> None:
    """A private tag's is of no use for the page; others are read by somebody."""
    for tag, kind, is_needed in (
        (40_000, ASCII, False),
        (32_768, 7, False),
        (282, RATIONAL, True),
        (32_767, ASCII, True),
    ):
        content = tiff(page({tag: (kind, [0] * 8)}), order=order)
        entry = struct.pack(f"{order}HH", tag, kind)
        at = content.index(entry) + 8
        moved = content[:at] + struct.pack(f"{order}I", len(content)) + content[at + 4 :]
        assert is_accepted(moved) is not is_needed


@pytest.mark.parametrize("compression", [1, 8])
def test_forms_with_bits_in_reverse_are_ones_that_pillow_reads(compression: int) -> None:
    order: dict[int, Value | None] = {FILL_ORDER: (SHORT, [2])}
    taken = [form for form in _FORMS if is_accepted(pixels(*form, compression, entries=order))]
    several = {0: (1, 2, 4, 8), 1: (1, 2, 4, 8, 16), 3: (1, 2, 4, 8)}
    if compression == 1:
        several |= {0: (1, 2, 4), 3: (8,)}
    assert taken == sorted([*((p, bits, 1) for p, all_bits in several.items() for bits in all_bits), (2, 8, 3)])
    reverse = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
    for photometric, bits, samples in taken:
        content = pixels(photometric, bits, samples, compression, entries=order)
        data = zlib.compress(bytes(8 * bits * samples))
        assert renders(content.replace(data, data.translate(reverse)))


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (pixels(1, 32, 1), "has pixels of a form (1 x 32 bits, photometric interpretation 1) that cannot be read"),
        (pixels(6, 8, 3), "has pixels of a form (3 x 8 bits, photometric interpretation 6) that cannot be read"),
        (pixels(2, 8, 7), "has pixels of 7 samples; they cannot have more than 6"),
        (one({SAMPLES: (LONG, [2**32 - 1])}), "has pixels of 4294967295 samples; they cannot have more than 6"),
        (
            pixels(2, 8, 3, entries={BITS: (SHORT, [5, 6, 5])}),
            "has pixels of a form (samples of different sizes) that cannot be read",
        ),
        (
            pixels(1, 16, 1, entries={SAMPLE_FORMAT: (SHORT, [2])}),
            "has pixels of a form (1 x 16 bits, photometric interpretation 1) that cannot be read",
        ),
        (
            pixels(2, 8, 3, entries={SAMPLE_FORMAT: (SHORT, [1, 1, 3])}),
            "has pixels of a form (3 x 8 bits, photometric interpretation 2) that cannot be read",
        ),
        *(
            (
                pixels(*form, entries={EXTRA: extra}),
                f"has pixels of a form ({form[2]} x {form[1]} bits, photometric interpretation {form[0]}) "
                "that cannot be read",
            )
            for form, extra in (
                ((0, 1, 1), (SHORT, [0])),
                ((1, 8, 2), None),
                ((1, 8, 2), (SHORT, [3])),
                ((2, 8, 3), (SHORT, [0])),
                ((2, 8, 4), (SHORT, [3])),
                ((2, 8, 5), None),
                ((2, 8, 5), (SHORT, [0])),
                ((2, 8, 5), (SHORT, [0, 1])),
                ((2, 8, 6), (SHORT, [2, 0, 2])),
                ((5, 8, 4), (SHORT, [0])),
                ((5, 8, 5), (SHORT, [1])),
            )
        ),
        (
            one({FILL_ORDER: (SHORT, [3])}),
            "has pixels of a form (1 x 1 bits, photometric interpretation 1) that cannot be read",
        ),
    ],
)
def test_pixels_that_cannot_be_read(content: bytes, text: str) -> None:
    assert refusal(content) == ("tif_pixels", text)


@pytest.mark.parametrize("form", [(1, 8, 2), (2, 8, 4), (2, 16, 4)])
@pytest.mark.parametrize("extra", [0, 1, 2])
def test_sample_beyond_the_colours(form: tuple[int, int, int], extra: int) -> None:
    content = pixels(*form, entries={EXTRA: (SHORT, [extra])})
    assert tif.count_pages(content, MAX_PIXELS) == 1
    assert renders(content)
    # Beside three colours it need not be stated.
    assert is_accepted(pixels(*form, entries={EXTRA: None})) is renders(pixels(*form, entries={EXTRA: None}))


@pytest.mark.parametrize("bits", [(SHORT, [8]), (SHORT, [8, 8, 8]), (LONG, [8, 8, 8])])
@pytest.mark.parametrize("sample_format", [None, (SHORT, [1]), (SHORT, [1, 1, 1])])
def test_number_that_is_stated_once_or_for_each_sample(bits: Value, sample_format: Value | None) -> None:
    content = pixels(2, 8, 3, entries={BITS: bits, SAMPLE_FORMAT: sample_format})
    assert tif.count_pages(content, MAX_PIXELS) == 1
    assert renders(content)


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
    if sizes == [0]:
        # It reaches to the file's end.
        least = [max(least[0] - length + starts[0], 0)]

    with patch.object(tif_strips, "_AT_ONCE", at_once):
        fits = all(start + size <= length for start, size in zip(starts, sizes, strict=True))
        enough = all(size >= fewest for size, fewest in zip(sizes, least, strict=True))
        assert is_accepted(content) is (fits and enough)
