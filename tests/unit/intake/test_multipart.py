"""Forms to the byte: what is taken, as which request and files."""

import pytest

from faxes.intake.multipart import media_type, parse
from faxes.model import Form, Upload
from tests.support.forms import BOUNDARY, content_type, field, form, part
from tests.support.parsing import NAMED, RECIPIENTS, REQUEST, TYPE, parsed, refusal


def test_a_form_is_its_request_and_its_files_in_the_order_sent() -> None:
    sent = form(
        field("files", b"one", "1.txt"), REQUEST, field("files", b"two", "2.txt"), field("x", b"three", "0.txt")
    )
    assert parse(sent, content_type()) == Form(
        RECIPIENTS, (Upload("1.txt", b"one"), Upload("2.txt", b"two"), Upload("0.txt", b"three"))
    )


# --- which part is what ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["files", "files[]", "files[0]", "file", "report.pdf", "phpA1b2C3", "", "recipients"])
def test_a_part_with_a_filename_is_a_file_whatever_its_field_name(name: str) -> None:
    assert parsed(REQUEST, field(name, b"x", "fax.txt")) == Form(RECIPIENTS, (Upload("fax.txt", b"x"),))


def test_a_part_with_a_filename_and_no_field_name_is_a_file() -> None:
    sent = part('Content-Disposition: form-data; filename="fax.txt"', b"x")
    assert parsed(REQUEST, sent) == Form(RECIPIENTS, (Upload("fax.txt", b"x"),))


@pytest.mark.parametrize("name", ["files", "files[]", "files[0]", "files[12]"])
@pytest.mark.parametrize("content", [b"", b"C:\\fax.txt"])
def test_a_part_named_like_a_file_that_has_no_filename_counts_as_one_without_a_name(name: str, content: bytes) -> None:
    assert parsed(REQUEST, field(name, content)) == Form(RECIPIENTS, (Upload(None, content),))


@pytest.mark.parametrize("name", ["comment", "Files", "files[a]", "files[0][1]", "files2", "Request", ""])
def test_another_part_without_a_filename_is_ignored(name: str) -> None:
    assert parsed(field(name, b"x"), REQUEST) == Form(RECIPIENTS, ())


@pytest.mark.parametrize(
    "sent",
    [
        field("letter.pdf", b"@/tmp/phpA1b2C3"),
        field("comment", b"@/tmp/phpA1b2C3"),
        field("letter.pdf", b"x"),
        field("attachment", b"x"),
        part('Content-Disposition: form-data; name="scan"\r\nContent-Type: image/tiff', b"x"),
        part('Content-Disposition: form-data; name="scan"\r\nContent-Type:\r\n application/pdf; x=y', b"x"),
        part('Content-Disposition: attachment; name="scan"', b"x"),
    ],
)
def test_a_part_that_was_meant_as_a_file_counts_as_one_without_a_name(sent: bytes) -> None:
    """tests/unit/intake/test_unattached.py has more of them."""
    [upload] = parsed(REQUEST, sent, field("files", b"y", "a.txt")).uploads[:1]
    assert upload == Upload(None, sent.partition(b"\r\n\r\n")[2])


def test_the_request_part_may_have_any_type_and_value() -> None:
    for header in (
        "Content-Disposition: form-data",
        "Content-Type: application/pdf\r\nContent-Disposition: attachment",
    ):
        assert parsed(part(f'{header}; name="request"', b"@/tmp/x")) == Form(b"@/tmp/x", ())


def test_an_empty_file_input_of_a_browser_is_ignored() -> None:
    assert parsed(REQUEST, field("files", b"", ""), field("report", b"", "")) == Form(RECIPIENTS, ())


def test_an_empty_filename_with_bytes_is_a_file() -> None:
    assert parsed(REQUEST, field("files", b"x", "")) == Form(RECIPIENTS, (Upload("", b"x"),))


def test_a_named_file_without_bytes_is_a_file() -> None:
    assert parsed(REQUEST, field("files", b"", "fax.txt")) == Form(RECIPIENTS, (Upload("fax.txt", b""),))


def test_a_form_without_a_request_part_has_none() -> None:
    assert parsed(field("files", b"x", "fax.txt")) == Form(None, (Upload("fax.txt", b"x"),))


def test_an_empty_request_part_is_a_request_part() -> None:
    assert parsed(field("request")) == Form(b"", ())


