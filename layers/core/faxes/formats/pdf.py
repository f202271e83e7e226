"""How many pages a PDF has, or why it cannot be faxed.

Nobody mends a fax afterwards, so what is accepted must be whole. A PDF says at its end where its cross-reference
starts: that is looked at in plain Python (pdf_ends.py). Then PDFium opens it, in a process of its own (pdf_check.py;
why, and what it costs: docs/decisions/0011-a-process-for-every-pdf.md). What PDFium does not mind, and other readers
do, is looked at in plain Python again (pdf_objects.py, pdf_pages.py). The rules, and what each of them refuses:

1. ``%PDF-`` stands in the file, with at most 1,024 bytes in front of it. Offsets count from there, as PDFium counts
   them, or from the file's first byte: scripts send line ends, warnings and quotation marks in front, printers PJL.
2. The file has ``startxref``, a number and ``%%EOF``; else the end is missing. Whatever servers, scripts and mail
   programs leave behind it may follow, but not the beginning of an update, which would be cut off.
3. That number is not 0 in a PDF made for the web, where it is the first of two ends.
4. It leads to a cross-reference, be it a table or a stream. Where bytes were lost or added on the way, it does not.
   Where it is off and nothing else is, that does no harm: the last cross-reference leads to each object.
5. PDFium can use the cross-reference, with all the older ones that it names. It would otherwise make do with whatever
   objects it comes upon. That does no harm where it only minds how long a table's lines are, or that it names an older
   one that is not there: where it is the only one, and leads to each object.
6. Every page that the document counts is there, with sides that a page can have.
7. The page tree counts the pages that it has, at each of its nodes, and what is on each of them is there.

A PDF that is cut exactly where an older version of it ended is that version, whole; nothing tells the two apart.
"""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from faxes.errors import DeploymentFault
from faxes.formats import Unfaxable, page_too_long, pdf_check, process
from faxes.formats.budget import Budget
from faxes.formats.content import Content, Mapped, file_of
from faxes.formats.pdf_ends import Ends, bytes_changed, damaged, find_ends
from faxes.formats.pdf_objects import Objects, Unread
from faxes.formats.pdf_pages import check_pages

_FAULT = "pdf_reader_not_started"

# PDFium opens no PDF that counts more.
_MOST_PAGES = 0xFFFFF


def count_pages(
    content: Content,
    max_pages: int,
    budget: Budget | None = None,
    *,
    start: Sequence[str] | None = None,
    seconds: float = process.SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
) -> int:
    """The pages of a PDF. Beyond ``max_pages`` it is the document's word: its pages have not been looked at.

    ``budget`` is what is left for the fax. ``start`` is the command that starts the child, to which the document's
    length, ``max_pages``, the microseconds that are left, and what it maps of a file are added. Raises Unfaxable, or
    DeploymentFault where the child cannot be started.
    """
    budget = budget or Budget(sys.maxsize)
    ends = find_ends(content)
    objects = _objects(content, ends, max_pages)
    if ends.is_off and not (objects and _is_nothing_else_off(objects, ends)):
        raise bytes_changed()
    command = child() if start is None else start
    outcome, number, pixels = _ask(command, max_pages, content, _alone(content, ends), budget, seconds, monotonic)
    if outcome == pdf_check.REBUILT and number and objects and objects.leads_to_all():
        outcome = pdf_check.OPENED
    match outcome:
        case pdf_check.OPENED if number == 0:
            raise Unfaxable("pdf_no_pages", "has no pages")
        case pdf_check.OPENED if number <= max_pages:
            _check(objects)
            budget.draw(pixels)
            return number
        case pdf_check.OPENED if number <= _MOST_PAGES:
            return number
        case pdf_check.ENCRYPTED:
            raise Unfaxable("pdf_encrypted", "is encrypted with a password")
        case pdf_check.LOCKED:
            raise Unfaxable("pdf_encrypted", "is encrypted for certain readers")
        case pdf_check.DAMAGED | pdf_check.REBUILT:
            raise damaged("it cannot be opened without being repaired; save it as a new PDF")
        case pdf_check.PAGE_MISSING if 1 <= number <= max_pages:
            raise damaged(f"page {number} is not there")
        case pdf_check.PAGE_SIZE if 1 <= number <= max_pages:
            raise Unfaxable(
                "pdf_page_size",
                f"has a page, number {number}, of a size that cannot be faxed; each side must have "
                f"{pdf_check.SHORTEST_SIDE} to {pdf_check.LONGEST_SIDE} points",
            )
        case pdf_check.PAGE_LONG if 1 <= number <= max_pages and pixels < 50:
            raise page_too_long(number, pixels)
    raise _crashed()


