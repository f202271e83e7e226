"""Pixels -> packed bits, by operations on whole pictures.

Pillow packs a picture of black and white pixel by pixel, which takes longer than drawing a page of text. Greys it
writes two or four to a byte in a tenth of that, and Python changes bytes by a table as fast. In between lies a byte for
every four pixels, from which more can be told than which of them are black.
"""

from collections.abc import Callable, Sequence

from PIL import Image

# The pixels that share a byte.
QUAD = 4
_QUADS, _HALVES = "L;2", "L;4"


def quads(image: Image.Image, classes: Sequence[int], pixels: bytearray | None = None) -> bytes:
    """A byte for every four pixels of a picture of one band, whose width is a multiple of 8: the class of each, 0 to 3,
    the leftmost pixel's in the highest bits. ``classes`` gives that of each value.

    ``pixels`` are the picture's own where they are at hand: Python looks a byte up in less time than Pillow.
    """
    if pixels is None:
        classified = image.point(classes, "L")
    else:
        classified = Image.frombuffer("L", image.size, pixels.translate(bytes(classes)), "raw", "L", 0, 1)
    return classified.tobytes("raw", _QUADS)


def table(of: Callable[[int, int, int, int], int]) -> bytes:
    """What ``of`` makes of the classes of a byte's four pixels, for each byte."""
    return bytes(of(each >> 6, each >> 4 & 3, each >> 2 & 3, each & 3) for each in range(256))


# Where a class is odd, it is black.
_BLACK = table(lambda a, b, c, d: (a & 1) << 3 | (b & 1) << 2 | (c & 1) << 1 | d & 1)


def packed(pixels: bytes, columns: int) -> bytes:
    """Rows of eight pixels a byte, 1 for black, of what `quads` made of ``columns`` a row."""
    width = columns // QUAD
    halves = Image.frombuffer("L", (width, len(pixels) // width), pixels.translate(_BLACK), "raw", "L", 0, 1)
    return halves.tobytes("raw", _HALVES)


def black_below(image: Image.Image, threshold: int) -> bytes:
    """Rows of eight pixels a byte: 1 where a picture's value is less."""
    return packed(quads(image, [1] * threshold + [0] * (256 - threshold)), image.width)