def test_the_only_request_part_is_the_request_even_with_a_filename() -> None:
    assert parsed(field("request", RECIPIENTS, "blob"), field("files", b"x", "a.txt")) == Form(
        RECIPIENTS, (Upload("a.txt", b"x"),)
    )


@pytest.mark.parametrize("swapped", [False, True])
def test_beside_a_request_part_without_a_filename_one_that_has_one_is_a_file(swapped: bool) -> None:
    parts = [REQUEST, field("request", b"x", "request.txt")]
    assert parsed(*(reversed(parts) if swapped else parts)) == Form(RECIPIENTS, (Upload("request.txt", b"x"),))


@pytest.mark.parametrize("filename", [None, "blob"])
def test_two_request_parts_are_refused(filename: str | None) -> None:
    sent = field("request", b"{}", filename)
    assert refusal(form(sent, sent, boundary="b")) == (
        "two_request_parts",
        "The form has 2 parts named request; it must have one.",
    )


def test_a_form_of_no_parts_is_empty() -> None:
    assert parsed() == Form(None, ())
    assert parse(form(preamble=b"preamble\r\n", epilogue=b"\r\nepilogue"), content_type()) == Form(None, ())


# --- headers -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        b'Content-Disposition: form-data; name="files"; filename="a.txt"',
        b'Content-Disposition: form-data; filename="a.txt"; name="files"',
        b'Content-Disposition:form-data; name="files"; filename="a.txt"',
        b'Content-Disposition: form-data;name="files";filename="a.txt"',
        b'Content-Disposition:\tform-data ;\tname="files" ;\tfilename="a.txt"\t',
        b'content-disposition: Form-Data; Name="files"; FileName="a.txt"',
        b'CONTENT-DISPOSITION: form-data; name="files"; filename="a.txt";',
        b"Content-Disposition: form-data; name=files; filename=a.txt",
        b'Content-Disposition: form-data;\r\n name="files";\r\n\tfilename="a.txt"',
        b'Content-Disposition:\r\n form-data; name="files"; filename="a.txt"',
        b'Content-Type: application/pdf\r\nContent-Disposition: form-data; name="files"; filename="a.txt"',
        b'Content-Disposition: form-data; name="files"; filename="a.txt"\r\nContent-Type:application/octet-stream',
        b'Content-Disposition: form-data; name="files"; filename="a.txt"\r\nContent-Type: text/plain; charset="x',
        NAMED + b"\r\nContent-Type: application/pdf\r\nContent-Type: application/octet-stream",
        NAMED + b"\r\nContent-Type: application/pdf\r\ncontent-type: application/pdf\r\nContent-Type:",
        b"Content-Disposition: attachment; name=files; filename=a.txt",
        b'X-A: \xff\r\nX-Empty:\r\nContent-Disposition: form-data; name="files"; filename="a.txt"',
    ],
)
def test_headers_that_say_the_same(header: bytes) -> None:
    assert parsed(part(header, b"x")) == Form(None, (Upload("a.txt", b"x"),))


@pytest.mark.parametrize("encoding", ["", "binary", "8bit", "7BIT", "Binary ", "\r\n binary"])
def test_a_plain_transfer_encoding_is_taken(encoding: str) -> None:
    sent = NAMED + f"\r\nContent-Transfer-Encoding: {encoding}".encode()
    assert parsed(part(sent, b"x")) == Form(None, (Upload("a.txt", b"x"),))


@pytest.mark.parametrize("encoding", ["quoted-printable", "Quoted-Printable ", "\r\n quoted-printable"])
@pytest.mark.parametrize(
    ("encoded", "content"),
    [
        (b'{"recipients": ["0003*211"]}', RECIPIENTS),
        (b'=7B"recipients":=20=5b"0003*211"]}', RECIPIENTS),
        (b'{"recipients": =\r\n["0003*211"]}', RECIPIENTS),
        (b"a=3Db=C3=BC\r\n", "a=bü\r\n".encode()),
        (b"", b""),
    ],
)
def test_quoted_printable_is_decoded(encoding: str, encoded: bytes, content: bytes) -> None:
    header = f"\r\nContent-Transfer-Encoding: {encoding}"
    sent = [part(f'Content-Disposition: form-data; name="{name}"{header}', encoded) for name in ("request", "comment")]
    assert parsed(*sent) == Form(content, ())
    assert parsed(part(NAMED + header.encode(), encoded)) == Form(None, (Upload("a.txt", content),))


