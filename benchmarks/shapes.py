"""Documents of one size: honest ones, and those that are built to cost as much as they can. Always the same bytes."""

import io
import random
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import accumulate

from PIL import Image

from tests.support import pdfs
from tests.support.pdfs import compressed, pdf, pdf_with_stream, stream

type Pack = Callable[[bytes, bytes], bytes]

# A request's body, and a fax's pages.
SIZE = 4_613_734
PAGES = 200


@dataclass(frozen=True, slots=True)
class Shape:
    """A document: its kind, what it is, and what makes it. The first honest one of a kind is the kind's yardstick."""

    kind: str
    name: str
    honest: bool
    make: Callable[[], bytes]


SHAPES: list[Shape] = []


def _shape(kind: str, name: str, *, honest: bool = False) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def register(make: Callable[[], bytes]) -> Callable[[], bytes]:
        SHAPES.append(Shape(kind, name, honest, make))
        return make

    return register


def _noise(length: int, seed: int = 1) -> bytes:
    """What compressed data looks like."""
    return random.Random(seed).randbytes(length)


# --- PDF -------------------------------------------------------------------------------------------------------------


def _filled(make: Callable[[bytes], bytes]) -> bytes:
    """What ``make`` makes of a stream of noise, which nothing asks for, that brings it to the full size."""
    empty = make(stream(b""))
    return make(stream(_noise(max(SIZE - len(empty) - 16, 0))))


@_shape("pdf", "a report: 200 tagged pages, object streams, pictures", honest=True)
def report() -> bytes:
    """As much structure for a page as LibreOffice writes for text and tables, packed as qpdf packs it: 200 objects a
    page, 100 in a stream. Pictures take the rest."""
    elements = 200 * PAGES
    streams = -(-(PAGES + elements) // 100)
    # The catalog, the tree, a picture, the object streams, and in them the pages and their elements.
    page, element = 4 + streams, 4 + streams + PAGES
    catalog = b"<< /Type /Catalog /Pages 2 0 R /StructTreeRoot %d 0 R >>" % element
    kids = b" ".join(b"%d 0 R" % (page + n) for n in range(PAGES))
    tree = b"<< /Type /Pages /Kids [%b] /Count %d /MediaBox [0 0 595 842] >>" % (kids, PAGES)
    drawn = random.Random(2)
    objects = [
        b"<< /Type /Page /Parent 2 0 R /Resources << /XObject << /P 3 0 R >> >> /Contents 3 0 R /StructParents %d >>"
        % n
        for n in range(PAGES)
    ] + [
        b"<< /Type /StructElem /S /P /P %d 0 R /K [%d] /Pg %d 0 R >>"
        % (element + drawn.randrange(n + 1), drawn.randrange(500), page + drawn.randrange(PAGES))
        for n in range(elements)
    ]
    packed = [_object_stream(page + start, objects[start : start + 100]) for start in range(0, len(objects), 100)]
    places = [(2, 4 + n // 100, n % 100) for n in range(len(objects))]
    return _filled(lambda picture: pdf_with_stream([catalog, tree, picture, *packed], packed=places))


def _object_stream(first: int, objects: list[bytes], pack: Pack = compressed) -> bytes:
    """An object stream of these objects, numbered from ``first``."""
    offsets = accumulate((len(each) + 1 for each in objects), initial=0)
    head = b" ".join(b"%d %d" % (first + n, offset) for n, offset in zip(range(len(objects)), offsets, strict=False))
    return pack(head + b"\n" + b"\n".join(objects), b"/Type /ObjStm /N %d /First %d" % (len(objects), len(head) + 1))


@_shape("pdf", "scans: ten pictures", honest=True)
def scans() -> bytes:
    pages = pdfs.pages(10)
    share = SIZE // 10 - 400
    return pdf([*pages, *(stream(_noise(share, seed), b"/Subtype /Image /Filter /DCTDecode") for seed in range(10))])


@_shape("pdf", "a book: 200 pages of text", honest=True)
def book() -> bytes:
    share = SIZE // PAGES - 250
    return pdf([*pdfs.pages(PAGES), *(stream(_noise(share, seed), b"/Filter /FlateDecode") for seed in range(PAGES))])


@_shape("pdf", "100,000 pages")
def many_pages() -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 100_003))
    tree = b"<< /Kids [%b] /Count 100000 >>" % kids
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, tree, *[b"<<>>"] * 100_000, rest]))


