"""The cells of a page of text: each character 20 x 36 pixels, black on white.

DejaVu Sans Mono draws what it has; Unifont the rest of Unicode's first plane, its dots doubled, so that they stay
sharp. What neither has is a box with its code point.
"""

import io
import unicodedata

from PIL import Image, ImageDraw, ImageFont

CELL_WIDTH, CELL_HEIGHT = 20, 36
_SIZE, _BASELINE = 33, 28
# Unifont's glyphs are of 8 or 16 x 16 dots.
_DOTS, _DOTS_BASELINE = 16, 14
_TINY, _TINY_LINE = 9, 11
# No font has a character here.
_NOWHERE = "\uffff"
_WIDE = frozenset({"W", "F"})


def is_wide(cell: str) -> bool:
    """Whether it is drawn across two columns where there is room."""
    return unicodedata.east_asian_width(cell[0]) in _WIDE


class Glyphs:
    """The cells, each drawn once. ``missing`` are the characters that no font has."""

    def __init__(self, narrow: str, wide: str) -> None:
        self._narrow = _font(narrow, _SIZE)
        self._wide = _font(wide, _DOTS)
        self._tiny = _font(narrow, _TINY)
        self._cells: dict[tuple[str, int], Image.Image] = {}
        self.missing: set[str] = set()

    def cell(self, text: str, columns: int) -> Image.Image:
        """A character with its marks, across one or two columns; mode "1"."""
        if (text, columns) not in self._cells:
            image = Image.new("1", (CELL_WIDTH * columns, CELL_HEIGHT), 255)
            for character in text:
                self._draw(image, character, text[0])
            self._cells[text, columns] = image
        return self._cells[text, columns]

    def _draw(self, image: Image.Image, character: str, under: str) -> None:
        draw = ImageDraw.Draw(image)
        if character.isspace():
            return
        if _has(self._narrow, character):
            # In the middle of two columns, and at its own place in one.
            left = (image.width - CELL_WIDTH) // 2
            draw.text((left, _BASELINE), character, font=self._narrow, fill=0, anchor="ls")
        elif _has(self._wide, character):
            self._draw_dots(image, character, under)
        else:
            self.missing.add(character)
            self._draw_code(draw, image.width, f"{ord(character):04X}")

    def _draw_dots(self, image: Image.Image, character: str, under: str) -> None:
        own, width = (round(self._wide.getlength(each)) for each in (character, under))
        # A mark has no width, and its dots lie to the left, over the letter.
        left = 0 if own else width
        dots = Image.new("1", (own or width or _DOTS // 2, _DOTS), 255)
        ImageDraw.Draw(dots).text((left, _DOTS_BASELINE), character, font=self._wide, fill=0, anchor="ls")
        across = 2 if dots.width * 2 <= image.width else 1
        shown = dots.resize((dots.width * across, _DOTS * 2), Image.Resampling.NEAREST)
        image.paste(0, ((image.width - shown.width) // 2, 2), shown.point([255] + [0] * 255, "1"))

    def _draw_code(self, draw: ImageDraw.ImageDraw, width: int, code: str) -> None:
        draw.rectangle((1, 5, width - 2, CELL_HEIGHT - 4), outline=0)
        half = -(-len(code) // 2)
        for line, digits in enumerate((code[:half], code[half:])):
            draw.text((width // 2, 17 + line * _TINY_LINE), digits, font=self._tiny, fill=0, anchor="ms")


def _font(path: str, size: int) -> ImageFont.FreeTypeFont:
    # Read whole, since no file is opened later; without the layout library, which the system may lack.
    with open(path, "rb") as file:
        return ImageFont.truetype(io.BytesIO(file.read()), size, layout_engine=ImageFont.Layout.BASIC)


def _has(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """Whether it draws another shape than the one for what it lacks."""
    if ord(character) > 0xFFFF and font.getname()[0] == "Unifont":
        return False
    return bytes(font.getmask(character, "1")) != bytes(font.getmask(_NOWHERE, "1"))
