"""What a file is, told from its content, and in which words one is refused that cannot be faxed."""

import codecs
import hashlib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxes.documents import inspect
from faxes.errors import FileInvalid
from faxes.model import Document, Kind, Upload

SAMPLES = Path(__file__).parents[1] / "data" / "documents"


def refusal(content: bytes, name: str | None = "scan.pdf") -> tuple[str, str]:
    """Why a file is refused: the reason and the whole message."""
    with pytest.raises(FileInvalid) as caught:
        inspect(Upload(name, content), 2, 3)
    return caught.value.reason, caught.value.message


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
@pytest.mark.parametrize("name", ["phpA1b2C3", "misnamed.png", ""])
def test_a_document_is_its_bytes_whatever_its_name(sample: str, kind: Kind, name: str) -> None:
    content = (SAMPLES / sample).read_bytes()
    digest = hashlib.sha256(content).digest()
    assert inspect(Upload(name, content), 1, 1) == Document(name, content, kind, len(content), digest)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.4", Kind.PDF),
        (b"\r\n \t%PDF-1.7", Kind.PDF),
        (b"\n" * 1016 + b"%PDF-1.7", Kind.PDF),
        (b"\xef\xbb\xbf%PDF-1.7", Kind.PDF),
        (b"\xff\xd8\xff\xe0", Kind.JPG),
        (b"\xff\xd8\xff\xdb", Kind.JPG),
        (b"II*\0", Kind.TIF),
        (b"MM\0*", Kind.TIF),
    ],
)
def test_a_signature_names_the_kind(content: bytes, kind: Kind) -> None:
    assert inspect(Upload("a", content), 1, 1).kind is kind


@pytest.mark.parametrize(
    "content",
    [
        b"x",
        b" ",
        b"\n",
        b"two\r\nlines\n\tindented\x0cnext page",
        b"\n" * 1017 + b"%PDF-1.7",
        b"a %PDF- in the text",
        b"PDF-1.7",
        b"II*",
        b"BM is short",
        b"RIFF and more",
        b"<p>a piece of HTML",
        b"<headline>",
        b"a <html> in the text",
        b"{not rtf",
        b"%! not PostScript",
        b"PK, sincerely",
        "Grüße, 5 € \u2013 传真".encode(),
        "Grüße".encode("utf-8-sig"),
        "Grüße, 5 € \u2013 „so“".encode("cp1252"),
        "no-break\u00a0space, soft\u00adhyphen".encode("latin-1"),
        codecs.BOM_UTF16_LE + "Grüße 传真 😀\r\n".encode("utf-16-le"),
        codecs.BOM_UTF16_BE + "Grüße 传真 😀\r\n".encode("utf-16-be"),
        # Not UTF-8, so Windows-1252, where 0x85 is an ellipsis.
        b"and so on\x85",
    ],
)
def test_what_reads_as_text_is_text(content: bytes) -> None:
    assert inspect(Upload("a", content), 1, 1).kind is Kind.TXT


_KINDS = "allowed are jpg, tif, pdf and txt"


@pytest.mark.parametrize(
    "content",
    [
        *(b"x" + bytes([control]) for control in (0, 1, 7, 8, 0x0B, 0x0E, 0x1B, 0x1F, 0x7F)),
        # C1 controls, as UTF-8 has them.
        "next line\x85".encode(),
        "escape\x9b".encode(),
        "padding\x80".encode(),
        # The five bytes that Windows-1252 leaves open.
        *(b"x\xff" + bytes([undefined]) for undefined in (0x81, 0x8D, 0x8F, 0x90, 0x9D)),
        codecs.BOM_UTF16_LE + b"x",
        codecs.BOM_UTF16_LE + b"x\0\0\0",
        codecs.BOM_UTF16_LE + b"\x00\xd8x\0",
        codecs.BOM_UTF16_BE + b"\0\x85",
        codecs.BOM_UTF32_LE + "x".encode("utf-32-le"),
        "no byte order mark".encode("utf-16-le"),
        "no byte order mark".encode("utf-16-be"),
        b"\0" * 100,
        bytes(range(256)),
    ],
)
def test_what_is_not_text_is_of_no_known_kind(content: bytes) -> None:
    assert refusal(content) == ("file_kind_unknown", f"File 2 of 3, scan.pdf, is of no known kind; {_KINDS}.")


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"II+\0\x08\0\0\0", "a BigTIFF image"),
        (b"MM\0+\0\x08\0\0", "a BigTIFF image"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"GIF87a", "a GIF image"),
        (b"GIF89a", "a GIF image"),
        (b"BM\x0a\0\x0a\0\0\0\0\0", "a BMP image"),
        (b"RIFF\x0a\0\0\0WEBPVP8 ", "a WebP image"),
        (b"\0\0\0\x18ftypheic", "a HEIC or AVIF image"),
        (b"\0\0\0\x18ftyphevc", "a HEIC or AVIF image"),
        (b"\0\0\0\x18ftypmif1", "a HEIC or AVIF image"),
        (b"\0\0\0\x0aftypavif", "a HEIC or AVIF image"),
        (b"PK\x03\x04", "a ZIP archive or an Office document"),
        (b"PK\x05\x06", "a ZIP archive or an Office document"),
        (b"PK\x07\x08", "a ZIP archive or an Office document"),
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
    assert refusal(content) == ("file_kind_unknown", f"File 2 of 3, scan.pdf, is {kind}; {_KINDS}.")


def test_a_real_png_is_named() -> None:
    content = (SAMPLES / "picture.png").read_bytes()
    assert refusal(content, "picture.png") == (
        "file_kind_unknown",
        f"File 2 of 3, picture.png, is a PNG image; {_KINDS}.",
    )


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") == ("file_empty", "File 2 of 3, scan.pdf, is empty.")


@pytest.mark.parametrize("content", [b"", b"x"])
def test_a_part_without_a_file_name_is_refused_as_a_file_that_was_not_attached(content: bytes) -> None:
    assert refusal(content, None) == (
        "file_not_attached",
        "File 2 of 3 is not a file: its part has no file name, so no file was attached.",
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


def inspected(content: bytes, name: str | None = "a") -> Document | FileInvalid:
    """What a file is, or why it is refused."""
    try:
        return inspect(Upload(name, content), 1, 1)
    except FileInvalid as refused:
        return refused


_STARTS = st.sampled_from([b"%PDF-", b"\xff\xd8\xff", b"II*\0", codecs.BOM_UTF16_LE, codecs.BOM_UTF8, b"<", b"BM", b""])


@given(st.builds(bytes.__add__, _STARTS, st.binary(max_size=300)), st.none() | st.text(max_size=100))
@example(codecs.BOM_UTF16_BE, "a")
def test_arbitrary_bytes_are_a_document_or_an_invalid_file(content: bytes, name: str | None) -> None:
    outcome = inspected(content, name)
    if isinstance(outcome, FileInvalid):
        assert outcome.message.isprintable()
        assert len(outcome.message) < 200
    else:
        assert (outcome.name, outcome.content, outcome.size) == (name, content, len(content))


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_text_in_any_usual_encoding_is_text_or_known_to_be_something_else(text: str) -> None:
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        outcome = inspected(text.encode(encoding))
        if isinstance(outcome, FileInvalid):
            assert "no known kind" not in outcome.message
        else:
            assert outcome.kind in (Kind.TXT, Kind.PDF)