@_shape("pdf", "100,000 pages, and it says 200")
def many_pages_untold() -> bytes:
    return many_pages().replace(b"/Count 100000", b"/Count 000200")


@_shape("pdf", "a page that is one object 100,000 times, and it says 200")
def same_page() -> bytes:
    tree = b"<< /Kids [%b] /Count 200 /MediaBox [0 0 9 9] >>" % (b"3 0 R " * 100_000)
    return _filled(lambda rest: pdf([pdfs.CATALOG, tree, b"<</Parent 2 0 R>>", rest]))


@_shape("pdf", "a page tree 60,000 deep")
def deep_tree() -> bytes:
    depth = 60_000
    nodes = [b"<</Kids[%d 0 R]/Count 1/Parent %d 0 R>>" % (n + 1, max(n - 1, 1)) for n in range(2, 2 + depth)]
    page = b"<</Type/Page/Parent %d 0 R>>" % (1 + depth)
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, *nodes, page, rest]))


@_shape("pdf", "a page tree 900 deep, 200 pages at its end")
def long_way() -> bytes:
    depth = 900
    nodes = [b"<</Kids[%d 0 R]/Count 200/Parent %d 0 R>>" % (n + 1, max(n - 1, 1)) for n in range(2, 2 + depth)]
    first = 3 + depth
    last = b"<</Kids[%b]/Count 200/Parent %d 0 R>>" % (
        b" ".join(b"%d 0 R" % (first + n) for n in range(200)),
        1 + depth,
    )
    pages = [b"<</Type/Page/Parent %d 0 R>>" % (2 + depth)] * 200
    return _filled(lambda rest: pdf([pdfs.CATALOG, *nodes, last, *pages, rest]))


def _one_page(inside: bytes) -> bytes:
    return pdf(pdfs.pages(1, more=inside))


@_shape("pdf", "arrays in arrays")
def nested_arrays() -> bytes:
    depth = SIZE // 2 - 250
    return _one_page(b"/X " + b"[" * depth + b"]" * depth)


@_shape("pdf", "dictionaries in dictionaries")
def nested_dictionaries() -> bytes:
    depth = SIZE // 6 - 100
    return _one_page(b"/X " + b"<</A" * depth + b">>" * depth)


@_shape("pdf", "strings in strings")
def nested_strings() -> bytes:
    depth = SIZE // 2 - 250
    return _one_page(b"/X " + b"(" * depth + b")" * depth)


