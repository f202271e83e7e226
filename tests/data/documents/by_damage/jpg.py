"""JPEGs with one thing wrong."""

import struct
from collections.abc import Callable, Iterator

from tests.data.documents.by_damage.damages import breaks, replaced, valid
from tests.data.documents.by_damage.on_the_way import (
    copy,
    cut,
    line_ends_changed,
    read_as_utf_8,
    zeros_behind_half,
)

BASELINE = "jpg/libjpeg-turbo-baseline.jpg"
DQT, DHT, SOF0, SOS, EOI = 0xDB, 0xC4, 0xC0, 0xDA, b"\xff\xd9"


def segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of each segment, from behind SOI to the end of the first scan's header."""
    start = 2
    while True:
        assert content[start] == 0xFF
        marker, length = content[start + 1], int.from_bytes(content[start + 2 : start + 4])
        yield marker, start, start + 2 + length
        if marker == SOS:
            return
        start += 2 + length


def find(content: bytes, wanted: int) -> tuple[int, int]:
    """Where the first segment with this marker starts and ends."""
    return next((start, end) for marker, start, end in segments(content) if marker == wanted)


def without(content: bytes, unwanted: int) -> bytes:
    """Without all segments with this marker."""
    for marker, start, end in reversed(list(segments(content))):
        if marker == unwanted:
            content = content[:start] + content[end:]
    return content


def frame_with(content: bytes, at: int, new: bytes) -> bytes:
    """With other bytes in the frame header, ``at`` bytes behind its marker: 2 precision, 3 height, 5 width,
    7 number of components, then number, sampling and table of each."""
    start = find(content, SOF0)[0] + 2 + at
    return content[:start] + new + content[start + len(new) :]


def _jpg(name: str, damage: Callable[[bytes], bytes], source: str = BASELINE) -> None:
    breaks(f"jpg/refused/{name}")(lambda: damage(valid(source)))


cut("jpg/refused/start-only.jpg", "jpg/ffmpeg.jpg", 4)
cut("jpg/refused/cut-in-quantization-table.jpg", "jpg/guetzli.jpg", lambda content: find(content, DQT)[0] + 20)
cut("jpg/refused/cut-before-frame.jpg", "jpg/libreoffice.jpg", lambda content: find(content, SOF0)[0])
cut("jpg/refused/cut-in-scan-header.jpg", "jpg/pillow-cmyk.jpg", lambda content: find(content, SOS)[0] + 6)
cut("jpg/refused/cut-behind-scan-header.jpg", "jpg/ghostscript-gray.jpg", lambda content: find(content, SOS)[1])
cut(
    "jpg/refused/cut-in-half.jpg",
    "jpg/imagemagick-profile.jpg",
    lambda content: (find(content, SOS)[1] + len(content)) // 2,
)
cut(
    "jpg/refused/cut-at-restart-marker.jpg",
    "jpg/libjpeg-turbo-restart-markers.jpg",
    lambda content: content.index(b"\xff\xd3") + 2,
)
cut(
    "jpg/refused/cut-between-scans.jpg",
    "jpg/libjpeg-turbo-progressive.jpg",
    lambda content: content.rindex(b"\xff\xc4"),
)
cut("jpg/refused/no-end.jpg", "jpg/libjpeg-turbo-baseline.jpg", -2)
cut("jpg/refused/half-an-end-marker.jpg", "jpg/libjpeg-turbo-grayscale.jpg", -1)
cut(
    "jpg/refused/cut-behind-thumbnail.jpg",
    "jpg/exiftool-thumbnail.jpg",
    lambda content: content.index(EOI) + 2,
)
zeros_behind_half("jpg/refused/zeros-behind-half.jpg", "jpg/guetzli.jpg")
line_ends_changed("jpg/refused/line-ends-changed.jpg", "jpg/exiftool-thumbnail.jpg")
read_as_utf_8("jpg/refused/read-as-utf-8.jpg", "jpg/ffmpeg.jpg")
copy("jpg/refused/pdf.jpg", "pdf/pillow.pdf")

_jpg("no-frame.jpg", lambda content: without(content, SOF0))
_jpg("no-scan.jpg", lambda content: content[: find(content, SOS)[0]] + EOI)
_jpg("scan-without-data.jpg", lambda content: content[: find(content, SOS)[1]] + EOI)
_jpg("no-image.jpg", lambda content: content[:2] + EOI)
_jpg("tables-only.jpg", lambda content: without(content[: find(content, SOS)[1]], SOF0)[:-14] + EOI)
_jpg("no-quantization-tables.jpg", lambda content: without(content, DQT))
_jpg("no-huffman-tables.jpg", lambda content: without(content, DHT), "jpg/ffmpeg.jpg")
_jpg("zero-width.jpg", lambda content: frame_with(content, 5, b"\0\0"))
_jpg("zero-height.jpg", lambda content: frame_with(content, 3, b"\0\0"))
_jpg("too-many-pixels.jpg", lambda content: frame_with(content, 3, struct.pack(">HH", 60000, 60000)))
_jpg("twelve-bits.jpg", lambda content: frame_with(content, 2, b"\x0c"))
_jpg("no-components.jpg", lambda content: frame_with(content, 7, b"\0"))
_jpg("components-do-not-fit.jpg", lambda content: frame_with(content, 7, b"\4"))
_jpg("sampling-of-zero.jpg", lambda content: frame_with(content, 9, b"\0"))
_jpg("scan-of-another-component.jpg", lambda content: frame_with(content, 8, b"\x09"))
_jpg("table-that-is-not-there.jpg", lambda content: frame_with(content, 10, b"\3"))
_jpg("hierarchical.jpg", lambda content: replaced(content, b"\xff\xc0\0\x11", b"\xff\xc5\0\x11"))


@breaks("jpg/refused/two-frames.jpg")
def _() -> bytes:
    content = valid(BASELINE)
    start, end = find(content, SOF0)
    return content[:end] + content[start:]


@breaks("jpg/refused/segment-over-the-end.jpg")
def _() -> bytes:
    content = valid(BASELINE)
    start, _ = find(content, SOF0)
    return content[:start] + b"\xff\xfe\xff\xf0" + content[start:]


@breaks("jpg/refused/segment-of-one-byte.jpg")
def _() -> bytes:
    """A length counts its own two bytes."""
    content = valid(BASELINE)
    start, _ = find(content, SOF0)
    return content[:start] + b"\xff\xfe\0\1" + content[start:]


def _scan_of(name: str, data: Callable[[bytes], bytes], source: str = BASELINE) -> None:
    """Registers the source with other image data, which is its only scan's, and an end marker behind it."""

    def damage() -> bytes:
        content = valid(source)
        start = find(content, SOS)[1]
        assert content.endswith(EOI)
        return content[:start] + data(content[start:-2]) + EOI

    breaks(f"jpg/refused/{name}")(damage)


_scan_of("scan-of-its-beginning.jpg", lambda data: data[: len(data) // 20])
_scan_of("scan-of-half.jpg", lambda data: data[: len(data) // 2])
_scan_of("scan-of-a-few-rows-of-gray.jpg", lambda data: data[:40], "jpg/libjpeg-turbo-grayscale.jpg")
_scan_of("scan-of-zeros.jpg", lambda data: data[:200] + bytes(len(data) - 200))
_scan_of(
    "scan-without-its-last-restart-marker.jpg",
    lambda data: data[: max(data.rfind(bytes([0xFF, 0xD0 + n])) for n in range(8))],
    "jpg/libjpeg-turbo-restart-markers.jpg",
)
