"""Where on a fax page a drawing goes, and how large.

A fax has 1,728 columns on 215 mm and 7.7 rows a millimetre (3.85 in standard resolution): so a drawing is stretched
differently in either direction. Nothing is cut off and nothing is drawn larger than it is. What is wider or longer than
the paper shrinks, and landscape is turned where it is larger then. A page of A4 or less stays within A4 with its
header, a longer one within US Legal.
"""

from dataclasses import dataclass

from faxes.pages import HEADER_ROWS, MOST_ROWS, WIDTH, Resolution
from faxes.rendering import RenderFailed

MILLIMETRES_PER_INCH = 25.4
PAPER_WIDTH = 215.0
_COLUMNS_PER_MM = WIDTH / PAPER_WIDTH
_FINE_ROWS_PER_MM = 7.7
_A4_ROWS = 2_287
# Smaller than this, letters cannot be read any more.
SMALLEST_SCALE = 0.5
# Turned only where it gains more than rounding does.
_GAIN = 1.01


@dataclass(frozen=True, slots=True)
class Place:
    """A drawing's place: ``turned`` by 90 degrees clockwise, ``width`` x ``height`` pixels, ``left`` columns in.

    ``height`` is how many rows the page has beneath its header. All are those of one resolution.
    """

    width: int
    height: int
    left: int
    turned: bool


def rows_per_mm(resolution: Resolution) -> float:
    return _FINE_ROWS_PER_MM * resolution.rows_per_inch / Resolution.FINE.rows_per_inch


def room(rows: float, resolution: Resolution) -> int:
    """The rows that a page of so many natural ones may have beneath its header."""
    lines = Resolution.FINE.rows_per_inch // resolution.rows_per_inch
    # A point is five and a half rows: programs that round A4 to points mean A4.
    return (_A4_ROWS if rows * lines <= _A4_ROWS + 6 else MOST_ROWS) // lines - HEADER_ROWS


def place(width: float, height: float, resolution: Resolution, page: int) -> Place:
    """The place of a page of so many millimetres. Raises RenderFailed where it would be less than half as large."""
    turned = _scale(height, width, resolution) > _scale(width, height, resolution) * _GAIN
    if turned:
        width, height = height, width
    scale = _scale(width, height, resolution)
    check_scale(scale, page)
    return _placed(width * scale, height * scale, resolution, turned=turned)


def place_picture(columns: int, lines: int, ratio: float, resolution: Resolution, page: int) -> Place:
    """The place of a picture of so many pixels, each ``ratio`` times as high as wide: the page's whole width.

    Raises RenderFailed where it is so long that it would be less than half as wide, and half as large in pixels.
    """
    # As wide as the paper, upright and turned; the longer way round may have to shrink.
    upright, lying = PAPER_WIDTH * lines * ratio / columns, PAPER_WIDTH * columns / (lines * ratio)
    turned = lying > upright and _fill(lying, resolution) * lying > PAPER_WIDTH * _GAIN
    height = lying if turned else upright
    scale = _fill(height, resolution)
    pixels = WIDTH / (lines if turned else columns)
    check_scale(scale * max(pixels, 1), page)
    return _placed(PAPER_WIDTH * scale, height * scale, resolution, turned=turned)


def check_scale(scale: float, page: int) -> None:
    if scale < SMALLEST_SCALE:
        raise RenderFailed("page_too_long", page, int(scale * 100))


def _scale(width: float, height: float, resolution: Resolution) -> float:
    return min(1.0, PAPER_WIDTH / width, _fill(height, resolution))


def _fill(height: float, resolution: Resolution) -> float:
    """By how much so many millimetres shrink to the page's length; never more than 1."""
    rows = height * rows_per_mm(resolution)
    return min(1.0, room(rows, resolution) / rows)


def _placed(width: float, height: float, resolution: Resolution, *, turned: bool) -> Place:
    columns = min(max(round(width * _COLUMNS_PER_MM), 1), WIDTH)
    rows = max(round(height * rows_per_mm(resolution)), 1)
    return Place(columns, rows, (WIDTH - columns) // 2, turned)
