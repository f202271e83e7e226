"""Forms to the byte: what is around the parts, and in which words a form is refused that is not whole."""

import pytest

from faxes.intake.multipart import parse
from faxes.model import Form, Upload
from tests.support.forms import field, form
from tests.support.parsing import NAMED, RECIPIENTS, REQUEST, TYPE, B, refusal


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
