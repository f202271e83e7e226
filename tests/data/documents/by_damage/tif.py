"""TIFFs with one thing wrong."""

from collections.abc import Callable

from tests.data.documents.by_damage.damages import breaks, valid
from tests.data.documents.by_damage.on_the_way import (
    copy,
    cut,
    line_ends_changed,
    read_as_utf_8,
    zeros_behind_half,
)

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
STRIPS, SAMPLES, STRIP_BYTES, TILES = 273, 277, 279, 324
LONG = 4


class Directory:
    """A directory of a little-endian TIFF, to be changed in place. ``page`` counts from 0."""

    def __init__(self, content: bytes, page: int = 0) -> None:
        self.content = bytearray(content)
        # Where the offset of this directory stands: in the header, or at the end of the directory before.
        self.link = 4
        for _ in range(page):
            self.link = self.end
        assert content[:2] == b"II"

    @property
    def start(self) -> int:
        return self.number(self.link, 4)

    @property
    def end(self) -> int:
        """Where the offset of the next directory stands."""
        return self.start + 2 + 12 * self.number(self.start, 2)

    def number(self, at: int, size: int) -> int:
        return int.from_bytes(self.content[at : at + size], "little")

    def entry(self, tag: int) -> int:
        """Where the entry starts: tag and type of 2 bytes each, count and value or its offset of 4 each."""
        return next(at for at in range(self.start + 2, self.end, 12) if self.number(at, 2) == tag)

    def put(self, at: int, size: int, value: int) -> "Directory":
        self.content[at : at + size] = value.to_bytes(size, "little")
        return self

    def without(self, tag: int) -> "Directory":
        """Takes an entry away: what stands behind it moves up, and 12 bytes that nothing names stay behind."""
        start, end = self.entry(tag), self.end + 4
        self.content[start:end] = self.content[start + 12 : end] + bytes(12)
        return self.put(self.start, 2, self.number(self.start, 2) - 1)

    def count(self, tag: int, value: int) -> "Directory":
        return self.put(self.entry(tag) + 4, 4, value)

    def value(self, tag: int, value: int) -> "Directory":
        """A number that stands in the entry itself; it becomes a LONG."""
        return self.put(self.entry(tag) + 2, 2, LONG).put(self.entry(tag) + 8, 4, value)

    def item(self, tag: int, index: int, value: int) -> "Directory":
        """One of several LONGs, which stand at the entry's offset."""
        return self.put(self.number(self.entry(tag) + 8, 4) + 4 * index, 4, value)


STRIPPED, PAGES_OF_THREE = "tif/libtiff-lzw.tif", "tif/libtiff-three-pages.tif"


def _tif(name: str, damage: Callable[[Directory], Directory], source: str = STRIPPED, page: int = 0) -> None:
    breaks(f"tif/refused/{name}")(lambda: bytes(damage(Directory(valid(source), page)).content))


cut("tif/refused/header-only.tif", "tif/efax.tif", 8)
cut("tif/refused/half-a-header.tif", "tif/ffmpeg-raw.tif", 6)
cut("tif/refused/cut-before-directory.tif", "tif/ghostscript-lzw.tif", 2000)
cut("tif/refused/cut-in-directory.tif", "tif/libtiff-g4.tif", lambda content: Directory(content).start + 30)
cut("tif/refused/cut-behind-directory.tif", "tif/libtiff-deflate.tif", lambda content: Directory(content).end + 6)
cut("tif/refused/cut-in-image.tif", "tif/libreoffice.tif", -1)
cut("tif/refused/cut-in-second-page.tif", "tif/pillow-two-pages.tif", -1500)
cut("tif/refused/cut-before-second-page.tif", "tif/pillow-two-pages.tif", 5000)
cut("tif/refused/cut-in-third-directory.tif", PAGES_OF_THREE, lambda content: Directory(content, 2).start + 20)
zeros_behind_half("tif/refused/zeros-behind-half.tif", "tif/libtiff-packbits.tif")
line_ends_changed("tif/refused/line-ends-changed.tif", "tif/libtiff-jpeg.tif")
read_as_utf_8("tif/refused/read-as-utf-8.tif", "tif/graphicsmagick.tif")
copy("tif/refused/pdf.tif", "pdf/tiff2pdf-scan.pdf")
copy("tif/refused/jpeg.tif", "jpg/ffmpeg.jpg")

