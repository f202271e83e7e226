"""How large a JPEG may be, and that any bytes are taken or refused, whatever they say."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxes.formats import jpg
from tests.support.images import (
    COLOURS,
    EOI,
    GRAY_BLOCK,
    SOI,
    TABLES,
    Component,
    frame,
    huffman,
    jpeg,
    scan,
    segment,
)
from tests.support.jpgs import ALTERNATING, DIRECT, MAX_PIXELS, START, THUMBNAIL, WHOLE, is_accepted, refusal, renders
from tests.support.peak_memory import peak_memory

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
