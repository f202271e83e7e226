"""PDFs that attack what looks at their ends, their tables and their page trees."""

import random
from collections.abc import Callable, Iterator

from tests.support import pdfs
from tests.support.worst import Case

_HEAD = b"%PDF-1.7\n"
_TRAILER = b"trailer\n<< /Size 4 /Root 1 0 R >>\n"
_SMALL, _MOST = 20_000, 300_000

type _Maker = Callable[[random.Random, int], bytes]


def cases(rng: random.Random) -> Iterator[Case]:
    """Each attack at several sizes."""
    for make in _MAKERS:
        for _ in range(_TIMES):
            yield Case(make.__name__.strip("_"), make(rng, rng.randint(_SMALL, _MOST)))


_TIMES = 12


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
]
