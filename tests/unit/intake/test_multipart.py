"""Forms to the byte: what is taken, as which request and files, and what is refused, in which words."""

import pytest

from faxes.errors import FormInvalid
from faxes.intake.disposition import MAX_PARAMETERS
from faxes.intake.headers import MAX_HEADER_BYTES, MAX_HEADERS
from faxes.intake.multipart import MAX_ALL_HEADER_BYTES, MAX_PARTS, media_type, parse
from faxes.model import Form, Upload
from tests.support.forms import BOUNDARY, content_type, field, form, part, request

REQUEST = request("0003*211")
RECIPIENTS = b'{"recipients": ["0003*211"]}'
# A boundary that is short enough to be read in a table.
B = b"--b\r\n"
TYPE = "multipart/form-data; boundary=b"
NAMED = b'Content-Disposition: form-data; name="files"; filename="a.txt"'


def parsed(*parts: bytes) -> Form:
    return parse(form(*parts), content_type())


def refusal(body: bytes, sent_type: str = TYPE) -> tuple[str, str]:
    """Why a body is refused: the reason and the whole message."""
    with pytest.raises(FormInvalid) as caught:
        parse(body, sent_type)
    return caught.value.reason, caught.value.message


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
    """tests/unit/test_unattached.py has more of them."""
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


# --- the frame -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "preamble", [b"\r\n", b"This is a form.\r\n", b"x -b\r\n", b"\r\n\r\n", b"\0\xff\r\n", b"--\r\n"]
)
def test_a_preamble_is_passed_over(preamble: bytes) -> None:
    assert parse(form(REQUEST, boundary="b", preamble=preamble), TYPE) == Form(RECIPIENTS, ())


@pytest.mark.parametrize("epilogue", [b"", b"\r\n", b"\r\n\r\n", b"\r\nThe end", b"\r\nx --b\r\n", b"\r\n--c--\r\n"])
def test_an_epilogue_is_passed_over_and_the_last_line_end_may_be_missing(epilogue: bytes) -> None:
    assert parse(form(REQUEST, boundary="b", epilogue=epilogue), TYPE) == Form(RECIPIENTS, ())


@pytest.mark.parametrize("padding", [b" ", b"\t", b" \t  "])
@pytest.mark.parametrize("epilogue", [b"", b"\r\n", b"\r\nThe end"])
def test_white_space_behind_a_delimiter_is_passed_over(padding: bytes, epilogue: bytes) -> None:
    sent = form(field("files", b"x", "a"), REQUEST, boundary="b", padding=padding, epilogue=epilogue)
    assert parse(sent, TYPE) == Form(RECIPIENTS, (Upload("a", b"x"),))


@pytest.mark.parametrize(
    ("header", "boundary"),
    [
        ("multipart/form-data; boundary=b", "b"),
        ("multipart/form-data;boundary=b", "b"),
        ("  Multipart/Form-Data ; BOUNDARY=b ;", "b"),
        ('multipart/form-data; boundary="b"', "b"),
        ('multipart/form-data; charset=utf-8; boundary="b"; x=y', "b"),
        ('multipart/form-data; boundary="a b"', "a b"),
        ('multipart/form-data; boundary=" b"', " b"),
        ('multipart/form-data; boundary="a:b/c=d,e(f)?"', "a:b/c=d,e(f)?"),
        ("multipart/form-data; boundary=a=b", "a=b"),
        ("multipart/form-data; boundary='b'", "'b'"),
        ("multipart/form-data; boundary=*****", "*****"),
        ("multipart/form-data; boundary=--b--", "--b--"),
        ("multipart/form-data; boundary=" + "0123456789" * 7, "0123456789" * 7),
        (
            'multipart/form-data; boundary="{8F2C4A0E-11D2-4C3B-9E55-00A0C9110001}"',
            "{8F2C4A0E-11D2-4C3B-9E55-00A0C9110001}",
        ),
        ("multipart/form-data; boundary={8F2C4A0E}", "{8F2C4A0E}"),
        ('multipart/form-data; boundary="<[#!$%&@|~]>"', "<[#!$%&@|~]>"),
        ("multipart/form-data; boundary=b; boundary=b", "b"),
        ('multipart/form-data; boundary=b; charset=utf-8; BOUNDARY="b"', "b"),
        ("multipart/form-data, boundary=b", "b"),
        ('Multipart/Form-Data ,boundary="a,b"; charset=utf-8', "a,b"),
    ],
)
def test_boundaries(header: str, boundary: str) -> None:
    sent = form(field("files", b"x", "a"), REQUEST, boundary=boundary)
    assert parse(sent, header) == Form(RECIPIENTS, (Upload("a", b"x"),))