@pytest.mark.parametrize("content", [b"eA==", b"a=b", b"=", b"=4", b"=\nx", b"= \r\nx", b"\xc3", b"x\0"])
def test_what_was_never_made_quoted_printable_is_refused(content: bytes) -> None:
    sent = part(NAMED + b"\r\nContent-Transfer-Encoding: quoted-printable", content)
    assert refusal(form(REQUEST, sent, boundary="b")) == (
        "transfer_encoding_unknown",
        "Part 2 is sent with Content-Transfer-Encoding quoted-printable; send its bytes as they are.",
    )


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "\r\n base64", "gzip\x07"])
def test_another_transfer_encoding_is_refused(encoding: str) -> None:
    sent = NAMED + f"\r\nContent-Transfer-Encoding: {encoding}".encode()
    shown = encoding.strip().replace("\x07", "\\x07")
    assert refusal(form(REQUEST, part(sent, b"eA=="), boundary="b")) == (
        "transfer_encoding_unknown",
        f"Part 2 is sent with Content-Transfer-Encoding {shown}; send its bytes as they are.",
    )


# --- content ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\r",
        b"\n",
        b"\r\n",
        b"\r\n\r\n",
        b"x\r",
        b"x\n",
        b"x\r\n",
        b"x\r\r\n",
        b"x--",
        b"--",
        b"\r\n--",
        b"\r\n--\r\n",
        b"\r\n\r\nx",
        b"x--by",
        b"x --b\r\ny",
        b"x--b--\r\n",
        b"\r\n --b\r\n",
        b"x\n--bX\ny",
        b"x\n--b--X\ny",
        b"x\n--bX\r\ny",
        b"x\r--b\ry",
        b"\r\n-b\r\n---b\r\n",
        b"Content-Disposition: form-data\r\n\r\nx",
        bytes(range(256)),
    ],
)
def test_content_survives_byte_for_byte(content: bytes) -> None:
    sent = form(field("files", content, "a"), REQUEST, field("files", content, "b"), boundary="b")
    assert parse(sent, TYPE) == Form(RECIPIENTS, (Upload("a", content), Upload("b", content)))


# --- real clients ----------------------------------------------------------------------------------------------------


def test_the_form_of_the_vendors_mcp_server() -> None:
    body = (
        b"------formdata-undici-068984564641\r\n"
        b'Content-Disposition: form-data; name="files"; filename="fax.txt"\r\n'
        b"Content-Type: application/octet-stream\r\n"
        b"\r\n"
        b"This is my fax\r\n"
        b"------formdata-undici-068984564641\r\n"
        b'Content-Disposition: form-data; name="request"\r\n'
        b"\r\n"
        b'{"recipients":["0003*211"]}\r\n'
        b"------formdata-undici-068984564641--"
    )
    assert parse(body, f"multipart/form-data; boundary={BOUNDARY}") == Form(
        b'{"recipients":["0003*211"]}', (Upload("fax.txt", b"This is my fax"),)
    )


def test_the_form_of_the_vendors_click2fax_app() -> None:
    body = (
        b"--------------------------fbe75a3e82c9e599\r\n"
        b'Content-Disposition: form-data; name="request"\r\n'
        b"\r\n"
        b'{"recipients":["7778888"]}\r\n'
        b"--------------------------fbe75a3e82c9e599\r\n"
        b'Content-Disposition: form-data; name="report.pdf"; filename="report.pdf"\r\n'
        b"Content-Type: application/pdf\r\n"
        b"\r\n"
        b"%PDF-1.4\n\r\n"
        b"--------------------------fbe75a3e82c9e599--\r\n"
    )
    assert parse(body, "multipart/form-data; boundary=------------------------fbe75a3e82c9e599") == Form(
        b'{"recipients":["7778888"]}', (Upload("report.pdf", b"%PDF-1.4\n"),)
    )


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("multipart/form-data; boundary=b", "multipart/form-data"),
        (" Multipart/Form-Data ;x", "multipart/form-data"),
        ("multipart/form-data, boundary=b", "multipart/form-data"),
        ("multipart/form-data,boundary=b;x", "multipart/form-data"),
        ("text/plain", "text/plain"),
        ("", ""),
    ],
)
def test_the_media_type_is_the_type_alone(content_type: str, kind: str) -> None:
    assert media_type(content_type) == kind
