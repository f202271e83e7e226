"""Where on a fax page a drawing goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.pages import HEADER_ROWS, MOST_ROWS, WIDTH, Resolution
from faxes.rendering import RenderFailed
from faxes.rendering.geometry import Place, place, place_picture

FINE, STANDARD = Resolution.FINE, Resolution.STANDARD


@pytest.mark.parametrize(
    ("size", "resolution", "placed"),
    [
        # A4 shrinks by what the header takes, and is as long as A4 with it.
        ((210, 297), FINE, Place(1661, 2251, 33, turned=False)),
        ((210, 297), STANDARD, Place(1634, 1107, 47, turned=False)),
        ((297, 210), FINE, Place(1661, 2251, 33, turned=True)),
        ((148, 210), FINE, Place(1190, 1617, 269, turned=False)),
        ((215.9, 279.4), FINE, Place(1728, 2142, 0, turned=False)),
        ((215.9, 355.6), FINE, Place(1716, 2708, 6, turned=False)),
        ((297, 420), FINE, Place(1728, 2341, 0, turned=False)),
        ((420, 297), FINE, Place(1728, 2341, 0, turned=True)),
        ((80, 500), FINE, Place(452, 2708, 638, turned=False)),
        ((1, 1), FINE, Place(8, 8, 860, turned=False)),
    ],
    ids=["A4", "A4 standard", "A4 landscape", "A5", "Letter", "Legal", "A3", "A3 landscape", "receipt", "point"],
)
def test_pages(size: tuple[float, float], resolution: Resolution, placed: Place) -> None:
    assert place(*size, resolution, 1) == placed


@pytest.mark.parametrize("size", [(100, 704), (704, 100), (5080, 5080), (440, 440)])
def test_pages_that_would_be_too_small(size: tuple[float, float]) -> None:
    with pytest.raises(RenderFailed) as failed:
        place(*size, FINE, 7)
    assert (failed.value.reason, failed.value.page) == ("page_too_long", 7)
    assert failed.value.percent < 50


@pytest.mark.parametrize(
    ("columns", "lines", "ratio", "placed"),
    [
        (2480, 3508, 1.0, Place(1728, 2342, 0, turned=False)),
        (1654, 2339, 1.0, Place(1728, 2341, 0, turned=False)),
        (4000, 3000, 1.0, Place(1728, 2207, 0, turned=True)),
        (1000, 1000, 1.0, Place(1728, 1656, 0, turned=False)),
        (1728, 1143, 204 / 98, Place(1706, 2251, 11, turned=False)),
        (600, 4000, 1.0, Place(424, 2708, 652, turned=False)),
    ],
    ids=["scan", "200 dpi", "camera", "square", "98 lines", "receipt"],
)
def test_pictures(columns: int, lines: int, ratio: float, placed: Place) -> None:
    found = place_picture(columns, lines, ratio, FINE, 1)
    assert (found.turned, found.left) == (placed.turned, placed.left)
    assert (found.width, found.height) == pytest.approx((placed.width, placed.height), abs=12)


@pytest.mark.parametrize(("columns", "lines"), [(8, 65_500), (1080, 20_000)])
def test_pictures_that_would_be_too_small(columns: int, lines: int) -> None:
    with pytest.raises(RenderFailed) as failed:
        place_picture(columns, lines, 1.0, FINE, 1)
    assert failed.value.reason == "page_too_long"


@given(st.floats(1.0, 5_100), st.floats(1.0, 5_100), st.sampled_from(Resolution))
def test_any_page_fits_and_keeps_its_shape(width: float, height: float, resolution: Resolution) -> None:
    try:
        found = place(width, height, resolution, 1)
    except RenderFailed:
        return
    assert 0 < found.width <= WIDTH
    assert 0 < found.height <= MOST_ROWS * resolution.rows_per_inch // 196 - HEADER_ROWS
    assert 0 <= found.left <= WIDTH - found.width
    across, down = (height, width) if found.turned else (width, height)
    rows_per_mm = 7.7 * resolution.rows_per_inch / 196
    assert found.width / 1728 * 215 / across == pytest.approx(found.height / rows_per_mm / down, rel=0.02, abs=0.2)
