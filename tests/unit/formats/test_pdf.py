"""What a PDF must be like to be faxed, and that whatever its reader does stays with that one PDF.

The children here are the real one, of which one part at most is replaced: what it does with the document.
"""

import base64
import ctypes
import itertools
import os
import subprocess
import sys
import time
import timeit
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import chain, repeat
from pathlib import Path

import pypdfium2_raw
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxes.errors import DeploymentFault
from faxes.formats import Unfaxable, pdf, pdf_check
from tests.support import pdfs
from tests.support.full import size

SAMPLES = Path(__file__).parents[2] / "data" / "documents" / "pdf"
ONE_PAGE = pdfs.pdf(pdfs.pages(1))
MIB = 1024 * 1024
FOUR_MIB = pdfs.pdf([*pdfs.pages(1), pdfs.stream(bytes(4 * MIB))])

CUT_OFF = ("pdf_cut_off", "is cut off: its end is missing")
BYTES_CHANGED = ("pdf_damaged", "is damaged: bytes of it were lost, added or changed")
NEEDS_REPAIR = ("pdf_damaged", "is damaged: it cannot be opened without being repaired; save it as a new PDF")
CRASHED = ("pdf_crashed_reader", "cannot be read: it is damaged, or has too many parts; print it to a new PDF")
TOO_SLOW = ("pdf_too_slow", "takes too long to read; print it to a new PDF")


def open_files() -> int:
    return len(os.listdir("/dev/fd"))


def children() -> set[int]:
    """This process's that run; other tests may have some. One that has ended and was not waited for is an error."""
    with suppress(ChildProcessError):
        # Before another is started, for which the standard library would wait for it.
        assert os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None
    with subprocess.Popen(["ps", "-eo", "pid=,ppid="], stdout=subprocess.PIPE, text=True) as ps:
        assert ps.stdout is not None
        pairs = [line.split() for line in ps.stdout]
    return {int(pid) for pid, parent in pairs if int(parent) == os.getpid()} - {ps.pid}


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    """No test here leaves a process, a file or a socket behind, and after each the next document is read."""
    before = open_files(), children()
    yield
    assert pdf.count_pages(ONE_PAGE, 200) == 1
    assert (open_files(), children()) == before


def refusal(content: bytes, **how: object) -> tuple[str, str]:
    """Why a PDF is refused: the reason, and the end of the sentence."""
    with pytest.raises(Unfaxable) as caught:
        pdf.count_pages(content, 200, **how)  # type: ignore[arg-type]
    return caught.value.reason, caught.value.text


def fault(**how: object) -> tuple[str, str]:
    """Why no PDF can be read: the reason and the cause."""
    with pytest.raises(DeploymentFault) as caught:
        pdf.count_pages(ONE_PAGE, 200, **how)  # type: ignore[arg-type]
    return caught.value.reason, caught.value.cause


# --- what is accepted ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 2, 200])
def test_pages_are_counted(count: int) -> None:
    assert pdf.count_pages(pdfs.pdf(pdfs.pages(count)), 200) == count


def test_a_cross_reference_stream_and_an_object_stream_are_read() -> None:
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>"
    tree = b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>"
    objects = [pdfs.CATALOG, tree, pdfs.compressed(b"4 0 " + page, b"/Type /ObjStm /N 1 /First 4")]
    assert pdf.count_pages(pdfs.pdf_with_stream(objects, packed=[(2, 3, 0)]), 200) == 1


@pytest.mark.parametrize("name", ["qpdf-owner-password.pdf", "ghostscript-owner-password.pdf"])
def test_what_opens_without_a_password_is_not_encrypted(name: str) -> None:
    content = (SAMPLES / "accepted" / name).read_bytes()
    assert b"/Encrypt" in content
    assert pdf.count_pages(content, 200) in (1, 2)


def test_a_document_for_the_web_has_two_ends() -> None:
    content = (SAMPLES / "accepted" / "qpdf-linearized.pdf").read_bytes()
    assert content.count(b"%%EOF") == 2
    assert pdf.count_pages(content, 200) == 2


