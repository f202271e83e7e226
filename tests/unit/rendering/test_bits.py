"""Packed bits against Pillow's own."""

import random

import pytest
from PIL import Image

from faxes.rendering.bits import packed


@pytest.mark.parametrize(("width", "height"), [(8, 1), (8, 7), (16, 3), (1_728, 5)])
def test_bits(width: int, height: int) -> None:
    grain = random.Random(width).randbytes(width * height)  # noqa: S311  # the same every time
    image = Image.frombytes("L", (width, height), grain).point([0] * 100 + [255] * 156, "1")
    assert packed(image) == bytes(byte ^ 0xFF for byte in image.tobytes())


def test_which_bit_is_which() -> None:
    image = Image.new("1", (8, 2), 255)
    image.putpixel((0, 0), 0)
    image.putpixel((7, 1), 0)
    assert packed(image) == b"\x80\x01"