def child() -> list[str]:
    """The command that starts the child. Raises DeploymentFault where what it needs is not installed."""
    spec = find_spec("pypdfium2_raw")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    libraries = [str(path) for folder in folders for path in Path(folder).glob("libpdfium.*")]
    if len(libraries) != 1:
        raise DeploymentFault(reason="pdf_reader_missing", cause=f"{len(libraries)} libraries of PDFium in {folders}")
    return process.command("pdf_check", *libraries)


@dataclass(frozen=True, slots=True)
class _Alone:
    """The PDF without what stands around it: ``length`` bytes from ``start`` on, with ``patch`` at ``at`` of them."""

    start: int
    length: int
    at: int = 0
    patch: bytes = b""

    def in_memory(self, content: bytes) -> bytes | memoryview:
        """The document itself."""
        whole = memoryview(content)[self.start : self.start + self.length]
        if not self.patch:
            return whole
        return b"".join((whole[: self.at], self.patch, whole[self.at + len(self.patch) :]))


def _alone(content: Content, ends: Ends) -> _Alone:
    """It has a header and a pointer where they should be."""
    if ends.is_off:
        pointer = b"startxref\n%d\n%%%%EOF\n" % (ends.cross_reference - ends.base)
        at = ends.pointer - ends.base
        return _Alone(ends.base, at + len(pointer), at, pointer)
    if ends.base < ends.header:
        first = content[ends.header : ends.header + len(b"%PDF-1.7")]
        return _Alone(0, ends.end, 0, first)
    return _Alone(ends.base, ends.end - ends.base)


def _objects(content: Content, ends: Ends, max_pages: int) -> Objects | None:
    with suppress(Unread):
        return Objects(content, ends, max_pages)
    return None


def _is_nothing_else_off(objects: Objects, ends: Ends) -> bool:
    with suppress(Unread):
        return objects.leads_to_all() and objects.is_last_whole(ends.cross_reference)
    return False


def _check(objects: Objects | None) -> None:
    """Rule 7, as far as it can be told."""
    with suppress(Unread):
        if objects:
            check_pages(objects)


def _ask(
    command: Sequence[str],
    max_pages: int,
    content: Content,
    alone: _Alone,
    budget: Budget,
    seconds: float,
    monotonic: Callable[[], float],
) -> tuple[int, int, int]:
    """Outcome, number and pixels as the child answers. What it computes with the document is charged to the budget; its
    start is no document's."""
    left = budget.left
    numbers = [alone.length, max_pages, int(left * 1_000_000)]
    document: bytes | memoryview = alone.patch
    if isinstance(content, Mapped):
        numbers += [alone.start, alone.at, len(alone.patch)]
    else:
        document = alone.in_memory(content)
    with budget.held():
        answer = process.ask(
            [*command, *map(str, numbers)],
            document,
            pdf_check.ANSWER_BYTES,
            fault=_FAULT,
            seconds=seconds,
            monotonic=monotonic,
            file=file_of(content),
        )
    budget.charge(left if answer.stopped and left < pdf_check.PARSER_STARTS * answer.started else answer.used)
    if answer.content:
        return answer.content[0], int.from_bytes(answer.content[1:5]), int.from_bytes(answer.content[5:])
    if answer.late or answer.stopped:
        raise Unfaxable("pdf_too_slow", "takes too long to read; print it to a new PDF")
    raise _crashed()


def _crashed() -> Unfaxable:
    return Unfaxable(
        "pdf_crashed_reader", "cannot be read: it is damaged, or has too many parts; print it to a new PDF"
    )