@pytest.mark.parametrize(
    "behind",
    [
        b"",
        b"\r\n",
        b"\0" * 100_000,
        b" " * 5_000,
        b"\n" * 5_000,
        b"\n<!-- 0.04 s -->\n",
        b"\n<html>" + b"<p>A trailer of 3 obj</p>" * 500 + b"</html>\n",
        b"\x1a",
        b"\r\n--boundary--",
        b"\n\r\n0\r\n\r\n",
        # What readfile() returns in PHP; a line of a log; of a copying program; a comment, with and without its end.
        b"\n589",
        b"1",
        b"\n2026-01-05 10:22:11 OK\n",
        b"\n3 objects exported\r\n",
        b"\n%archived by DMS 12\n",
        b"% page 1 of 1",
        b"\n%%EOF\n%%EO",
        b'"',
        b"PK\x03\x04\xe2\xe3",
    ],
)
def test_bytes_that_others_left_behind_the_end_do_not_matter(behind: bytes) -> None:
    assert pdf.count_pages(ONE_PAGE.rstrip() + behind, 200) == 1


@pytest.mark.parametrize(
    "end",
    [
        b"startxref\n%d\n%%%%EOF\n%%%%EOF\n",
        b"startxref\n%d\n%%%%EOF\n\n%%%%EOF\n",
        b"startxref\n%d%%%%EOF",
        b"startxref %d %%%%EOF\n",
        b"startxref\n%015d\n%%%%EOF\n",
        # The end of an upload in chunks.
        b"startxref\n%d\n%%%%EOF\r\n0\r\n\r\n",
    ],
)
def test_ends_that_programs_write(end: bytes) -> None:
    at = ONE_PAGE.rindex(b"startxref")
    assert pdf.count_pages(ONE_PAGE[:at] + end % ONE_PAGE.rindex(b"xref\n0 "), 200) == 1


# Lines of a table that are shorter than the 20 bytes which they must have, or padded with blanks.
_SHORT_LINES = ONE_PAGE.replace(b" n \n", b" n\n").replace(b" f \n", b" f\n")
_PADDED = ONE_PAGE.replace(b"0000000009 00000", b"         9 00000")


@pytest.mark.parametrize("content", [_SHORT_LINES, _SHORT_LINES.replace(b" n\n", b" n\r"), _PADDED, b"\n" + _PADDED])
def test_how_long_a_tables_lines_are_does_not_matter(content: bytes) -> None:
    assert pdf.count_pages(content, 200) == 1
    assert refusal(content.replace(pdfs.A4, b"[0 0 595 0.1]")) == NEEDS_REPAIR


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Another object; no object; a generation that it has not; a use that there is none of.
        (b"0000000009 00000 n", b"0000000058 00000 n"),
        (b"0000000009 00000 n", b"0000000010 00000 n"),
        (b"0000000009 00000 n", b"9999999999 00000 n"),
        (b"0000000009 00000 n", b"0000000009 00001 n"),
        (b"0000000009 00000 n", b"0000000009 00000 m"),
        # One line more than there are, and one less; a section that is none; an older table; no trailer.
        (b"xref\n0 4\n", b"xref\n0 5\n"),
        (b"xref\n0 4\n", b"xref\n0 3\n"),
        (b"xref\n0 4\n", b"xref\n0 -4\n"),
        (b"/Size 4 /Root 1 0 R", b"/Size 5 /Root 1 0 R /Prev 9"),
        (b"/Root 1 0 R", b"/Root 1 0 R /XRefStm 9"),
        (b"trailer", b"trailor"),
    ],
)
def test_a_table_of_short_lines_must_lead_to_each_object(old: bytes, new: bytes) -> None:
    assert _SHORT_LINES.count(old) == 1
    assert refusal(_SHORT_LINES.replace(old, new)) == NEEDS_REPAIR


def test_a_table_of_short_lines_is_read_up_to_a_limit() -> None:
    def document(objects: int) -> bytes:
        return pdfs.pdf([*pdfs.pages(1), *[b"0"] * (objects - 3)]).replace(b" n \n", b" n\n").replace(b" f \n", b" f\n")

    assert pdf.count_pages(document(9_997), 200) == 1
    assert refusal(document(9_999)) == NEEDS_REPAIR


