"""What is fuzzed: each target takes any bytes, and raises where the product does what it must never do.

All that a check of documents may do is to accept, or to refuse in its own words. Whatever else it raises is a finding,
as is a refusal that no log or person could read.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from faxes.errors import FileInvalid
from faxes.formats import Unfaxable, jpg, tif, txt
from faxes.formats.pdf_ends import find_ends
from faxes.formats.pdf_objects import Objects, Unread
from faxes.formats.pdf_pages import check_pages
from faxes.intake.documents import inspect
from faxes.model import Upload
from tools.limits import default_limits

type Target = Callable[[bytes], None]

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ROOT / "tests" / "data" / "documents"
# By target: what has been found so far. Each is replayed by a test, forever.
FINDINGS = ROOT / "tests" / "data" / "fuzz"

_LIMITS = default_limits()
_REASON = re.compile("[a-z]+(_[a-z]+)+")


def _judge_jpg(content: bytes) -> None:
    _judge(lambda: jpg.count_pages(content, _LIMITS.pixels_per_page), most_pages=1)


def _judge_tif(content: bytes) -> None:
    _judge(lambda: tif.count_pages(content, _LIMITS.pixels_per_page), most_pages=len(content))


def _judge_txt(content: bytes) -> None:
    _judge(lambda: txt.count_pages(content), most_pages=len(content))


def _judge_pdf(content: bytes) -> None:
    """What is looked at in Python, before and after PDFium: the ends, where a table leads, and the page tree."""

    def look() -> int:
        ends = find_ends(content)
        with suppress(Unread):
            objects = Objects(content, ends)
            objects.leads_to_all()
            objects.is_last_whole(ends.cross_reference)
            check_pages(objects)
        return 1

    _judge(look, most_pages=1)


def _judge(count_pages: Callable[[], int], most_pages: int) -> None:
    try:
        pages = count_pages()
    except Unfaxable as refused:
        _judge_words(refused.reason, refused.text)
    else:
        assert 1 <= pages <= most_pages, pages


def _judge_words(reason: str, text: str) -> None:
    assert _REASON.fullmatch(reason), reason
    assert text.isprintable(), text
    assert 0 < len(text) < 250, text


# One of each kind that needs no native parser, and what is none. A name is judged together with what it names.
_NAMED = (
    (DOCUMENTS / "smallest.jpg").read_bytes(),
    (DOCUMENTS / "smallest.tif").read_bytes(),
    b"A fax",
    (DOCUMENTS / "picture.png").read_bytes(),
    b"",
    b"\0",
)


def _judge_name(data: bytes) -> None:
    """The first byte chooses the file's content, the rest is its name."""
    content = _NAMED[(data[0] if data else 0) % len(_NAMED)]
    name = data[1:].decode("utf-8", "replace")
    try:
        document = inspect(Upload(name, content), 1, 1, _LIMITS)
    except FileInvalid as refused:
        _judge_words(refused.reason, refused.message)
    else:
        assert (document.name, document.content, document.pages) == (name, content, 1)


TARGETS: dict[str, Target] = {
    "jpg": _judge_jpg,
    "tif": _judge_tif,
    "txt": _judge_txt,
    "pdf": _judge_pdf,
    "name": _judge_name,
}


def seeds(target: str) -> Iterator[bytes]:
    """What a target's fuzzing starts from: the corpus, and what has been found before."""
    if target == "name":
        yield from (bytes([number]) + path.name.encode() for number in range(len(_NAMED)) for path in _documents("pdf"))
    else:
        yield from (path.read_bytes() for path in _documents(target))
    yield from (path.read_bytes() for path in findings(target))


def findings(target: str) -> list[Path]:
    return sorted((FINDINGS / target).glob("*"))


def _documents(kind: str) -> list[Path]:
    return sorted(path for path in (DOCUMENTS / kind).rglob("*") if path.is_file())
