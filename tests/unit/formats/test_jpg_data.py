"""The data of a JPEG's scans is there, or it is refused."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from faxes.formats import jpg
from tests.support.images import (
    COLOURS,
    EXTENDED,
    GRAY_BLOCK,
    PROGRESSIVE,
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
    MAX_PIXELS,
    is_accepted,
    refusal,
)


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
