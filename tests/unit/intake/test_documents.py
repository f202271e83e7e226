"""What a file is, told from its content, and in which words one is refused that cannot be faxed."""

import codecs
import hashlib
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxes.errors import FileInvalid
from faxes.intake.documents import inspect
from faxes.model import Document, Kind, Limits, Upload
from tests.support.images import Page, jpeg, tiff
from tools.limits import default_limits

ROOT = Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "data" / "documents"
LIMITS = default_limits()
PDF = (SAMPLES / "smallest.pdf").read_bytes()
PNG = (SAMPLES / "picture.png").read_bytes()
JPEG, TIFF, TEXT = jpeg(), tiff(), b"This is my fax"


def refusal(
    content: bytes, name: str | None = "scan", limits: Limits = LIMITS, pages_before: int = 0
) -> tuple[str, str]:
    """Why a file is refused: the reason and the whole message."""
    with pytest.raises(FileInvalid) as caught:
        inspect(Upload(name, content), 2, 3, limits, pages_before)
    return caught.value.reason, caught.value.message


def kind(content: bytes, name: str = "a") -> Kind:
    return inspect(Upload(name, content), 1, 1, LIMITS).kind


@pytest.mark.parametrize(
    ("sample", "kind"),
    [
        ("smallest.jpg", Kind.JPG),
        ("smallest.tif", Kind.TIF),
        ("smallest.pdf", Kind.PDF),
        ("smallest.txt", Kind.TXT),
        ("photo.jpg", Kind.JPG),
        ("scan.tif", Kind.TIF),
        ("letter.pdf", Kind.PDF),
        ("note.txt", Kind.TXT),
    ],
)
@pytest.mark.parametrize("name", ["phpA1b2C3", "report.2026-11", ""])
def test_a_document_is_its_bytes_whatever_its_name(sample: str, kind: Kind, name: str) -> None:
    content = (SAMPLES / sample).read_bytes()
    digest = hashlib.sha256(content).digest()
    assert inspect(Upload(name, content), 1, 1, LIMITS) == Document(name, content, kind, len(content), digest, 1)


@pytest.mark.parametrize(
    ("content", "pages"), [(tiff(*[Page()] * 7), 7), (b"one\ftwo\fthree", 3), (b"x\n" * 61, 2), (jpeg() * 2, 1)]
)
def test_pages_are_counted(content: bytes, pages: int) -> None:
    assert inspect(Upload("a", content), 1, 1, LIMITS).pages == pages


@pytest.mark.parametrize("start", [b"", b"\r\n \t", b"\n" * 1016, b"\xef\xbb\xbf"])
def test_a_pdf_may_have_white_space_before_its_header(start: bytes) -> None:
    """It is judged as one; whether it can be read is for another test."""
    assert refusal(start + b"%PDF-1.7")[0].startswith("pdf_")


@pytest.mark.parametrize(
    "ahead",
    [
        b"Warning: Undefined variable in report.php on line 7\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n",
        b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n",
        b"\0\x0areport.pdf".ljust(128, b"\0"),
        b"x" * 1015 + b"\n",
    ],
)
@pytest.mark.parametrize("name", ["report.pdf", "phpA1b2C3"])
def test_a_pdf_is_one_whatever_was_put_before_it(ahead: bytes, name: str) -> None:
    """As text, it would be faxed as its source: a PDF may be plain text from end to end, as this one is."""
    assert PDF.isascii()
    assert kind(ahead + PDF, name) is Kind.PDF
    assert refusal(ahead + PDF[:-9], name)[0] == "pdf_cut_off"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.4", "pdf_cut_off"),
        (b"\xff\xd8", "jpg_cut_off"),
        (b"\xff\xd8\xff\xe0", "jpg_cut_off"),
        (b"II*\0", "tif_cut_off"),
        (b"MM\0*", "tif_cut_off"),
        (b"II+\0", "tif_bigtiff"),
        (b"MM\0+", "tif_bigtiff"),
    ],
)
def test_a_signature_names_the_kind(content: bytes, reason: str) -> None:
    assert refusal(content)[0] == reason


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b"two\r\nlines\n\tindented\x0cnext page",
        b"\n" * 1017 + b"%PDF-1.7",
        b"a %PDF- in the text",
        b"as in\n%PDF-x",
        b"x" * 1016 + b"\n%PDF-1.7",
        b"PDF-1.7",
        b"II*",
        b"BM is short",
        b"RIFF and more",
        b"<p>a piece of HTML",
        b"<headline>",
        b"<svgs>",
        b"a <html> in the text",
        b"{not rtf",
        b"%! not PostScript",
        b"PK, sincerely",
        "Grüße, 5 € \u2013 传真".encode(),
        "Grüße".encode("utf-8-sig"),
        "Grüße, 5 € \u2013 „so“".encode("cp1252"),
        codecs.BOM_UTF16_LE + "Grüße 传真 😀\r\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "Grüße 传真 😀\r\n".encode("utf-16-be"),
    ],
)
def test_what_reads_as_text_is_text(content: bytes) -> None:
    assert kind(content) is Kind.TXT


