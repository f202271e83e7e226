"""What the data of a JPEG's scan must have, told without decoding it: how many bytes at least, and that it is no hole.

The tables that a scan names say how many bits each of its blocks takes at least (ITU-T T.81, F.1.2 and G.1.2). Data
with fewer lacks blocks for certain, and renderers paint them gray. No data of a valid image is refused: a blank page
has just as many bits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from faxes.formats.content import Content

# The shortest block of a disk. Zeros in a row that no image has are what a copy that failed leaves.
HOLE_BYTES = 512
_HOLE = bytes(HOLE_BYTES)
# Of an alternating symbol, the high half is a run of zeros and the low half the bits that follow. Without any bits it
# ends the block, but for the run of 16: E. What does not end it: O.
_ENDS = bytes(ord("E" if symbol & 15 == 0 and symbol != 0xF0 else "O") for symbol in range(256))
# A block that no symbol ends takes so many others: each stands for at most 16 of its 63 coefficients.
_SYMBOLS_WITHOUT_END = 4


class Code:
    """A Huffman table: ``counts`` of its codes of 1 to 16 bits, and their ``symbols``, of which there is one."""

    def __init__(self, counts: bytes, symbols: bytes) -> None:
        self._counts = counts
        self._symbols = symbols

    def _bits(self, index: int) -> int:
        """How long the code of the symbol at ``index`` is."""
        behind = length = 0
        while behind <= index:
            behind += self._counts[length]
            length += 1
        return length

    @cached_property
    def direct_bits(self) -> int:
        """How many bits a direct coefficient takes at least. The symbol says how many follow."""
        none = self._symbols.find(0)
        others = self._bits(0) + 1
        return others if none < 0 else min(self._bits(none), others)

    @cached_property
    def alternating_bits(self) -> int:
        """How many bits a block's other coefficients take at least."""
        end = self._symbols.translate(_ENDS).find(b"E")
        others = _SYMBOLS_WITHOUT_END * self._bits(0)
        return others if end < 0 else min(self._bits(end), others)

    @property
    def reads_zeros(self) -> bool:
        """Whether zero bits can be blocks of an image. They are the first symbol; where it does not end a block, they
        are blocks whose coefficients are all the same and not 0."""
        return self._symbols[0] & 15 == 0


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan's data must hold: ``units``, each of so many ``blocks`` of each component, and the components' codes,
    None where the scan uses none. ``restart`` is after how many units the data starts anew, 0 for never."""

    units: int
    blocks: Sequence[int]
    direct: Sequence[Code | None]
    alternating: Sequence[Code | None]
    progressive: bool
    refines: bool
    restart: int


@dataclass(frozen=True, slots=True)
class Data:
    """A scan's data: from ``start`` to ``end``, with so many bytes 0xFF, which are ``marks``; the first restart marker
    is at ``restart``, None where there is none."""

    start: int
    end: int
    marks: int
    restart: int | None


def fault(scan: Scan, content: Content, data: Data) -> str:
    """What is wrong with a scan's data, as the rest of a sentence; empty where nothing is."""
    start, end, marks = data.start, data.end, data.marks
    if not scan.restart and data.restart is not None:
        # Renderers stop there.
        end = data.restart
        marks = content.count(b"\xff", start, end)
    # Each 0xFF of the data has a zero behind it that is none of it.
    size, least = end - start - marks, -(-scan.units * _unit_bits(scan) // 8)
    if size < least:
        return f"its image data has {size} bytes and cannot have fewer than {least}"
    if scan.restart:
        parts = -(-scan.units // scan.restart)
        restarts = marks - content.count(b"\xff\0", start, end)
        if restarts + 1 < parts:
            return f"its image data has {restarts + 1} of its {parts} parts"
    if not scan.refines and not all(code.reads_zeros for code in scan.alternating if code):
        hole = content.find(_HOLE, start, end)
        if hole >= 0:
            return f"its image data has {HOLE_BYTES} zero bytes in a row"
    return ""


def _unit_bits(scan: Scan) -> int:
    """How many bits a unit takes at least."""
    if scan.progressive:
        # Of the other coefficients, one code can skip thousands of blocks.
        if not any(scan.direct):
            return 0 if any(scan.alternating) else sum(scan.blocks)
        return sum(n * code.direct_bits for n, code in zip(scan.blocks, scan.direct, strict=True) if code)
    codes = zip(scan.blocks, scan.direct, scan.alternating, strict=True)
    return sum(n * (direct.direct_bits + other.alternating_bits) for n, direct, other in codes if direct and other)
