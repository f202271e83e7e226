"""A text's pages: the rows and columns of ``formats.txt`` on A4, 60 rows of 80 cells."""

import codecs
from collections.abc import Iterator

from PIL import Image

from faxes.appearance import Resolution
from faxes.formats import txt
from faxes.formats.content import Content
from faxes.paper import WIDTH
from faxes.rendering import pictures
from faxes.rendering.glyphs import CELL_HEIGHT, CELL_WIDTH, Glyphs, is_wide
from faxes.rendering.plan import Drawing, Plan
from faxes.rendering.script import laid_out

# A4 beneath the header, and the text in the middle of it.
_HEIGHT = 2_251
_LEFT = (WIDTH - txt.COLUMNS * CELL_WIDTH) // 2
_TOP = (_HEIGHT - txt.ROWS * CELL_HEIGHT) // 2


class Txt:
    """What draws texts."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        # Python imports what decodes when it is first asked for, and then no file is opened any more.
        codecs.lookup(plan.encoding)
        self._glyphs = Glyphs(plan.narrow_font, plan.wide_font)

    def pages(self, content: Content) -> Iterator[Drawing]:
        """The pages in order."""
        for rows in txt.pages(content, self._plan.encoding):
            page = Image.new("1", (WIDTH, _HEIGHT), 255)
            for number, row in enumerate(rows):
                self._write(page, row, _TOP + number * CELL_HEIGHT)
            fine = self._plan.resolution is Resolution.FINE
            yield Drawing(page if fine else pictures.halved(page), self._plan.resolution)

    def notes(self) -> dict[str, list[str]]:
        """The characters that no font has, by their code points."""
        return {"characters_missing": sorted(f"U+{ord(character):04X}" for character in self._glyphs.missing)}

    def _write(self, page: Image.Image, row: str, top: int) -> None:
        cells, from_right = laid_out(row)
        widths = [2 if is_wide(cell) else 1 for cell in cells]
        if sum(widths) > txt.COLUMNS:
            # Letters of two columns share one with their like where the row would not hold them.
            widths = [1] * len(cells)
        column = txt.COLUMNS - sum(widths) if from_right else 0
        for cell, width in zip(cells, widths, strict=True):
            if cell != " ":
                page.paste(self._glyphs.cell(cell, width), (_LEFT + column * CELL_WIDTH, top))
            column += width
