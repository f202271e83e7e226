"""A TIFF's numbers and directories, as plain values: what ``tif`` walks over, and what it says where one is wrong.

All that a directory names must lie inside the file, so that one which was cut off is noticed wherever its directories
stand. Private tags are excepted: no reader needs them for the page.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from faxes.formats import Unfaxable
from faxes.formats.content import Content

ENTRY_BYTES = 12

SUBFILE_TYPE, OLD_SUBFILE_TYPE = 254, 255
WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 256, 257, 258, 259, 262, 266
STRIPS, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, PLANES, PREDICTOR = 273, 277, 278, 279, 284, 317
COLOUR_MAP, TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, EXTRA, SAMPLE_FORMAT = 320, 322, 323, 324, 325, 338, 339
_READ = frozenset(
    {
        *(WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER),
        *(STRIPS, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, PLANES, PREDICTOR),
        *(COLOUR_MAP, TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, EXTRA, SAMPLE_FORMAT),
    }
)
_FIRST_PRIVATE = 32_768

# Bytes of one value of each type, the ones of BigTIFF among them, which renderers know here as well.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
# The types that numbers of use here have.
SHORT, LONG = 3, 4
_LITTLE_SHORT, _BIG_SHORT = struct.Struct("<H"), struct.Struct(">H")
_LITTLE_LONG, _BIG_LONG = struct.Struct("<I"), struct.Struct(">I")
# Tag, type, number of values, and the value or where the values lie.
_LITTLE_ENTRY, _BIG_ENTRY = struct.Struct("<HHII"), struct.Struct(">HHII")
# How many entries a directory has, and the first ones.
_HEAD_ENTRIES = 3
_LITTLE_HEAD, _BIG_HEAD = (struct.Struct(order + "H" + "HHII" * _HEAD_ENTRIES) for order in "<>")

_MISSING = (0, 0, 0, 0)


@dataclass(slots=True)
class File:
    """The file, what unpacks numbers of its byte order, and how much more of it the walk may look at."""

    content: Content
    little: bool
    entries_left: int
    strips_left: int

    def short(self, position: int) -> int:
        """The 16-bit number at ``position``. Raises Unfaxable where that lies outside the file."""
        try:
            value: int = (_LITTLE_SHORT if self.little else _BIG_SHORT).unpack_from(self.content, position)[0]
        except struct.error:
            cut_off()
        return value

    def long(self, position: int) -> int:
        """The 32-bit number at ``position``. Raises Unfaxable where that lies outside the file."""
        try:
            value: int = (_LITTLE_LONG if self.little else _BIG_LONG).unpack_from(self.content, position)[0]
        except struct.error:
            cut_off()
        return value


# A directory's entry: the type and number of its values, the value where there is one, and where they lie. A plain
# tuple, since there are thousands.
type Entry = tuple[int, int, int, int]
type Directory = dict[int, Entry]


def cut_off() -> NoReturn:
    raise Unfaxable("tif_cut_off", "is cut off or damaged: parts of it that it names are missing")


def damaged(what: str) -> NoReturn:
    raise Unfaxable("tif_damaged", f"is damaged: it has {what}")


def require(condition: bool, otherwise: str) -> None:
    if not condition:
        damaged(otherwise)


def read_head(file: File, position: int) -> tuple[int, ...]:
    """How many entries the directory at ``position`` has, and of the first three each one's tag, type, number of values
    and field. Where it has fewer, what is behind them is none. Read at once, since there may be thousands of these."""
    try:
        return (_LITTLE_HEAD if file.little else _BIG_HEAD).unpack_from(file.content, position)
    except struct.error:
        entries = file.short(position)
        known = [value for entry in first_entries(file, position + 2, min(entries, _HEAD_ENTRIES)) for value in entry]
        return (entries, *known, *[0] * (4 * _HEAD_ENTRIES - len(known)))


def first_entries(file: File, position: int, most: int) -> Iterator[Entry]:
    """Tag, type, number of values and field of up to ``most`` entries at ``position``, those that are in the file."""
    form = _LITTLE_ENTRY if file.little else _BIG_ENTRY
    entries = file.content[position : position + most * ENTRY_BYTES]
    return form.iter_unpack(entries[: len(entries) // ENTRY_BYTES * ENTRY_BYTES])


def only_number(file: File, kind: int, count: int, field: int) -> int | None:
    """The number in an entry's field, None where it is not one."""
    if count != 1 or (kind != LONG and kind != SHORT):
        return None
    return field if kind == LONG else field & 0xFFFF if file.little else field >> 16


def read_directory(file: File, position: int) -> Directory:
    """The entries that are of use here. The values of all must lie inside the file, but for private ones."""
    entries = file.short(position)
    at = position + 2
    form = _LITTLE_ENTRY if file.little else _BIG_ENTRY
    directory: Directory = {}
    for tag, kind, count, value in form.iter_unpack(file.content[at : at + entries * ENTRY_BYTES]):
        size = _SIZES.get(kind, 0) * count
        if size > 4 and value + size > len(file.content) and tag < _FIRST_PRIVATE:
            cut_off()
        if tag in _READ:
            # A number that is shorter stands in the field's first bytes.
            stated = value if kind == LONG or file.little else value >> 16
            entry = (kind, count, stated, value if size > 4 else at + 8)
            if tag in directory and directory[tag][:3] != entry[:3]:
                damaged("an entry twice")
            directory[tag] = entry
        at += ENTRY_BYTES
    return directory


def number(directory: Directory, tag: int, default: int | None = None) -> int:
    """The only number of an entry."""
    if tag not in directory and default is not None:
        return default
    kind, count, value, _ = directory.get(tag, _MISSING)
    if kind not in (SHORT, LONG) or count != 1:
        damaged(f"a page whose entry {tag} is missing or not one number")
    return value & 0xFFFF if kind == SHORT else value


def numbers(directory: Directory, tag: int, least: int) -> Entry:
    """An entry of ``least`` numbers or more."""
    entry = directory.get(tag, _MISSING)
    kind, count, _, _ = entry
    if kind not in (SHORT, LONG) or count < least:
        damaged(f"a page whose entry {tag} is missing or too short")
    return entry


def first_numbers(file: File, directory: Directory, tag: int, count: int) -> list[int]:
    """The first ``count`` numbers of an entry, which must be a few."""
    kind, _, _, position = numbers(directory, tag, count)
    read, size = (file.short, 2) if kind == SHORT else (file.long, 4)
    return [read(position + n * size) for n in range(count)]


def shared_number(file: File, directory: Directory, tag: int, samples: int, default: int) -> int | None:
    """The number that an entry states for all samples, once or for each. None where they differ."""
    if tag not in directory:
        return default
    _, stated, _, _ = directory[tag]
    if stated == 1:
        return number(directory, tag)
    different = set(first_numbers(file, directory, tag, samples))
    return different.pop() if len(different) == 1 else None
