"""A JPEG is one whole image that renderers read, or it is refused: one thing at a time is wrong here."""

import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from faxes.formats import Unfaxable, jpg
from tests.support.images import (
    COLOURS,
    EOI,
    EXTENDED,
    GRAY,
    GRAY_BLOCK,
    PROGRESSIVE,
    SOI,
    TABLES,
    Component,
    frame,
    huffman,
    jpeg,
    quantization,
    scan,
    segment,
)
from tests.support.peak_memory import peak_memory

MAX_PIXELS = 100_000_000
FOUR = (*COLOURS, Component(4))
# One byte of data holds three blocks of a colour image, and four of one with four colours.
COLOUR_BLOCKS = b"\x03"
WHOLE = jpeg()
START = TABLES + frame()
THUMBNAIL = segment(0xE1, b"Exif\0\0" + WHOLE)
CUT_OFF = ("jpg_cut_off", "is cut off: the image's end is missing")
ONLY = "only baseline, extended and progressive JPEGs of 8 bits per sample can be faxed"


def refusal(content: bytes, max_pixels: int = MAX_PIXELS) -> tuple[str, str]:
    """Why a JPEG is refused: the reason and the whole text."""
    with pytest.raises(Unfaxable) as caught:
        jpg.count_pages(content, max_pixels)
    return caught.value.reason, caught.value.text


def is_accepted(content: bytes) -> bool:
    try:
        return jpg.count_pages(content, MAX_PIXELS) == 1
    except Unfaxable:
        return False