_BOUNDARY_RULE = "it must be 1 to 70 letters, digits and '()+_,-./:=?*{}<>[]!#$%&@|~."


@pytest.mark.parametrize(
    ("header", "reason", "message"),
    [
        ("", "content_type_wrong", "The Content-Type is missing; it must be multipart/form-data with a boundary."),
        (
            " ; boundary=b",
            "content_type_wrong",
            "The Content-Type is missing; it must be multipart/form-data with a boundary.",
        ),
        (
            "text/plain",
            "content_type_wrong",
            "The Content-Type is text/plain; it must be multipart/form-data with a boundary.",
        ),
        (
            "Multipart/Mixed; boundary=b",
            "content_type_wrong",
            "The Content-Type is multipart/mixed; it must be multipart/form-data with a boundary.",
        ),
        (
            "a\x1b" + "x" * 100,
            "content_type_wrong",
            "The Content-Type is a\\x1b" + "x" * 72 + "...; it must be multipart/form-data with a boundary.",
        ),
        (
            "multipart/form-data",
            "boundary_missing",
            "The Content-Type multipart/form-data has no boundary parameter.",
        ),
        (
            "multipart/form-data; charset=utf-8;",
            "boundary_missing",
            "The Content-Type multipart/form-data has no boundary parameter.",
        ),
        ("multipart/form-data; boundary=", "boundary_illegal", f"The boundary, empty, is not legal; {_BOUNDARY_RULE}"),
        (
            'multipart/form-data; boundary=""',
            "boundary_illegal",
            f"The boundary, empty, is not legal; {_BOUNDARY_RULE}",
        ),
        (
            'multipart/form-data; boundary="b "',
            "boundary_illegal",
            f"The boundary, b , is not legal; {_BOUNDARY_RULE}",
        ),
        (
            "multipart/form-data; boundary=bü",
            "boundary_illegal",
            f"The boundary, bü, is not legal; {_BOUNDARY_RULE}",
        ),
        (
            'multipart/form-data; boundary="b;c"',
            "boundary_illegal",
            f"The boundary, b;c, is not legal; {_BOUNDARY_RULE}",
        ),
        (
            "multipart/form-data; boundary=" + "b" * 71,
            "boundary_illegal",
            f"The boundary, {'b' * 71}, is not legal; {_BOUNDARY_RULE}",
        ),
        (
            'multipart/form-data; boundary="b',
            "content_type_unreadable",
            'The Content-Type header, multipart/form-data; boundary="b, cannot be read.',
        ),
        (
            "multipart/form-data; boundary=a; boundary=b",
            "content_type_unreadable",
            "The Content-Type header, multipart/form-data; boundary=a; boundary=b, cannot be read.",
        ),
        (
            "multipart/form-data; boundary",
            "content_type_unreadable",
            "The Content-Type header, multipart/form-data; boundary, cannot be read.",
        ),
    ],
)
@pytest.mark.parametrize("body", [b"", form(REQUEST, boundary="b")])
def test_a_content_type_that_names_no_form_is_refused(body: bytes, header: str, reason: str, message: str) -> None:
    assert refusal(body, header) == (reason, message)


def test_an_empty_body_is_refused() -> None:
    assert refusal(b"") == ("body_empty", "The body is empty; it must be a multipart/form-data form.")


_NO_LINE = "The body holds no line --b, which its Content-Type names as the delimiter of its parts."
_CUT_OFF = "The body ends without its closing delimiter; the upload was cut off."
_CUT_IN_DELIMITER = "The body ends within a delimiter; the upload was cut off."
_LINE_INVALID = "A delimiter line of the body holds more than the delimiter, or does not end with CRLF."
_LF = "The lines of the body end with LF; multipart needs CRLF."
_NOT_AT_START = "The first delimiter of the body does not stand at the start of a line."
_PART = B + NAMED + b"\r\n\r\nx\r\n"


