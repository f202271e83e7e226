"""Makes the broken documents of the corpus from the valid ones: `python -m tests.data.documents.make_by_damage`.

Each is one valid document with one thing wrong, so that a test that refuses it refuses it for that. Only the standard
library is needed, and the same bytes come out every time: a test holds the kept files to it.
"""

import base64
import re
import struct
from collections.abc import Callable, Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent

type Damage = Callable[[], bytes]

DAMAGES: dict[str, Damage] = {}


def breaks(name: str) -> Callable[[Damage], Damage]:
    """Registers what gives the bytes of one file."""

    def register(damage: Damage) -> Damage:
        assert name not in DAMAGES
        DAMAGES[name] = damage
        return damage

    return register


def valid(name: str) -> bytes:
    """A valid document of the corpus: ``kind/name``."""
    kind, _, file = name.partition("/")
    return (HERE / kind / "accepted" / file).read_bytes()


def replaced(content: bytes, old: bytes, new: bytes) -> bytes:
    """``content`` with ``new`` in the one place where ``old`` stands."""
    assert content.count(old) == 1, (old, content.count(old))
    return content.replace(old, new)


# --- what happens to a file of any kind on its way -------------------------------------------------------------------


def _cut(name: str, source: str, at: int | Callable[[bytes], int]) -> None:
    """Registers the source's first bytes: up to ``at``, where negative numbers count from the end."""

    def damage() -> bytes:
        content = valid(source)
        length = at if isinstance(at, int) else at(content)
        assert length % len(content) > 0
        return content[:length]

    breaks(name)(damage)


def _half(content: bytes) -> int:
    return len(content) // 2


def _zeros_behind_half(name: str, source: str) -> None:
    """A download that stopped, into a file that was made in its full length before."""
    breaks(name)(lambda: valid(source)[: _half(valid(source))].ljust(len(valid(source)), b"\0"))


def _line_ends_changed(name: str, source: str) -> None:
    """A binary file that was sent as text to Windows."""
    breaks(name)(lambda: valid(source).replace(b"\n", b"\r\n"))


def _read_as_utf_8(name: str, source: str) -> None:
    """A program read the file as text, and wrote that."""
    breaks(name)(lambda: valid(source).decode("utf-8", "replace").encode())


def _copy(name: str, source: str) -> None:
    """A valid document under another kind's name."""
    breaks(name)(lambda: valid(source))


for _kind in ("pdf", "jpg", "tif", "txt"):
    breaks(f"{_kind}/refused/empty.{_kind}")(lambda: b"")


# --- PDF -------------------------------------------------------------------------------------------------------------

_cut("pdf/refused/header-only.pdf", "pdf/ghostscript-1.4.pdf", 9)
_cut("pdf/refused/cut-in-first-object.pdf", "pdf/reportlab-40-pages.pdf", 130)
_cut("pdf/refused/cut-in-half.pdf", "pdf/libreoffice-writer.pdf", _half)
_cut("pdf/refused/cut-in-cross-reference.pdf", "pdf/cairo.pdf", lambda content: content.rindex(b"xref\n0 ") + 100)
_cut("pdf/refused/cut-before-trailer.pdf", "pdf/pillow.pdf", lambda content: content.rindex(b"trailer"))
_cut("pdf/refused/cut-in-trailer.pdf", "pdf/tiff2pdf-scan.pdf", lambda content: content.rindex(b"trailer") + 12)
_cut("pdf/refused/cut-before-startxref.pdf", "pdf/chromium.pdf", lambda content: content.rindex(b"startxref"))
_cut("pdf/refused/cut-in-startxref.pdf", "pdf/groff.pdf", lambda content: content.rindex(b"startxref\n") + 12)
_cut(
    "pdf/refused/cut-in-cross-reference-stream.pdf",
    "pdf/qpdf-object-streams.pdf",
    lambda content: content.rindex(b"/Type /XRef") + 60,
)
_cut(
    "pdf/refused/linearized-cut-behind-first-page.pdf",
    "pdf/qpdf-linearized.pdf",
    lambda content: content.index(b"%%EOF") + 1500,
)
_cut(
    "pdf/refused/linearized-cut-at-first-end.pdf",
    "pdf/qpdf-linearized.pdf",
    lambda content: content.index(b"%%EOF\n") + len(b"%%EOF\n"),
)
_cut("pdf/refused/update-cut-off.pdf", "pdf/exiftool-updated.pdf", lambda content: content.index(b"%%EOF") + 300)
_cut(
    "pdf/refused/update-cut-before-its-trailer.pdf",
    "pdf/exiftool-updated.pdf",
    lambda content: content.rindex(b"/Size"),
)
_zeros_behind_half("pdf/refused/zeros-behind-half.pdf", "pdf/mupdf.pdf")
_line_ends_changed("pdf/refused/line-ends-changed.pdf", "pdf/qpdf-object-streams.pdf")
_read_as_utf_8("pdf/refused/read-as-utf-8.pdf", "pdf/qpdf-object-streams-linearized.pdf")
_copy("pdf/refused/jpeg.pdf", "jpg/libjpeg-turbo-progressive.jpg")


