"""A TIFF's pages. One that is a fax page already stays as it is, pixel for pixel; others become as wide as the paper.

A fax page is black and white and 1,728 columns wide, at 196 or 98 rows an inch, or at any where nothing is said. At
98, each row is drawn twice where the fax is fine. What is a page and what a thumbnail is for ``formats.tif``.
"""

from collections.abc import Iterator

from PIL import Image, TiffImagePlugin

from faxes import paper
from faxes.appearance import Resolution
from faxes.formats import tif
from faxes.formats.content import Content
from faxes.paper import MOST_ROWS, WIDTH
from faxes.rendering import RenderFailed, pictures
from faxes.rendering.in_place import opened
from faxes.rendering.plan import Drawing, Plan

# 204 columns and 98 rows an inch, and the round numbers that stand for them.
_STANDARD_RATIO, _FINE_RATIO = (1.8, 2.3), (0.9, 1.15)


class Tif:
    """What draws TIFFs."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def pages(self, content: Content) -> Iterator[Drawing]:
        """The pages in order. Raises RenderFailed."""
        number = 1
        try:
            image = TiffImagePlugin.TiffImageFile(opened(content))
            for number, (frame, _) in enumerate(tif.pages(content), start=1):
                image.seek(frame)
                # Fractions, of a class of Pillow's own.
                pixel = paper.ratio(*map(float, image.info.get("dpi", (1, 1))))
                image.load()
                yield Drawing(self._drawn(image, pixel, number), self._plan.resolution)
        except (OSError, SyntaxError, ValueError, EOFError) as error:
            raise RenderFailed("page_unreadable", number) from error

    def notes(self) -> dict[str, list[str]]:
        return {}

    def _drawn(self, image: Image.Image, pixel: float, number: int) -> Image.Image:
        resolution = self._plan.resolution
        own = _fax_resolution(image, pixel)
        if own is None:
            if image.mode == "1":
                image = image.convert("L")
            return pictures.drawn(image, pictures.place(image, pixel, resolution, number))
        if own is resolution:
            return image.copy()
        if own is Resolution.STANDARD:
            return image.resize((WIDTH, image.height * 2), Image.Resampling.NEAREST)
        return pictures.halved(image)


def _fax_resolution(image: Image.Image, pixel: float) -> Resolution | None:
    """The resolution of a fax page, None for any other picture."""
    if image.mode != "1" or image.width != WIDTH:
        return None
    if _STANDARD_RATIO[0] <= pixel <= _STANDARD_RATIO[1]:
        return Resolution.STANDARD if image.height * 2 <= MOST_ROWS else None
    if _FINE_RATIO[0] <= pixel <= _FINE_RATIO[1]:
        return Resolution.FINE if image.height <= MOST_ROWS else None
    return None
