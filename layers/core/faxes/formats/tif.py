"""How many whole pages a TIFF file has that common renderers read: a walk over its image file directories.

Rules: TIFF 6.0 with the compressions that libtiff brings, and what libtiff and Pillow make of it. Each directory leads
to the next and names the strips or tiles of one image. All that it names must lie inside the file, so that one which
was cut off is noticed wherever its directories stand. Strips that lie wholly inside the file are whole; where they are
not compressed, it is known how many bytes they must have.

A directory that calls itself a reduced image or a mask of another one is no page, unless there is no other one;
directories below another (SubIFDs, Exif) hold none. Neither is looked into.
"""

import re
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from faxes.formats import Unfaxable

# As many pages as a fax may ever have, each with a thumbnail.
MAX_DIRECTORIES = 2_000
# A directory has about 20 entries. Some have hundreds, but not each page's.
MAX_ENTRIES_PER_PAGE = 32
MAX_ENTRIES_BESIDE = 1_000
# An A4 page at 1200 dpi, a row a strip, each colour by itself, has 42,000.
MAX_STRIPS = 50_000
# How many strips are compared at once, in 32 bits each. No number that is of use reaches a quarter of what these hold.
_AT_ONCE, _LANE = 2_048, 32
_ONES = int.from_bytes((1).to_bytes(_LANE // 8, "little") * _AT_ONCE, "little")
_QUARTER = 1 << _LANE - 2
# As in a JPEG; libtiff has no limit.
MAX_SIDE = 65_535

_HEADER_BYTES, _ENTRY_BYTES = 8, 12
_BIGTIFF = re.compile(rb"II\+\0|MM\0\+")

_SUBFILE_TYPE, _OLD_SUBFILE_TYPE = 254, 255
_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_STRIPS, _SAMPLES, _ROWS_PER_STRIP, _STRIP_BYTES, _PLANES, _PREDICTOR = 273, 277, 278, 279, 284, 317
_COLOUR_MAP, _TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES, _EXTRA, _SAMPLE_FORMAT = 320, 322, 323, 324, 325, 338, 339
_READ = frozenset(
    {
        *(_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER),
        *(_STRIPS, _SAMPLES, _ROWS_PER_STRIP, _STRIP_BYTES, _PLANES, _PREDICTOR),
        *(_COLOUR_MAP, _TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES, _EXTRA, _SAMPLE_FORMAT),
    }
)

# Bytes of one value of each type, the ones of BigTIFF among them, which renderers know here as well.
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
# The types that numbers of use here have.
_SHORT, _LONG = 3, 4
_LITTLE_SHORT, _BIG_SHORT = struct.Struct("<H"), struct.Struct(">H")
_LITTLE_LONG, _BIG_LONG = struct.Struct("<I"), struct.Struct(">I")
# Tag, type, number of values, and the value or where the values lie.
_LITTLE_ENTRY, _BIG_ENTRY = struct.Struct("<HHII"), struct.Struct(">HHII")

_MISSING = (0, 0, 0, 0)

_NONE, _JPEG = 1, 7
_FAX = frozenset({2, 3, 4})
# LZW and both numbers of Deflate: what can stand behind a predictor.
_PREDICTED = frozenset({5, 8, 32946})
_COMPRESSIONS = _FAX | _PREDICTED | {_NONE, _JPEG, 32773}
_NAMED_COMPRESSIONS = {
    6: "old-style JPEG",
    9: "JBIG",
    10: "JBIG",
    32766: "NeXT",
    32809: "ThunderScan",
    33003: "JPEG 2000",
    33005: "JPEG 2000",
    34661: "JBIG",
    34676: "SGI LogLuv",
    34677: "SGI LogLuv",
    34712: "JPEG 2000",
    34887: "LERC",
    34925: "LZMA",
    50000: "Zstandard",
    50001: "WebP",
    50002: "JPEG XL",
}
_READABLE = "only none, CCITT (RLE, Group 3 and 4), LZW, JPEG, Deflate and PackBits can be faxed"

_WHITE_IS_ZERO, _BLACK_IS_ZERO, _RGB, _PALETTE, _CMYK, _YCBCR, _LAB = 0, 1, 2, 3, 5, 6, 8
# Bits a sample and samples a pixel that both libtiff and Pillow read, by what they stand for.
_PIXELS = {
    _WHITE_IS_ZERO: {(1, 1), (2, 1), (4, 1), (8, 1)},
    _BLACK_IS_ZERO: {(1, 1), (2, 1), (4, 1), (8, 1), (16, 1), (8, 2)},
    _RGB: {(8, 3), (8, 4), (16, 3), (16, 4)},
    _PALETTE: {(1, 1), (2, 1), (4, 1), (8, 1)},
    _CMYK: {(8, 4), (16, 4)},
    _YCBCR: {(8, 3)},
    _LAB: {(8, 3)},
}
_MOST_SAMPLES = 4
_JPEG_PIXELS = frozenset({_BLACK_IS_ZERO, _RGB, _CMYK, _YCBCR})


@dataclass(slots=True)
class _File:
    """The file, what unpacks numbers of its byte order, and how much more of it the walk may look at."""

    content: bytes
    little: bool
    entries_left: int
    strips_left: int = MAX_STRIPS

    def short(self, position: int) -> int:
        """The 16-bit number at ``position``. Raises Unfaxable where that lies outside the file."""
        return _unpack(_LITTLE_SHORT if self.little else _BIG_SHORT, self.content, position)

    def long(self, position: int) -> int:
        """The 32-bit number at ``position``. Raises Unfaxable where that lies outside the file."""
        return _unpack(_LITTLE_LONG if self.little else _BIG_LONG, self.content, position)


# A directory's entry: the type and number of its values, the value where there is one, and where they lie. A plain
# tuple, since there are thousands.
type _Entry = tuple[int, int, int, int]
type _Directory = dict[int, _Entry]


def count_pages(
    content: bytes, max_pixels: int, max_pages: int = 999, draw: Callable[[int], None] = lambda pixels: None
) -> int:
    """How many pages there are. ``content`` begins with the header of a TIFF or BigTIFF.

    Raises Unfaxable where one is not whole, has more than ``max_pixels``, or is one that common renderers do not read.
    Where there are more than ``max_pages``, they are counted and not looked at. ``draw`` is told the pixels of each.
    """
    if _BIGTIFF.match(content):
        raise Unfaxable("tif_bigtiff", "is a BigTIFF image; save it as a classic TIFF")
    file = _File(content, content.startswith(b"II"), MAX_ENTRIES_PER_PAGE * max_pages + MAX_ENTRIES_BESIDE)
    pages = _page_directories(file)
    if not pages:
        raise Unfaxable("tif_no_pages", "has no page")
    if len(pages) <= max_pages:
        for position in pages:
            _check_page(file, position, max_pixels, draw)
    return len(pages)


def _cut_off() -> NoReturn:
    raise Unfaxable("tif_cut_off", "is cut off or damaged: parts of it that it names are missing")


def _damaged(what: str) -> NoReturn:
    raise Unfaxable("tif_damaged", f"is damaged: it has {what}")


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        _damaged(otherwise)


def _unpack(number: struct.Struct, content: bytes, position: int) -> int:
    try:
        value: int = number.unpack_from(content, position)[0]
    except struct.error:
        _cut_off()
    return value


def _page_directories(file: _File) -> list[int]:
    """Where the directories of all pages lie, in order. Follows the whole chain.

    Where each calls itself a reduced image or a mask, of an image that is not there, each is a page.
    """
    pages: list[int] = []
    seen: dict[int, None] = {}
    position = file.long(4)
    while position:
        if position in seen:
            raise Unfaxable("tif_loop", "is damaged: its pages follow one another in a circle")
        if len(seen) == MAX_DIRECTORIES:
            raise Unfaxable("tif_directories", f"has more than {MAX_DIRECTORIES} images, the limit")
        seen[position] = None
        _require(position >= _HEADER_BYTES, "a directory in its header")
        entries = file.short(position)
        _require(entries > 0, "an empty directory")
        following = file.long(position + 2 + entries * _ENTRY_BYTES)
        if _is_page(file, position + 2, entries):
            pages.append(position)
        position = following
    return pages or list(seen)


def _is_page(file: _File, position: int, entries: int) -> bool:
    """Whether a directory is neither a reduced image nor a mask. Entries are sorted: these two tags are the first."""
    for at in range(position, position + min(entries, 2) * _ENTRY_BYTES, _ENTRY_BYTES):
        tag = file.short(at)
        if tag > _OLD_SUBFILE_TYPE:
            break
        value = file.short(at + 8) if file.short(at + 2) == _SHORT else file.long(at + 8)
        if (tag == _SUBFILE_TYPE and value & 5) or (tag == _OLD_SUBFILE_TYPE and value == 2):
            return False
    return True


def _check_page(file: _File, position: int, max_pixels: int, draw: Callable[[int], None]) -> None:
    directory = _read_directory(file, position)
    width, height = _number(directory, _WIDTH), _number(directory, _HEIGHT)
    _check_size("a page", width, height, max_pixels)
    draw(width * height)
    compression = _number(directory, _COMPRESSION, _NONE)
    if compression not in _COMPRESSIONS:
        name = _NAMED_COMPRESSIONS.get(compression, f"number {compression}")
        raise Unfaxable("tif_compression", f"is compressed with a method ({name}) that cannot be read; {_READABLE}")
    bits, samples = _pixel(file, directory, compression)
    planes = _number(directory, _PLANES, 1)
    _require(planes in (1, 2), "colours that are stored in an unknown way")
    _check_strips(
        file,
        directory,
        _Layout(width, height, bits * (samples if planes == 1 else 1), samples if planes == 2 else 1),
        max_pixels,
        uncompressed=compression == _NONE,
    )


def _check_size(what: str, width: int, height: int, max_pixels: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise Unfaxable("tif_size", f"has {what} of {width} x {height} pixels; each side must be 1 to {MAX_SIDE}")
    if width * height > max_pixels:
        raise Unfaxable("tif_size", f"has {what} of {width} x {height} pixels; the limit is {max_pixels} in all")


def _read_directory(file: _File, position: int) -> _Directory:
    """The entries that are of use here. The values of all must lie inside the file."""
    entries = file.short(position)
    file.entries_left -= entries
    if file.entries_left < 0:
        raise Unfaxable("tif_entries", f"has pages with far more than {MAX_ENTRIES_PER_PAGE} entries each, the limit")
    at = position + 2
    form = _LITTLE_ENTRY if file.little else _BIG_ENTRY
    directory: _Directory = {}
    for tag, kind, count, value in form.iter_unpack(file.content[at : at + entries * _ENTRY_BYTES]):
        size = _SIZES.get(kind, 0) * count
        if size > 4 and value + size > len(file.content):
            _cut_off()
        if tag in _READ:
            # A number that is shorter stands in the field's first bytes.
            number = value if kind == _LONG or file.little else value >> 16
            entry = (kind, count, number, value if size > 4 else at + 8)
            if tag in directory and directory[tag][:3] != entry[:3]:
                _damaged("an entry twice")
            directory[tag] = entry
        at += _ENTRY_BYTES
    return directory


def _number(directory: _Directory, tag: int, default: int | None = None) -> int:
    """The only number of an entry."""
    if tag not in directory and default is not None:
        return default
    kind, count, value, _ = directory.get(tag, _MISSING)
    if kind not in (_SHORT, _LONG) or count != 1:
        _damaged(f"a page whose entry {tag} is missing or not one number")
    return value & 0xFFFF if kind == _SHORT else value


def _list(directory: _Directory, tag: int, least: int) -> _Entry:
    """An entry of ``least`` numbers or more."""
    entry = directory.get(tag, _MISSING)
    kind, count, _, _ = entry
    if kind not in (_SHORT, _LONG) or count < least:
        _damaged(f"a page whose entry {tag} is missing or too short")
    return entry


def _shared_number(file: _File, directory: _Directory, tag: int, samples: int, default: int) -> int | None:
    """The number that an entry states for all samples, once or for each. None where they differ."""
    if tag not in directory:
        return default
    _, stated, _, _ = directory[tag]
    if stated == 1:
        return _number(directory, tag)
    kind, _, _, position = _list(directory, tag, samples)
    read, size = (file.short, 2) if kind == _SHORT else (file.long, 4)
    numbers = {read(position + n * size) for n in range(samples)}
    return numbers.pop() if len(numbers) == 1 else None


def _pixel(file: _File, directory: _Directory, compression: int) -> tuple[int, int]:
    """Bits a sample and samples a pixel, which must be ones that can be read."""
    samples = _number(directory, _SAMPLES, 1)
    _require(samples > 0, "pixels without a sample")
    if samples > _MOST_SAMPLES:
        raise Unfaxable("tif_pixels", f"has pixels of {samples} samples; they cannot have more than {_MOST_SAMPLES}")
    bits = _shared_number(file, directory, _BITS, samples, 1)
    _require(bits != 0, "samples without a bit")
    photometric = _number(directory, _PHOTOMETRIC, _WHITE_IS_ZERO)
    if (
        bits is None
        or (bits, samples) not in _PIXELS.get(photometric, ())
        or (compression in _FAX and (bits > 1 or photometric == _PALETTE))
        or (compression == _JPEG and (bits != 8 or photometric not in _JPEG_PIXELS))
        # Without JPEG, its colours are stored at half the resolution, each writer in its own way.
        or (compression != _JPEG and photometric == _YCBCR)
        or _shared_number(file, directory, _SAMPLE_FORMAT, samples, 1) != 1
        or not _extra_is_known(directory, photometric, samples)
        or _number(directory, _FILL_ORDER, 1) not in ((1, 2) if bits == 1 else (1,))
    ):
        stated = (
            f"{samples} x {bits} bits, photometric interpretation {photometric}"
            if bits
            else "samples of different sizes"
        )
        raise Unfaxable("tif_pixels", f"has pixels of a form ({stated}) that cannot be read")
    if photometric == _PALETTE:
        _list(directory, _COLOUR_MAP, 3 << bits)
    if compression in _PREDICTED and _number(directory, _PREDICTOR, 1) not in ((1, 2) if bits >= 8 else (1,)):
        raise Unfaxable("tif_compression", "is compressed with a predictor that cannot be read")
    return bits, samples


def _extra_is_known(directory: _Directory, photometric: int, samples: int) -> bool:
    """Whether it is stated what the sample beyond the colours is, if there is one. Beside three colours it is clear."""
    if _EXTRA not in directory:
        return samples != 2
    return samples in (2, 4) and photometric != _CMYK and _number(directory, _EXTRA) in (0, 1, 2)


@dataclass(frozen=True, slots=True)
class _Layout:
    """A page in pixels, the bits of a pixel as they are stored together, and in how many planes."""

    width: int
    height: int
    bits: int
    planes: int


def _check_strips(file: _File, directory: _Directory, page: _Layout, max_pixels: int, *, uncompressed: bool) -> None:
    """Check that there are as many strips or tiles as the page needs, each inside the file."""
    tiled = _TILES in directory
    _require(not (tiled and _STRIPS in directory), "a page with both strips and tiles")
    if tiled:
        width, height = _number(directory, _TILE_WIDTH), _number(directory, _TILE_HEIGHT)
        _check_size("tiles", width, height, max_pixels)
    else:
        rows = _number(directory, _ROWS_PER_STRIP, page.height)
        _require(rows > 0, "strips of no rows")
        width, height = page.width, min(rows, page.height)
    across, down = -(-page.width // width), -(-page.height // height)
    count = across * down * page.planes
    file.strips_left -= count
    if file.strips_left < 0:
        raise Unfaxable("tif_strips", f"has more than {MAX_STRIPS} strips or tiles, the limit")
    places, lengths = (_TILES, _TILE_BYTES) if tiled else (_STRIPS, _STRIP_BYTES)
    starts, sizes = _list(directory, places, count), _list(directory, lengths, count)
    # The last strip of each plane may have fewer rows; all tiles are of one size.
    row = -(-width * page.bits // 8)
    most, fewest = row * height, row * (height if tiled else page.height - (down - 1) * height)
    strips = _Strips(starts, sizes, count, count if tiled else down)
    _check_places(file, strips, most if uncompressed else 1, fewest if uncompressed else 1)


@dataclass(frozen=True, slots=True)
class _Strips:
    """Where strips or tiles lie and how many bytes they have, how many there are, and after how many a plane ends."""

    starts: _Entry
    sizes: _Entry
    count: int
    of_plane: int


def _check_places(file: _File, strips: _Strips, least: int, least_at_end: int) -> None:
    """Check that each strip or tile lies inside the file and has at least so many bytes, in all and at a plane's end.

    Thousands at once, each in 32 bits of a number, whose top bit shows on which side of a limit it is. One by one takes
    five times as long.
    """
    for first in range(0, strips.count, _AT_ONCE):
        last = min(first + _AT_ONCE, strips.count)
        ones = _ONES & (1 << _LANE * (last - first)) - 1
        tops = ones << _LANE - 1
        starts, sizes = _lanes(file, strips.starts, first, last), _lanes(file, strips.sizes, first, last)
        # No carry gets into the next lane: what is added is less than a quarter of what it holds.
        if (starts | sizes) & (tops | tops >> 1) or (tops + ones * len(file.content) - starts - sizes) & tops != tops:
            _cut_off()
        ends = range(first + strips.of_plane - 1 - first % strips.of_plane, last, strips.of_plane)
        less_at_ends = sum(least - least_at_end << _LANE * (end - first) for end in ends)
        enough = least < _QUARTER and (tops + sizes - ones * least + less_at_ends) & tops == tops
        _require(enough, "a strip or tile of fewer bytes than its pixels take")


def _lanes(file: _File, entry: _Entry, first: int, last: int) -> int:
    """Those of an entry's numbers, the first in the lowest 32 bits."""
    kind, _, _, position = entry
    size = 2 if kind == _SHORT else 4
    numbers = file.content[position + first * size : position + last * size]
    lanes = bytearray((last - first) * _LANE // 8)
    for place in range(size):
        lanes[place :: _LANE // 8] = numbers[place if file.little else size - 1 - place :: size]
    return int.from_bytes(lanes, "little")
