"""The glyphs of the header line: of each character its rows for either resolution, drawn beforehand.

The file ``glyphs`` holds, compressed, one after the other: a character's code point and its rows, 30 of fine
resolution and 18 of standard, each in two bytes whose lowest 14 bits are the columns, 1 for black. It has Latin, Greek
and Cyrillic with their extensions, and is made by ``tools/header_font.py`` of DejaVu Sans Mono 2.37, whose licence
lies beside it.
"""

import struct
import unicodedata
import zlib
from functools import cache
from pathlib import Path

from faxes.pages import Resolution

CELL_WIDTH = 14
CELL_ROWS = {Resolution.FINE: 30, Resolution.STANDARD: 18}
# The row of a cell beneath which descenders are.
BASELINES = {Resolution.FINE: 24, Resolution.STANDARD: 13}
# In the place of a character that the font has not.
BOX = "\u25a1"
ROW = struct.Struct(">H")
FILE = Path(__file__).with_name("glyphs")


def rows(text: str, resolution: Resolution) -> list[int]:
    """The text's rows: an integer each, of 14 bits for a character, 1 for black."""
    drawn = [0] * CELL_ROWS[resolution]
    for character in text:
        for number, bits in enumerate(_glyph(character, resolution)):
            drawn[number] = drawn[number] << CELL_WIDTH | bits
    return drawn


def composed(text: str) -> str:
    """The text with its letters and their marks as one character each, as the font has them, and single spaces."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _glyph(character: str, resolution: Resolution) -> tuple[int, ...]:
    glyphs = _glyphs()
    return glyphs.get(character, glyphs[BOX])[resolution]


@cache
def _glyphs() -> dict[str, dict[Resolution, tuple[int, ...]]]:
    fine, standard = CELL_ROWS[Resolution.FINE], CELL_ROWS[Resolution.STANDARD]
    glyph = struct.Struct(f">H{fine}H{standard}H")
    return {
        chr(code): {Resolution.FINE: tuple(rows[:fine]), Resolution.STANDARD: tuple(rows[fine:])}
        for code, *rows in glyph.iter_unpack(zlib.decompress(FILE.read_bytes()))
    }