def test_white_space_in_front_of_an_object_is_not_read_again_for_each_line_that_leads_to_it() -> None:
    """In processor time, against one look at all bytes: every line of the table leads to the same white space."""
    head, gap = b"%PDF-1.7\n", b" " * 500_000
    objects = [b"%d 0 obj\n%b\nendobj\n" % (number, each) for number, each in enumerate(pdfs.pages(1), start=1)]
    places = list(itertools.accumulate((len(each) for each in objects), initial=len(head + gap)))
    lines = (
        b"2 2\n%010d 00000 n\n%010d 00000 n\n" % (places[1], places[2]) + b"1 1\n%010d 00000 n\n" % len(head) * 7_000
    )
    content = b"%b%b%bxref\n%btrailer\n<< /Size 4 /Root 1 0 R >>\n%b" % (
        head,
        gap,
        b"".join(objects),
        lines,
        pdfs.end(places[-1]),
    )
    encoded = base64.b64encode(content)
    looked = min(timeit.repeat(lambda: base64.b64decode(encoded), time.process_time, number=1, repeat=5))
    started = time.process_time()
    assert refusal(content) == NEEDS_REPAIR
    assert time.process_time() - started < 30 * looked + 0.05


def test_a_table_of_tens_of_thousands_of_tagged_cells_is_read() -> None:
    """As programs write it whose every cell is an object, all of them in one stream."""
    count = 60_000
    cells = [b"<< /S /TD /P %d 0 R /K [%d] /Pg 3 0 R >>" % (4 + n // 9, n) for n in range(count)]
    places = itertools.accumulate((len(cell) + 1 for cell in cells), initial=0)
    index = b" ".join(b"%d %d" % (5 + n, place) for n, place in enumerate(itertools.islice(places, count)))
    packed = pdfs.compressed(
        index + b"\n" + b"\n".join(cells), b"/Type /ObjStm /N %d /First %d" % (count, len(index) + 1)
    )
    content = pdfs.pdf_with_stream([*pdfs.pages(1), packed], packed=[(2, 4, n) for n in range(count)])
    assert pdf.count_pages(content, 200) == 1


@pytest.mark.parametrize("ahead", [b"\r\n\r\n", b"\xef\xbb\xbf", b" " * 1019])
def test_offsets_count_from_the_header(ahead: bytes) -> None:
    assert pdf.count_pages(ahead + ONE_PAGE, 200) == 1


@pytest.mark.parametrize("line_end", [b"\r", b"\r\n", b" \n", b"\n\n"])
def test_the_last_lines_may_end_as_they_like(line_end: bytes) -> None:
    at = ONE_PAGE.rindex(b"startxref")
    assert pdf.count_pages(ONE_PAGE[:at] + ONE_PAGE[at:].replace(b"\n", line_end), 200) == 1


def updated(content: bytes, comment: bytes = b"") -> bytes:
    """With its third object, which is its first page, written anew behind its end, and first a comment."""
    previous = content.rindex(b"xref\n0 ")
    content += comment
    new = content + b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] >>\nendobj\n"
    return (
        new
        + b"xref\n3 1\n%010d 00000 n \ntrailer\n<< /Size 4 /Root 1 0 R /Prev %d >>\n" % (len(content), previous)
        + pdfs.end(len(new))
    )


def test_an_updated_document_is_read() -> None:
    assert pdf.count_pages(updated(ONE_PAGE), 200) == 1


@pytest.mark.parametrize(
    "box",
    [
        b"[0 0 1 1]",
        b"[0 0 14400 14400]",
        b"[0 0 612 20000]",
        b"[0 0 144000 1]",
        b"[-7200 0 7200 842]",
        b"[595 842 0 0]",
    ],
)
def test_sides_that_a_page_can_have(box: bytes) -> None:
    assert pdf.count_pages(pdfs.pdf(pdfs.pages(1, box=box)), 200) == 1


def test_beyond_the_limit_pages_are_not_looked_at() -> None:
    # None of them is there.
    objects = [pdfs.CATALOG, b"<< /Type /Pages /Kids [9 0 R] /Count 201 >>"]
    assert pdf.count_pages(pdfs.pdf(objects), 200) == 201
    assert refusal(pdfs.pdf([pdfs.CATALOG, objects[1].replace(b"201", b"200")])) == (
        "pdf_damaged",
        "is damaged: page 1 is not there",
    )


# --- what is refused, rule by rule -----------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"%PDF", b" " * 1025 + ONE_PAGE])
def test_the_header_must_be_within_the_first_bytes(content: bytes) -> None:
    assert refusal(content) == ("pdf_damaged", "is damaged: its first line is missing")


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.7\n",
        ONE_PAGE[: len(ONE_PAGE) // 2],
        ONE_PAGE[: ONE_PAGE.rindex(b"startxref")],
        ONE_PAGE[: ONE_PAGE.rindex(b"%%EOF")],
        ONE_PAGE[: ONE_PAGE.rindex(b"%%EOF") + 4],
        ONE_PAGE.replace(b"startxref", b"startxrex"),
        b"%%EOF\n" + ONE_PAGE[: ONE_PAGE.rindex(b"%%EOF")],
    ],
)
def test_the_end_must_be_there(content: bytes) -> None:
    assert refusal(content) == CUT_OFF


