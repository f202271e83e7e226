"""A JPEG as a page: as wide as the paper, turned as its EXIF orientation says.

Only the ratio of its density counts: what cameras and programs say of a picture's size is mostly nonsense. Of several
pictures in one file, it is the first.
"""

from collections.abc import Iterator

from PIL import Image, JpegImagePlugin, TiffImagePlugin

from faxes import paper
from faxes.formats.content import Content
from faxes.rendering import RenderFailed, pictures
from faxes.rendering.in_place import opened
from faxes.rendering.plan import Drawing, Plan

# What reads EXIF; Pillow would import it when the first picture has some, and then no file is opened any more.
_EXIF_READER = TiffImagePlugin
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class Jpg:
    """What draws JPEGs."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def pages(self, content: Content) -> Iterator[Drawing]:
        """The one page. Raises RenderFailed."""
        try:
            image = JpegImagePlugin.JpegImageFile(opened(content))
            upright = _UPRIGHT.get(image.getexif().get(_ORIENTATION, 1))
            pixel = paper.ratio(*image.info.get("jfif_density", (1, 1)))
            sideways = upright in pictures.SIDEWAYS
            where = pictures.place(image, pixel, self._plan.resolution, 1, sideways=sideways)
            wanted = (where.height, where.width) if sideways != where.turned else (where.width, where.height)
            # The decoder leaves out the colours, and what is smaller than half a pixel.
            image.draft("L", wanted)
            image.load()
        except (OSError, SyntaxError, ValueError) as error:
            raise RenderFailed("page_unreadable", 1) from error
        yield Drawing(pictures.drawn(image, where, upright), self._plan.resolution)

    def notes(self) -> dict[str, list[str]]:
        return {}
