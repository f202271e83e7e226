"""T.6 in plain Python, held against libtiff."""

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from faxes.pages import HEADER_ROWS, WIDTH, PagesInvalid, t6

ROW_BYTES = WIDTH // 8
WHITE_ROW = bytes(ROW_BYTES)


def by_libtiff(bits: bytes, columns: int) -> bytes:
    """The strip that libtiff makes of packed rows with 1 for black."""
    height = len(bits) * 8 // columns
    with io.BytesIO() as file:
        Image.frombytes("1", (columns, height), bits).save(
            file, "TIFF", compression="group4", tiffinfo={262: 1, 278: height}
        )
        content = file.getvalue()
    with Image.open(io.BytesIO(content)) as image:
        (start,), (size,) = image.tag_v2[273], image.tag_v2[279]  # type: ignore[attr-defined]
    return content[start : start + size]


def as_row(runs: list[int], columns: int = WIDTH) -> bytes:
    """A row of runs, white first, cut or filled up with white."""
    text = "".join("01"[n % 2] * run for n, run in enumerate(runs))
    return int(text.ljust(columns, "0")[:columns], 2).to_bytes(columns // 8)


noise = st.integers(1, 12).flatmap(lambda height: st.binary(min_size=height * 4, max_size=height * 4))
# Rows of runs of every length, and rows that differ little from the one before.
runs = st.lists(st.integers(0, WIDTH), max_size=12).map(as_row)
drawings = st.lists(runs, min_size=1, max_size=8).map(lambda rows: b"".join(row + row[1:] + b"\0" for row in rows))


@given(noise)
@settings(max_examples=50)
def test_noise_as_libtiff_codes_it(bits: bytes) -> None:
    strip = t6.encode(bits, 32)
    assert strip == by_libtiff(bits, 32)
    assert t6.decode(strip, len(bits) // 4, 32) == bits


@given(drawings)
@settings(max_examples=25)
def test_runs_as_libtiff_codes_them(bits: bytes) -> None:
    strip = t6.encode(bits)
    assert strip == by_libtiff(bits, WIDTH)
    assert t6.decode(strip, len(bits) // ROW_BYTES) == bits


def test_every_run_of_both_colours() -> None:
    rows = [as_row(runs) for length in range(WIDTH) for runs in ([length, WIDTH - length], [0, length])]
    # White rows between them, so that none is coded by the one above.
    bits = b"".join(row + WHITE_ROW for row in rows)
    strip = t6.encode(bits)
    assert strip == by_libtiff(bits, WIDTH)
    assert t6.decode(strip, 2 * len(rows)) == bits


@pytest.mark.parametrize("length", [2_559, 2_560, 2_561, 5_120, 5_184])
def test_run_beyond_the_longest_code(length: int) -> None:
    columns = 5_200
    bits = as_row([0, length, 9], columns) + as_row([length, columns], columns)
    assert t6.encode(bits, columns) == by_libtiff(bits, columns)
    assert t6.decode(t6.encode(bits, columns), 2, columns) == bits


def test_white_rows_are_one_bit_each() -> None:
    assert t6.encode(WHITE_ROW * HEADER_ROWS) == bytes.fromhex("ff ff ff ff f0 01 00 10")


@given(st.binary(max_size=40), st.integers(0, 4))
def test_any_bytes_are_decoded_or_refused(strip: bytes, rows: int) -> None:
    try:
        bits = t6.decode(strip, rows, 32)
    except PagesInvalid:
        return
    assert len(bits) == rows * 4
    assert t6.decode(t6.encode(bits, 32), rows, 32) == bits


@pytest.mark.parametrize("rows", [1, 3])
def test_another_number_of_rows(rows: int) -> None:
    with pytest.raises(PagesInvalid):
        t6.decode(t6.encode(as_row([5, 9]) * 2), rows)


@given(st.lists(runs, min_size=HEADER_ROWS - 1, max_size=HEADER_ROWS - 1), st.lists(runs, min_size=1, max_size=8))
@settings(max_examples=20)
def test_header_takes_the_place_of_the_white_rows(header_rows: list[bytes], page_rows: list[bytes]) -> None:
    header, page = b"".join(header_rows) + WHITE_ROW, b"".join(page_rows)
    strip = by_libtiff(WHITE_ROW * HEADER_ROWS + page, WIDTH)
    assert t6.with_header(strip, header) == by_libtiff(header + page, WIDTH)


def test_header_over_rows_that_are_not_white() -> None:
    strip = t6.encode(WHITE_ROW * (HEADER_ROWS - 1) + as_row([0, 3]))
    with pytest.raises(PagesInvalid, match="the page does not begin with 36 white rows"):
        t6.with_header(strip, WHITE_ROW * HEADER_ROWS)


@pytest.mark.parametrize(
    "header", [WHITE_ROW * (HEADER_ROWS - 1), WHITE_ROW * (HEADER_ROWS - 1) + as_row([1_727, 1])], ids=["short", "ink"]
)
def test_header_whose_last_row_is_not_white(header: bytes) -> None:
    with pytest.raises(PagesInvalid, match="a header has 36 rows, and the last of them is white"):
        t6.with_header(t6.encode(WHITE_ROW * 40), header)
