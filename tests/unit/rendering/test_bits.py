"""Packed bits, held against what Pillow makes pixel by pixel."""

from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from faxes.rendering import bits

WIDTH = 24
BLACK_IS_ONE = bytes(byte ^ 0xFF for byte in range(256))


@given(st.binary(min_size=WIDTH, max_size=WIDTH * 9), st.integers(0, 256))
@settings(max_examples=60)
def test_greys_below_a_threshold(greys: bytes, threshold: int) -> None:
    rows = len(greys) // WIDTH
    image = Image.frombytes("L", (WIDTH, rows), greys[: rows * WIDTH])
    one_by_one = image.point([0] * threshold + [255] * (256 - threshold), "1").tobytes()
    assert bits.black_below(image, threshold) == one_by_one.translate(BLACK_IS_ONE)


@given(st.binary(min_size=3, max_size=27))
def test_black_and_white(rows: bytes) -> None:
    image = Image.frombytes("1", (WIDTH, len(rows) // 3), rows[: len(rows) // 3 * 3])
    assert bits.black_below(image, 1) == image.tobytes().translate(BLACK_IS_ONE)


def test_classes_of_four_pixels() -> None:
    pixels = bytearray((0, 1, 2, 3, 3, 2, 1, 0))
    image = Image.frombytes("L", (8, 1), bytes(pixels))
    for at_hand in (None, pixels):
        assert bits.quads(image, [each % 4 for each in range(256)], at_hand) == bytes((0b00_01_10_11, 0b11_10_01_00))
    assert bits.table(lambda a, b, c, d: a + 4 * b + 16 * c + 64 * d)[0b00_01_10_11] == 4 * 1 + 16 * 2 + 64 * 3