@pytest.mark.parametrize(
    ("body", "reason", "message"),
    [
        # The delimiter never comes.
        (b"[object FormData]", "delimiter_missing", _NO_LINE),
        (b"\r\n", "delimiter_missing", _NO_LINE),
        (b"b\r\n" + NAMED + b"\r\n\r\nx\r\nb--\r\n", "delimiter_missing", _NO_LINE),
        (b"x" + _PART + b"x--b--\r\n", "delimiter_missing", _NO_LINE),
        (form(REQUEST, boundary="other"), "delimiter_missing", _NO_LINE),
        # The end never comes.
        (_PART, "closing_delimiter_missing", _CUT_OFF),
        (_PART[:-2], "closing_delimiter_missing", _CUT_OFF),
        (_PART + _PART, "closing_delimiter_missing", _CUT_OFF),
        (_PART + b"x--b--\r\n", "closing_delimiter_missing", _CUT_OFF),
        (b"--b", "closing_delimiter_missing", _CUT_IN_DELIMITER),
        (_PART + b"--b", "closing_delimiter_missing", _CUT_IN_DELIMITER),
        (_PART + b"--b \t", "closing_delimiter_missing", _CUT_IN_DELIMITER),
        # A delimiter line with anything else on it.
        (_PART + b"--b-", "delimiter_line_invalid", _LINE_INVALID),
        (_PART + b"--b\r", "delimiter_line_invalid", _LINE_INVALID),
        (_PART + b"--b--\r", "delimiter_line_invalid", _LINE_INVALID),
        (_PART + b"--b--x", "delimiter_line_invalid", _LINE_INVALID),
        (_PART + b"--b---\r\n", "delimiter_line_invalid", _LINE_INVALID),
        (_PART + b"--b --\r\n", "delimiter_line_invalid", _LINE_INVALID),
        (_PART + b"--bX\r\n" + NAMED + b"\r\n\r\ny\r\n--b--\r\n", "delimiter_line_invalid", _LINE_INVALID),
        (_PART + b"--b x\r\n" + NAMED + b"\r\n\r\ny\r\n--b--\r\n", "delimiter_line_invalid", _LINE_INVALID),
        (b"--bX\r\n" + NAMED + b"\r\n\r\ny\r\n--b--\r\n", "delimiter_line_invalid", _LINE_INVALID),
        # A first delimiter that is not at the start of its line: the part behind it would go unseen.
        (b"\xef\xbb\xbf" + _PART + b"--b--\r\n", "delimiter_line_invalid", _NOT_AT_START),
        (b" " + _PART + _PART + b"--b--\r\n", "delimiter_line_invalid", _NOT_AT_START),
        (b"preamble\r" + _PART + b"--b--\r\n", "delimiter_line_invalid", _NOT_AT_START),
        (b"x --b\r\n" + _PART + b"--b--\r\n", "delimiter_line_invalid", _NOT_AT_START),
        # A delimiter line that ends with a bare CR or a bare LF.
        (b"--b\r" + NAMED + b"\r\rx\r--b--\r", "delimiter_line_invalid", _LINE_INVALID),
        (b"--b\n" + NAMED + b"\r\n\r\nx\r\n--b--\r\n", "delimiter_line_invalid", _LINE_INVALID),
        (_PART + b"--b--\nThe end", "delimiter_line_invalid", _LINE_INVALID),
        # A delimiter line behind a bare LF: taken as content, two files would be one.
        (form(REQUEST, boundary="b").replace(b"\r\n", b"\n"), "line_ends_wrong", _LF),
        (b"preamble\n" + _PART + b"--b--\r\n", "line_ends_wrong", _LF),
        (B + NAMED + b"\r\n\r\nx\n--b\r\n" + NAMED + b"\r\n\r\ny\r\n--b--\r\n", "line_ends_wrong", _LF),
        (B + NAMED + b"\r\n\r\nx\n--b\n" + NAMED + b"\n\ny\r\n--b--\r\n", "line_ends_wrong", _LF),
        (B + NAMED + b"\r\n\r\nx\n--b \t\r\n" + NAMED + b"\r\n\r\ny\r\n--b--\r\n", "line_ends_wrong", _LF),
        (B + NAMED + b"\r\n\r\nx\n--b--\n", "line_ends_wrong", _LF),
        (B + NAMED + b"\r\n\r\nx\n--b--", "line_ends_wrong", _LF),
        (B + NAMED + b"\r\n\r\nx\n--b", "line_ends_wrong", _LF),
        # A part behind the end.
        (
            _PART + b"--b--\r\n" + _PART + b"--b--\r\n",
            "parts_after_end",
            "The body goes on with another part after its closing delimiter.",
        ),
        (
            _PART + b"--b--\r\n--b--\r\n",
            "parts_after_end",
            "The body goes on with another part after its closing delimiter.",
        ),
        (
            _PART + b"--b--\r\nThe end\r\n--b",
            "parts_after_end",
            "The body goes on with another part after its closing delimiter.",
        ),
        # Headers without an end.
        (B + NAMED, "part_headers_cut", "The body ends within the headers of part 1; the upload was cut off."),
        (B, "part_headers_cut", "The body ends within the headers of part 1; the upload was cut off."),
        (
            _PART + B + NAMED + b"\r\n",
            "part_headers_cut",
            "The body ends within the headers of part 2; the upload was cut off.",
        ),
        (
            B + NAMED + b"\r\n--b--\r\n",
            "part_headers_unended",
            "Part 1 has no empty line (CRLF) behind its headers.",
        ),
        (
            B + NAMED + b"\r\n\r\n--b--\r\n",
            "part_headers_unended",
            "Part 1 has no empty line (CRLF) behind its headers.",
        ),
        (
            B + NAMED + b"\r\nx\r\n" + _PART + b"--b--\r\n",
            "part_headers_unended",
            "Part 1 has no empty line (CRLF) behind its headers.",
        ),
        (B + b"--b--\r\n", "part_headers_unended", "Part 1 has no empty line (CRLF) behind its headers."),
        (
            B + NAMED + b"\n\nx\r\n--b--\r\n",
            "part_headers_unended",
            "Part 1 has no empty line (CRLF) behind its headers.",
        ),
        # Headers that are none.
        (
            B + NAMED + b"\nContent-Type: a/b\r\n\r\nx\r\n--b--\r\n",
            "line_ends_wrong",
            "A header line of part 1 does not end with CRLF.",
        ),
        (
            _PART + B + NAMED + b"\rContent-Type: a/b\r\n\r\nx\r\n--b--\r\n",
            "line_ends_wrong",
            "A header line of part 2 does not end with CRLF.",
        ),
        *(
            (
                B + line + b"\r\n" + NAMED + b"\r\n\r\nx\r\n--b--\r\n",
                "part_header_invalid",
                "A header line of part 1 is not of the form Name: value.",
            )
            for line in (b"X", b"X y", b"X : y", b": y", b" X: y", b"X\x00: y", b"X(): y", b"\xc3\xbc: y", b"From me")
        ),
        # Not one Content-Disposition.
        (
            B + b"\r\nx\r\n--b--\r\n",
            "disposition_missing",
            "Part 1 has 0 Content-Disposition headers; it must have one.",
        ),
        (
            _PART + B + b"Content-Type: a/b\r\n\r\nx\r\n--b--\r\n",
            "disposition_missing",
            "Part 2 has 0 Content-Disposition headers; it must have one.",
        ),
        (
            B + NAMED + b"\r\n" + NAMED.lower() + b"\r\n\r\nx\r\n--b--\r\n",
            "disposition_missing",
            "Part 1 has 2 Content-Disposition headers; it must have one.",
        ),
        # Any other header twice: the second would hide that the bytes are base64.
        (
            B
            + NAMED
            + b"\r\nContent-Transfer-Encoding: base64\r\ncontent-transfer-encoding: binary\r\n\r\nx\r\n--b--\r\n",
            "part_header_repeated",
            "Part 1 has a header twice; either could be meant.",
        ),
    ],
)
def test_a_body_that_is_not_one_whole_form_is_refused(body: bytes, reason: str, message: str) -> None:
    assert refusal(body) == (reason, message)


