"""What a file is, told from its content, and in which words one is refused that cannot be faxed."""

import codecs
import hashlib
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxes.errors import FileInvalid
from faxes.intake.documents import inspect
from faxes.model import Document, Kind, Upload
from tests.support.images import Page, jpeg, tiff
from tests.support.inspecting import KINDS, LIMITS, PDF, ROOT, SAMPLES, kind, refusal


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
            f"File 2 of 3, {name}, is of no known kind; {KINDS}.",
        )
    assert refusal(content, "scan.pdf") == (
        "file_kind_unknown",
        f"File 2 of 3, scan.pdf, is named like a PDF document but is of no known kind; {KINDS}.",
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
    assert refusal(content) == ("file_kind_unknown", f"File 2 of 3, scan, is {kind}; {KINDS}.")


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


# --- reasons ---------------------------------------------------------------------------------------------------------


def test_every_reason_is_in_the_operators_table() -> None:
    package = ROOT / "layers" / "core" / "faxes"
    sources = [package / "intake" / "documents.py", *(package / "formats").glob("*.py")]
    raised = {
        reason
        for source in sources
        for reason in re.findall(r'(?:Unfaxable\(\s*|reason=)"([a-z_]+)"', source.read_text())
        # A fault of ours, which no file is refused for.
        if not reason.endswith(("_reader_missing", "_reader_not_started"))
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
