"""Whatever a PDF's reader does stays with that one PDF.

The children here are the real one, of which one part at most is replaced: what it does with the document.
"""

import ctypes
import os
import subprocess
import sys
from collections.abc import Callable
from itertools import chain, repeat
from pathlib import Path

import pypdfium2_raw
import pytest

from faxes import confinement
from faxes.errors import DeploymentFault
from faxes.formats import pdf, pdf_check
from tests.support import pdfs
from tests.support.pdf_reading import (
    ONE_PAGE,
    nothing_is_left_behind,  # noqa: F401  (pytest finds it here)
    reader,
    refusal,
)

MIB = 1024 * 1024
FOUR_MIB = pdfs.pdf([*pdfs.pages(1), pdfs.stream(bytes(4 * MIB))])

CRASHED = ("pdf_crashed_reader", "cannot be read: it is damaged, or has too many parts; print it to a new PDF")
TOO_SLOW = ("pdf_too_slow", "takes too long to read; print it to a new PDF")


def fault(**how: object) -> tuple[str, str]:
    """Why no PDF can be read: the reason and the cause."""
    with pytest.raises(DeploymentFault) as caught:
        pdf.count_pages(ONE_PAGE, 200, **how)  # type: ignore[arg-type]
    return caught.value.reason, caught.value.cause


# --- what its reader may do ------------------------------------------------------------------------------------------


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
    assert refusal(FOUR_MIB, start=reader(before=f"os.write(1, confinement.READY); {does}")) == CRASHED


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
        b"\x08\0\0\0\1" + bytes(8),
        bytes([pdf_check.PAGE_LONG, 0, 0, 0, 1]) + (50).to_bytes(8),
        bytes([pdf_check.PAGE_LONG, 0, 0, 0, 0]) + bytes(8),
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
    start = reader(before="os.write(1, confinement.READY); signal.pause()")
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
    assert (done.returncode, done.stdout) == (1, confinement.READY)


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