def test_the_published_sample_is_refused_like_any_other_broken_body() -> None:
    """Its delimiters lack their dashes, it has no empty lines and no closing delimiter."""
    sample = (
        b"boundary\r\n"
        b'Content-Disposition: form-data; name="files"; filename="/path/to/file/fax.txt";\r\n'
        b"Content-Type: application/octet-stream\r\n"
        b"This is my fax\r\n"
        b"boundary\r\n"
        b'Content-Disposition: form-data; name="request"\r\n'
        b'{"recipients":["0003*211"]}\r\n'
        b"boundary\r\n"
    )
    assert refusal(sample, "multipart/form-data; boundary=boundary") == (
        "delimiter_missing",
        "The body holds no line --boundary, which its Content-Type names as the delimiter of its parts.",
    )


def test_every_cut_of_a_form_is_refused() -> None:
    whole = form(field("files", b"one", "1.txt"), REQUEST, boundary="b", epilogue=b"")
    reasons = {refusal(whole[:length])[0] for length in range(len(whole))}
    assert reasons == {
        "body_empty",
        "delimiter_missing",
        "closing_delimiter_missing",
        "delimiter_line_invalid",
        "part_headers_cut",
    }


# --- limits ----------------------------------------------------------------------------------------------------------


def test_128_parts_are_taken_and_129_are_refused() -> None:
    files = [field("files", b"%d" % n, f"{n}.txt") for n in range(MAX_PARTS)]
    expected = tuple(Upload(f"{n}.txt", b"%d" % n) for n in range(MAX_PARTS))
    assert parse(form(*files, boundary="b"), TYPE) == Form(None, expected)
    assert refusal(form(*files, REQUEST, boundary="b")) == (
        "too_many_parts",
        "The form has more than 128 parts, the limit.",
    )


