"""How many pages a PDF has, or why it cannot be faxed.

Nobody mends a fax afterwards, so what is accepted must be whole. A PDF says at its end where its cross-reference
starts: that is looked at in plain Python. Then PDFium opens it, in a process of its own (pdf_check.py; why, and what it
costs: docs/decisions/0011-a-process-for-every-pdf.md). The rules, and what each of them refuses:

1. ``%PDF-`` stands in the first 1,024 bytes. Offsets count from there, as PDFium counts them: web scripts send line
   ends in front.
2. ``%%EOF`` stands in the last 1,024 bytes, behind ``startxref`` and a number; else the end is missing. A second one
   and what servers and mail programs leave behind it (zeros, a line of HTML, the end of a chunked upload) may follow,
   but not the beginning of an update, which would be cut off.
3. That number is not 0. It is behind the first page of a PDF made for the web, where it is the first of two ends.
4. It leads to a cross-reference, be it a table or a stream. Where bytes were lost or added on the way, it does not.
5. PDFium can use the cross-reference, with all the older ones that it names. It would otherwise make do with whatever
   objects it comes upon. That does no harm where it only minds how long a table's lines are: where the table is the
   only one, and leads to each object that it names.
6. Every page that the document counts is there, with sides that a page can have.

A PDF that is cut exactly where an older version of it ended is that version, whole; nothing tells the two apart.
"""

import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import batched
from pathlib import Path
from signal import SIGPROF, SIGXCPU

from faxes.errors import DeploymentFault
from faxes.formats import Unfaxable, pdf_check

# Seconds that one check may take. For a child that neither ends nor computes: what it may compute is far less.
SECONDS = 5.0

# Readers look this far for the header and for the end.
_REACH = 1024
_SPACE = rb"[\0\t\n\f\r ]"
_POINTER = re.compile(
    rb"startxref%b+(\d{1,18})%b*%%%%EOF(?:%b*%%%%EOF)*(?:\r\n0\r\n\r\n\Z)?" % (_SPACE, _SPACE, _SPACE)
)
_CROSS_REFERENCE = re.compile(rb"%b{0,16}(?:xref\b|\d+%b+\d+%b+obj\b)" % (_SPACE, _SPACE, _SPACE))
# Lines of a table that are looked at, each of three words. More would take longer than reading them is worth; what is
# left is one word, and none that a table has.
_MOST_WORDS = 3 * 10_000
_NUMBER = re.compile(rb"\d{1,10}")
# The white space is bounded: it is looked at once for each line of a table, and all of them may lead to the same.
_OBJECT = re.compile(rb"%b{0,16}+(\d{1,10})%b{1,16}+(\d{1,10})%b{1,16}+obj\b" % (_SPACE, _SPACE, _SPACE))
_OLDER = re.compile(rb"/(?:Prev|XRefStm)\b")
_UPDATE = re.compile(rb"%b*[\d%%]|.*(?:\d%b+obj\b|startxref)" % (_SPACE, _SPACE), re.DOTALL)

# No credentials, and nothing else but where Lambda's Python finds its own library.
_ENVIRONMENT = {"LD_LIBRARY_PATH": f"{sys.base_prefix}/lib"}

# PDFium opens no PDF that counts more.
_MOST_PAGES = 0xFFFFF

# Isolated, without site-packages, and leaving no files behind. Imported and not run as a script, so that the compiled
# module that ships is used.
_START = (
    "import sys; sys.path.append(sys.argv[1]); from faxes.formats import pdf_check; "
    "pdf_check.main(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))"
)


def count_pages(
    content: bytes,
    max_pages: int,
    *,
    start: Sequence[str] | None = None,
    seconds: float = SECONDS,
    monotonic: Callable[[], float] = time.monotonic,
) -> int:
    """The pages of a PDF. Beyond ``max_pages`` it is the document's word: its pages have not been looked at.

    ``start`` is the command that starts the child, to which the document's length and ``max_pages`` are added.
    Raises Unfaxable, or DeploymentFault where the child cannot be started.
    """
    ends = _check_ends(content)
    command = [*(child() if start is None else start), str(len(content)), str(max_pages)]
    outcome, number = _ask(command, content, seconds, monotonic)
    match outcome:
        case pdf_check.OPENED if number == 0:
            raise Unfaxable("pdf_no_pages", "has no pages")
        case pdf_check.OPENED if number <= _MOST_PAGES:
            return number
        case pdf_check.REBUILT if 1 <= number <= _MOST_PAGES and _leads_to_all(content, ends):
            return number
        case pdf_check.ENCRYPTED:
            raise Unfaxable("pdf_encrypted", "is encrypted with a password")
        case pdf_check.LOCKED:
            raise Unfaxable("pdf_encrypted", "is encrypted for certain readers")
        case pdf_check.DAMAGED | pdf_check.REBUILT:
            raise _damaged("it cannot be opened without being repaired; save it as a new PDF")
        case pdf_check.PAGE_MISSING if 1 <= number <= max_pages:
            raise _damaged(f"page {number} is not there")
        case pdf_check.PAGE_SIZE if 1 <= number <= max_pages:
            raise Unfaxable(
                "pdf_page_size",
                f"has a page, number {number}, of a size that cannot be faxed; each side must have "
                f"{pdf_check.SHORTEST_SIDE} to {pdf_check.LONGEST_SIDE} points, which is 200 inches",
            )
    raise _crashed()