_tif("no-directory.tif", lambda directory: directory.put(4, 4, 0))
_tif("directory-outside.tif", lambda directory: directory.put(4, 4, 0x7FFFFFFF))
_tif("directory-in-header.tif", lambda directory: directory.put(4, 4, 2))
_tif("no-entries.tif", lambda directory: directory.put(directory.start, 2, 0))
_tif("too-many-entries.tif", lambda directory: directory.put(directory.start, 2, 0xFFFF))
_tif("next-directory-outside.tif", lambda directory: directory.put(directory.end, 4, 0x00FFFFFF))
_tif("directory-that-follows-itself.tif", lambda directory: directory.put(directory.end, 4, directory.start))
_tif(
    "loop-over-three-pages.tif",
    lambda directory: directory.put(directory.end, 4, Directory(bytes(directory.content)).start),
    PAGES_OF_THREE,
    2,
)
_tif("no-width.tif", lambda directory: directory.without(WIDTH))
_tif("no-height.tif", lambda directory: directory.without(HEIGHT))
_tif("zero-width.tif", lambda directory: directory.value(WIDTH, 0))
_tif("zero-height.tif", lambda directory: directory.value(HEIGHT, 0))
_tif("too-many-pixels.tif", lambda directory: directory.value(WIDTH, 60000).value(HEIGHT, 60000))
_tif("too-many-pixels-on-page-3.tif", lambda directory: directory.value(HEIGHT, 60000), PAGES_OF_THREE, 2)
_tif("width-of-unknown-type.tif", lambda directory: directory.put(directory.entry(WIDTH) + 2, 2, 99))
_tif("no-strips.tif", lambda directory: directory.without(STRIPS))
_tif("no-strip-sizes.tif", lambda directory: directory.without(STRIP_BYTES))
_tif("fewer-strips-than-rows.tif", lambda directory: directory.count(STRIPS, 3).count(STRIP_BYTES, 3))
_tif("fewer-sizes-than-strips.tif", lambda directory: directory.count(STRIP_BYTES, 4))
_tif("strip-of-zero-bytes.tif", lambda directory: directory.item(STRIP_BYTES, 2, 0))
_tif("strip-outside.tif", lambda directory: directory.item(STRIPS, 4, 0x00FFFFFF))
_tif("strip-over-the-end.tif", lambda directory: directory.item(STRIP_BYTES, 1, 0x7FFFFFFF))
_tif("strip-outside-on-page-2.tif", lambda directory: directory.item(STRIPS, 5, 0x00FFFFFF), PAGES_OF_THREE, 1)
_tif("offsets-outside.tif", lambda directory: directory.put(directory.entry(STRIPS) + 8, 4, 0x00FFFFFF))
_tif("offsets-without-number.tif", lambda directory: directory.count(STRIPS, 0))
_tif("offsets-without-end.tif", lambda directory: directory.count(STRIPS, 0xFFFFFFFF))
_tif("tile-outside.tif", lambda directory: directory.item(TILES, 3, 0x00FFFFFF), "tif/libtiff-tiles.tif")
_tif("fewer-tiles-than-area.tif", lambda directory: directory.value(WIDTH, 400), "tif/libtiff-tiles.tif")


def _strip_too_short(name: str, source: str, size: int) -> None:
    """The first strip is said to have so many bytes."""
    _tif(f"{name}-strip-too-short.tif", lambda directory: directory.item(STRIP_BYTES, 0, size), f"tif/{source}")


_strip_too_short("g3", "libtiff-g3.tif", 40)
_strip_too_short("g4", "libtiff-blank-page.tif", 24)
_strip_too_short("lzw", "libtiff-lzw.tif", 20)
_strip_too_short("deflate", "libtiff-deflate.tif", 2)
_strip_too_short("jpeg", "libtiff-jpeg.tif", 30)
_strip_too_short("packbits", "libtiff-packbits.tif", 8)


def _data_ends(name: str, source: str, size: int) -> None:
    """The first strip is said to have so many bytes, which its rows could do with, by their number."""
    _tif(f"{name}-data-ends.tif", lambda directory: directory.item(STRIP_BYTES, 0, size), f"tif/{source}")


_data_ends("deflate", "libtiff-deflate.tif", 250)
_data_ends("lzw", "libtiff-lzw.tif", 300)
_data_ends("packbits", "libtiff-packbits.tif", 600)


@breaks("tif/refused/g4-of-other-codes.tif")
def _() -> bytes:
    """Of the first page's one strip, bytes in the middle: from there on, no row is what it was."""
    content = bytearray(valid("tif/ghostscript-g4-204x196.tif"))
    directory = Directory(bytes(content))
    at = directory.number(directory.entry(STRIPS) + 8, 4) + 600
    content[at : at + 100] = bytes(range(100))
    return bytes(content)


_tif("jpeg-of-other-colours.tif", lambda directory: directory.value(PHOTOMETRIC, 2), "tif/libtiff-jpeg-ycbcr.tif")
_tif(
    "jpeg-of-other-samples.tif",
    lambda directory: directory.value(PHOTOMETRIC, 1).value(SAMPLES, 1),
    "tif/libtiff-jpeg.tif",
)
_tif("jpeg-of-other-pixels.tif", lambda directory: directory.value(WIDTH, 90), "tif/libtiff-jpeg.tif")
_tif("unknown-compression.tif", lambda directory: directory.value(COMPRESSION, 65000))
_tif("old-jpeg.tif", lambda directory: directory.value(COMPRESSION, 6), "tif/libtiff-jpeg.tif")
_tif("no-bits.tif", lambda directory: directory.value(BITS, 0), "tif/libtiff-packbits.tif")
_tif("no-samples.tif", lambda directory: directory.value(SAMPLES, 0))

breaks("tif/refused/byte-order-does-not-fit.tif")(lambda: b"MM\0*" + valid(STRIPPED)[4:])
breaks("tif/refused/unknown-version.tif")(lambda: b"II\x2c\0" + valid(STRIPPED)[4:])