@_shape("pdf", "an array of two million numbers")
def long_array() -> bytes:
    return _one_page(b"/X [" + b"1 " * (SIZE // 2 - 250) + b"]")


@_shape("pdf", "a dictionary of 400,000 names")
def long_dictionary() -> bytes:
    return _one_page(b"".join(b"/%x 0 " % number for number in range(SIZE // 9 - 50)))


@_shape("pdf", "a name of 4.4 MiB")
def long_name() -> bytes:
    return _one_page(b"/" + b"#41" * (SIZE // 3 - 200) + b" 0 ")


@_shape("pdf", "a comment of 4.4 MiB in a page")
def long_comment() -> bytes:
    return _one_page(b"%" * (SIZE - 500) + b"\n")


@_shape("pdf", "a cross-reference table of 230,000 entries")
def long_table() -> bytes:
    entries = (SIZE - 600) // 20
    objects = pdfs.pages(1)
    # One object for each, all the same one.
    content = pdf(objects)
    at = content.rindex(b"xref\n0 ")
    own = content[at:].split(b"\n", 2)[2][: 20 * (len(objects) + 1)]
    size = entries + len(objects) + 1
    more = b"%010d 00000 n \n" % len(b"%PDF-1.7\n") * entries
    trailer = b"trailer\n<< /Size %d /Root 1 0 R >>\n" % size
    return content[:at] + b"xref\n0 %d\n" % size + own + more + trailer + pdfs.end(at)


@_shape("pdf", "30,000 cross-reference tables, one behind the other")
def many_tables() -> bytes:
    out = bytearray(pdf(pdfs.pages(1)))
    previous = out.rindex(b"xref\n0 ")
    while len(out) < SIZE - 150:
        start = len(out)
        out += b"xref\n0 0\ntrailer\n<</Size 4/Root 1 0 R/Prev %d>>\n" % previous
        previous = start
    return bytes(out) + pdfs.end(previous)


@_shape("pdf", "a cross-reference stream of four million entries")
def long_cross_reference_stream() -> bytes:
    return _filled(lambda rest: pdf_with_stream([*pdfs.pages(1), rest], packed=[(1, 9, 0)] * 4_000_000))


def _blown_up(data: bytes, dictionary: bytes, by: int = 1024) -> bytes:
    """A stream of ``data`` and, behind it, ``by`` MiB of zeros."""
    pump = zlib.compressobj(9)
    zeros = bytes(1 << 20)
    parts = [pump.compress(data), *(pump.compress(zeros) for _ in range(by)), pump.flush()]
    return stream(b"".join(parts), dictionary + b" /Filter /FlateDecode")


@_shape("pdf", "a cross-reference stream of 1 GiB")
def cross_reference_bomb() -> bytes:
    return _filled(lambda rest: pdf_with_stream([*pdfs.pages(1), rest], pack=_blown_up))


@_shape("pdf", "an object stream of 1 GiB, which holds the page")
def object_stream_bomb() -> bytes:
    page = _object_stream(5, [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"], _blown_up)
    tree = b"<< /Kids [5 0 R] /Count 1 >>"
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, tree, page, rest], packed=[(2, 3, 0)]))


@_shape("pdf", "200 pages, each in an object stream of 20 MiB")
def object_stream_bombs() -> bytes:
    first = 4 + PAGES
    page = b"<< /Type /Page /Parent 2 0 R >>"
    kids = b" ".join(b"%d 0 R" % (first + n) for n in range(PAGES))
    tree = b"<< /Kids [%b] /Count %d /MediaBox [0 0 595 842] >>" % (kids, PAGES)
    bombs = [_object_stream(first + n, [page], partial(_blown_up, by=20)) for n in range(PAGES)]
    places = [(2, 4 + n, 0) for n in range(PAGES)]
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, tree, rest, *bombs], packed=places))


@_shape("pdf", "200 pages, each in an object stream of 4,000 objects")
def object_streams_of_objects() -> bytes:
    first = 4 + PAGES
    kids = b" ".join(b"%d 0 R" % (first + n) for n in range(PAGES))
    tree = b"<< /Kids [%b] /Count %d /MediaBox [0 0 595 842] >>" % (kids, PAGES)
    # Beside 4,000 others.
    streams = [
        _object_stream(first + n, [b"<< /Type /Page /Parent 2 0 R >>", *[b"<</A[]>>"] * 4_000]) for n in range(PAGES)
    ]
    places = [(2, 4 + n, 0) for n in range(PAGES)]
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, tree, rest, *streams], packed=places))


@_shape("pdf", "60,000 filters on one object stream")
def many_filters() -> bytes:
    filters = b"/ASCIIHexDecode " * 60_000
    body = stream(b"5 0 null", b"/Type /ObjStm /N 1 /First 4 /Filter [%b]" % filters)
    tree = b"<< /Kids [5 0 R] /Count 1 >>"
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, tree, body, rest], packed=[(2, 3, 0)]))


