"""What pages look like, whoever wrote the file: each page's rows and its pixels, a bit each, set where it is black."""

import io
from pathlib import Path

from PIL import Image, ImageSequence

from faxes.pages import COLUMNS_PER_INCH, WIDTH, t6, tiff

type Look = list[tuple[int, bytes]]


def pages_sent(content: bytes) -> Look:
    """The pages of a file of ours. Its codes are read in plain Python, and not by what a receiver reads them with."""
    return [(page.rows, t6.decode(page.t6, page.rows)) for page in tiff.read(content)]


def pages_received(path: Path) -> Look:
    """The pages of a file that a fax server wrote."""
    with Image.open(io.BytesIO(path.read_bytes()), formats=["TIFF"]) as image:
        pages: Look = []
        for page in ImageSequence.Iterator(image):
            assert (page.width, round(page.info["dpi"][0])) == (WIDTH, COLUMNS_PER_INCH)
            pages.append((page.height, bytes(byte ^ 0xFF for byte in page.convert("1").tobytes())))
        return pages
