"""TIFFs to the byte, of which a test changes one thing; and whether one is accepted, or why it is refused."""

import io
import zlib
from collections.abc import Mapping

import pytest
from PIL import Image

from faxes.formats import Unfaxable, tif
from tests.support.images import (
    BITS,
    COLOUR_MAP,
    COMPRESSION,
    EXTRA,
    HEIGHT,
    LONG,
    PHOTOMETRIC,
    PLANES,
    SAMPLES,
    SHORT,
    SUBFILE,
    TILE_HEIGHT,
    TILE_WIDTH,
    WIDTH,
    Page,
    Value,
    tiff,
)

MAX_PIXELS = 100_000_000

LITTLE, BIG = "<", ">"
TOO_SHORT = "a strip or tile of fewer bytes than its pixels take"


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

# 40 x 40 pixels in tiles of 16 x 16.
TILED: dict[int, Value | None] = {
    WIDTH: (SHORT, [40]),
    HEIGHT: (SHORT, [40]),
    TILE_WIDTH: (SHORT, [16]),
    TILE_HEIGHT: (SHORT, [16]),
}
DEFLATE: dict[int, Value | None] = {COMPRESSION: (SHORT, [8])}


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


FORMS = [
    (photometric, bits, n) for photometric in range(10) for bits in (1, 2, 4, 6, 8, 12, 16, 32) for n in range(1, 6)
]