@pytest.mark.parametrize("comment", [b"", b"%BeginUpdate\n"])
def test_an_update_must_be_there_to_its_end(comment: bytes) -> None:
    whole = updated(ONE_PAGE, comment)
    # Where the older version ends, nothing says that there is more; nor does a number alone, as web scripts leave it.
    number = range(len(ONE_PAGE) + 1, len(ONE_PAGE) + 3) if not comment else ()
    for at in range(len(ONE_PAGE) + 1, len(whole) - len(b"\n")):
        if at in number:
            assert pdf.count_pages(whole[:at], 200) == 1
        else:
            assert refusal(whole[:at]) == CUT_OFF


def test_the_end_of_a_first_page_is_not_the_end() -> None:
    content = (SAMPLES / "accepted" / "qpdf-linearized.pdf").read_bytes()
    first_end = content.index(b"%%EOF") + len(b"%%EOF\n")
    assert content[:first_end].endswith(b"startxref\n0\n%%EOF\n")
    assert refusal(content[:first_end]) == CUT_OFF


@pytest.mark.parametrize(
    "content",
    [
        ONE_PAGE.replace(b"/Catalog ", b"/Catalog"),
        ONE_PAGE.replace(b"/Catalog ", b"/Catalog    "),
        ONE_PAGE.replace(b"\n", b"\r\n"),
        ONE_PAGE.replace(pdfs.end(ONE_PAGE.rindex(b"xref\n0 ")), pdfs.end(10**9)),
    ],
)
def test_the_end_must_lead_to_the_cross_reference(content: bytes) -> None:
    assert refusal(content) == BYTES_CHANGED


@pytest.mark.parametrize(
    "content",
    [
        # The first object's offset; the catalog, which is not there; an older cross-reference, which is none.
        ONE_PAGE.replace(b"0000000009", b"0000000010"),
        ONE_PAGE.replace(b"/Root 1 0 R", b"/Root 9 0 R"),
        updated(ONE_PAGE).replace(b"/Prev ", b"/Prev 1"),
        # An object where a cross-reference stream should be.
        ONE_PAGE[: ONE_PAGE.rindex(b"startxref")] + pdfs.end(9),
    ],
)
def test_what_would_have_to_be_repaired_is_damaged(content: bytes) -> None:
    assert refusal(content) == NEEDS_REPAIR


