"""PDFs of one size."""

import random
import zlib
from collections.abc import Callable
from functools import partial
from itertools import accumulate

from benchmarks.shapes.shape import PAGES, SIZE, Pack, noise, shape
from tests.support import pdfs
from tests.support.pdfs import compressed, pdf, pdf_with_stream, stream


def _filled(make: Callable[[bytes], bytes]) -> bytes:
    """What ``make`` makes of a stream of noise, which nothing asks for, that brings it to the full size."""
    empty = make(stream(b""))
    return make(stream(noise(max(SIZE - len(empty) - 16, 0))))


@shape("pdf", "a report: 200 tagged pages, object streams, pictures", honest=True)
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


@shape("pdf", "scans: ten pictures", honest=True)
def scans() -> bytes:
    pages = pdfs.pages(10)
    share = SIZE // 10 - 400
    return pdf([*pages, *(stream(noise(share, seed), b"/Subtype /Image /Filter /DCTDecode") for seed in range(10))])


@shape("pdf", "a book: 200 pages of text", honest=True)
def book() -> bytes:
    share = SIZE // PAGES - 250
    return pdf([*pdfs.pages(PAGES), *(stream(noise(share, seed), b"/Filter /FlateDecode") for seed in range(PAGES))])


@shape("pdf", "100,000 pages")
def many_pages() -> bytes:
    kids = b" ".join(b"%d 0 R" % number for number in range(3, 100_003))
    tree = b"<< /Kids [%b] /Count 100000 >>" % kids
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, tree, *[b"<<>>"] * 100_000, rest]))


@shape("pdf", "100,000 pages, and it says 200")
def many_pages_untold() -> bytes:
    return many_pages().replace(b"/Count 100000", b"/Count 000200")


@shape("pdf", "a page that is one object 100,000 times, and it says 200")
def same_page() -> bytes:
    tree = b"<< /Kids [%b] /Count 200 /MediaBox [0 0 9 9] >>" % (b"3 0 R " * 100_000)
    return _filled(lambda rest: pdf([pdfs.CATALOG, tree, b"<</Parent 2 0 R>>", rest]))


@shape("pdf", "a page tree 60,000 deep")
def deep_tree() -> bytes:
    depth = 60_000
    nodes = [b"<</Kids[%d 0 R]/Count 1/Parent %d 0 R>>" % (n + 1, max(n - 1, 1)) for n in range(2, 2 + depth)]
    page = b"<</Type/Page/Parent %d 0 R>>" % (1 + depth)
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, *nodes, page, rest]))


@shape("pdf", "a page tree 900 deep, 200 pages at its end")
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


@shape("pdf", "arrays in arrays")
def nested_arrays() -> bytes:
    depth = SIZE // 2 - 250
    return _one_page(b"/X " + b"[" * depth + b"]" * depth)


@shape("pdf", "dictionaries in dictionaries")
def nested_dictionaries() -> bytes:
    depth = SIZE // 6 - 100
    return _one_page(b"/X " + b"<</A" * depth + b">>" * depth)


@shape("pdf", "strings in strings")
def nested_strings() -> bytes:
    depth = SIZE // 2 - 250
    return _one_page(b"/X " + b"(" * depth + b")" * depth)


