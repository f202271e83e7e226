"""`make header-font`: the glyphs of the header line, drawn with DejaVu Sans Mono into the file that sending reads.

What sends a fax has neither Pillow nor fonts. So each character is drawn here, for both resolutions, and kept as rows
of bits. A test draws them again and compares.
"""

import sys
import zlib
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont

from faxes.pages import Resolution
from faxes.pages.header_font import BASELINES, BOX, CELL_ROWS, CELL_WIDTH, FILE, ROW
from tools.places import ROOT

_SOURCE = ROOT / "layers" / "imaging" / "fonts" / "DejaVuSansMono.ttf"
# An em whose advance is a cell.
_EM = 23
# Latin with all its extensions, Greek and Cyrillic with theirs, punctuation and the signs of currencies and business.
_RANGES = (
    (0x0020, 0x007E),
    (0x00A0, 0x024F),
    (0x0370, 0x052F),
    (0x1E00, 0x1FFF),
    (0x2010, 0x2027),
    (0x2030, 0x205E),
    (0x20A0, 0x20BF),
    (0x2116, 0x2122),
    (ord(BOX), ord(BOX)),
)
# No font has a character here.
_NOWHERE = "\uffff"
# Rows of standard resolution are twice as high: a glyph of theirs is a larger one, shrunk, black where that is dark.
_LARGER, _BLACK = 8, 140


def made() -> bytes:
    """The file's content."""
    return zlib.compress(b"".join(_glyphs()), 9)


def _glyphs() -> Iterator[bytes]:
    small, large = (
        ImageFont.truetype(str(_SOURCE), _EM * by, layout_engine=ImageFont.Layout.BASIC) for by in (1, _LARGER)
    )
    for first, last in _RANGES:
        for character in map(chr, range(first, last + 1)):
            if character == " " or _has(small, character):
                yield ROW.pack(ord(character))
                yield _rows(_drawn(small, character))
                yield _rows(_shrunk(large, character))


def _has(font: ImageFont.FreeTypeFont, character: str) -> bool:
    """Whether it draws anything but the shape for what it lacks."""
    mask = bytes(font.getmask(character, "1"))
    return any(mask) and mask != bytes(font.getmask(_NOWHERE, "1"))


def _drawn(font: ImageFont.FreeTypeFont, character: str) -> Image.Image:
    glyph = Image.new("1", (CELL_WIDTH, CELL_ROWS[Resolution.FINE]))
    ImageDraw.Draw(glyph).text((0, BASELINES[Resolution.FINE]), character, font=font, fill=1, anchor="ls")
    return glyph


def _shrunk(font: ImageFont.FreeTypeFont, character: str) -> Image.Image:
    rows = CELL_ROWS[Resolution.STANDARD]
    glyph = Image.new("L", (CELL_WIDTH * _LARGER, rows * 2 * _LARGER), 255)
    at = BASELINES[Resolution.STANDARD] * 2 * _LARGER
    ImageDraw.Draw(glyph).text((0, at), character, font=font, fill=0, anchor="ls")
    grey = glyph.resize((CELL_WIDTH, rows), Image.Resampling.BOX)
    return grey.point([1] * (_BLACK + 1) + [0] * (255 - _BLACK), "1")


def _rows(glyph: Image.Image) -> bytes:
    bits = [1 if pixel else 0 for pixel in glyph.get_flattened_data()]
    rows = [bits[at : at + CELL_WIDTH] for at in range(0, len(bits), CELL_WIDTH)]
    return b"".join(ROW.pack(int("".join(map(str, row)), 2)) for row in rows)


if __name__ == "__main__":
    FILE.write_bytes(made())
    print(f"{FILE.relative_to(ROOT)}: {FILE.stat().st_size:,} bytes")
    sys.exit(0)
