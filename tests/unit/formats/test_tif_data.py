"""The data of a TIFF's strips is there, and JPEG data is what its page says, or it is refused."""

import io
import zlib
from collections.abc import Mapping
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image, TiffImagePlugin

from faxes.formats import tif
from tests.support.images import (
    BITS,
    COMPRESSION,
    EXTRA,
    FILL_ORDER,
    HEIGHT,
    LONG,
    PHOTOMETRIC,
    PLANES,
    ROWS,
    SAMPLES,
    SHORT,
    STRIP_BYTES,
    STRIPS,
    TABLES,
    TILE_WIDTH,
    WIDTH,
    Component,
    Value,
    frame,
    jpeg,
    scan,
    segment,
)
from tests.support.tifs import (
    FORMS,
    MAX_PIXELS,
    TILED,
    TOO_SHORT,
    is_accepted,
    one,
    refusal,
    renders,
)


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
    taken = [form for form in FORMS if is_accepted(compressed(form))]
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


def test_strip_whose_size_is_not_known_reaches_up_to_its_directory() -> None:
    content = one({STRIP_BYTES: (LONG, [0])})
    assert tif.count_pages(content, MAX_PIXELS) == 1
    assert renders(content)


def test_strip_whose_size_is_not_known_may_not_be_the_end_of_the_file() -> None:
    """Of one that was written into a pipe, where there is no going back: nothing would tell one that is cut off."""
    content = one({STRIP_BYTES: (LONG, [0])})
    last = one({STRIP_BYTES: (LONG, [0]), STRIPS: (LONG, [len(content)])}) + bytes(8)
    assert renders(last)
    assert refusal(last) == ("tif_damaged", f"is damaged: it has {TOO_SHORT}")
