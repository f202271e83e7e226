"""Black and white, a byte a pixel, as Pillow keeps it -> packed bits, of which 1 is black.

Pillow's own way goes pixel by pixel. Here four columns at a time are taken for one pixel's four channels, each of which
becomes a bit, and two such pixels for one byte: a few operations on whole pictures.
"""

from PIL import Image, ImageChops

_COLUMNS = 8
_FOUR = 4
# Of four columns side by side, the left one in the highest bit. What is black is 0.
_WEIGHTS = [weight if grey < 128 else 0 for weight in (0x80, 0x40, 0x20, 0x10) for grey in range(256)]
_LOW = [value >> 4 for value in range(256)]


def packed(image: Image.Image) -> bytes:
    """The rows of a picture of mode "1", whose width is a multiple of 8."""
    grey = image.convert("L").tobytes()
    quads = Image.frombuffer("RGBA", (image.width // _FOUR, image.height), grey, "raw", "RGBA", 0, 1)
    first, second, third, fourth = quads.point(_WEIGHTS).split()
    halves = ImageChops.add(ImageChops.add(first, second), ImageChops.add(third, fourth)).tobytes()
    size = (image.width // _COLUMNS, image.height)
    high, low = Image.frombuffer("LA", size, halves, "raw", "LA", 0, 1).split()
    return ImageChops.add(high, low.point(_LOW)).tobytes()
