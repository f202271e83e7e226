"""A file's name beside its content: what fits, what says nothing, and what contradicts."""

import io
import zipfile

import pytest

from faxes.intake.documents import inspect
from faxes.model import Kind, Upload
from tests.support.images import tiff
from tests.support.inspecting import JPEG, KINDS, LIMITS, PDF, PNG, TEXT, TIFF, kind, refusal


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (JPEG, ["a.jpg", "a.jpeg", "a.jpe", "a.jfif", "A.JPG", "a.Jpeg", "a.pdf.jpg", "a.jpg "]),
        (TIFF, ["a.tif", "a.tiff", "A.TIFF"]),
        (PDF, ["a.pdf", "A.PDF", ".pdf", "a.txt.Pdf"]),
        (TEXT, ["a.txt", "a.TXT", "a.text"]),
    ],
)
def test_a_name_that_fits(content: bytes, names: list[str]) -> None:
    assert [name for name in names if inspect(Upload(name, content), 1, 1, LIMITS).name != name] == []


@pytest.mark.parametrize("content", [JPEG, TIFF, TEXT])
@pytest.mark.parametrize(
    "name",
    [
        "",
        "pdf",
        "a",
        "a.",
        ".",
        "a.pdf.",
        "a.pdf.bak",
        "a.log",
        "a.csv",
        "a.md",
        "a.dat",
        "a. p d f",
        "a.\uff50\uff44\uff46",
        "jpg",
    ],
)
def test_a_name_that_says_nothing(name: str, content: bytes) -> None:
    assert inspect(Upload(name, content), 1, 1, LIMITS).name == name


_NOUNS = {"jpeg": "a JPEG image", "tiff": "a TIFF image", "pdf": "a PDF document", "txt": "a text file"}
_CONTENTS = {"jpeg": JPEG, "tiff": TIFF, "pdf": PDF, "txt": TEXT}


@pytest.mark.parametrize("named", _NOUNS)
@pytest.mark.parametrize("held", _NOUNS)
def test_a_name_that_contradicts_the_content_names_both(named: str, held: str) -> None:
    name = f"Scan.{named.upper()}"
    if named == held:
        assert inspect(Upload(name, _CONTENTS[held]), 1, 1, LIMITS).name == name
    else:
        both = f"is named like {_NOUNS[named]} but is {_NOUNS[held]}"
        assert refusal(_CONTENTS[held], name) == (
            "file_name_contradicts",
            f"File 2 of 3, {name}, {both}; send it under a name that fits.",
        )


@pytest.mark.parametrize(
    ("name", "noun"),
    [
        ("a.png", "a PNG image"),
        ("a.heic", "a HEIC or AVIF image"),
        ("a.docx", "a ZIP archive or an Office document"),
        ("a.doc", "an old Office document"),
        ("a.html", "an HTML page"),
        ("a.ps", "a PostScript document"),
        ("a.svg", "an SVG image"),
    ],
)
def test_a_name_of_a_format_that_cannot_be_faxed_contradicts_as_well(name: str, noun: str) -> None:
    for content, held in ((JPEG, "a JPEG image"), (b"some text", "a text file")):
        assert refusal(content, name) == (
            "file_name_contradicts",
            f"File 2 of 3, {name}, is named like {noun} but is {held}; send it under a name that fits.",
        )


@pytest.mark.parametrize(
    ("name", "noun"), [("a.html", "an HTML page"), ("a.svg", "an SVG image"), ("a.xml", "an XML document")]
)
def test_markup_without_a_declaration_is_what_its_name_says(name: str, noun: str) -> None:
    assert refusal(b"<p>some text", name) == (
        "file_kind_unknown",
        f"File 2 of 3, {name}, is {noun}; allowed are jpg, tif, pdf and txt.",
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("picture.png", "is a PNG image"),
        ("picture", "is a PNG image"),
        ("scan.pdf", "is named like a PDF document but is a PNG image"),
        ("scan.jpg", "is named like a JPEG image but is a PNG image"),
        ("scan.TIFF", "is named like a TIFF image but is a PNG image"),
        ("note.txt", "is named like a text file but is a PNG image"),
        ("photo.gif", "is named like a GIF image but is a PNG image"),
    ],
)
def test_what_cannot_be_faxed_is_named_and_what_its_name_says(name: str, says: str) -> None:
    assert refusal(PNG, name) == ("file_kind_unknown", f"File 2 of 3, {name}, {says}; {KINDS}.")


@pytest.mark.parametrize(
    "content",
    [JPEG + PDF, TIFF + PDF, JPEG + PNG, b"MM\0*" + tiff(order=">")[4:] + b"%PDF-1.7", PDF + JPEG],
)
def test_what_is_two_things_is_what_its_first_bytes_say(content: bytes) -> None:
    expected = {b"\xff\xd8": Kind.JPG, b"II": Kind.TIF, b"MM": Kind.TIF, b"%P": Kind.PDF}
    start = next(start for start in expected if content.startswith(start))
    if expected[start] is Kind.PDF:
        assert refusal(PDF + JPEG, "scan.jpg")[1].startswith(
            "File 2 of 3, scan.jpg, is named like a JPEG image but is a PDF document;"
        )
    else:
        assert kind(content) is expected[start]


@pytest.mark.parametrize(
    "junk",
    [
        TEXT,
        b'"',
        b"\xef\xbb\xbf" * 2,
        b"<br />",
        b"<html><body>",
        b"<?xml version='1.0'?>",
        b"%!PS-Adobe-3.0 ",
        b"{\\rtf",
        b"PK\x03\x04abcd\xe2\xe3454",
        b"\x1b%-12345X@PJL SET X=1 ",
        b"x" * 1024,
    ],
)
def test_what_is_glued_to_a_pdf_does_not_hide_it(junk: bytes) -> None:
    assert kind(junk + PDF) is Kind.PDF
    # One that holds no object is none: text may speak of it.
    assert refusal(junk[:1] + b"\x00%PDF-1.4 is a header", "a.txt")[0] != "pdf_cut_off"


def test_a_pdf_in_an_archive_is_an_archive() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.pdf", PDF)
    assert packed.getvalue()[35:].startswith(PDF)
    assert refusal(packed.getvalue(), "a.zip")[0] == "file_kind_unknown"
