"""A fax page as a picture for people's screens: half as wide, in four greys.

It is made from the TIFF that is sent and from nothing else, so that what people see is what arrives.
"""

import io
from collections.abc import Iterator

from PIL import Image, PngImagePlugin, TiffImagePlugin

from faxes.pages import Resolution

GREYS = (0, 85, 170, 255)
# Of the mean of four pixels. Half of them black is nearer to black than to white, so that letters stay solid.
_GREY_OF = [0] * 64 + [1] * 65 + [2] * 64 + [3] * 63
_EFFORT = 6


def previews(tiff: bytes) -> Iterator[bytes]:
    """A PNG of each page of a file that ``pages.tiff`` wrote."""
    with TiffImagePlugin.TiffImageFile(io.BytesIO(tiff)) as image:
        for number in range(image.n_frames):
            image.seek(number)
            yield _preview(image, 1 if image.info["dpi"][1] == Resolution.STANDARD.rows_per_inch else 2)


def _preview(page: Image.Image, rows: int) -> bytes:
    """Two columns and so many rows make a pixel."""
    small = page.convert("L").reduce((2, rows)).point(_GREY_OF)
    shown = Image.frombuffer("P", small.size, small.tobytes(), "raw", "P", 0, 1)
    shown.putpalette([channel for grey in GREYS for channel in (grey, grey, grey)])
    with io.BytesIO() as file:
        # Not by `save`, which would look for every format that there is.
        shown.encoderinfo = {"bits": 2, "compress_level": _EFFORT}
        shown.encoderconfig = ()
        PngImagePlugin._save(shown, file, "")
        return file.getvalue()