@_shape("pdf", "a catalog that is not there, so that all is searched")
def to_be_rebuilt() -> bytes:
    return pdf([b"<<>>", *[b"<</A/B>>"] * (SIZE // 52)], trailer=b"/Root 999999 0 R")


@_shape("pdf", "a catalog that is not there, in noise")
def to_be_rebuilt_of_noise() -> bytes:
    return _filled(lambda rest: pdf([rest], trailer=b"/Root 999999 0 R"))


@_shape("pdf", "a catalog that is not there, in two million words")
def to_be_rebuilt_of_words() -> bytes:
    return pdf([stream(b"1 0 obj " * (SIZE // 8 - 100))], trailer=b"/Root 999999 0 R")


@_shape("pdf", "cut in half")
def half() -> bytes:
    return book()[: SIZE // 2] * 2


# --- jpg -------------------------------------------------------------------------------------------------------------


@cache
def _photo(side: int) -> bytes:
    """Noise, which does not compress."""
    file = io.BytesIO()
    Image.frombytes("L", (side, side), _noise(side * side)).save(file, "JPEG", quality=90)
    return file.getvalue()


def _with_size(jpg: bytes, width: int, height: int) -> bytes:
    frame = jpg.index(b"\xff\xc0")
    return jpg[: frame + 5] + struct.pack(">HH", height, width) + jpg[frame + 9 :]


def _photo_head() -> bytes:
    small = _photo(64)
    scan = small.index(b"\xff\xda")
    return small[: scan + 2 + int.from_bytes(small[scan + 2 : scan + 4])]


@_shape("jpg", "a photo", honest=True)
def photo() -> bytes:
    return next(jpg for side in range(2300, 400, -4) if len(jpg := _photo(side)) <= SIZE)


@_shape("jpg", "60,000 x 60,000")
def huge_jpg() -> bytes:
    return _with_size(photo(), 60_000, 60_000)


@_shape("jpg", "segments of no content")
def jpg_segments() -> bytes:
    return b"\xff\xd8" + b"\xff\xfe\0\2" * (SIZE // 4 - 1000) + _photo(64)[2:]


@_shape("jpg", "fill bytes before each segment")
def jpg_fill() -> bytes:
    return b"\xff\xd8" + b"\xff" * (SIZE - 4000) + _photo(64)[3:]


@_shape("jpg", "image data of escapes")
def jpg_escapes() -> bytes:
    return _photo_head() + b"\xff\0" * (SIZE // 2 - 500) + b"\xff\xd9"


@_shape("jpg", "image data of restart markers")
def jpg_restarts() -> bytes:
    return _photo_head() + b"".join(b"\xff" + bytes([0xD0 + n % 8]) for n in range(SIZE // 2 - 500)) + b"\xff\xd9"


@_shape("jpg", "a scan for every few bytes")
def jpg_scans() -> bytes:
    head = _photo_head()
    scan = head[head.index(b"\xff\xda") :]
    return head + (b"\0\0" + scan) * (SIZE // (len(scan) + 2) - 100) + b"\0\xff\xd9"


@_shape("jpg", "cut off: no end in all of it")
def jpg_cut() -> bytes:
    return photo()[:-2]


# --- tif -------------------------------------------------------------------------------------------------------------

_SHORT, _LONG = 3, 4


def _directory(at: int, entries: list[tuple[int, int, int, int]], following: int) -> bytes:
    """An IFD, little-endian. An entry is a tag, a type, a count, and a value or where the values are."""
    rows = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries)) + rows + struct.pack("<I", following)


def _page_entries(width: int, height: int, strip: int, length: int) -> list[tuple[int, int, int, int]]:
    """A page of black and white in Group 4, in one strip."""
    return [
        (256, _LONG, 1, width),
        (257, _LONG, 1, height),
        (258, _SHORT, 1, 1),
        (259, _SHORT, 1, 4),
        (262, _SHORT, 1, 0),
        (273, _LONG, 1, strip),
        (277, _SHORT, 1, 1),
        (278, _LONG, 1, height),
        (279, _LONG, 1, length),
    ]


def _tif(pages: int, width: int = 1728, height: int = 2200) -> bytes:
    """Pages that share one strip, and noise up to the full size."""
    each = 2 + 9 * 12 + 4
    strip = 8 + pages * each
    out = [struct.pack("<2sHI", b"II", 42, 8)]
    for n in range(pages):
        following = 8 + (n + 1) * each if n + 1 < pages else 0
        out.append(_directory(8 + n * each, _page_entries(width, height, strip, SIZE - strip), following))
    return b"".join(out) + _noise(SIZE - strip)


@_shape("tif", "scans: 20 pages", honest=True)
def scanned() -> bytes:
    return _tif(20)


@_shape("tif", "60,000 x 60,000")
def huge_tif() -> bytes:
    return _tif(1, 60_000, 60_000)


@_shape("tif", "200 pages")
def tif_pages() -> bytes:
    return _tif(PAGES)


@_shape("tif", "40,000 pages")
def tif_many_pages() -> bytes:
    return _tif(40_000)


@_shape("tif", "a page that is its own next")
def tif_loop() -> bytes:
    return struct.pack("<2sHI", b"II", 42, 8) + _directory(8, _page_entries(9, 9, 0, 9), 8) + _noise(SIZE - 122)


@_shape("tif", "directories without an entry")
def tif_empty() -> bytes:
    return struct.pack("<2sHI", b"II", 42, 8) + b"".join(
        struct.pack("<HI", 0, 8 + 6 * (n + 1)) for n in range((SIZE - 8) // 6)
    )


@_shape("tif", "a directory of 65,535 entries on each page")
def tif_entries() -> bytes:
    each = 2 + 65_535 * 12 + 4
    rows = b"".join(struct.pack("<HHII", 40_000, _SHORT, 1, 0) for _ in range(65_535))
    pages = (SIZE - 8) // each
    directories = b"".join(
        struct.pack("<H", 65_535) + rows + struct.pack("<I", 8 + (n + 1) * each if n + 1 < pages else 0)
        for n in range(pages)
    )
    return (struct.pack("<2sHI", b"II", 42, 8) + directories).ljust(SIZE, b"\0")


def _strips(count: int, pages: int) -> bytes:
    """Pages that share the same ``count`` strips of no length."""
    each = 2 + 9 * 12 + 4
    offsets = 8 + pages * each
    out = [struct.pack("<2sHI", b"II", 42, 8)]
    for n in range(pages):
        entries = _page_entries(1728, count, 0, 0)
        entries[5] = (273, _LONG, count, offsets)
        entries[7] = (278, _LONG, 1, 1)
        entries[8] = (279, _LONG, count, offsets + 4 * count)
        out.append(_directory(8 + n * each, entries, 8 + (n + 1) * each if n + 1 < pages else 0))
    out.append(struct.pack("<I", 8) * count + struct.pack("<I", 1) * count)
    return b"".join(out).ljust(SIZE, b"\0")


@_shape("tif", "a strip for each row of 570,000")
def tif_strips() -> bytes:
    return _strips(570_000, 1)


@_shape("tif", "200 pages that share 50,000 strips")
def tif_shared_strips() -> bytes:
    return _strips(50_000, PAGES)


# --- txt -------------------------------------------------------------------------------------------------------------


def _prose(alphabet: str) -> str:
    drawn = random.Random(3)
    words = ["".join(drawn.choices(alphabet, k=drawn.randrange(2, 10))) for _ in range(5000)]
    return "\n".join(" ".join(drawn.choices(words, k=12)) for _ in range(SIZE // 60))


@_shape("txt", "letters", honest=True)
def letters() -> bytes:
    return _prose("etaoinshrdlu").encode()[:SIZE]


@_shape("txt", "letters with accents, in UTF-8", honest=True)
def accented() -> bytes:
    return _prose("etaoinshrdlu\u00e9\u00fc").encode()[:SIZE].decode(errors="ignore").encode()


@_shape("txt", "letters with accents, in Windows-1252", honest=True)
def windows() -> bytes:
    return _prose("etaoinshrdlu\u00e9\u00fc").encode("cp1252")[:SIZE]


@_shape("txt", "letters in UTF-16", honest=True)
def utf_16() -> bytes:
    return b"\xff\xfe" + _prose("etaoinshrdlu").encode("utf-16-le")[: SIZE - 2]


@_shape("txt", "Windows-1252 that is UTF-8 up to its last byte")
def late_fallback() -> bytes:
    return "\u00e9".encode() * (SIZE // 2 - 1) + b"a\xe9"


@_shape("txt", "the last byte is a control character")
def late_control() -> bytes:
    return "\u00e9".encode() * (SIZE // 2 - 1) + b"\0"


@_shape("txt", "one line")
def one_line() -> bytes:
    return b"x" * SIZE


@_shape("txt", "line ends")
def line_ends() -> bytes:
    return b"x" + b"\r\n" * (SIZE // 2 - 1) + b"x"


@_shape("txt", "form feeds")
def form_feeds() -> bytes:
    return b"x" + b"\f" * (SIZE - 1)


@_shape("txt", "tabs")
def tabs() -> bytes:
    return b"\t" * (SIZE - 1) + b"x"


@_shape("txt", "blank")
def blank() -> bytes:
    return b" " * SIZE


@_shape("txt", "characters that cannot be seen")
def invisible() -> bytes:
    return "\u200b".encode() * (SIZE // 3)


@_shape("txt", "marks that stand on the character before")
def combining() -> bytes:
    return b"x" + "\u0301".encode() * (SIZE // 2 - 1)


@_shape("txt", "nearly a form")
def markup() -> bytes:
    return b" " * (SIZE - 5) + b"<html"