@pytest.mark.parametrize(
    ("tree", "page"),
    [
        # One page too few; a number that is no page; the tree itself.
        (b"<< /Type /Pages /Kids [3 0 R] /Count 2 >>", 2),
        (b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>", 2),
        (b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>", 1),
    ],
)
def test_every_page_must_be_there(tree: bytes, page: int) -> None:
    objects = [pdfs.CATALOG, tree, *pdfs.pages(1)[2:], b"42"]
    assert refusal(pdfs.pdf(objects)) == ("pdf_damaged", f"is damaged: page {page} is not there")


def test_a_document_without_pages() -> None:
    assert refusal(pdfs.pdf(pdfs.pages(0))) == ("pdf_no_pages", "has no pages")


@pytest.mark.parametrize("name", ["user-password-rc4.pdf", "user-password-aes-256.pdf"])
def test_a_password(name: str) -> None:
    content = (SAMPLES / "refused" / name).read_bytes()
    assert refusal(content) == ("pdf_encrypted", "is encrypted with a password")


def test_other_encryption() -> None:
    content = (SAMPLES / "refused" / "certificate.pdf").read_bytes()
    assert refusal(content) == ("pdf_encrypted", "is encrypted for certain readers")


@pytest.mark.parametrize("box", [b"[0 0 595 0.99]", b"[0 0 0.99 842]", b"[0 0 144001 842]", b"[0 0 595 1000000000]"])
def test_sides_that_a_page_cannot_have(box: bytes) -> None:
    objects = pdfs.pages(3)
    objects[3] = objects[3].replace(pdfs.A4, box)
    assert refusal(pdfs.pdf(objects)) == (
        "pdf_page_size",
        "has a page, number 2, of a size that cannot be faxed; each side must have 1 to 144000 points",
    )


@pytest.mark.parametrize(
    "end", [b"startxref\n%d\n%%%%EOF\nxref", b"startxref\n%018d\n%%%%EOF\n", b"startxref\n%d9\n%%%%EOF\n"]
)
def test_an_end_that_leads_behind_itself(end: bytes) -> None:
    at = _SHORT_LINES.rindex(b"startxref")
    behind = at + len(b"startxref\n123\n%%EOF\n")
    for where in (behind, 10**17):
        with pytest.raises(Unfaxable, match="pdf_"):
            pdf.count_pages(_SHORT_LINES[:at] + end % where, 200)


@settings(max_examples=size(check=60, full=1_000))
@given(
    st.sampled_from([ONE_PAGE, _SHORT_LINES]),
    st.lists(st.tuples(st.integers(0, len(_SHORT_LINES) - 1), st.binary(max_size=4)), min_size=1, max_size=4),
)
def test_a_damaged_document_is_counted_or_refused(document: bytes, changes: list[tuple[int, bytes]]) -> None:
    content = bytearray(document)
    for at, change in changes:
        content[at : at + len(change)] = change
    with suppress(Unfaxable):
        assert pdf.count_pages(bytes(content), 200) > 0


# --- what its reader may do ------------------------------------------------------------------------------------------

PRELUDE = """
import ctypes, os, resource, signal, socket, sys
sys.path.append(sys.argv[1])
from faxes.formats import pdf_check
"""


def reader(check: str = "return pdf_check.OPENED, 1, 1", before: str = "") -> list[str]:
    """The command of a child that does this with the document. ``before`` is what it does first of all."""
    script = f"""{PRELUDE}
{before}
def check(pdfium, content, max_pages):
    {check}
pdf_check.check = check
pdf_check.main(sys.argv[2], *map(int, sys.argv[3:]))
"""
    command = pdf.child()
    return [*command[: command.index("-c") + 1], script, *command[-2:]]


def clock(*moments: float) -> Callable[[], float]:
    """Tells these moments, and then the last one."""
    return chain(moments, repeat(moments[-1])).__next__


def test_a_child_that_does_what_it_should() -> None:
    assert pdf.count_pages(ONE_PAGE, 200, start=reader("return pdf_check.OPENED, 7, 1")) == 7


ENDS_EARLY = [
    # A null pointer is read, in native code.
    "ctypes.string_at(0)",
    "os.kill(os.getpid(), signal.SIGSEGV)",
    "ctypes.CDLL(None).abort()",
    "os.kill(os.getpid(), signal.SIGKILL)",
    "os._exit(0)",
    "raise RuntimeError",
    # Closed, but not ended.
    "os.close(0); os.close(1); signal.pause()",
]


@pytest.mark.parametrize("check", ENDS_EARLY)
def test_a_reader_that_ends_early_refuses_its_document_alone(check: str) -> None:
    assert refusal(ONE_PAGE, start=reader(check)) == CRASHED


@pytest.mark.parametrize("does", ENDS_EARLY)
def test_a_reader_that_ends_before_it_has_the_document_refuses_it_as_well(does: str) -> None:
    assert refusal(FOUR_MIB, start=reader(before=f"os.write(1, pdf_check.READY); {does}")) == CRASHED


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\0",
        b"\0\0\0\0",
        b"\0\0\0\0\1" + bytes(9),
        b"\0\0\0\0\1" * 1_000,
        # One page more than PDFium can count, and as many as there are numbers.
        b"\0\0\x10\0\0" + bytes(8),
        b"\0\xff\xff\xff\xff" + bytes(8),
        # Outcomes that there are not, and pages that there are not.
        b"\7\0\0\0\1" + bytes(8),
        b"Hello, reader",
        bytes([pdf_check.PAGE_MISSING, 0, 0, 0, 0]) + bytes(8),
        bytes([pdf_check.PAGE_MISSING, 0, 0, 0, 201]) + bytes(8),
        bytes([pdf_check.PAGE_SIZE, 0, 0, 0, 0]) + bytes(8),
        bytes([pdf_check.PAGE_SIZE, 0xFF, 0xFF, 0xFF, 0xFF]) + bytes(8),
    ],
)
def test_an_answer_that_is_none_is_not_believed(answer: bytes) -> None:
    assert refusal(ONE_PAGE, start=reader(f"os.write(1, {answer!r}); os._exit(0)")) == CRASHED


