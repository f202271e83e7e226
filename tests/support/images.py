"""Small JPEGs and TIFFs, made by hand, so that one thing at a time can be wrong with them."""

import struct
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

# --- JPEG ------------------------------------------------------------------------------------------------------------

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
BASELINE, EXTENDED, PROGRESSIVE = 0xC0, 0xC1, 0xC2
# Each block is one bit for the direct and one for the alternating component, both 0: a gray image. It ends in ones.
GRAY_BLOCK = b"\x3f"


def segment(marker: int, payload: bytes = b"") -> bytes:
    return bytes([0xFF, marker]) + (len(payload) + 2).to_bytes(2) + payload


def quantization(number: int = 0, *, wide: bool = False) -> bytes:
    return segment(0xDB, bytes([wide << 4 | number]) + (b"\0\1" if wide else b"\1") * 64)


def huffman(*tables: int, counts: bytes = b"\1".ljust(16, b"\0"), symbols: bytes = b"\0") -> bytes:
    """Tables, each by class * 16 + number; by default of one code, a 0, for the symbol 0."""
    return segment(0xC4, b"".join(bytes([table]) + counts + symbols for table in tables))


@dataclass(frozen=True, slots=True)
class Component:
    number: int = 1
    horizontal: int = 1
    vertical: int = 1
    quantization: int = 0


GRAY = (Component(),)
COLOURS = (Component(1), Component(2), Component(3))


def frame(
    components: Sequence[Component] = GRAY,
    *,
    width: int = 8,
    height: int = 8,
    marker: int = BASELINE,
    precision: int = 8,
    count: int | None = None,
) -> bytes:
    described = b"".join(
        bytes([each.number, each.horizontal << 4 | each.vertical, each.quantization]) for each in components
    )
    stated = len(components) if count is None else count
    return segment(marker, struct.pack(">BHHB", precision, height, width, stated) + described)


def scan(
    *numbers: int, tables: int = 0, start: int = 0, end: int = 63, approximation: int = 0, data: bytes = GRAY_BLOCK
) -> bytes:
    """A scan of these components with its data. ``tables``: direct * 16 + alternating, for each of them."""
    of_components = b"".join(bytes([number, tables]) for number in numbers)
    return segment(0xDA, bytes([len(numbers)]) + of_components + bytes([start, end, approximation])) + data


TABLES = quantization() + huffman(0x00, 0x10)


def jpeg(*parts: bytes, end: bytes = EOI) -> bytes:
    """A JPEG of these segments and scans; by default, one gray block of 8 x 8 pixels."""
    return SOI + (b"".join(parts) if parts else TABLES + frame() + scan(1)) + end


# --- TIFF ------------------------------------------------------------------------------------------------------------

BYTE, ASCII, SHORT, LONG, RATIONAL = 1, 2, 3, 4, 5
SUBFILE, OLD_SUBFILE, WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC, FILL_ORDER = 254, 255, 256, 257, 258, 259, 262, 266
STRIPS, SAMPLES, ROWS, STRIP_BYTES, PLANES, PREDICTOR, COLOUR_MAP = 273, 277, 278, 279, 284, 317, 320
TILE_WIDTH, TILE_HEIGHT, TILES, TILE_BYTES, EXTRA, SAMPLE_FORMAT = 322, 323, 324, 325, 338, 339

type Value = tuple[int, Sequence[int]]
_FORMS = {BYTE: "B", ASCII: "B", SHORT: "H", LONG: "I"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page of 16 x 4 pixels of one bit in one strip, unless it is told otherwise.

    ``entries`` are added, or take the place of those that there would be; None takes one out. Values are a type and its
    numbers. ``data`` are the strips or tiles, whose places and sizes are filled in.
    """

    entries: Mapping[int, Value | None] = field(default_factory=dict)
    data: Sequence[bytes] = (bytes(8),)
    tiled: bool = False


def tiff(*pages: Page, order: str = "<", following: Sequence[int] = (), version: int = 42) -> bytes:
    """A TIFF of these pages; by default of one. ``following`` says which page (from 0) each one's directory leads to,
    instead of to the next; -1 is the end."""
    pages = pages or (Page(),)
    content = bytearray(struct.pack(f"{order}2sHI", b"II" if order == "<" else b"MM", version, 0))
    starts, links = [], []
    for page in pages:
        entries = _entries(page, len(content))
        content += b"".join(page.data)
        content += bytes(len(content) % 2)
        beside = bytearray()
        behind = len(content) + 2 + 12 * len(entries) + 4
        starts.append(len(content))
        content += struct.pack(f"{order}H", len(entries))
        for tag, (kind, numbers) in entries:
            form, count = _FORMS.get(kind, "I"), len(numbers)
            value = struct.pack(f"{order}{count}{form}", *numbers)
            if len(value) > 4:
                value, beside = struct.pack(f"{order}I", behind + len(beside)), beside + value
            content += struct.pack(f"{order}HHI", tag, kind, count // 2 if kind == RATIONAL else count)
            content += value.ljust(4, b"\0")
        links.append(len(content))
        content += bytes(4) + beside
    next_pages = [*following, *range(1 + len(following), len(pages)), -1]
    for link, following_page in zip([4, *links], [0, *next_pages], strict=False):
        content[link : link + 4] = struct.pack(f"{order}I", starts[following_page] if following_page >= 0 else 0)
    return bytes(content)


def _entries(page: Page, start: int) -> list[tuple[int, Value]]:
    sizes = [len(each) for each in page.data]
    places = [start + sum(sizes[:n]) for n in range(len(sizes))]
    entries: dict[int, Value | None] = {
        WIDTH: (SHORT, [16]),
        HEIGHT: (SHORT, [4]),
        BITS: (SHORT, [1]),
        COMPRESSION: (SHORT, [1]),
        PHOTOMETRIC: (SHORT, [1]),
        SAMPLES: (SHORT, [1]),
        TILES if page.tiled else STRIPS: (LONG, places),
        TILE_BYTES if page.tiled else STRIP_BYTES: (LONG, sizes),
    }
    return sorted(_present(entries | dict(page.entries)))


def _present(entries: Mapping[int, Value | None]) -> Iterable[tuple[int, Value]]:
    return ((tag, value) for tag, value in entries.items() if value is not None)