def renders(content: bytes) -> bool:
    """Whether Pillow, which is strict unless it is told otherwise, reads the image to its end."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            image.load()
    except (OSError, SyntaxError):
        return False
    return True


def progressive(*scans: bytes) -> bytes:
    return jpeg(TABLES, frame(marker=PROGRESSIVE), *scans)


DIRECT, ALTERNATING = scan(1, end=0, data=b"\x7f"), scan(1, start=1, data=b"\x7f")


@pytest.mark.parametrize(
    "content",
    [
        WHOLE,
        jpeg(TABLES, frame(marker=EXTENDED), scan(1)),
        jpeg(quantization(wide=True), huffman(0x00, 0x10), frame(), scan(1)),
        # Tables in segments of their own, behind the frame, redefined, and of another number.
        jpeg(frame([Component(quantization=3)]), quantization(3), huffman(0x03), huffman(0x13), scan(1, tables=0x33)),
        jpeg(TABLES, TABLES, frame(), TABLES, scan(1)),
        # 16 blocks that are not coded together, and codes for long runs.
        jpeg(TABLES, frame([Component(1, 4, 4)]), scan(1)),
        jpeg(TABLES, huffman(0x10, counts=b"\1\1".ljust(16, b"\0"), symbols=b"\0\xf0"), frame(), scan(1)),
        # What only a progressive scan's header may say is passed over in another's.
        jpeg(TABLES, frame(), scan(1, start=5, end=0, approximation=0x57)),
        jpeg(TABLES, frame(COLOURS), scan(1, 2, 3, data=COLOUR_BLOCKS)),
        jpeg(TABLES, frame(COLOURS), scan(1), scan(2), huffman(0x00), scan(3)),
        jpeg(TABLES, frame([Component(1, 2, 2), *COLOURS[1:]], width=16, height=16), scan(1, 2, 3, data=b"\0\x0f")),
        jpeg(segment(0xEE, b"Adobe\0\x64\0\0\0\0\0"), TABLES, frame(FOUR), scan(1, 2, 3, 4, data=b"\0")),
        # The most blocks that may be coded together.
        jpeg(TABLES, frame([Component(1, 4, 2), *COLOURS[1:]], width=32), scan(1, 2, 3, data=b"\0\0\x0f")),
        progressive(DIRECT),
        progressive(DIRECT, ALTERNATING),
        progressive(
            scan(1, end=0, approximation=0x01, data=b"\x7f"),
            scan(1, end=0, approximation=0x10, data=b"\x7f"),
            ALTERNATING,
        ),
        # Restart markers, escapes and fill bytes within the data.
        jpeg(TABLES, segment(0xDD, b"\0\1"), frame(width=16), scan(1, data=GRAY_BLOCK + b"\xff\xd0" + GRAY_BLOCK)),
        jpeg(START, scan(1, data=GRAY_BLOCK + b"\xff\0\xff\0")),
        jpeg(START, scan(1, data=GRAY_BLOCK + b"\xff" * 70_000)),
        # Fill bytes before markers, and what applications leave.
        jpeg(b"\xff\xff\xff", START, b"\xff", scan(1)),
        jpeg(segment(0xE0, b"JFIF\0\1\2\0\0\1\0\1\0\0"), THUMBNAIL, segment(0xFE, EOI), START, scan(1)),
        jpeg(segment(0xE2), START, scan(1), segment(0xDC, b"\0\x08")),
        # Components of one number are taken in their order.
        jpeg(TABLES, frame([GRAY[0]] * 3), scan(1, 1, 1, data=COLOUR_BLOCKS)),
        jpeg(TABLES, frame([Component(1), Component(2), Component(2)]), scan(1, 2, 2, data=COLOUR_BLOCKS)),
        jpeg(TABLES, frame([Component(1), Component(2), Component(1)]), scan(1, 2, 1, data=COLOUR_BLOCKS)),
        # Between segments: what a lost segment leaves, an escape, restart markers.
        jpeg(TABLES, b"\0\xe1\0\x04Exif", frame(), scan(1)),
        jpeg(TABLES, frame(), bytes(jpg.MAX_BYTES_BETWEEN), scan(1)),
        jpeg(b"\xff\0\xff\0\2", START, b"\xff\xd0\xff\xd7", scan(1), b"lost\xff"),
        # Behind its end: a second image, half a one, a camera's padding, anything.
        WHOLE + WHOLE,
        WHOLE + WHOLE[:-2],
        WHOLE + b"\0" * 100,
        WHOLE + b"%PDF-1.7",
    ],
)
def test_whole_image(content: bytes) -> None:
    assert jpg.count_pages(content, MAX_PIXELS) == 1
    assert renders(content)


@pytest.mark.parametrize("image", [WHOLE, jpeg(THUMBNAIL, START, scan(1)), progressive(DIRECT, ALTERNATING)])
def test_image_that_is_cut_anywhere(image: bytes) -> None:
    assert {refusal(image[:length]) for length in range(2, len(image))} == {CUT_OFF}


@pytest.mark.parametrize(
    ("content", "reason", "text"),
    [
        (SOI + EOI, "jpg_no_image", "holds no image"),
        (jpeg(START), "jpg_no_image", "holds no image"),
        (jpeg(TABLES), "jpg_no_image", "holds no image"),
        (jpeg(THUMBNAIL), "jpg_no_image", "holds no image"),
        (jpeg(START, scan(1, data=b"")), "jpg_no_image", "holds no image: its header has no data behind it"),
        # libjpeg reads 1, 3 or 4 components of 8 bits, Huffman-coded.
        *(
            (jpeg(TABLES, frame(marker=marker), scan(1)), "jpg_compression", f"is {name}; {ONLY}")
            for name, markers in {
                "a lossless JPEG": (0xC3,),
                "a hierarchical JPEG": (0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE),
                "an arithmetic-coded JPEG": (0xC9, 0xCA, 0xCB),
                "a JPEG-LS image": (0xF7,),
            }.items()
            for marker in markers
        ),
        *(
            (
                jpeg(TABLES, frame(precision=bits, marker=EXTENDED), scan(1)),
                "jpg_compression",
                f"is a JPEG of {bits} bits per sample; {ONLY}",
            )
            for bits in (0, 7, 12, 16)
        ),
        *(
            (
                jpeg(TABLES, frame([Component(n) for n in range(count)]), scan(0)),
                "jpg_compression",
                f"is a JPEG of {count} colour components; it must have 1, 3 or 4",
            )
            for count in (0, 2, 5)
        ),
        *(
            (
                jpeg(TABLES, frame([Component(1, *factors), *COLOURS[1:2], Component(3, 2, 2)]), scan(1, 2, 3)),
                "jpg_compression",
                "is a JPEG with fractional sampling, which renderers do not read",
            )
            for factors in ((3, 2), (2, 3))
        ),
    ],
)
def test_image_that_renderers_do_not_read(content: bytes, reason: str, text: str) -> None:
    assert refusal(content) == (reason, text)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (SOI + b"\0" + WHOLE[2:], "other bytes where a marker must be"),
        (jpeg(b"\r\n", START, scan(1)), "other bytes where a marker must be"),
        (
            jpeg(TABLES, bytes(jpg.MAX_BYTES_BETWEEN + 1), frame(), scan(1)),
            "too many other bytes where a marker must be",
        ),
        (
            jpeg(TABLES, bytes(40_000), frame(), bytes(jpg.MAX_BYTES_BETWEEN - 39_999), scan(1)),
            "too many other bytes where a marker must be",
        ),
        (SOI + WHOLE, "a marker that stands for nothing"),
        *(
            (jpeg(bytes([0xFF, marker, 0, 2]), START, scan(1)), "a marker that stands for nothing")
            for marker in (1, 2, 0xBF, 0xC8, 0xDF, 0xF0, 0xFD)
        ),
        (jpeg(START, scan(1, data=GRAY_BLOCK + b"\xff\1\0\2")), "a marker that stands for nothing"),
        (jpeg(b"\xff\xfe\0\0", START, scan(1)), "a segment of less than no length"),
        (jpeg(b"\xff\xfe\0\1", START, scan(1)), "a segment of less than no length"),
        (jpeg(START, frame(), scan(1)), "two image headers"),
        (jpeg(TABLES, segment(0xC0), scan(1)), "an image header of the wrong length"),
        (jpeg(TABLES, segment(0xC0, b"\x08\0\x08\0\x08"), scan(1)), "an image header of the wrong length"),
        (jpeg(TABLES, frame(count=0), scan(1)), "an image header of the wrong length"),
        (jpeg(TABLES, frame(count=3), scan(1)), "an image header of the wrong length"),
        (jpeg(TABLES, frame(COLOURS, count=1), scan(1)), "an image header of the wrong length"),
        (jpeg(TABLES, frame([GRAY[0]] * 3), scan(1, data=COLOUR_BLOCKS)), "no data for one of its colour components"),
        *(
            (
                jpeg(TABLES, frame([Component(1, *factors)]), scan(1)),
                "a colour component that is sampled 0 or more than 4 times",
            )
            for factors in ((0, 1), (1, 0), (5, 1), (1, 5), (15, 15))
        ),
        (jpeg(TABLES, scan(1), frame()), "image data before its header"),
        (jpeg(START, segment(0xDA), b"\0"), "a scan header of the wrong length"),
        (jpeg(START, segment(0xDA, b"\0\0\x3f\0"), b"\0"), "a scan header of the wrong length"),
        (jpeg(START, segment(0xDA, b"\2\1\0\0\x3f\0"), b"\0"), "a scan header of the wrong length"),
        (jpeg(START, segment(0xDA, b"\1\1\0\0\x3f\0\0"), b"\0"), "a scan header of the wrong length"),
        (jpeg(TABLES, frame(FOUR), scan(1, 2, 3, 4, 1)), "a scan header of the wrong length"),
        (jpeg(START, scan(2)), "a scan of a component that is not there"),
        (jpeg(TABLES, frame(COLOURS), scan(1, 1)), "a scan of a component that is not there"),
        (jpeg(TABLES, frame(COLOURS), scan(3, 2, 1)), "a scan of a component that is not there"),
        (
            jpeg(TABLES, frame([Component(1, 4, 2), Component(2, 2, 1), COLOURS[2]]), scan(1, 2, 3)),
            "too many blocks that are coded together",
        ),
        (jpeg(TABLES, frame(COLOURS), scan(1), scan(2)), "no data for one of its colour components"),
        (progressive(ALTERNATING), "no data for one of its colour components"),
        (progressive(scan(1, end=0, approximation=0x10)), "no data for one of its colour components"),
        (progressive(scan(1)), "a scan of a part that does not exist"),
        (progressive(scan(1, start=1, end=64)), "a scan of a part that does not exist"),
        (progressive(scan(1, start=2, end=1)), "a scan of a part that does not exist"),
        (progressive(scan(1, end=0, approximation=0x20)), "a scan of a part that does not exist"),
        (progressive(scan(1, end=0, approximation=14)), "a scan of a part that does not exist"),
        (
            jpeg(TABLES, frame(COLOURS, marker=PROGRESSIVE), scan(1, 2, start=1, end=5)),
            "a scan of a part that does not exist",
        ),
        (jpeg(START, segment(0xDD, b"\0"), scan(1)), "a restart interval of the wrong length"),
        (jpeg(START, segment(0xDB, b"\4" + bytes(64)), scan(1)), "a quantization table of an unknown form"),
        (jpeg(START, segment(0xDB, b"\x20" + bytes(64)), scan(1)), "a quantization table of an unknown form"),
        (jpeg(START, segment(0xDB, b"\0" + bytes(63)), scan(1)), "a quantization table that ends early"),
        (jpeg(START, segment(0xDB, b"\x10" + bytes(64)), scan(1)), "a quantization table that ends early"),
        (jpeg(START, huffman(0x20), scan(1)), "a Huffman table of an unknown form"),
        (jpeg(START, huffman(0x04), scan(1)), "a Huffman table of an unknown form"),
        (jpeg(START, segment(0xC4, b"\0" + bytes(15)), scan(1)), "a Huffman table that ends early"),
        (jpeg(START, huffman(0x00, symbols=b""), scan(1)), "a Huffman table that ends early"),
        # Of one bit, there is one code: the other is all ones.
        (
            jpeg(START, huffman(0x00, counts=b"\2".ljust(16, b"\0"), symbols=b"\0\1"), scan(1)),
            "a Huffman table of more codes than there are",
        ),
        (
            jpeg(START, huffman(0x10, counts=b"\1\2".ljust(16, b"\0"), symbols=b"\0\1\2"), scan(1)),
            "a Huffman table of more codes than there are",
        ),
        (jpeg(START, huffman(0x00, symbols=b"\x10"), scan(1)), "a Huffman table of wrong symbols"),
    ],
)
def test_damaged_image(content: bytes, what: str) -> None:
    assert refusal(content) == ("jpg_damaged", f"is damaged: it has {what}")


@pytest.mark.parametrize(
    "content",
    [
        jpeg(huffman(0x00, 0x10), frame(), scan(1)),
        jpeg(quantization(), frame(), scan(1)),
        jpeg(quantization(), huffman(0x00), frame(), scan(1)),
        jpeg(quantization(), huffman(0x10), frame(), scan(1)),
        # Of another number, behind the scan, without a code, in a thumbnail.
        jpeg(quantization(1), huffman(0x00, 0x10), frame(), scan(1)),
        jpeg(TABLES, frame([Component(quantization=1)]), scan(1)),
        jpeg(TABLES, frame(), scan(1, tables=0x10)),
        jpeg(TABLES, frame(), scan(1, tables=0x01)),
        jpeg(frame(), scan(1), TABLES),
        jpeg(quantization(), huffman(0x00, 0x10, counts=bytes(16), symbols=b""), frame(), scan(1)),
        jpeg(THUMBNAIL, frame(), scan(1)),
        jpeg(TABLES, frame([*COLOURS[:2], Component(3, quantization=1)]), scan(1, 2, 3)),
        progressive(scan(1, end=0, tables=0x10)),
        progressive(DIRECT, scan(1, start=1, tables=0x01)),
    ],
)
def test_abbreviated_image(content: bytes) -> None:
    assert refusal(content) == ("jpg_tables_missing", "lacks tables that are needed to read it")


@pytest.mark.parametrize(
    "scans",
    [
        # What a scan of a progressive image does not use need not be there: it refines, or has no such coefficients.
        (scan(1, end=0, tables=0x0F), ALTERNATING),
        (DIRECT, scan(1, start=1, tables=0xF0)),
        (DIRECT, scan(1, end=0, approximation=0x10, tables=0xFF)),
    ],
)
def test_table_that_no_scan_uses(scans: tuple[bytes, ...]) -> None:
    assert jpg.count_pages(progressive(*scans), MAX_PIXELS) == 1


# --- data that is missing --------------------------------------------------------------------------------------------


def too_short(size: int, least: int) -> tuple[str, str]:
    return "jpg_data_missing", f"is damaged: its image data has {size} bytes and cannot have fewer than {least}"


@pytest.mark.parametrize(
    ("start", "numbers", "bits"),
    [
        # Two bits for each block: 8 x 8 pixels of a component, in all that are coded together, or in the one alone.
        (TABLES + frame(width=400, height=300), (1,), 2 * 50 * 38),
        (TABLES + frame([Component(1, 2, 2)], width=400, height=300), (1,), 2 * 50 * 38),
        (TABLES + frame([Component(1, 2, 2), *COLOURS[1:]], width=400, height=300), (1, 2, 3), 2 * 6 * 25 * 19),
        (TABLES + frame(COLOURS, width=401, height=297), (1, 2, 3), 2 * 3 * 51 * 38),
        (TABLES + frame(COLOURS, width=401, height=297, marker=EXTENDED), (1, 2, 3), 2 * 3 * 51 * 38),
        # The shortest code of the symbol that ends a block has 2 bits, or 3.
        *(
            (
                quantization()
                + huffman(0x00)
                + huffman(0x10, counts=counts.ljust(16, b"\0"), symbols=symbols)
                + frame(width=400, height=300),
                (1,),
                bits * 50 * 38,
            )
            for counts, symbols, bits in (
                (b"\1\1", b"\0\1", 2),
                (b"\1\1", b"\xf0\0", 3),
                (b"\1\1\1", b"\1\xf0\0", 4),
                # None does: four others, or more.
                (b"\1\1", b"\1\xf0", 5),
                (b"\0\0\0\1", b"\1", 17),
            )
        ),
        # A direct symbol says how many bits follow.
        (
            quantization()
            + huffman(0x00, counts=b"\0\1\1".ljust(16, b"\0"), symbols=b"\5\0")
            + huffman(0x10)
            + frame(width=400, height=300),
            (1,),
            4 * 50 * 38,
        ),
    ],
)
def test_scan_of_fewer_bytes_than_its_blocks_take(start: bytes, numbers: tuple[int, ...], bits: int) -> None:
    least = -(-bits // 8)
    assert jpg.count_pages(jpeg(start, scan(*numbers, data=b"\xaa" * least)), MAX_PIXELS) == 1
    assert refusal(jpeg(start, scan(*numbers, data=b"\xaa" * (least - 1)))) == too_short(least - 1, least)
    # What the data does not consist of: the zero behind 0xFF, fill bytes, what stands behind a restart marker.
    assert is_accepted(jpeg(start, scan(*numbers, data=b"\xff\0" * least)))
    assert refusal(jpeg(start, scan(*numbers, data=b"\xff\0" * (least - 1)))) == too_short(least - 1, least)
    assert refusal(jpeg(start, scan(*numbers, data=b"\xaa" + b"\xff" * least)))[0] == "jpg_data_missing"
    cut = scan(*numbers, data=b"\xaa\xff\xd0" + b"\xaa" * least)
    assert refusal(jpeg(start, cut)) == too_short(1, least)


@pytest.mark.parametrize(("approximation", "begun"), [(0x01, ()), (0x10, (scan(1, end=0, data=bytes(475)),))])
def test_progressive_scan_of_fewer_bytes_than_its_blocks_take(approximation: int, begun: tuple[bytes, ...]) -> None:
    """A bit a block for the direct coefficient. For the others, one code can stand for thousands of blocks."""
    start = TABLES + frame(width=800, height=304, marker=PROGRESSIVE)
    whole = scan(1, end=0, approximation=approximation, data=bytes(475))
    assert jpg.count_pages(jpeg(start, *begun, whole, scan(1, start=1, data=b"\x55")), MAX_PIXELS) == 1
    cut = scan(1, end=0, approximation=approximation, data=bytes(474))
    assert refusal(jpeg(start, *begun, cut)) == too_short(474, 475)


def test_scan_of_fewer_parts_than_its_restart_interval_makes() -> None:
    start = TABLES + segment(0xDD, b"\0\x0a") + frame(width=400, height=300)
    parts = [GRAY_BLOCK * 5 + bytes([0xFF, 0xD0 + n % 8]) for n in range(189)]
    assert jpg.count_pages(jpeg(start, scan(1, data=b"".join([*parts, GRAY_BLOCK * 5]))), MAX_PIXELS) == 1
    missing = jpeg(start, scan(1, data=b"".join([*parts[1:], b"\xff\0" * 5])))
    assert refusal(missing) == ("jpg_data_missing", "is damaged: its image data has 189 of its 190 parts")


@pytest.mark.parametrize(("symbol", "is_hole"), [(0x01, True), (0x11, True), (0x00, False), (0xF0, False)])
def test_zeros_that_no_image_has(symbol: int, *, is_hole: bool) -> None:
    """They are one where the shortest code is a coefficient: 63 of them in each block."""
    start = quantization() + huffman(0x00) + huffman(0x10, symbols=bytes([symbol])) + frame()
    for around in (b"", b"\x55" * 5_000):
        zeros = jpeg(start, scan(1, data=around + bytes(511) + b"\1" + bytes(511) + around))
        assert jpg.count_pages(zeros, MAX_PIXELS) == 1
        hole = jpeg(start, scan(1, data=around + bytes(512) + around))
        assert is_accepted(hole) is not is_hole
        if is_hole:
            text = "is damaged: its image data has 512 zero bytes in a row"
            assert refusal(hole) == ("jpg_data_missing", text)
    refined = quantization() + huffman(0x00) + huffman(0x10, symbols=bytes([symbol])) + frame(marker=PROGRESSIVE)
    scans = (
        scan(1, end=0),
        scan(1, start=1, approximation=0x01),
        scan(1, start=1, approximation=0x10, data=bytes(600)),
    )
    assert jpg.count_pages(jpeg(refined, *scans), MAX_PIXELS) == 1


_PICTURES = st.builds(
    lambda size, mode, noise: Image.effect_noise(size, noise).convert(mode),
    st.tuples(st.integers(1, 90), st.integers(1, 90)),
    st.sampled_from(["L", "RGB", "CMYK"]),
    st.sampled_from([0, 1, 30, 200]),
)


@given(
    _PICTURES,
    st.sampled_from([1, 50, 95, 100]),
    st.sampled_from([0, 1, 2]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 3),
)
def test_no_image_that_an_encoder_writes_is_short_of_data(
    picture: Image.Image, quality: int, subsampling: int, progressive: bool, optimize: bool, restart: int
) -> None:
    """Blank ones among them, which are as short as any."""
    written = io.BytesIO()
    picture.save(
        written,
        "JPEG",
        quality=quality,
        subsampling=subsampling,
        progressive=progressive,
        optimize=optimize,
        restart_marker_blocks=restart,
    )
    assert jpg.count_pages(written.getvalue(), MAX_PIXELS) == 1


# --- limits ----------------------------------------------------------------------------------------------------------


def blocks(width: int, height: int) -> int:
    return -(-width // 8) * -(-height // 8)


def sized(width: int, height: int) -> bytes:
    """An image with as many gray blocks as it needs, if it has a size."""
    data = bytes(-(-2 * blocks(width, height) // 8)) if width * height <= 1_000_000 else GRAY_BLOCK
    return jpeg(TABLES, frame(width=width, height=height), scan(1, data=data or GRAY_BLOCK))


@pytest.mark.parametrize(("width", "height"), [(0, 1), (1, 0), (0, 0), (65_501, 1), (1, 65_501), (65_535, 65_535)])
def test_sides(width: int, height: int) -> None:
    assert refusal(sized(width, height)) == (
        "jpg_size",
        f"is {width} x {height} pixels; each side must be 1 to 65500",
    )


@pytest.mark.parametrize(("width", "height"), [(1, 1), (65_500, 1), (1, 65_500), (100, 100), (10_000, 1)])
def test_size_within_the_limit(width: int, height: int) -> None:
    assert jpg.count_pages(sized(width, height), max(width * height, 1)) == 1


def test_size_over_the_limit() -> None:
    assert refusal(sized(100, 101), 10_099) == ("jpg_size", "is 100 x 101 pixels; the limit is 10099 in all")
    assert refusal(sized(60_000, 60_000)) == ("jpg_size", "is 60000 x 60000 pixels; the limit is 100000000 in all")


def test_number_of_segments() -> None:
    """Each table counts as well; here there are 5 beside: two segments of three tables, frame and scan."""
    comments = [segment(0xFE)] * (jpg.MAX_SEGMENTS - 7)
    assert jpg.count_pages(jpeg(*comments, START, scan(1)), MAX_PIXELS) == 1
    assert refusal(jpeg(segment(0xFE), *comments, START, scan(1))) == (
        "jpg_segments",
        "has more than 1000 segments and tables, the limit",
    )
    # A segment of 64 KB holds 3,855 tables without a code, or 1,008 of quantization.
    assert refusal(jpeg(huffman(*[0] * 1_000, counts=bytes(16), symbols=b"")))[0] == "jpg_segments"
    assert refusal(jpeg(segment(0xDB, bytes(65) * 1_000)))[0] == "jpg_segments"


def test_number_of_scans() -> None:
    assert jpg.count_pages(jpeg(START, *[scan(1)] * jpg.MAX_SCANS), MAX_PIXELS) == 1
    assert refusal(jpeg(START, *[scan(1)] * (jpg.MAX_SCANS + 1))) == (
        "jpg_scans",
        "has more than 100 scans, the limit",
    )


@pytest.mark.parametrize("pair", [b"\xff\0", b"\xff\xd0", b"\xff\xff"])
def test_number_of_escapes(pair: bytes) -> None:
    """Counted over all scans, and not behind them."""
    count = jpg.MAX_ESCAPES // 2
    few = scan(1, data=GRAY_BLOCK + b"\xff\0" * count)
    most = GRAY_BLOCK + (pair * (count // pair.count(b"\xff")))
    trailing = b"\xff" * 200_000
    assert jpg.count_pages(jpeg(START, few, scan(1, data=most)) + trailing, MAX_PIXELS) == 1
    assert refusal(jpeg(START, few, scan(1, data=most + b"\0\xff\0"))) == (
        "jpg_escapes",
        "has image data with more than 400000 bytes 0xFF, the limit",
    )


_LARGE = 1_000_000


@pytest.mark.parametrize(
    "content",
    [
        jpeg(START, scan(1, data=b"\x55" * _LARGE)),
        jpeg(START, scan(1, data=b"\xff\0" * (_LARGE // 2))),
        jpeg(START, scan(1, data=b"\xff" * _LARGE)),
        SOI + b"\xff" * _LARGE,
        jpeg(segment(0xFE) * (_LARGE // 4)),
        jpeg(START, scan(1) * (_LARGE // 15)),
        jpeg(segment(0xE1, bytes(65_533)) * (_LARGE // 65_537), START, scan(1)),
        jpeg(huffman(*[0] * 3_800, counts=bytes(16), symbols=b"") * (_LARGE // 65_000)),
    ],
    ids=["data", "escapes", "0xFF in data", "0xFF", "segments", "scans", "long segments", "tables"],
)
def test_memory_does_not_grow_with_the_file(content: bytes) -> None:
    assert peak_memory(lambda: is_accepted(content)) < 150_000


# --- any bytes -------------------------------------------------------------------------------------------------------

_PARTS = st.sampled_from(
    [SOI, EOI, START, TABLES, frame(), frame(COLOURS), scan(1), scan(2, 3), DIRECT, ALTERNATING, huffman(0), THUMBNAIL]
)


@given(st.lists(_PARTS | st.binary(max_size=20), max_size=8).map(b"".join))
@example(b"")
@example(b"\xff")
@example(WHOLE[:-1] + b"\xff")
def test_arbitrary_bytes(rest: bytes) -> None:
    """Taken or Unfaxable, and what is taken is what Pillow takes as well."""
    content = SOI + rest
    assert not is_accepted(content) or renders(content)


_FACTORS = st.integers(0, 5)


@given(
    st.lists(st.builds(Component, st.integers(0, 4), _FACTORS, _FACTORS, st.integers(0, 1)), min_size=1, max_size=4),
    st.sampled_from([0xC0, 0xC1, 0xC2, 0xC3]),
    st.sampled_from([8, 8, 8, 12]),
    st.integers(0, 63),
    st.sampled_from([0, 0, 0x01, 0x10, 0x21]),
)
def test_arbitrary_header_is_taken_only_where_pillow_takes_it(
    components: list[Component], marker: int, precision: int, end: int, approximation: int
) -> None:
    header = frame(components, marker=marker, precision=precision, width=16, height=16)
    numbers = [component.number for component in components]
    content = jpeg(TABLES, header, scan(*numbers, end=end, approximation=approximation, data=bytes(100)))
    assert not is_accepted(content) or renders(content)