def test_127_files_and_a_request_are_taken() -> None:
    files = [field("files", b"x", "a")] * 127
    assert parse(form(*files, REQUEST, boundary="b"), TYPE) == Form(RECIPIENTS, (Upload("a", b"x"),) * 127)


@pytest.mark.parametrize("filler", ["X-Filler: ", "X-Filler: \r\n "])
def test_a_header_block_of_4096_bytes_is_taken_and_one_of_4097_is_refused(filler: str) -> None:
    start = NAMED + b"\r\n" + filler.encode()
    fitting = start + b"x" * (MAX_HEADER_BYTES - len(start))
    assert parse(form(part(fitting, b"x"), boundary="b"), TYPE) == Form(None, (Upload("a.txt", b"x"),))
    assert refusal(form(REQUEST, part(fitting + b"x", b"x"), boundary="b")) == (
        "part_headers_too_long",
        "The headers of part 2 are longer than 4096 bytes, the limit, or have no empty line (CRLF) behind them.",
    )


def test_header_blocks_of_65536_bytes_together_are_taken_and_of_65537_are_refused() -> None:
    def blocks(*lengths: int) -> bytes:
        return form(*(part(NAMED + b"\r\nX: " + b"x" * (n - len(NAMED) - 5), b"x") for n in lengths), boundary="b")

    full = [MAX_HEADER_BYTES] * (MAX_ALL_HEADER_BYTES // MAX_HEADER_BYTES - 1)
    assert parse(blocks(*full, 4000, 96), TYPE) == Form(None, (Upload("a.txt", b"x"),) * 17)
    assert refusal(blocks(*full, 4000, 97)) == (
        "headers_too_long",
        "The headers of the first 17 parts have 65537 bytes in all; the limit is 65536.",
    )


def test_headers_without_an_end_are_refused_however_long_the_body() -> None:
    assert refusal(B + NAMED + b"x" * 100_000) == (
        "part_headers_too_long",
        "The headers of part 1 are longer than 4096 bytes, the limit, or have no empty line (CRLF) behind them.",
    )


def test_a_file_name_as_long_as_the_header_allows_is_taken() -> None:
    start = b'Content-Disposition: form-data; name="files"; filename="'
    name = b'\\";' * ((MAX_HEADER_BYTES - len(start) - 1) // 3)
    assert parsed(part(start + name + b'"', b"x")) == Form(None, (Upload('";' * (len(name) // 3), b"x"),))


def test_8_headers_are_taken_and_9_are_refused() -> None:
    others = [b"X-%d: y" % n for n in range(MAX_HEADERS - 1)]
    assert parsed(part(b"\r\n".join([NAMED, *others]), b"x")) == Form(None, (Upload("a.txt", b"x"),))
    assert refusal(form(part(b"\r\n".join([NAMED, *others, b"X-8: y"]), b"x"), boundary="b")) == (
        "too_many_part_headers",
        "Part 1 has 9 headers; the limit is 8.",
    )


def test_a_folded_header_counts_once() -> None:
    folded = NAMED + b"\r\nX-Folded: y" + b"\r\n y" * 20
    assert parsed(part(folded, b"x")) == Form(None, (Upload("a.txt", b"x"),))


def test_8_parameters_are_taken_and_9_are_refused() -> None:
    others = b"".join(b"; p%d=x" % n for n in range(MAX_PARAMETERS - 2))
    assert parsed(part(NAMED + others, b"x")) == Form(None, (Upload("a.txt", b"x"),))
    assert refusal(form(part(NAMED + others + b"; p=x", b"x"), boundary="b")) == (
        "disposition_invalid",
        "The Content-Disposition of part 1 cannot be read; it must be form-data; name=...; filename=...",
    )


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