@shape("pdf", "an array of two million numbers")
def long_array() -> bytes:
    return _one_page(b"/X [" + b"1 " * (SIZE // 2 - 250) + b"]")


@shape("pdf", "a dictionary of 400,000 names")
def long_dictionary() -> bytes:
    return _one_page(b"".join(b"/%x 0 " % number for number in range(SIZE // 9 - 50)))


@shape("pdf", "a name of 4.4 MiB")
def long_name() -> bytes:
    return _one_page(b"/" + b"#41" * (SIZE // 3 - 200) + b" 0 ")


@shape("pdf", "a comment of 4.4 MiB in a page")
def long_comment() -> bytes:
    return _one_page(b"%" * (SIZE - 500) + b"\n")


@shape("pdf", "a cross-reference table of 230,000 entries")
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


@shape("pdf", "30,000 cross-reference tables, one behind the other")
def many_tables() -> bytes:
    out = bytearray(pdf(pdfs.pages(1)))
    previous = out.rindex(b"xref\n0 ")
    while len(out) < SIZE - 150:
        start = len(out)
        out += b"xref\n0 0\ntrailer\n<</Size 4/Root 1 0 R/Prev %d>>\n" % previous
        previous = start
    return bytes(out) + pdfs.end(previous)


@shape("pdf", "a cross-reference stream of four million entries")
def long_cross_reference_stream() -> bytes:
    return _filled(lambda rest: pdf_with_stream([*pdfs.pages(1), rest], packed=[(1, 9, 0)] * 4_000_000))


def _blown_up(data: bytes, dictionary: bytes, by: int = 1024) -> bytes:
    """A stream of ``data`` and, behind it, ``by`` MiB of zeros."""
    pump = zlib.compressobj(9)
    zeros = bytes(1 << 20)
    parts = [pump.compress(data), *(pump.compress(zeros) for _ in range(by)), pump.flush()]
    return stream(b"".join(parts), dictionary + b" /Filter /FlateDecode")


@shape("pdf", "a cross-reference stream of 1 GiB")
def cross_reference_bomb() -> bytes:
    return _filled(lambda rest: pdf_with_stream([*pdfs.pages(1), rest], pack=_blown_up))


@shape("pdf", "an object stream of 1 GiB, which holds the page")
def object_stream_bomb() -> bytes:
    page = _object_stream(5, [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"], _blown_up)
    tree = b"<< /Kids [5 0 R] /Count 1 >>"
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, tree, page, rest], packed=[(2, 3, 0)]))


@shape("pdf", "200 pages, each in an object stream of 20 MiB")
def object_stream_bombs() -> bytes:
    first = 4 + PAGES
    page = b"<< /Type /Page /Parent 2 0 R >>"
    kids = b" ".join(b"%d 0 R" % (first + n) for n in range(PAGES))
    tree = b"<< /Kids [%b] /Count %d /MediaBox [0 0 595 842] >>" % (kids, PAGES)
    bombs = [_object_stream(first + n, [page], partial(_blown_up, by=20)) for n in range(PAGES)]
    places = [(2, 4 + n, 0) for n in range(PAGES)]
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, tree, rest, *bombs], packed=places))


@shape("pdf", "200 pages, each in an object stream of 4,000 objects")
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


@shape("pdf", "60,000 filters on one object stream")
def many_filters() -> bytes:
    filters = b"/ASCIIHexDecode " * 60_000
    body = stream(b"5 0 null", b"/Type /ObjStm /N 1 /First 4 /Filter [%b]" % filters)
    tree = b"<< /Kids [5 0 R] /Count 1 >>"
    return _filled(lambda rest: pdf_with_stream([pdfs.CATALOG, tree, body, rest], packed=[(2, 3, 0)]))


@shape("pdf", "a catalog that is not there, so that all is searched")
def to_be_rebuilt() -> bytes:
    return pdf([b"<<>>", *[b"<</A/B>>"] * (SIZE // 52)], trailer=b"/Root 999999 0 R")


@shape("pdf", "a catalog that is not there, in noise")
def to_be_rebuilt_of_noise() -> bytes:
    return _filled(lambda rest: pdf([rest], trailer=b"/Root 999999 0 R"))


@shape("pdf", "a catalog that is not there, in two million words")
def to_be_rebuilt_of_words() -> bytes:
    return pdf([stream(b"1 0 obj " * (SIZE // 8 - 100))], trailer=b"/Root 999999 0 R")


@shape("pdf", "cut in half")
def half() -> bytes:
    return book()[: SIZE // 2] * 2
