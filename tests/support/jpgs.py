"""JPEGs to the byte, and whether one is accepted, or why it is refused."""

import io

import pytest
from PIL import Image

from faxes.formats import Unfaxable, jpg
from tests.support.images import (
    PROGRESSIVE,
    TABLES,
    frame,
    jpeg,
    scan,
    segment,
)

MAX_PIXELS = 100_000_000

WHOLE = jpeg()
START = TABLES + frame()
THUMBNAIL = segment(0xE1, b"Exif\0\0" + WHOLE)


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