def test_an_answer_without_an_end_is_not_read_to_its_end() -> None:
    assert refusal(ONE_PAGE, start=reader("while os.write(1, b'x' * 65536): pass")) == CRASHED


def test_a_reader_that_computes_without_end_is_ended_by_the_system() -> None:
    # This side's clock stands still.
    assert refusal(ONE_PAGE, start=reader("while True: pass"), monotonic=clock(0)) == TOO_SLOW


def test_a_reader_that_waits_without_end_is_ended_at_the_deadline() -> None:
    assert refusal(ONE_PAGE, start=reader("signal.pause()"), seconds=60, monotonic=clock(0, 0, 0, 60)) == TOO_SLOW


def test_a_reader_that_does_not_take_the_document_is_ended_at_the_deadline() -> None:
    start = reader(before="os.write(1, pdf_check.READY); signal.pause()")
    # A twentieth of a second is what is left when the document is sent.
    assert refusal(FOUR_MIB, start=start, seconds=60, monotonic=clock(0, 0, 59.95)) == TOO_SLOW


def test_what_the_parser_may_reserve_is_bounded() -> None:
    takes = "bytearray({}); return pdf_check.OPENED, 1, 1"
    assert pdf.count_pages(FOUR_MIB, 200, start=reader(takes.format(23 * MIB))) == 1
    assert refusal(FOUR_MIB, start=reader(takes.format(25 * MIB))) == CRASHED


def test_what_would_be_large_when_decompressed_is_refused() -> None:
    def blown_up(by: int) -> bytes:
        """Bytes that nothing asks for are behind the cross-reference."""
        return pdfs.pdf_with_stream(
            pdfs.pages(1), pack=lambda data, entries: pdfs.compressed(data + bytes(by), entries)
        )

    assert pdf.count_pages(blown_up(MIB), 200) == 1
    bomb = blown_up(32 * MIB)
    assert len(bomb) < MIB
    assert refusal(bomb) == CRASHED


TRIES = """
def managed():
    '''A bit for each thing that it could do.'''
    attempts = (
        lambda: os.open("/dev/null", os.O_RDONLY),
        lambda: os.open("/", os.O_RDONLY | os.O_DIRECTORY),
        lambda: socket.socket(socket.AF_INET),
        lambda: socket.socketpair(),
        lambda: os.pipe(),
        lambda: os.dup(0),
    )
    bits = 0
    for bit, attempt in enumerate(attempts):
        try:
            attempt()
            bits |= 1 << bit
        except OSError:
            pass
    return bits
"""


