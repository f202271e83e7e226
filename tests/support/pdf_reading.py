"""A PDF's refusal by its reader, readers that do something else, and that none leaves anything behind."""

import gc
import os
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from faxes.formats import Unfaxable, pdf
from tests.support import pdfs

SAMPLES = Path(__file__).parents[1] / "data" / "documents" / "pdf"
ONE_PAGE = pdfs.pdf(pdfs.pages(1))

NEEDS_REPAIR = ("pdf_damaged", "is damaged: it cannot be opened without being repaired; save it as a new PDF")


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
def nothing_is_left_behind() -> Iterator[None]:
    """No test here leaves a process, a file or a socket behind, and after each the next document is read."""
    # What other tests left to the collector is not closed in between. No collection looks again at what is there now: a
    # process that has run thousands of tests has a great deal.
    gc.collect()
    gc.freeze()
    before = open_files(), children()
    yield
    assert pdf.count_pages(ONE_PAGE, 200) == 1
    assert (open_files(), children()) == before


def refusal(content: bytes, **how: object) -> tuple[str, str]:
    """Why a PDF is refused: the reason, and the end of the sentence."""
    with pytest.raises(Unfaxable) as caught:
        pdf.count_pages(content, 200, **how)  # type: ignore[arg-type]
    return caught.value.reason, caught.value.text


PRELUDE = """
import ctypes, os, resource, signal, socket, sys
sys.path.append(sys.argv[1])
from faxes import confinement
from faxes.confinement import inside, sandbox
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


# Lines of a table that are shorter than the 20 bytes which they must have.
SHORT_LINES = ONE_PAGE.replace(b" n \n", b" n\n").replace(b" f \n", b" f\n")


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
