"""Whether a JPEG file holds one whole image that common renderers read: a walk over its markers.

Rules: ITU-T T.81, annex B, and what libjpeg makes of it. A file that was cut off has no end marker where the walk looks
for it; the end marker of a thumbnail lies within a segment, which the walk steps over. What lies behind the end marker
(a second picture, a film, a camera's padding) belongs to no image and is left alone. As libjpeg does, the walk steps
over a few bytes between segments and takes components of one number in their order.

Nothing is decoded, but it is known how many bits the blocks of a scan take at least, and which bits cannot be an image:
see ``jpg_data``.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import mul
from typing import NoReturn

from faxes.formats import Unfaxable
from faxes.formats.content import Content
from faxes.formats.jpg_data import Code, Data, Scan, fault

# Two hundred times what an ordinary photo has, and a bound for what Python does for each.
MAX_SEGMENTS = 1_000
# Encoders write up to about 20; a renderer goes over the whole image for each.
MAX_SCANS = 100
# In image data 0xFF is escaped or a restart marker: one byte in a few hundred. More would be all that the search sees.
# A long file may have one byte in so many.
MAX_ESCAPES, BYTES_PER_ESCAPE = 400_000, 12
# Between segments, in all. A camera that loses a segment's marker leaves its bytes, and the longest has so many.
MAX_BYTES_BETWEEN = 65_535
# libjpeg's limit.
MAX_SIDE = 65_500

_DHT, _EOI, _SOS, _DQT, _DRI = 0xC4, 0xD9, 0xDA, 0xDB, 0xDD
_BASELINE, _EXTENDED, _PROGRESSIVE = 0xC0, 0xC1, 0xC2
_FRAMES = frozenset({_BASELINE, _EXTENDED, _PROGRESSIVE})
_READ = _FRAMES | {_DHT, _SOS, _DQT, _DRI}
# Besides, those that say nothing of whether the image is whole: arithmetic conditioning, number of lines, applications'
# own, comments.
_KNOWN = _READ | {0xCC, 0xDC, *range(0xE0, 0xF0), 0xFE}
# Restart markers stand alone, without a segment. Between segments they mean nothing.
_ALONE = frozenset(range(0xD0, 0xD8))
_UNREADABLE = {
    0xC3: "a lossless JPEG",
    **dict.fromkeys((0xC5, 0xC6, 0xC7, 0xCD, 0xCE, 0xCF, 0xDE), "a hierarchical JPEG"),
    **dict.fromkeys((0xC9, 0xCA, 0xCB), "an arithmetic-coded JPEG"),
    0xF7: "a JPEG-LS image",
}
_READABLE = "only baseline, extended and progressive JPEGs of 8 bits per sample can be faxed"

_FILL = re.compile(rb"\xff*+")
_NEXT_MARKER = re.compile(rb"\xff[^\x00\xff]")
# In image data 0xFF stands before an escape (0), a restart marker or another 0xFF; before all else, it ends the data.
_DATA_END = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
# The same and restart markers: of most images, nothing is found before the end.
_DATA_BREAK = re.compile(rb"\xff[^\x00\xff]")
_WINDOW = 65_536

_TABLES_PER_CLASS = 4
_LONGEST_CODE = 16
# How many of the longest codes begin with one of each length.
_SHARES = [1 << _LONGEST_CODE - length for length in range(1, _LONGEST_CODE + 1)]
_LARGEST_DC_SYMBOL = 15
# libjpeg's limits, too: blocks that are coded together, and how many low bits a scan may leave out.
_BLOCKS_TOGETHER = 10
_MOST_LOW_BITS = 13


@dataclass(frozen=True, slots=True)
class _Component:
    """A colour component: its number, sampling factors and which quantization table it needs."""

    number: int
    horizontal: int
    vertical: int
    quantization: int


@dataclass(slots=True)
class _Image:
    """What the walk has seen so far. ``huffman`` holds each defined table by class * 16 + number; ``begun`` the indices
    of components; ``between`` counts bytes between segments, ``restart`` is after how many units data starts anew."""

    width: int = 0
    height: int = 0
    components: list[_Component] = field(default_factory=list)
    progressive: bool = False
    quantization: set[int] = field(default_factory=set)
    huffman: dict[int, Code] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    restart: int = 0
    between: int = 0
    segments: int = 0
    scans: int = 0
    escapes: int = 0


def count_pages(content: Content, max_pixels: int, draw: Callable[[int], None] = lambda pixels: None) -> int:
    """1: a JPEG is one page. ``content`` begins with the start marker.

    Raises Unfaxable where it is not one whole image of at most ``max_pixels`` that common renderers read.
    ``draw`` is told its pixels.
    """
    # Renderers tell a JPEG by these three bytes.
    _require(content[2:3] in (b"", b"\xff"), "other bytes where a marker must be")
    image = _Image()
    position = 2
    while True:
        marker, position = _marker(image, content, position)
        if marker == _EOI:
            break
        if marker in _ALONE:
            _count_segments(image, 1)
            continue
        if marker in _UNREADABLE:
            raise Unfaxable("jpg_compression", f"is {_UNREADABLE[marker]}; {_READABLE}")
        _require(marker in _KNOWN, "a marker that stands for nothing")
        _count_segments(image, 1)
        end = _segment_end(content, position)
        segment = content[position + 2 : end] if marker in _READ else b""
        if marker == _SOS:
            end = _read_scan(image, segment, content, end)
        elif marker in _READ:
            _read_segment(image, marker, segment, max_pixels)
        position = end
    if not image.scans:
        _require(not image.between, "other bytes where a marker must be")
        raise Unfaxable("jpg_no_image", "holds no image")
    _require(len(image.begun) == len(image.components), "no data for one of its colour components")
    draw(image.width * image.height)
    return 1


def _read_segment(image: _Image, marker: int, segment: bytes, max_pixels: int) -> None:
    if marker in _FRAMES:
        _read_frame(image, segment, max_pixels, progressive=marker == _PROGRESSIVE)
    elif marker == _DQT:
        _read_quantization_tables(image, segment)
    elif marker == _DHT:
        _read_huffman_tables(image, segment)
    else:
        _require(len(segment) == 2, "a restart interval of the wrong length")
        image.restart = int.from_bytes(segment)


def _cut_off() -> NoReturn:
    raise Unfaxable("jpg_cut_off", "is cut off: the image's end is missing")


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise Unfaxable("jpg_damaged", f"is damaged: it has {otherwise}")


def _count_segments(image: _Image, more: int) -> None:
    image.segments += more
    if image.segments > MAX_SEGMENTS:
        raise Unfaxable("jpg_segments", f"has more than {MAX_SEGMENTS} segments and tables, the limit")


def _marker(image: _Image, content: Content, position: int) -> tuple[int, int]:
    """The marker at ``position``, or behind a few bytes that are none, and the place behind it."""
    fill = _FILL.match(content, position)
    end = fill.end() if fill else position
    if position < end < len(content) and content[end]:
        return content[end], end + 1
    most = MAX_BYTES_BETWEEN - image.between
    found = _NEXT_MARKER.search(content, end, end + most + 2)
    if found is None:
        _require(len(content) - end <= most, "too many other bytes where a marker must be")
        _cut_off()
    image.between += found.start() - end
    return content[found.end() - 1], found.end()


def _segment_end(content: Content, position: int) -> int:
    """Where the segment ends whose length, which counts its own two bytes, stands at ``position``."""
    length = int.from_bytes(content[position : position + 2])
    if position + max(length, 2) > len(content):
        _cut_off()
    _require(length >= 2, "a segment of less than no length")
    return position + length


def _data(image: _Image, content: Content, start: int) -> Data:
    """The image data at ``start``: up to the marker that ends it."""
    position, before = start, image.escapes
    restart: int | None = None
    while position < len(content):
        window = position + _WINDOW
        if restart is None and (broken := _DATA_BREAK.search(content, position, window + 1)):
            restart = broken.start()
        # Nearly all bytes are looked at once in this way.
        begin = position if restart is None else max(restart, position)
        found = _DATA_END.search(content, begin, window + 1) if restart is not None else None
        # The search is slow where it has to look at most of the bytes; counting them is not.
        image.escapes += content.count(b"\xff", position, found.start() if found else window)
        most = max(MAX_ESCAPES, len(content) // BYTES_PER_ESCAPE)
        if image.escapes > most:
            raise Unfaxable("jpg_escapes", f"has image data with more than {most} bytes 0xFF, the limit")
        if found:
            if found.start() == start:
                raise Unfaxable("jpg_no_image", "holds no image: its header has no data behind it")
            end = found.start()
            return Data(start, end, image.escapes - before, restart if restart != end else None)
        position = window
    _cut_off()


def _read_frame(image: _Image, segment: bytes, max_pixels: int, *, progressive: bool) -> None:
    _require(not image.components, "two image headers")
    _require(len(segment) >= 6 and len(segment) == 6 + 3 * segment[5], "an image header of the wrong length")
    precision, count = segment[0], segment[5]
    if precision != 8:
        raise Unfaxable("jpg_compression", f"is a JPEG of {precision} bits per sample; {_READABLE}")
    if count not in (1, 3, 4):
        raise Unfaxable("jpg_compression", f"is a JPEG of {count} colour components; it must have 1, 3 or 4")
    height, width = int.from_bytes(segment[1:3]), int.from_bytes(segment[3:5])
    # A height of 0 leaves it to a marker behind the image, which no common renderer heeds.
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise Unfaxable("jpg_size", f"is {width} x {height} pixels; each side must be 1 to {MAX_SIDE}")
    if width * height > max_pixels:
        raise Unfaxable("jpg_size", f"is {width} x {height} pixels; the limit is {max_pixels} in all")
    image.components = [
        _Component(segment[n], segment[n + 1] >> 4, segment[n + 1] & 15, segment[n + 2])
        for n in range(6, len(segment), 3)
    ]
    _check_sampling([component.horizontal for component in image.components])
    _check_sampling([component.vertical for component in image.components])
    image.width, image.height, image.progressive = width, height, progressive


def _check_sampling(factors: list[int]) -> None:
    _require(all(1 <= factor <= 4 for factor in factors), "a colour component that is sampled 0 or more than 4 times")
    if any(max(factors) % factor for factor in factors):
        raise Unfaxable("jpg_compression", "is a JPEG with fractional sampling, which renderers do not read")


def _read_quantization_tables(image: _Image, segment: bytes) -> None:
    position = 0
    while position < len(segment):
        _count_segments(image, 1)
        wide, number = segment[position] >> 4, segment[position] & 15
        _require(wide <= 1 and number < _TABLES_PER_CLASS, "a quantization table of an unknown form")
        position += 1 + 64 * (wide + 1)
        image.quantization.add(number)
    _require(position == len(segment), "a quantization table that ends early")


def _read_huffman_tables(image: _Image, segment: bytes) -> None:
    position = 0
    while position < len(segment):
        _count_segments(image, 1)
        table, counts = segment[position], segment[position + 1 : position + 1 + _LONGEST_CODE]
        start = position + 1 + _LONGEST_CODE
        symbols = segment[start : start + sum(counts)]
        _require(table >> 4 <= 1 and table & 15 < _TABLES_PER_CLASS, "a Huffman table of an unknown form")
        _require(len(counts) == _LONGEST_CODE and len(symbols) == sum(counts), "a Huffman table that ends early")
        _require(_codes_fit(counts), "a Huffman table of more codes than there are")
        _require(table >> 4 == 1 or max(symbols, default=0) <= _LARGEST_DC_SYMBOL, "a Huffman table of wrong symbols")
        position = start + len(symbols)
        # One without a code decodes nothing.
        if symbols:
            image.huffman[table] = Code(counts, symbols)
        else:
            image.huffman.pop(table, None)


def _codes_fit(counts: bytes) -> bool:
    """Whether there are as many codes of each length (1 to 16 bits) as ``counts`` says. None is all ones."""
    taken: int = sum(map(mul, counts, _SHARES))
    return taken < 1 << _LONGEST_CODE


def _read_scan(image: _Image, segment: bytes, content: Content, start: int) -> int:
    """Check a scan: all that it needs must be there, and enough data, which lies at ``start``. Gives its end."""
    image.scans += 1
    if image.scans > MAX_SCANS:
        raise Unfaxable("jpg_scans", f"has more than {MAX_SCANS} scans, the limit")
    _require(bool(image.components), "image data before its header")
    count = segment[0] if segment else 0
    _require(1 <= count <= 4 and len(segment) == 4 + 2 * count, "a scan header of the wrong length")
    indices = _scanned(image, segment[1 : 2 * count + 1 : 2])
    tables = segment[2 : 2 * count + 2 : 2]
    components = [image.components[index] for index in indices]
    blocks = sum(component.horizontal * component.vertical for component in components)
    _require(count == 1 or blocks <= _BLOCKS_TOGETHER, "too many blocks that are coded together")
    first, last, approximation = segment[-3:]
    high, low = approximation >> 4, approximation & 15
    if image.progressive:
        whole = last == 0 if first == 0 else first <= last <= 63 and count == 1
        _require(whole and low <= _MOST_LOW_BITS and high in (0, low + 1), "a scan of a part that does not exist")
    # A later scan refines what an earlier one began, the direct component without a table.
    direct = not image.progressive or (first == 0 and high == 0)
    alternating = not image.progressive or first > 0
    needed = {table >> 4 for table in tables if direct} | {0x10 | table & 15 for table in tables if alternating}
    if not (
        needed <= image.huffman.keys() and {component.quantization for component in components} <= image.quantization
    ):
        raise Unfaxable("jpg_tables_missing", "lacks tables that are needed to read it")
    if direct:
        image.begun.update(indices)
    data = _data(image, content, start)
    scan = Scan(
        units=_units(image, components),
        blocks=[1] if count == 1 else [component.horizontal * component.vertical for component in components],
        direct=[image.huffman[table >> 4] if direct else None for table in tables],
        alternating=[image.huffman[0x10 | table & 15] if alternating else None for table in tables],
        progressive=image.progressive,
        refines=high > 0,
        restart=image.restart,
    )
    what = fault(scan, content, data)
    if what:
        raise Unfaxable("jpg_data_missing", f"is damaged: {what}")
    return data.end


def _scanned(image: _Image, numbers: bytes) -> list[int]:
    """The indices of the components with these numbers. libjpeg takes those of one number in the frame's order: where
    the index is that of a place in the scan which is taken, it looks further."""
    indices: list[int] = []
    for number in numbers:
        free = (n for n, component in enumerate(image.components) if component.number == number and n >= len(indices))
        indices.append(next(free, -1))
    _require(-1 not in indices and len(set(indices)) == len(indices), "a scan of a component that is not there")
    return indices


def _units(image: _Image, components: list[_Component]) -> int:
    """How many units a scan codes: blocks of its only component, or of all that are coded together."""
    across = max(component.horizontal for component in image.components)
    down = max(component.vertical for component in image.components)
    if len(components) > 1:
        return -(-image.width // (8 * across)) * -(-image.height // (8 * down))
    [component] = components
    width, height = -(-image.width * component.horizontal // across), -(-image.height * component.vertical // down)
    return -(-width // 8) * -(-height // 8)