def test_with_the_document_in_it_the_child_can_open_nothing() -> None:
    check = "return pdf_check.OPENED, 1 + managed(), 1"
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, TRIES)) == 1
    # It could before.
    assert (
        pdf.count_pages(ONE_PAGE, 200, start=reader(check, TRIES + "pdf_check._confine = lambda seconds: None"))
        == 1 + 0b111111
    )


FORKS = """
def forks():
    if os.geteuid() == 0:
        # The limit does not hold for root. This is nobody.
        os.setuid(65534)
    try:
        child = os.fork()
    except OSError:
        return False
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    return True
"""


def test_with_the_document_in_it_the_child_can_start_no_process() -> None:
    check = "return pdf_check.OPENED, 1 + forks(), 1"
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, FORKS)) == 1
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check, FORKS + "pdf_check._confine = lambda seconds: None")) == 2


def test_the_limits_cannot_be_raised_again() -> None:
    limits = "(resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_NOFILE)"
    check = f"return pdf_check.OPENED, 1 + sum(sum(resource.getrlimit(each)) for each in {limits}), 1"
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check)) == 1
    # Seconds, for whatever gets rid of the timer.
    check = "return pdf_check.OPENED, max(resource.getrlimit(resource.RLIMIT_CPU)), 1"
    assert pdf.count_pages(ONE_PAGE, 200, start=reader(check)) in (2, 3)


def test_the_child_gets_no_credentials_and_no_file_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    # Python itself sets LC_CTYPE where no locale is set.
    seen = """
names = sorted(set(os.environ) - {"LC_CTYPE"})
files = [each for each in range(64) if os.path.exists(f"/dev/fd/{each}")]
os.write(1, b"R" if (names, files, os.getcwd()) == (["LD_LIBRARY_PATH"], [0, 1, 2], "/") else b"?")
pdf_check.READY = b""
"""
    with (tmp_path / "ours").open("w") as ours:
        os.set_inheritable(ours.fileno(), True)
        assert pdf.count_pages(ONE_PAGE, 200, start=reader("return pdf_check.OPENED, 1, 1", seen)) == 1