@breaks("pdf/refused/object-stream-overwritten.pdf")
def _() -> bytes:
    """The cross-reference is right, and the catalog and the pages that it leads to are gone."""
    content = valid("pdf/qpdf-object-streams.pdf")
    found = re.search(rb"/Type /ObjStm /Length (\d+) .*>>\nstream\n", content)
    assert found
    start, end = found.end(), found.end() + int(found[1])
    return content[:start] + bytes(end - start) + content[end:]


@breaks("pdf/refused/no-object-is-whole.pdf")
def _() -> bytes:
    """The cross-reference and what is needed to build it anew are gone: every object's first line."""
    return re.sub(rb"\d+ 0 obj", lambda found: b"#" * len(found[0]), valid("pdf/ghostscript-1.3.pdf"))


def pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, with a cross-reference that is right."""
    content = b"%PDF-1.4\n"
    offsets = []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, entries)
    end = b"trailer\n<< /Size %d %b >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(content))
    return content + table + end


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def page(box: bytes = b"0 0 595 842") -> bytes:
    return b"<< /Type /Page /Parent 2 0 R /Resources << >> /MediaBox [%b] /Contents 4 0 R >>" % box


DRAWING = b"<< /Length 34 >>\nstream\n2 w 72 700 m 300 600 l 400 700 l S\nendstream"


def _pdf(name: str, *objects: bytes, trailer: bytes = b"/Root 1 0 R") -> None:
    breaks(f"pdf/refused/{name}")(lambda: pdf(*objects, trailer=trailer))


_pdf("no-page-tree.pdf", b"<< /Type /Catalog >>", PAGES, page(), DRAWING)
_pdf("no-catalog.pdf", b"<< /Producer (none) >>", PAGES, page(), DRAWING, trailer=b"/Root 9 0 R")
_pdf("page-tree-loop.pdf", CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>", page(), DRAWING)
_pdf("page-missing.pdf", CATALOG, b"<< /Type /Pages /Kids [9 0 R] /Count 1 >>", page(), DRAWING)
_pdf("page-is-no-page.pdf", CATALOG, b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>", page(), b"(a string)")
_pdf("page-of-half-a-point.pdf", CATALOG, PAGES, page(b"0 0 595 0.5"), DRAWING)
_pdf("page-of-a-kilometre.pdf", CATALOG, PAGES, page(b"0 0 2834646 842"), DRAWING)
_pdf(
    "certificate.pdf",
    *(CATALOG, PAGES, page(), DRAWING),
    b"<< /Filter /Adobe.PubSec /SubFilter /adbe.pkcs7.s5 /V 2 /Length 128 /Recipients [<00>] >>",
    trailer=b"/Root 1 0 R /Encrypt 5 0 R /ID [<00> <00>]",
)

breaks("pdf/refused/base64.pdf")(lambda: base64.encodebytes(valid("pdf/mupdf.pdf")))
breaks("pdf/refused/error-page.pdf")(
    lambda: b"<!DOCTYPE html>\r\n<html><head><title>404 Not Found</title></head><body>Not found</body></html>\r\n"
)
breaks("pdf/refused/png.pdf")(lambda: (HERE / "picture.png").read_bytes())
breaks("pdf/refused/form-data.pdf")(
    lambda: (
        b"%FDF-1.2\n1 0 obj\n<< /FDF << /Fields [<< /T (name) /V (Alice) >>] /F (form.pdf) >> >>\nendobj\n"
        b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
    )
)


# --- JPEG ------------------------------------------------------------------------------------------------------------

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


_cut("jpg/refused/start-only.jpg", "jpg/ffmpeg.jpg", 4)
_cut("jpg/refused/cut-in-quantization-table.jpg", "jpg/guetzli.jpg", lambda content: find(content, DQT)[0] + 20)
_cut("jpg/refused/cut-before-frame.jpg", "jpg/libreoffice.jpg", lambda content: find(content, SOF0)[0])
_cut("jpg/refused/cut-in-scan-header.jpg", "jpg/pillow-cmyk.jpg", lambda content: find(content, SOS)[0] + 6)
_cut("jpg/refused/cut-behind-scan-header.jpg", "jpg/ghostscript-gray.jpg", lambda content: find(content, SOS)[1])
_cut(
    "jpg/refused/cut-in-half.jpg",
    "jpg/imagemagick-profile.jpg",
    lambda content: (find(content, SOS)[1] + len(content)) // 2,
)
_cut(
    "jpg/refused/cut-at-restart-marker.jpg",
    "jpg/libjpeg-turbo-restart-markers.jpg",
    lambda content: content.index(b"\xff\xd3") + 2,
)
_cut(
    "jpg/refused/cut-between-scans.jpg",
    "jpg/libjpeg-turbo-progressive.jpg",
    lambda content: content.rindex(b"\xff\xc4"),
)
_cut("jpg/refused/no-end.jpg", "jpg/libjpeg-turbo-baseline.jpg", -2)
_cut("jpg/refused/half-an-end-marker.jpg", "jpg/libjpeg-turbo-grayscale.jpg", -1)
_cut(
    "jpg/refused/cut-behind-thumbnail.jpg",
    "jpg/exiftool-thumbnail.jpg",
    lambda content: content.index(EOI) + 2,
)
_zeros_behind_half("jpg/refused/zeros-behind-half.jpg", "jpg/guetzli.jpg")
_line_ends_changed("jpg/refused/line-ends-changed.jpg", "jpg/exiftool-thumbnail.jpg")
_read_as_utf_8("jpg/refused/read-as-utf-8.jpg", "jpg/ffmpeg.jpg")
_copy("jpg/refused/pdf.jpg", "pdf/pillow.pdf")

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
_scan_of("scan-of-a-few-rows-of-gray.jpg", lambda data: data[:40], "jpg/libjpeg-turbo-grayscale.jpg")
_scan_of("scan-of-zeros.jpg", lambda data: data[:200] + bytes(len(data) - 200))
_scan_of(
    "scan-without-its-last-restart-marker.jpg",
    lambda data: data[: max(data.rfind(bytes([0xFF, 0xD0 + n])) for n in range(8))],
    "jpg/libjpeg-turbo-restart-markers.jpg",
)


# --- TIFF ------------------------------------------------------------------------------------------------------------

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


_cut("tif/refused/header-only.tif", "tif/efax.tif", 8)
_cut("tif/refused/half-a-header.tif", "tif/ffmpeg-raw.tif", 6)
_cut("tif/refused/cut-before-directory.tif", "tif/ghostscript-lzw.tif", 2000)
_cut("tif/refused/cut-in-directory.tif", "tif/libtiff-g4.tif", lambda content: Directory(content).start + 30)
_cut("tif/refused/cut-behind-directory.tif", "tif/libtiff-deflate.tif", lambda content: Directory(content).end + 6)
_cut("tif/refused/cut-in-image.tif", "tif/libreoffice.tif", -1)
_cut("tif/refused/cut-in-second-page.tif", "tif/pillow-two-pages.tif", -1500)
_cut("tif/refused/cut-before-second-page.tif", "tif/pillow-two-pages.tif", 5000)
_cut("tif/refused/cut-in-third-directory.tif", PAGES_OF_THREE, lambda content: Directory(content, 2).start + 20)
_zeros_behind_half("tif/refused/zeros-behind-half.tif", "tif/libtiff-packbits.tif")
_line_ends_changed("tif/refused/line-ends-changed.tif", "tif/libtiff-jpeg.tif")
_read_as_utf_8("tif/refused/read-as-utf-8.tif", "tif/graphicsmagick.tif")
_copy("tif/refused/pdf.tif", "pdf/tiff2pdf-scan.pdf")
_copy("tif/refused/jpeg.tif", "jpg/ffmpeg.jpg")

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


# --- text ------------------------------------------------------------------------------------------------------------


def _txt(name: str, content: bytes) -> None:
    breaks(f"txt/refused/{name}")(lambda: content)


_txt("white-space-only.txt", b"  \t\r\n\r\n \n")
_txt("form-feeds-only.txt", b"\f\f\f")
_txt("no-break-spaces-only.txt", "\u00a0\u2003\n\u200b\n".encode())
_txt("byte-order-mark-only.txt", b"\xef\xbb\xbf")
_txt("byte-order-mark-of-utf-16-only.txt", b"\xff\xfe")
_txt("byte-order-mark-and-line-end.txt", b"\xef\xbb\xbf\r\n")
_txt("zero-byte.txt", b"Dear customer,\nthis\0is a fax.\n")
_txt("zeros-behind.txt", b"Dear customer,\nthis is a fax.\n".ljust(512, b"\0"))
_txt("bell.txt", b"Dear customer,\a\nthis is a fax.\n")
_txt("end-of-file-mark.txt", b"Dear customer,\r\nthis is a fax.\r\n\x1a")
_txt("delete-character.txt", b"Dear customer\x7f,\nthis is a fax.\n")
_txt("control-character-in-utf-8.txt", "Dear customer,\u0086this is a fax: ü.\n".encode())
_txt("utf-16-of-odd-length.txt", b"\xff\xfe" + "Dear customer,\n".encode("utf-16-le") + b"x")
_txt("utf-16-half-a-pair.txt", b"\xff\xfe" + "A fax ".encode("utf-16-le") + b"\x3d\xd8\n\0")
_txt("utf-16-control-character.txt", b"\xfe\xff" + "A fax\x1b[1m\n".encode("utf-16-be"))
_txt("undefined-in-windows-1252.txt", b"Gr\xfc\xdfe \x81\n")
_txt("xml-without-declaration.xml", b'<fax xmlns="urn:fax"><to>7778888</to>\nDear customer</fax>\n')
_txt("xml.txt", b'<?xml version="1.0"?>\n<fax to="7778888">Dear customer</fax>\n')
_txt("html-fragment-with-head.txt", b"\n  <HTML>\n<BODY>Dear customer</BODY>\n")
_cut("txt/refused/cut-in-character.txt", "txt/python-utf-8.txt", lambda content: content.index("传".encode()) + 2)
_cut("txt/refused/cut-in-utf-16-unit.txt", "txt/iconv-utf-16.txt", 61)
_copy("txt/refused/pdf.txt", "pdf/mupdf.pdf")
_copy("txt/refused/tiff.txt", "tif/libreoffice.tif")


def main() -> None:
    for name, damage in DAMAGES.items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(damage())


if __name__ == "__main__":
    main()
