"""Where on a fax page a drawing goes, in pixels; ``faxes.paper`` says how large it is."""

from typing import NamedTuple

from faxes import paper
from faxes.appearance import Resolution
from faxes.paper import PAPER_WIDTH, ROWS_PER_MM, SMALLEST_SCALE, WIDTH
from faxes.rendering import RenderFailed


class Place(NamedTuple):
    """A drawing's place: ``turned`` by 90 degrees clockwise, ``width`` x ``height`` pixels, ``left`` columns in.

    ``height`` is how many rows the page has beneath its header. All are those of one resolution.
    """

    width: int
    height: int
    left: int
    turned: bool


def place(width: float, height: float, resolution: Resolution, page: int) -> Place:
    """The place of a page of so many millimetres. Raises RenderFailed where it would be less than half as large."""
    check_size(paper.page_size(width, height), page)
    scale, turned = paper.page(width, height, _lines(resolution))
    if turned:
        width, height = height, width
    return _placed(width * scale, height * scale, resolution, turned=turned)


def place_picture(columns: int, rows: int, ratio: float, resolution: Resolution, page: int) -> Place:
    """The place of a picture of so many pixels, each ``ratio`` times as high as wide: the page's whole width.

    Raises RenderFailed where it is so long that it would be less than half as wide, and half as large in pixels.
    """
    check_size(paper.picture_size(columns, rows, ratio), page)
    scale, height, turned = paper.picture(columns, rows, ratio, _lines(resolution))
    return _placed(PAPER_WIDTH * scale, height * scale, resolution, turned=turned)


def check_size(size: float, page: int) -> None:
    if size < SMALLEST_SCALE:
        raise RenderFailed("page_too_long", page, int(size * 100))


def _lines(resolution: Resolution) -> int:
    """How many fine rows make one."""
    return Resolution.FINE.rows_per_inch // resolution.rows_per_inch


def _placed(width: float, height: float, resolution: Resolution, *, turned: bool) -> Place:
    columns = min(max(round(width * WIDTH / PAPER_WIDTH), 1), WIDTH)
    rows = max(round(height * ROWS_PER_MM / _lines(resolution)), 1)
    return Place(columns, rows, (WIDTH - columns) // 2, turned)
