"""Greys -> black and white, as packed rows: a bit a pixel, 1 for black.

A page whose ink is black and whose paper is white gets one threshold. Any other gets one for each place, halfway
between the paper (or fill) and the ink there; where neither is told from the other, there is nothing to see. What is
neither paper nor ink, a photograph or a chart's bar, gets dots, clustered so that they survive a fax machine's print
and code short; error diffusion is for screens: it takes ten minutes on the line.

Where things are is found on small maps, of 8 x 8 pixels a block.
"""

from PIL import Image, ImageChops, ImageFilter

from faxes.appearance import Mode
from faxes.rendering import bits
from faxes.rendering.regions import BLOCK, Map, Operation, fills, letters, photographs, spread

# Below, a pixel is black, where ink is black and paper white. Above the middle, so that hairlines stay, and thin
# letters whole: of four fonts at 4 to 8 points, tesseract reads a fifth fewer wrongly than at 160. At 208 it is no
# better, round letters close, and a page of text takes 8 % more bytes.
_THRESHOLD = 184
_DARK, _LIGHT = 90, 225
# How much lighter than ink its paper is, at least.
_CONTRAST = 40
# Less of it is nothing that anybody drew.
_FAINTEST = 24
# Of a fill that is neither: darker is black, lighter white.
_BLACK_FILL = 60
# Of what is as light as paper, and so many times its noise below it nothing is ink.
_PAPER, _NOISE, _NOISE_LEAST = 200, 3, 8
# Blocks to each side that a stroke and its paper fit into.
_REACH = 2
_MARGIN, _PALEST_GROUND = 3, 200
_ALL = 255
# Where a pixel is as light as its threshold.
_SAME = 128

