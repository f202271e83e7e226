"""Rows coded by libtiff, held against T.6 in plain Python."""

from hypothesis import given, settings
from hypothesis import strategies as st

from faxes.pages import HEADER_ROWS, Resolution, t6
from faxes.rendering import group4

ROW_BYTES = group4.ROW_BYTES


@given(st.lists(st.binary(min_size=2, max_size=ROW_BYTES), min_size=1, max_size=12), st.sampled_from(Resolution))
@settings(max_examples=40)
def test_rows_beneath_the_header(rows: list[bytes], resolution: Resolution) -> None:
    bits = b"".join(row.ljust(ROW_BYTES, b"\0") for row in rows)
    page = group4.page(bits, resolution)
    assert (page.rows, page.resolution) == (HEADER_ROWS + len(rows), resolution)
    assert page.t6 == t6.encode(bytes(HEADER_ROWS * ROW_BYTES) + bits)


def test_page_that_codes_longest() -> None:
    """Every other pixel: more bytes than the encoder hands out at once."""
    bits = (b"\x55" * ROW_BYTES + b"\xaa" * ROW_BYTES) * 1_372
    page = group4.page(bits, Resolution.FINE)
    assert len(page.t6) > 1 << 20
    assert page.t6.startswith(t6.encode(bytes(HEADER_ROWS * ROW_BYTES) + bits[: 2 * ROW_BYTES])[:300])
