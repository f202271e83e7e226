"""How many bytes, pixels and pages the files of a fax may have."""

import subprocess
import sys

import pytest

from faxes.intake.documents import inspect
from faxes.model import Upload
from tests.support.images import Page, tiff
from tests.support.inspecting import JPEG, PDF, PNG, ROOT, TEXT, TIFF, refusal
from tools.limits import default_limits


def test_bytes_of_a_file() -> None:
    assert inspect(Upload("a", TEXT), 1, 1, default_limits(file_bytes=len(TEXT))).size == len(TEXT)
    # Before anything is looked at.
    for content in (TEXT, PNG[: len(TEXT)], b"\0" * len(TEXT)):
        assert refusal(content, limits=default_limits(file_bytes=len(TEXT) - 1)) == (
            "file_too_large",
            f"File 2 of 3, scan, has {len(TEXT)} bytes; the limit is {len(TEXT) - 1}.",
        )


def test_pixels_of_a_page() -> None:
    for content, text in (
        (JPEG, "is 8 x 8 pixels; the limit is 63 in all"),
        (TIFF, "has a page of 16 x 4 pixels; the limit is 63 in all"),
    ):
        assert inspect(Upload("a", content), 1, 1, default_limits(pixels_per_page=64)).pages == 1
        assert refusal(content, limits=default_limits(pixels_per_page=63))[1] == f"File 2 of 3, scan, {text}."


@pytest.mark.parametrize("before", [0, 1, 57])
@pytest.mark.parametrize("pages", [1, 3])
def test_pages_of_a_fax_over_all_its_files(before: int, pages: int) -> None:
    contents = [tiff(*[Page()] * pages), b"\f".join([b"page"] * pages)]
    if pages == 1:
        contents += [JPEG, PDF]
    for content in contents:
        total = before + pages
        assert inspect(Upload("a", content), 2, 3, default_limits(pages_per_fax=total), before).pages == pages
        assert refusal(content, "scan", default_limits(pages_per_fax=total - 1), before) == (
            "too_many_pages",
            f"File 2 of 3, scan, makes the fax at least {total} pages long; the limit is {total - 1}.",
        )


def test_pages_that_are_counted_to_their_end_and_those_that_are_not() -> None:
    limits = default_limits(pages_per_fax=5)
    assert refusal(tiff(*[Page()] * 100), "scan", limits, 2)[1] == (
        "File 2 of 3, scan, makes the fax at least 102 pages long; the limit is 5."
    )
    assert refusal(b"page\f" * 100, "scan", limits, 2)[1] == (
        "File 2 of 3, scan, makes the fax at least 6 pages long; the limit is 5."
    )


def test_nothing_of_pdf_is_imported_before_there_is_one() -> None:
    """It costs a cold start, and most faxes' time."""
    script = (
        "import sys; from faxes.intake.documents import inspect; from faxes.model import Limits, Upload; "
        "inspect(Upload('a.txt', b'x'), 1, 1, Limits(*[10**9] * 7)); "
        "print(sorted({name for name in sys.modules if 'pdf' in name or name == 'subprocess'}))"
    )
    path = str(ROOT / "layers" / "core")
    ran = subprocess.run(
        [sys.executable, "-c", script], env={"PYTHONPATH": path}, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "[]\n"
