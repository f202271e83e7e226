"""Whether a TIFF page's strips or tiles are all there and as long as their rows take at least.

Nothing is decompressed. Each compression has a least size for so many rows, which follows from its own rules: a strip
that is shorter cannot hold them, and one that is valid is never shorter, blank rows included.
"""

from dataclasses import dataclass
from math import isqrt

from faxes.formats import Unfaxable
from faxes.formats.tif_directory import (
    ROWS_PER_STRIP,
    SHORT,
    STRIP_BYTES,
    STRIPS,
    TILE_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    TILES,
    Directory,
    Entry,
    File,
    cut_off,
    number,
    numbers,
    require,
)
from faxes.formats.tif_jpeg import Stream, check_stream

# An A4 page at 1200 dpi, a row a strip, each colour by itself, has 42,000. A long file may have one in so many bytes.
MAX_STRIPS, BYTES_PER_STRIP = 50_000, 93
# As in a JPEG; libtiff has no limit.
MAX_SIDE = 65_535
# How many strips are compared at once, in 32 bits each. No number that is of use reaches a quarter of what these hold.
_AT_ONCE, _LANE = 2_048, 32
_ONES = int.from_bytes((1).to_bytes(_LANE // 8, "little") * _AT_ONCE, "little")
_QUARTER = 1 << _LANE - 2

NONE, RLE, GROUP_3, GROUP_4, LZW, JPEG, PACK_BITS = 1, 2, 3, 4, 5, 7, 32773


@dataclass(frozen=True, slots=True)
class Form:
    """A page: its pixels, bits a sample, samples a pixel, how it is compressed and what the samples stand for, and
    whether each sample has a plane of its own."""

    width: int
    height: int
    bits: int
    samples: int
    compression: int
    photometric: int
    in_planes: bool


def most_strips(size: int) -> int:
    """How many strips and tiles a file of ``size`` bytes may have."""
    return max(MAX_STRIPS, size // BYTES_PER_STRIP)


def check_size(what: str, width: int, height: int, max_pixels: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise Unfaxable("tif_size", f"has {what} of {width} x {height} pixels; each side must be 1 to {MAX_SIDE}")
    if width * height > max_pixels:
        raise Unfaxable("tif_size", f"has {what} of {width} x {height} pixels; the limit is {max_pixels} in all")


def check(file: File, directory: Directory, page: Form, max_pixels: int, position: int) -> None:
    """Check that there are as many strips or tiles as the page needs, each inside the file and long enough. The
    directory lies at ``position``."""
    tiled = TILES in directory
    require(not (tiled and STRIPS in directory), "a page with both strips and tiles")
    if tiled:
        width, height = number(directory, TILE_WIDTH), number(directory, TILE_HEIGHT)
        check_size("tiles", width, height, max_pixels)
    else:
        rows = number(directory, ROWS_PER_STRIP, page.height)
        require(rows > 0, "strips of no rows")
        width, height = page.width, min(rows, page.height)
    across, down = -(-page.width // width), -(-page.height // height)
    planes, samples = (page.samples, 1) if page.in_planes else (1, page.samples)
    count = across * down * planes
    file.strips_left -= count
    if file.strips_left < 0:
        raise Unfaxable("tif_strips", f"has more than {most_strips(len(file.content))} strips or tiles, the limit")
    places, lengths = (TILES, TILE_BYTES) if tiled else (STRIPS, STRIP_BYTES)
    starts, sizes = numbers(directory, places, count), numbers(directory, lengths, count)
    strips = _Strips(starts, sizes, count, count if tiled else down)
    # The last strip of each plane may have fewer rows; all tiles are of one size.
    rows_at_end = height if tiled else page.height - (down - 1) * height
    most, fewest = (_least_bytes(page, width, rows, page.bits * samples) for rows in (height, rows_at_end))
    start, size = _first(file, starts), _first(file, sizes)
    if count == 1 and not tiled and size == 0 and position > start:
        # Its size was not known when it was written: it reaches up to its directory. Where that stands in front, as in
        # what was written into a pipe, nothing tells one that is cut off.
        size = position - start
        require(size >= most, _TOO_SHORT)
    else:
        _check_places(file, strips, most, fewest)
    if page.compression == JPEG:
        stream = Stream(width, height, samples, page.photometric, is_last=count == 1 and not tiled)
        check_stream(file.content, start, start + size, stream)


_TOO_SHORT = "a strip or tile of fewer bytes than its pixels take"


def _least_bytes(page: Form, width: int, rows: int, bits: int) -> int:
    """How many bytes so many rows take at least, of pixels of ``bits`` bits. At least one."""
    compression = page.compression
    size = rows * -(-width * bits // 8)
    if compression == NONE:
        return size
    if compression == PACK_BITS:
        # TIFF 6.0, section 9: two bytes stand for 128 at most.
        return -(-size // 64)
    if compression in (RLE, GROUP_3):
        # ITU-T T.4, tables 2 and 3: a row begins with a run of white. The shortest code that ends one has 4 bits; for
        # more than 63 pixels, another of 5 bits or more stands before it. A row of two dimensions follows a line end
        # of 12 bits and a tag, which is more; the line ends of the others may be missing. Section 10 of TIFF 6.0: in
        # RLE, each row begins with a byte.
        row = 9 if width > 63 else 4
        return rows * -(-row // 8) if compression == RLE else -(-rows * row // 8)
    if compression == GROUP_4:
        # ITU-T T.6, table 1: a row like the one before is one code, V0, of one bit.
        return -(-rows // 8)
    if compression == LZW:
        return _least_lzw(size)
    if compression == JPEG:
        # ITU-T T.81, annex B and G.1.2: headers of 25 bytes, and a code of a bit or more for each block of 64 pixels.
        # Where each colour has a plane, those beside the brightness may have a quarter of its width and height.
        return 25 + -(-width // 8) * -(-rows // 8) // (8 * 16 if page.in_planes else 8)
    # RFC 1951, 3.2.5: a code for 258 bytes takes a bit, and one for the distance another. RFC 1950: two bytes before.
    return 2 + -(-size // 1032)


# TIFF 6.0, section 13: codes of 9 to 12 bits. The first stands for a byte, each other one for at most a byte more than
# the one before, until the table is full, which has place for 3,838. From there on, no code stands for more.
_LZW_CODES = 3_838
_LZW_FULL = _LZW_CODES * (_LZW_CODES + 1) // 2
# Behind so many codes, each is a bit longer. In old files, one code later.
_LZW_LONGER = (257, 769, 1_793)


def _least_lzw(size: int) -> int:
    more = max(size - _LZW_FULL, 0)
    # The least n for which 1 + 2 + ... + n is as much as the rows take.
    codes = (isqrt(8 * (size - more - 1) + 1) + 1) // 2
    bits = 9 * codes + sum(max(codes - longer, 0) for longer in _LZW_LONGER)
    return -(-(bits + 12 * (more // (_LZW_CODES + 1))) // 8)


@dataclass(frozen=True, slots=True)
class _Strips:
    """Where strips or tiles lie and how many bytes they have, how many there are, and after how many a plane ends."""

    starts: Entry
    sizes: Entry
    count: int
    of_plane: int


def _first(file: File, entry: Entry) -> int:
    kind, _, _, position = entry
    return file.short(position) if kind == SHORT else file.long(position)


def _check_places(file: File, strips: _Strips, least: int, least_at_end: int) -> None:
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
            cut_off()
        ends = range(first + strips.of_plane - 1 - first % strips.of_plane, last, strips.of_plane)
        less_at_ends = sum(least - least_at_end << _LANE * (end - first) for end in ends)
        enough = least < _QUARTER and (tops + sizes - ones * least + less_at_ends) & tops == tops
        require(enough, _TOO_SHORT)


def _lanes(file: File, entry: Entry, first: int, last: int) -> int:
    """Those of an entry's numbers, the first in the lowest 32 bits."""
    kind, _, _, position = entry
    size = 2 if kind == SHORT else 4
    numbers = file.content[position + first * size : position + last * size]
    lanes = bytearray((last - first) * _LANE // 8)
    for place in range(size):
        lanes[place :: _LANE // 8] = numbers[place if file.little else size - 1 - place :: size]
    return int.from_bytes(lanes, "little")
