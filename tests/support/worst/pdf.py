"""PDFs that attack what looks at their ends, their tables and their page trees."""

import random
from collections.abc import Callable, Iterator

from tests.support import pdfs
from tests.support.worst import LARGEST, Case

_HEAD = b"%PDF-1.7\n"
_TRAILER = b"trailer\n<< /Size 4 /Root 1 0 R >>\n"
_SMALL, _MOST = 10_000, 120_000

type _Maker = Callable[[random.Random, int], bytes]


def cases(rng: random.Random) -> Iterator[Case]:
    """Each attack at several sizes, and once as large as a body may be."""
    for make in _MAKERS:
        name = make.__name__.strip("_").replace("_", " ")
        for _ in range(_TIMES):
            yield Case(name, make(rng, rng.randint(_SMALL, _MOST)))
        yield Case(name, make(rng, LARGEST - 1_000_000)[-LARGEST:])


_TIMES = 13


def _space(rng: random.Random, length: int) -> bytes:
    """A run of one character that PDF takes for white space, or of several."""
    return (rng.choice([b" ", b"\0", b"\n", b"\r\n", b"\t ", b"\f"]) * length)[:length]


def _with_table(rng: random.Random, table: Callable[[list[int], int], bytes], gap: int = 0) -> bytes:
    """A page, white space in front of its objects, and a table of lines that PDFium has to make do without.

    ``table`` gets where the objects are and where the white space before the first begins.
    """
    body = _HEAD + _space(rng, gap)
    places = []
    for number, each in enumerate(pdfs.pages(1), start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    return body + b"xref\n" + table(places, len(_HEAD)) + _TRAILER + pdfs.end(len(body))


def _lines_that_lead_to_white_space(rng: random.Random, size: int) -> bytes:
    gap = rng.randint(1, size)

    def table(places: list[int], start: int) -> bytes:
        others = b"2 2\n%010d 00000 n\n%010d 00000 n\n" % (places[1], places[2])
        return others + b"1 1\n%010d 00000 n\n" % rng.randint(start, places[0]) * ((size - gap) // 24)

    return _with_table(rng, table, gap)


def _lines_that_lead_to_one_object(rng: random.Random, size: int) -> bytes:
    gap = rng.randint(0, 16)
    return _with_table(rng, lambda _, start: b"1 1\n%010d 00000 n\n" % start * (size // 24), gap)


def _sections_of_nothing(rng: random.Random, size: int) -> bytes:
    section = rng.choice([b"0 0\n", b"4294967295 0 ", b"0 9999999999\n", b"0 1\n", b"0 "])
    return _with_table(rng, lambda _, start: section * (size // len(section)))


def _one_long_word(rng: random.Random, size: int) -> bytes:
    word = rng.choice([b"0", b"9", b"n", b"0f", b"trailer", b"xref"])
    return _with_table(rng, lambda _, start: b"0 1\n" + word * (size // len(word)))


def _ends(rng: random.Random, size: int) -> bytes:
    """What an end is made of, again and again."""
    parts = [b"startxref\n", b"startxref", b"%%EOF", b"%%EOF\n", b"9" * 18, b"0\n", b"%", b"\r\n0\r\n\r\n", b" "]
    chosen = rng.sample(parts, rng.randint(1, 3))
    tail = b"".join(rng.choice(chosen) for _ in range(rng.randint(1, 60))) or b"%"
    return pdfs.pdf(pdfs.pages(1)) + tail * (size // len(tail))


def _white_space_in_the_end(rng: random.Random, size: int) -> bytes:
    whole = pdfs.pdf(pdfs.pages(1))
    at = whole.index(rng.choice([b"%%EOF", b"startxref", b"xref\n0", b"trailer"]))
    return whole[:at] + _space(rng, size) + whole[at:]


def _what_could_be_an_update(rng: random.Random, size: int) -> bytes:
    """Numbers, and white space in different runs, that could be an object's beginning until they are not."""
    line = b"".join(b"%d%b" % (rng.randrange(100), _space(rng, rng.randint(1, 400))) for _ in range(50))
    last = rng.choice([b"", b"ob", b"obj", b"xref", b"startxre", b"1 0 obx"])
    return pdfs.pdf(pdfs.pages(1)) + (line + last) * (size // len(line))


def _a_long_tail(rng: random.Random, size: int) -> bytes:
    return pdfs.pdf(pdfs.pages(1)) + rng.choice([b"\0", b" ", b"<br />", b"%", b"1", b"1 0 ", b"%PDF-1.4\n"]) * (
        size // 6
    )


def _headers(rng: random.Random, size: int) -> bytes:
    """What could be a header, within the first bytes and behind them."""
    part = rng.choice([b"%PDF-", b"%PDF-1.4\n", b"%PDF-1.4" + b" " * 60, b"%PDF-1.4\n%\n", b"%PDF-1.4\r%" + b"x" * 250])
    return part * (size // len(part)) + pdfs.end(size)


def _tables(rng: random.Random, size: int) -> bytes:
    """Words that could be the table that the end fails to lead to."""
    part = rng.choice(
        [b"xref\n", b"xref ", b"\nxref\n0 1\n", b"startxref\n", b"1 0 obj ", b"1 0 obj<</Type/XRef", b"trailer"]
    )
    return _HEAD + part * (size // len(part)) + pdfs.end(rng.randrange(size))


# --- what is read in plain Python behind PDFium -----------------------------------------------------------------------


def _tree(kids: bytes, count: int) -> bytes:
    return b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, count)


def _kids_that_are_one_page(rng: random.Random, size: int) -> bytes:
    page = b"<< /Type /Page /Parent 2 0 R /X (%b) >>" % (b"x" * rng.randint(0, 20_000))
    return pdfs.pdf([pdfs.CATALOG, _tree(b"3 0 R " * (size // 6), size // 6), page])


def _a_tree_that_is_deep(rng: random.Random, size: int) -> bytes:
    depth = size // 70
    nodes = [_tree(b"%d 0 R " % (n + 1) * rng.randint(1, 2), 1) for n in range(2, 2 + depth)]
    return pdfs.pdf([pdfs.CATALOG, *nodes, b"<< /Type /Page >>"])


def _pages_that_hold_the_next(rng: random.Random, size: int) -> bytes:
    """Every object begins in a string, or an array, of the one before, so that each could be read to the end."""
    count = min(size // 50, 900)
    inside = rng.choice([b"/X (", b"/X [", b"/X <", b"% ", b"/X <<", b"/" + b"x" * 30])
    body, places = _HEAD, []
    kids = b" ".join(b"%d 0 R" % (3 + n) for n in range(count))
    for number, each in enumerate([pdfs.CATALOG, _tree(kids, count)], start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    for n in range(count):
        places.append(len(body))
        body += b"%d 0 obj <</Type /Page %b " % (3 + n, inside)
    body += b"x " * ((size - len(body)) // 2)
    lines = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(places) + 1, lines)
    return body + table + b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (len(places) + 1) + pdfs.end(len(body))


def _contents_of_many_parts(rng: random.Random, size: int) -> bytes:
    parts = rng.choice([b"4 0 R ", b"5 0 R "]) * (size // 6)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents [%b] >>" % parts
    zeros = pdfs.stream(bytes(rng.randint(1, size)))
    return pdfs.pdf([pdfs.CATALOG, _tree(b"3 0 R", 1), page, pdfs.stream(b"0 0 m"), rng.choice([zeros, b"5 0 R"])])


def _contents_that_are_nearly_zeros(rng: random.Random, size: int) -> bytes:
    count = rng.randint(1, 200)
    kids = b" ".join(b"%d 0 R" % (4 + n) for n in range(count))
    pages = [b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 3 0 R >>"] * count
    return pdfs.pdf([pdfs.CATALOG, _tree(kids, count), pdfs.stream(bytes(size) + b"0 0 m"), *pages])


def _words(rng: random.Random, size: int) -> bytes:
    """A page of many words, or of long ones."""
    word = rng.choice(
        [b"1 ", b"/A 1 ", b"(\\) ", b"((", b"<<", b"[", b"<41>", b"%\n", b"% ", b"1 0 R ", b"(()) ", b"{", b"\0"]
    )
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /X [%b] >>" % (word * (size // len(word)))
    return pdfs.pdf([pdfs.CATALOG, _tree(b"3 0 R", 1), page])


def _tables_behind_one_another(rng: random.Random, size: int) -> bytes:
    out = pdfs.pdf(pdfs.pages(1))
    previous, parts = out.rindex(b"xref\n0 "), [out]
    lines = b"0 1\n0000000000 65535 f \n" * rng.randint(0, 40)
    start = len(out)
    while start < size:
        parts.append(b"xref\n%btrailer\n<</Size 9/Root 1 0 R/Prev %d>>\n" % (lines, previous))
        previous, start = start, start + len(parts[-1])
    return b"".join(parts) + pdfs.end(previous)


def _a_long_cross_reference_stream(rng: random.Random, size: int) -> bytes:
    def pack(data: bytes, dictionary: bytes) -> bytes:
        more = rng.choice([b"", b" /DecodeParms << /Predictor 12 /Columns 7 >>"])
        blown = data + bytes(rng.choice([8, 7]) * size)
        return pdfs.compressed(blown, dictionary + more + rng.choice([b"", b" /Index [0 9 0 999999999]"]))

    return pdfs.pdf_with_stream(pdfs.pages(1), pack=pack)


def _object_streams(rng: random.Random, size: int) -> bytes:
    """Pages in streams that grow when they are decompressed, or name more objects than they have."""
    count = rng.randint(1, 100)
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    kids = b" ".join(b"%d 0 R" % (3 + count + n) for n in range(count))
    heads = [b"%d 0 " % (3 + count + n) + b"9 0 " * rng.randint(0, 2_000) for n in range(count)]
    streams = [
        pdfs.compressed(head + page + bytes(size), b"/Type /ObjStm /N 1 /First %d" % len(head)) for head in heads
    ]
    packed = [(2, 3 + n, 0) for n in range(count)]
    return pdfs.pdf_with_stream([pdfs.CATALOG, _tree(kids, count), *streams], packed=packed)


_MAKERS: list[_Maker] = [
    _lines_that_lead_to_white_space,
    _lines_that_lead_to_one_object,
    _sections_of_nothing,
    _one_long_word,
    _ends,
    _white_space_in_the_end,
    _what_could_be_an_update,
    _a_long_tail,
    _headers,
    _tables,
    _kids_that_are_one_page,
    _a_tree_that_is_deep,
    _pages_that_hold_the_next,
    _contents_of_many_parts,
    _contents_that_are_nearly_zeros,
    _words,
    _tables_behind_one_another,
    _a_long_cross_reference_stream,
    _object_streams,
]