# What a grey is where ink is black and paper white: the paper; dark; and of the middle, white or black.
_PAPER_CLASS, _DARK_CLASS, _PALE_CLASS, _MIDDLE_CLASS = range(4)
_CLASSES = [_DARK_CLASS] * _DARK + [_MIDDLE_CLASS] * (_THRESHOLD - _DARK) + [_PALE_CLASS] * (_LIGHT - _THRESHOLD)
_CLASSES += [_PAPER_CLASS] * (256 - _LIGHT)
# Every other of four pixels is looked at: how many there are of the middle, and how many dark ones, in shares of 255.
_MIDDLE = list(bits.table(lambda a, b, c, d: ((b >= _PALE_CLASS) + (d >= _PALE_CLASS)) * _ALL // 2))
_DARKS = list(bits.table(lambda a, b, c, d: ((b == _DARK_CLASS) + (d == _DARK_CLASS)) * _ALL // 2))

# Two dots of growing size in 8 x 8 pixels, at 45 degrees: the order in which pixels turn black as the grey darkens.
# Turned by 90 degrees, the same dots take 4 % more bytes.
_DOT = (
    (24, 8, 22, 30, 34, 44, 42, 32),
    (10, 0, 6, 20, 46, 58, 56, 40),
    (12, 2, 4, 18, 48, 60, 62, 54),
    (26, 14, 16, 28, 36, 50, 52, 38),
    (35, 45, 43, 33, 25, 9, 23, 31),
    (47, 59, 57, 41, 11, 1, 7, 21),
    (49, 61, 63, 55, 13, 3, 5, 19),
    (37, 51, 53, 39, 27, 15, 17, 29),
)


def black_and_white(grey: Image.Image, mode: Mode, pixels: bytearray | None = None) -> bytes:
    """The rows that a page of mode "L" becomes. Its width is a multiple of 8. ``pixels`` are its own, where they are at
    hand."""
    if mode is Mode.PHOTO:
        return _black(_less_dots(grey))
    quads = bits.quads(grey, _CLASSES, pixels)
    if not _has_mid_tones(quads, grey.size):
        return bits.packed(quads, grey.width)
    return local(grey, mode)


def local(grey: Image.Image, mode: Mode) -> bytes:
    """With a threshold for each place, and dots where those belong."""
    height = grey.height
    grey = _padded(grey)
    surfaces = _Surfaces(grey)
    result = _less(grey, surfaces.thresholds().resize(grey.size, Image.Resampling.BILINEAR))
    dotted = fills(surfaces.background, surfaces.foreground, surfaces.lowest, surfaces.highest)
    if mode is Mode.AUTO:
        contrast = ImageChops.subtract(surfaces.highest, surfaces.lowest)
        pictures = photographs(grey, surfaces.background, contrast, dotted)
        dotted = ImageChops.lighter(dotted, pictures)
        if pictures.getbbox() is not None:
            # Letters on a photograph would be lost among dots of its grey.
            written = ImageChops.darker(pictures, letters(result, surfaces.range(), _SAME))
            dotted = ImageChops.subtract(dotted, written)
    mask = spread(dotted, ImageChops.lighter, 1)
    blocks = mask.getbbox()
    if blocks is not None:
        # Whole blocks, so that dots stay where they are on the page.
        left, top, right, bottom = (BLOCK * each for each in blocks)
        dots = _less_dots(grey.crop((left, top, right, bottom)))
        result.paste(dots, (left, top), mask.crop(blocks).resize(dots.size, Image.Resampling.NEAREST))
    return _black(result.crop((0, 0, grey.width, height)))


def has_marks(grey: Image.Image) -> bool:
    """Whether there is anything on a page but its paper, of whatever grey, and a scanner's noise."""
    surfaces = _Surfaces(_padded(grey))
    contrast = ImageChops.subtract(surfaces.background, spread(surfaces.lowest, ImageChops.darker, _REACH))
    ranked = sorted(contrast.tobytes())
    # Noise is everywhere alike.
    return ranked[-1] >= _FAINTEST + 2 * ranked[len(ranked) // 2]


def _padded(grey: Image.Image) -> Image.Image:
    """With rows at the foot, so that whole blocks fit. They repeat the last one: white ones would have an edge."""
    missing = -grey.height % (4 * BLOCK)
    page = Image.new("L", (grey.width, grey.height + missing))
    page.paste(
        grey.crop((0, grey.height - 1, grey.width, grey.height)).resize((grey.width, missing + 1)), (0, grey.height - 1)
    )
    page.paste(grey, (0, 0))
    return page


def _has_mid_tones(quads: bytes, size: tuple[int, int]) -> bool:
    """Whether there are flat greys, or marks without black in them. A quarter of the pixels tells."""
    width, rows = size[0] // bits.QUAD, size[1] // 2
    if rows == 0:
        return True
    # Every other row.
    sample = Image.frombuffer("L", (width, rows), quads, "raw", "L", 2 * width, 1)
    middle = sample.point(_MIDDLE).reduce((BLOCK // bits.QUAD, BLOCK // 2))
    if middle.getextrema()[1] == _ALL:
        return True
    # In 32 x 32 pixels: more of the middle than a letter's edge that reaches in, and nothing dark.
    dark = sample.point(_DARKS).reduce((4 * BLOCK // bits.QUAD, 4 * BLOCK // 2))
    marks = middle.reduce(4).point([0] * 16 + [_ALL] * 240)
    return ImageChops.darker(marks, dark.point([_ALL, _ALL] + [0] * 254)).getbbox() is not None


class _Surfaces:
    """What the page is made of, by blocks: paper, ink, and how light and dark it is at most."""

    def __init__(self, grey: Image.Image) -> None:
        # Four pixels' mean: half the noise.
        small = grey.reduce(2)
        self.mean = small.reduce(BLOCK // 2)
        self.lowest = _extreme(small, ImageChops.darker)
        self.highest = _extreme(small, ImageChops.lighter)
        # Strokes narrower than the reach are filled up with what is around them: with the lighter, and with the darker.
        self.background = _closed(self.highest, ImageChops.lighter, ImageChops.darker)
        self.foreground = _closed(self.lowest, ImageChops.darker, ImageChops.lighter)

    def range(self) -> Map:
        """From the darkest to the lightest that a stroke and its ground have."""
        low, high = spread(self.lowest, ImageChops.darker, _REACH), spread(self.highest, ImageChops.lighter, _REACH)
        return ImageChops.subtract(high, low)

    def thresholds(self) -> Map:
        """What is darker is black."""
        low = spread(self.lowest, ImageChops.darker, _REACH)
        high = spread(self.highest, ImageChops.lighter, _REACH)
        around = self.mean.filter(ImageFilter.BoxBlur(3))
        # White on dark, where the page is nearer to its darkest.
        is_dark = _mask(
            ImageChops.subtract(
                ImageChops.subtract(self.background, around), ImageChops.subtract(around, self.foreground)
            ),
            1,
        )
        has_ink = _mask(ImageChops.subtract(self.background, low), _CONTRAST)
        has_light = ImageChops.darker(is_dark, _mask(ImageChops.subtract(high, self.foreground), _CONTRAST))
        light = Image.blend(self.foreground, high, 0.5)
        # Around white letters their ground is black as well, so that they do not touch its edge.
        margin = spread(Image.composite(light, Image.new("L", light.size), has_light), ImageChops.lighter, _MARGIN)
        is_margin = ImageChops.darker(_mask(margin, 1), ImageChops.invert(_mask(self.background, _PALEST_GROUND)))
        result = Image.composite(margin, self._nothing(), is_margin)
        ink = Image.composite(Image.blend(self.background, low, 0.5), result, has_ink)
        result = Image.composite(Image.composite(light, result, has_light), ink, is_dark)
        # Where a shaded block ends, the block's own threshold holds on both sides.
        return spread(result, ImageChops.darker, 1)

    def _nothing(self) -> Map:
        """The threshold where nothing is told apart: low, so that a shade stays white; but on paper, where pale ink may
        begin in the next block, just below its noise."""
        shade = self.background.point([_ALL if grey < _BLACK_FILL else grey * 6 // 10 for grey in range(256)])
        noise = ImageChops.subtract(self.background, self.mean)
        paper = ImageChops.subtract(self.mean, noise.point([min(v * _NOISE + _NOISE_LEAST, _ALL) for v in range(256)]))
        return Image.composite(ImageChops.lighter(paper, shade), shade, _mask(self.background, _PAPER))


def _mask(map_: Map, least: int) -> Map:
    return map_.point([0] * least + [_ALL] * (256 - least))


def _extreme(small: Image.Image, operation: Operation) -> Map:
    """The darkest or lightest of each 4 x 4 pixels: by halves, along either side in turn."""
    for _ in range(2):
        for dx, dy in ((2, 1), (1, 2)):
            size = (small.width // dx, small.height // dy)
            halves = [
                small.transform(
                    size,
                    Image.Transform.AFFINE,
                    (dx, 0, (at - 1) * (dx - 1), 0, dy, (at - 1) * (dy - 1)),
                    Image.Resampling.NEAREST,
                )
                # A pixel's middle is taken: with nothing added, that is the second of two.
                for at in (0, 1)
            ]
            small = operation(*halves)
    return small


def _closed(map_: Map, first: Operation, then: Operation) -> Map:
    return spread(spread(map_, first, _REACH), then, _REACH)


def _less(grey: Image.Image, thresholds: Image.Image) -> Image.Image:
    """What `_black` takes: how much lighter than its threshold each pixel is."""
    return ImageChops.subtract(grey, thresholds, 1, _SAME)


def _black(difference: Image.Image) -> bytes:
    return bits.black_below(difference, _SAME)


def _less_dots(grey: Image.Image) -> Image.Image:
    # 0 stays black and 255 white.
    levels = [bytes(255 - (rank * 254 + 127) // 64 for rank in row) for row in _DOT]
    width, height = (-(-side // len(_DOT)) for side in grey.size)
    screen = b"".join(row * width for row in levels) * height
    dots = Image.frombuffer("L", (width * len(_DOT), height * len(_DOT)), screen, "raw", "L", 0, 1)
    return _less(grey, dots)