# --- names -----------------------------------------------------------------------------------------------------------

_KINDS = "allowed are jpg, tif, pdf and txt"


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
    assert refusal(PNG, name) == ("file_kind_unknown", f"File 2 of 3, {name}, {says}; {_KINDS}.")


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


# --- what is of no kind ----------------------------------------------------------------------------------------------

_NO_TEXT = [
    b"x\0",
    b"x\x1b",
    "next line\x86".encode(),
    b"x\xff\x81",
    codecs.BOM_UTF16_LE + b"x",
    codecs.BOM_UTF16_LE + b"x\0\0\0",
    "no byte order mark".encode("utf-16-le"),
    b"\0" * 100,
    bytes(range(256)),
]


@pytest.mark.parametrize("content", _NO_TEXT)
def test_what_is_not_text_is_of_no_known_kind(content: bytes) -> None:
    for name in ("scan", "song.mp3", "phpA1b2C3"):
        assert refusal(content, name) == (
            "file_kind_unknown",
            f"File 2 of 3, {name}, is of no known kind; {_KINDS}.",
        )
    assert refusal(content, "scan.pdf") == (
        "file_kind_unknown",
        f"File 2 of 3, scan.pdf, is named like a PDF document but is of no known kind; {_KINDS}.",
    )


@pytest.mark.parametrize("content", _NO_TEXT)
def test_what_is_named_like_text_hears_why_it_is_none(content: bytes) -> None:
    assert refusal(content, "note.txt")[0] in ("txt_binary", "txt_encoding")


@pytest.mark.parametrize("name", ["note.txt", "note", "scan.pdf"])
def test_text_that_cannot_be_faxed(name: str) -> None:
    assert refusal(b" \r\n", name) == ("txt_blank", f"File 2 of 3, {name}, is blank.")
    assert refusal("Grüße".encode() + b"\xc3", name) == (
        "txt_cut_off",
        f"File 2 of 3, {name}, is cut off in the middle of its last character.",
    )


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"GIF87a", "a GIF image"),
        (b"GIF89a", "a GIF image"),
        (b"BM\x0a\0\x0a\0\0\0\0\0", "a BMP image"),
        (b"RIFF\x0a\0\0\0WEBPVP8 ", "a WebP image"),
        (b"\0\0\0\x18ftypheic", "a HEIC or AVIF image"),
        (b"\0\0\0\x18ftyphevc", "a HEIC or AVIF image"),
        (b"\0\0\0\x18ftypmif1", "a HEIC or AVIF image"),
        (b"\0\0\0\x0aftypavif", "a HEIC or AVIF image"),
        (b"\0\0\0\x0cjP  \r\n\x87\n", "a JPEG 2000 image"),
        (b"\xff\x4f\xff\x51", "a JPEG 2000 image"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "an SVG image"),
        (b"\xef\xbb\xbf\n<SVG>", "an SVG image"),
        (b"PK\x03\x04", "a ZIP archive or an Office document"),
        (b"PK\x05\x06", "a ZIP archive or an Office document"),
        (b"PK\x07\x08", "a ZIP archive or an Office document"),
        (b"\x1f\x8b\x08", "a GZIP archive"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Office document"),
        (rb"{\rtf1\ansi", "an RTF document"),
        (b"%!PS-Adobe-3.0", "a PostScript document"),
        (b"<!DOCTYPE html>", "an HTML page"),
        (b"<!doctype  HTML PUBLIC", "an HTML page"),
        (b"\xef\xbb\xbf\r\n<html lang='de'>", "an HTML page"),
        (b"<HEAD>", "an HTML page"),
        (b"<body class=a>", "an HTML page"),
        (b'<?xml version="1.0"?>', "an XML document"),
        (b'\xef\xbb\xbf <?xml version="1.0"?>', "an XML document"),
    ],
)
def test_a_known_other_format_is_named(content: bytes, kind: str) -> None:
    assert refusal(content) == ("file_kind_unknown", f"File 2 of 3, scan, is {kind}; {_KINDS}.")


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") == ("file_empty", "File 2 of 3, scan, is empty.")


