"""What the kinds share: pictures -> greys of a fax's columns and rows, and rows of fine resolution -> standard."""

from PIL import Image, ImageChops

from faxes.appearance import Resolution
from faxes.paper import WIDTH
from faxes.rendering import geometry

_WHITE = 255
_SIXTEEN_BITS = "I;16"


def place(
    image: Image.Image, pixel: float, resolution: Resolution, page: int, *, sideways: bool = False
) -> geometry.Place:
    """Where a picture goes. ``sideways`` says that it is yet to be turned by 90 degrees to be upright."""
    columns, lines = (image.height, image.width) if sideways else image.size
    return geometry.place_picture(columns, lines, 1 / pixel if sideways else pixel, resolution, page)


def drawn(image: Image.Image, where: geometry.Place, upright: Image.Transpose | None = None) -> Image.Image:
    """The greys of the page beneath its header."""
    turn = upright in SIDEWAYS
    wanted = (where.height, where.width) if turn != where.turned else (where.width, where.height)
    # By whole numbers first, in its own colours: all that is larger than the page is then of the page's size.
    factors = (max(image.width // wanted[0], 1), max(image.height // wanted[1], 1))
    if factors != (1, 1) and image.mode in _REDUCIBLE:
        image = image.reduce(factors)
    grey = _grey(image)
    if upright is not None:
        grey = grey.transpose(upright)
    if where.turned:
        grey = grey.transpose(Image.Transpose.ROTATE_270)
    scaled = grey.resize((where.width, where.height), Image.Resampling.BILINEAR)
    if scaled.width == WIDTH:
        return scaled
    page = Image.new("L", (WIDTH, where.height), _WHITE)
    page.paste(scaled, (where.left, 0))
    return page


def halved(image: Image.Image) -> Image.Image:
    """Every two rows of black and white as one, black where either is: so that no line is lost."""
    even, odd = (
        image.transform(
            (WIDTH, -(-image.height // 2)),
            Image.Transform.AFFINE,
            # A pixel's middle is taken: with nothing added, that is in the second row.
            (1, 0, 0, 0, 2, at - 1),
            Image.Resampling.NEAREST,
            fillcolor=255,
        )
        for at in (0, 1)
    )
    return ImageChops.logical_and(even, odd)


_REDUCIBLE = frozenset({"L", "LA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "LAB"})
SIDEWAYS = frozenset(
    {
        Image.Transpose.TRANSPOSE,
        Image.Transpose.TRANSVERSE,
        Image.Transpose.ROTATE_90,
        Image.Transpose.ROTATE_270,
    }
)


def _grey(image: Image.Image) -> Image.Image:
    """Greys, on white where a picture is transparent."""
    if image.mode.startswith(_SIXTEEN_BITS):
        # Pillow's own way cuts off what is above 255.
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode == "LAB":
        return image.getchannel(0)
    if image.mode in ("LA", "RGBA"):
        page = Image.new("L", image.size, _WHITE)
        page.paste(image.convert("L"), mask=image.getchannel("A"))
        return page
    return image.convert("L")
