"""A JPEG is one whole image that renderers read, or it is refused: one thing at a time is wrong here."""

import pytest

from faxes.formats import jpg
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
from tests.support.jpgs import (
    ALTERNATING,
    DIRECT,
    MAX_PIXELS,
    START,
    THUMBNAIL,
    WHOLE,
    progressive,
    refusal,
    renders,
)

FOUR = (*COLOURS, Component(4))
# One byte of data holds three blocks of a colour image, and four of one with four colours.
COLOUR_BLOCKS = b"\x03"

CUT_OFF = ("jpg_cut_off", "is cut off: the image's end is missing")
ONLY = "only baseline, extended and progressive JPEGs of 8 bits per sample can be faxed"


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
