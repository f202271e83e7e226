"""What others make of a document: Pillow of images, MuPDF of a PDF. In the product, neither judges documents.

Neither takes a document's parts for the whole: a page that cannot be rendered to its last row is an error.
"""

import hashlib
import io
import warnings
from collections.abc import Iterator

import pymupdf
from PIL import Image

# Fine enough to tell a page with a line less, and quick.
_DOTS_PER_INCH = 36

# What it finds wrong it would write to the terminal; whether the pages are all there is told from the pages.
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)


def rendered(kind: str, content: bytes) -> list[str]:
    """A digest of all that each page shows, in order. Raises where there is a page that cannot be rendered whole."""
    shown = _pdf_pages(content) if kind == "pdf" else _images(kind, content)
    return [hashlib.sha256(page).hexdigest() for page in shown]


def _pdf_pages(content: bytes) -> Iterator[bytes]:
    with pymupdf.open(stream=content, filetype="pdf") as document:
        for page in document:
            pixels = page.get_pixmap(dpi=_DOTS_PER_INCH)
            yield repr((pixels.width, pixels.height)).encode() + pixels.samples


def _images(kind: str, content: bytes) -> Iterator[bytes]:
    """Pillow, which is strict unless it is told otherwise. A JPEG is its first image, whatever stands behind it."""
    with warnings.catch_warnings():
        # It warns of what it passes over, such as a private tag whose value is not there.
        warnings.simplefilter("ignore", UserWarning)
        yield from _frames(kind, content)


def _frames(kind: str, content: bytes) -> Iterator[bytes]:
    with Image.open(io.BytesIO(content), formats=["JPEG" if kind == "jpg" else "TIFF"]) as image:
        for number in range(1 if kind == "jpg" else getattr(image, "n_frames", 1)):
            image.seek(number)
            image.load()
            yield repr((image.mode, image.size)).encode() + image.tobytes()
