"""A fax page's measures, and how large a document's page is on it.

A fax has 1,728 columns on 215 mm and 7.7 rows a millimetre (3.85 in standard resolution). Nothing is cut off and
nothing is drawn larger than it is. What is wider or longer than the paper shrinks, and landscape is turned where it is
larger then. A page of A4 or less stays within A4 with its header, a longer one within US Legal.

It imports nothing: the processes that look into documents start with it.
"""

WIDTH = 1_728
HEADER_ROWS = 36
# US Legal.
MOST_ROWS = 2_744
PAPER_WIDTH = 215.0
MILLIMETRES_PER_INCH = 25.4
ROWS_PER_MM = 7.7
# Smaller than this, letters cannot be read any more: of a page's size in fine resolution.
SMALLEST_SCALE = 0.5

_A4_ROWS = 2_287
# Turned only where it gains more than rounding does.
_GAIN = 1.01
# A pixel may be so many times as high as wide, or as wide as high. Beyond, what a file says of it is a mistake.
_ODDEST = 5.0


def page(width: float, height: float, lines: int = 1) -> tuple[float, bool]:
    """By how much a page of so many millimetres shrinks, 1 for not at all, and whether it is turned by 90 degrees.

    ``lines`` is how many fine rows make one of the fax: 1, or 2 in standard resolution.
    """
    upright, lying = _scale(width, height, lines), _scale(height, width, lines)
    return (lying, True) if lying > upright * _GAIN else (upright, False)


def picture(columns: int, rows: int, ratio: float, lines: int = 1) -> tuple[float, float, bool]:
    """The scale and height, in millimetres, of a picture as wide as the paper, and whether it is turned by 90 degrees.

    It has so many pixels, each ``ratio`` times as high as wide. It shrinks where it is longer than the page then.
    """
    upright, lying = PAPER_WIDTH * rows * ratio / columns, PAPER_WIDTH * columns / (rows * ratio)
    turned = lying > upright and _fill(lying, lines) * lying > PAPER_WIDTH * _GAIN
    height = lying if turned else upright
    return _fill(height, lines), height, turned


def page_size(width: float, height: float) -> float:
    """The share of its size that a page of so many millimetres has."""
    return page(width, height)[0]


def picture_size(columns: int, rows: int, ratio: float) -> float:
    """The share of its size that a picture has: of the paper's width, or of its pixels where those are fewer."""
    scale, _, turned = picture(columns, rows, ratio)
    return scale * max(WIDTH / (rows if turned else columns), 1)


def ratio(across: float, down: float) -> float:
    """How many times as high as wide a pixel is, by the dots per inch in either direction; 1 where that is not said."""
    if across > 0 and down > 0 and 1 / _ODDEST <= across / down <= _ODDEST:
        return across / down
    return 1.0


def room(rows: float, lines: int) -> int:
    """The rows that a page of so many natural ones may have beneath its header."""
    # A point is five and a half rows: programs that round A4 to points mean A4.
    return (_A4_ROWS if rows * lines <= _A4_ROWS + 6 else MOST_ROWS) // lines - HEADER_ROWS


def _scale(width: float, height: float, lines: int) -> float:
    return min(1.0, PAPER_WIDTH / width, _fill(height, lines))


def _fill(height: float, lines: int) -> float:
    """By how much so many millimetres shrink to the page's length; never more than 1."""
    rows = height * ROWS_PER_MM / lines
    return min(1.0, room(rows, lines) / rows)
