"""Parts without a file name: which of them were meant as files."""

import pytest

from faxes.intake import documents
from faxes.intake.unattached import is_a_reference, meant_as_a_file

ENDINGS = sorted({ending for each in (*documents._FORMATS, documents._TEXT) for ending in each.endings.split()})


@pytest.mark.parametrize("plural", ["", "s"])
@pytest.mark.parametrize("index", ["", "[]", "[0]", "[12]"])
@pytest.mark.parametrize("word", ["file", "document", "attachment"])
def test_the_fields_of_files(word: str, index: str, plural: str) -> None:
    assert meant_as_a_file(word + plural + index, "", b"")


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_field_that_is_called_like_a_file(ending: str) -> None:
    assert meant_as_a_file(f"a letter.{ending.upper()}", "", b"") == (ending not in {"zip", "text"})


@pytest.mark.parametrize(
    "name",
    ["comment", "Files", "file2", "files[a]", "files[0][1]", "filename", "user.name", "pdf", "a.pdf.x", "request", ""],
)
def test_another_field(name: str) -> None:
    assert not meant_as_a_file(name, "", b"for Ms Miller")


@pytest.mark.parametrize(
    "media_type",
    ["application/pdf", "application/octet-stream", "image/tiff", "multipart/mixed", "application/jsonp", "x", "textx"],
)
def test_a_type_that_no_field_has(media_type: str) -> None:
    assert meant_as_a_file("comment", media_type, b"")


@pytest.mark.parametrize(
    "media_type",
    [
        "",
        "text/plain",
        "text/html",
        "application/json",
        "application/ld+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data",
    ],
)
def test_a_type_that_a_field_has(media_type: str) -> None:
    assert not meant_as_a_file("comment", media_type, b"x")


@pytest.mark.parametrize(
    "value",
    [
        b"@/tmp/phpA1b2C3",
        b"@/",
        b"@./letter.pdf",
        b"@../letter",
        b"@/tmp/phpA1b2C3;type=application/pdf;filename=letter.pdf",
        b"@C:\\Windows\\Temp\\php1234.tmp",
        b"@d:/letter",
        b"@\\\\server\\share\\letter",
        b"@letter.pdf",
        b"@letter.PDF ",
        b"@letter.pdf;type=application/pdf",
        b'@"/tmp/letter.pdf"',
        b'@"letter.pdf";filename=x',
        b"@/" + b"x" * 100_000,
    ],
)
def test_a_value_that_names_a_file(value: bytes) -> None:
    assert is_a_reference(value)
    assert meant_as_a_file("comment", "text/plain", value)


@pytest.mark.parametrize(
    "value",
    [
        b"",
        b"@",
        b"@me",
        b"@miller, see letter.pdf",
        b"@miller see letter.pdf",
        b"/tmp/letter.pdf",
        b" @/tmp/x",
        b"@letter.pdfx",
        b"me@x/y",
    ],
)
def test_a_value_that_names_none(value: bytes) -> None:
    assert not is_a_reference(value)