@pytest.mark.parametrize("content", [b"@/tmp/phpA1b2C3", b"@letter.pdf;type=application/pdf"])
def test_a_part_that_names_a_file_is_refused_in_words_of_its_own(content: bytes) -> None:
    assert refusal(content, None) == (
        "file_not_attached",
        "File 2 of 3 was not attached: its part names a file instead of holding it.",
    )


@pytest.mark.parametrize("content", [b"", b"x"])
def test_a_part_without_a_file_name_is_refused_as_a_file_that_was_not_attached(content: bytes) -> None:
    assert refusal(content, None) == (
        "file_not_attached",
        "File 2 of 3 was not attached: its part has no file name.",
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("", "File 2 of 3"),
        ("my scan, 2.pdf", "File 2 of 3, my scan, 2.pdf,"),
        ("Übersicht 传真.pdf", "File 2 of 3, Übersicht 传真.pdf,"),
        ("a\r\nb\x1b[31m\0.pdf", "File 2 of 3, a\\r\\nb\\x1b[31m\\x00.pdf,"),
        ("abc\u202efdp.exe", "File 2 of 3, abc\\u202efdp.exe,"),
        ("n" * 80, f"File 2 of 3, {'n' * 80},"),
        ("n" * 81, f"File 2 of 3, {'n' * 77}...,"),
        ("\n" * 80, f"File 2 of 3, {'\\n' * 38 + '\\'}...,"),
    ],
)
def test_a_message_shows_the_name_on_one_line_and_not_in_full_length(name: str, shown: str) -> None:
    assert refusal(b"", name) == ("file_empty", f"{shown} is empty.")


# --- limits ----------------------------------------------------------------------------------------------------------


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


# --- reasons ---------------------------------------------------------------------------------------------------------


def test_every_reason_is_in_the_operators_table() -> None:
    package = ROOT / "layers" / "core" / "faxes"
    sources = [package / "intake" / "documents.py", *(package / "formats").glob("*.py")]
    raised = {
        reason
        for source in sources
        for reason in re.findall(r'(?:Unfaxable\(\s*|reason=)"([a-z_]+)"', source.read_text())
        # A fault of ours, which no file is refused for.
        if reason not in {"pdf_reader_missing", "pdf_reader_not_started"}
    }
    documented = (ROOT / "docs" / "operations" / "logs.md").read_text()
    assert len(raised) > 25
    assert sorted(reason for reason in raised if f"`{reason}`" not in documented) == []


# --- any bytes and any name ------------------------------------------------------------------------------------------


def inspected(content: bytes, name: str | None = "a") -> Document | FileInvalid:
    """What a file is, or why it is refused."""
    try:
        return inspect(Upload(name, content), 1, 1, LIMITS)
    except FileInvalid as refused:
        return refused


_STARTS = st.sampled_from([b"\xff\xd8\xff", b"II*\0", codecs.BOM_UTF16_LE, codecs.BOM_UTF8, b"<", b"BM", b"%PDF-", b""])
_NAMES = st.none() | st.text(max_size=100) | st.sampled_from(["a.pdf", "a.JPG", "a.tiff", "a.txt", "a.png", "a.", "."])


@given(st.builds(bytes.__add__, _STARTS, st.binary(max_size=300)), _NAMES)
@example(codecs.BOM_UTF16_BE, "a")
def test_arbitrary_bytes_are_a_document_or_an_invalid_file(content: bytes, name: str | None) -> None:
    outcome = inspected(content, name)
    if isinstance(outcome, FileInvalid):
        assert outcome.message.isprintable()
        assert len(outcome.message) < 300
    else:
        assert (outcome.name, outcome.content, outcome.size) == (name, content, len(content))
        assert outcome.pages >= 1


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_text_in_any_usual_encoding_is_text_or_blank_or_known_to_be_something_else(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        outcome = inspected(text.encode(encoding))
        if isinstance(outcome, FileInvalid):
            assert "no known kind" not in outcome.message
        else:
            assert outcome.kind is Kind.TXT