def child() -> list[str]:
    """The command that starts the child. Raises DeploymentFault where what it needs is not installed."""
    spec = find_spec("pypdfium2_raw")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    libraries = [str(path) for folder in folders for path in Path(folder).glob("libpdfium.*")]
    if len(libraries) != 1:
        raise DeploymentFault(reason="pdf_reader_missing", cause=f"{len(libraries)} libraries of PDFium in {folders}")
    return [sys.executable, "-I", "-S", "-B", "-c", _START, str(Path(__file__).parents[2]), *libraries]


@dataclass(frozen=True, slots=True)
class _Ends:
    """Where the header stands, the cross-reference, and what says where that is."""

    header: int
    cross_reference: int
    pointer: int


def _check_ends(content: bytes) -> _Ends:
    """Rules 1 to 4."""
    header = content.find(b"%PDF-", 0, _REACH)
    if header < 0:
        raise _damaged("its first line is missing")
    is_ended = content.rfind(b"%%EOF", -_REACH) >= 0
    pointer = _POINTER.match(content, max(content.rfind(b"startxref", -2 * _REACH), 0)) if is_ended else None
    if pointer is None or int(pointer[1]) == 0 or _UPDATE.match(content, pointer.end()):
        raise Unfaxable("pdf_cut_off", "is cut off: its end is missing")
    cross_reference = header + int(pointer[1])
    if not _CROSS_REFERENCE.match(content, cross_reference):
        raise _damaged("bytes of it were lost, added or changed")
    return _Ends(header, cross_reference, pointer.start())


def _leads_to_all(content: bytes, ends: _Ends) -> bool:
    """Whether the cross-reference is a table, the only one, and leads to each object that it says is there."""
    table, trailer, rest = content[ends.cross_reference : ends.pointer].partition(b"trailer")
    words = table.split(maxsplit=_MOST_WORDS)
    if words[:1] != [b"xref"] or not trailer or _OLDER.search(rest):
        return False
    at = 1
    while at < len(words):
        # A section: its first object's number and how many there are; for each where it is, its generation, its use.
        first, count = (_whole(word) for word in (*words[at : at + 2], b"")[:2])
        section = words[at + 2 : at + 2 + 3 * count]
        if first < 0 or count < 0 or len(section) < 3 * count:
            return False
        for number, (place, generation, use) in enumerate(batched(section, 3, strict=True), start=first):
            if use == b"f":
                continue
            found = _OBJECT.match(content, ends.header + _whole(place)) if use == b"n" else None
            if not found or (int(found[1]), int(found[2])) != (number, _whole(generation)):
                return False
        at += 2 + 3 * count
    return True


def _whole(word: bytes) -> int:
    """A number of a table, -1 where it is none."""
    return int(word) if _NUMBER.fullmatch(word) else -1


def _ask(command: Sequence[str], content: bytes, seconds: float, monotonic: Callable[[], float]) -> tuple[int, int]:
    """Outcome and number as the child answers. Nothing else that it says or does counts: it may be in strange hands."""
    deadline = monotonic() + seconds
    late = False
    heard = b""
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            process = _started(command, theirs)
        try:
            heard = _hear(ours, len(pdf_check.READY), deadline, monotonic)
            if heard == pdf_check.READY:
                _tell(ours, content, deadline, monotonic)
                heard += _hear(ours, pdf_check.ANSWER_BYTES + 1, deadline, monotonic)
        except TimeoutError:
            late = True
        finally:
            # Where it has ended by itself, its own status stands.
            process.kill()
            status = process.wait()
    if not heard.startswith(pdf_check.READY):
        raise DeploymentFault(
            reason="pdf_reader_not_started", cause="no sign in time" if late else f"its status is {status}"
        )
    if len(heard) == len(pdf_check.READY) + pdf_check.ANSWER_BYTES:
        return heard[1], int.from_bytes(heard[2:])
    if late or status in (-SIGPROF, -SIGXCPU):
        raise Unfaxable("pdf_too_slow", "takes too long to read; print it to a new PDF")
    raise _crashed()


def _started(command: Sequence[str], channel: socket.socket) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(  # noqa: S603  # the command is our own
            command, stdin=channel.fileno(), stdout=channel.fileno(), cwd="/", env=_ENVIRONMENT
        )
    except OSError as error:
        raise DeploymentFault(reason="pdf_reader_not_started", cause=type(error).__name__) from error


def _tell(channel: socket.socket, content: bytes, deadline: float, monotonic: Callable[[], float]) -> None:
    """Send all, or as much as the child takes. Raises TimeoutError."""
    with suppress(ConnectionError):
        channel.settimeout(_left(deadline, monotonic))
        channel.sendall(content)
        channel.shutdown(socket.SHUT_WR)


def _hear(channel: socket.socket, most: int, deadline: float, monotonic: Callable[[], float]) -> bytes:
    """What comes until the child closes its side, or the first ``most`` bytes. Raises TimeoutError."""
    heard = b""
    with suppress(ConnectionError):
        while len(heard) < most:
            channel.settimeout(_left(deadline, monotonic))
            got = channel.recv(most - len(heard))
            if not got:
                break
            heard += got
    return heard


def _left(deadline: float, monotonic: Callable[[], float]) -> float:
    left = deadline - monotonic()
    if left <= 0:
        # For a socket, 0 means that it does not wait, and less is an error.
        raise TimeoutError
    return left


def _damaged(how: str) -> Unfaxable:
    return Unfaxable("pdf_damaged", f"is damaged: {how}")


def _crashed() -> Unfaxable:
    return Unfaxable(
        "pdf_crashed_reader", "cannot be read: it is damaged, or has too many parts; print it to a new PDF"
    )
