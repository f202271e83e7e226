"""Forms to the byte: how many parts and how large headers one may have."""

import pytest

from faxes.intake.disposition import MAX_PARAMETERS
from faxes.intake.headers import MAX_HEADER_BYTES, MAX_HEADERS
from faxes.intake.multipart import MAX_ALL_HEADER_BYTES, MAX_PARTS, parse
from faxes.model import Form, Upload
from tests.support.forms import field, form, part
from tests.support.parsing import NAMED, RECIPIENTS, REQUEST, TYPE, B, parsed, refusal


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