LOOKS = """
import errno
def looked():
    '''A bit for each way into the memory of the process that started it.'''
    parent = os.getppid()
    bits = 0
    for bit, name in enumerate(("environ", "mem")):
        try:
            os.close(os.open(f"/proc/{parent}/{name}", os.O_RDONLY))
            bits |= 1 << bit
        except PermissionError:
            pass
    system = ctypes.CDLL(None, use_errno=True)
    # PTRACE_SEIZE, which does not stop it.
    if system.ptrace(0x4206, parent, None, None) == 0:
        bits |= 1 << 2
    # Where it may read, there is nothing at the address 0.
    vector = (ctypes.c_size_t * 2)(0, 1)
    system.process_vm_readv(parent, (ctypes.c_size_t * 2)(ctypes.addressof(vector), 1), 1, vector, 1, 0)
    return bits | (ctypes.get_errno() == errno.EFAULT) << 3
seen = looked()
"""
# Root's privileges, which Lambda's user has not, are given up first: some are to look into any process.
UNPRIVILEGED = """
import ctypes, os, sys
PR_CAPBSET_READ, PR_CAPBSET_DROP = 23, 24
system = ctypes.CDLL(None)
for capability in range(64) if os.geteuid() == 0 else ():
    if system.prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 1:
        assert system.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0
os.execv(sys.executable, [sys.executable, "-c", *sys.argv[1:]])
"""
COUNTS_TWICE = """
import sys
from faxes.formats import pdf
from tests.support import pdfs
for pdf._close_memory in (lambda: None, pdf._close_memory):
    print(pdf.count_pages(pdfs.pdf(pdfs.pages(1)), 200, start=sys.argv[1:]) - 1)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux's own way")
def test_the_child_cannot_look_into_the_process_that_started_it() -> None:
    looking = reader("return pdf_check.OPENED, 1 + seen, 1", LOOKS)
    command = [sys.executable, "-c", UNPRIVILEGED, COUNTS_TWICE, *looking]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    before, now = map(int, done.stdout.split())
    assert now == 0
    # It could before, where the machine does not keep processes from tracing others by itself: ptrace_scope.
    assert before & 0b0001
    assert before == 0b1111 or Path("/proc/sys/kernel/yama/ptrace_scope").exists()


def test_what_goes_wrong_before_the_document_is_there_is_told_and_nothing_after_it() -> None:
    tells = "os.write(2, b'of the document')"
    # A pipe, as Lambda's log is: a file could not be written to anyway.
    log, end = os.pipe()
    standard_error = os.dup(2)
    os.dup2(end, 2)
    try:
        assert refusal(ONE_PAGE, start=reader(f"{tells}; raise ValueError", "os.write(2, b'before; ')")) == CRASHED
    finally:
        os.dup2(standard_error, 2)
        os.close(standard_error)
        os.close(end)
    assert os.read(log, 1000) == b"before; "
    os.close(log)


def test_a_child_whose_document_ends_early_ends_as_well() -> None:
    command = [*pdf.child(), str(len(ONE_PAGE)), "200", "1000000"]
    done = subprocess.run(command, input=ONE_PAGE[:-1], stdout=subprocess.PIPE, env={})
    assert (done.returncode, done.stdout) == (1, pdf_check.READY)


# --- when no document can be read ------------------------------------------------------------------------------------


def test_without_an_interpreter_it_is_a_fault_of_ours() -> None:
    assert fault(start=["/missing/python"]) == ("pdf_reader_not_started", "FileNotFoundError")


@pytest.mark.parametrize(
    ("does", "cause"),
    [
        ("os._exit(3)", "its status is 3"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "its status is -11"),
        ("os.write(1, b'?'); signal.pause()", "its status is -9"),
        ("os.close(0); os.close(1); signal.pause()", "its status is -9"),
    ],
)
def test_a_child_that_does_not_begin_is_a_fault_of_ours(does: str, cause: str) -> None:
    assert fault(start=reader(before=does)) == ("pdf_reader_not_started", cause)


def test_a_child_that_is_not_ready_in_time_is_a_fault_of_ours() -> None:
    # A twentieth of a second is left.
    told = fault(start=reader(before="signal.pause()"), seconds=60, monotonic=clock(0, 59.95))
    assert told == ("pdf_reader_not_started", "no sign in time")


@pytest.mark.parametrize("found", [0, 2])
def test_without_the_parser_it_is_a_fault_of_ours(found: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pypdfium2_raw").mkdir()
    (tmp_path / "pypdfium2_raw" / "__init__.py").touch()
    for number in range(found):
        (tmp_path / "pypdfium2_raw" / f"libpdfium.{number}").touch()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "pypdfium2_raw", raising=False)
    folders = [str(tmp_path / "pypdfium2_raw")]
    assert fault() == ("pdf_reader_missing", f"{found} libraries of PDFium in {folders}")
    # What stands in the way would be in the way of what follows, too.
    monkeypatch.undo()


def test_a_parser_that_is_not_installed_is_a_fault_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "find_spec", lambda name: None)
    assert fault() == ("pdf_reader_missing", "0 libraries of PDFium in []")
    monkeypatch.undo()


def test_a_library_that_cannot_be_loaded_is_a_fault_of_ours(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "libpdfium.so").write_bytes(b"?")
    assert fault(start=[*pdf.child()[:-1], str(tmp_path / "libpdfium.so")]) == (
        "pdf_reader_not_started",
        "its status is 1",
    )
    assert "OSError" in capfd.readouterr().err


def test_the_functions_are_declared_as_pypdfium2_declares_them() -> None:
    library = ctypes.CDLL(pdf.child()[-1])
    pdf_check.declare(library)
    names = sorted(name for name in vars(library) if name.startswith("FPDF"))
    assert len(names) == 6
    for name in names:
        ours, theirs = getattr(library, name), getattr(pypdfium2_raw, name)
        assert shape(ours) == shape(theirs), name


def shape(function: object) -> tuple[int, list[int]]:
    """The size of a function's result and of each of its arguments."""
    result, arguments = function.restype, function.argtypes  # type: ignore[attr-defined]
    return ctypes.sizeof(result) if result else 0, [ctypes.sizeof(each) for each in arguments]
