"""Whether a TIFF holds nothing but fax pages of standard resolution: a look at its directories, in plain Python.

It is asked of an accepted file, whose directories are known to be whole.
"""

import struct

from faxes.formats import tif
from faxes.formats.content import Content
from faxes.pages import WIDTH

_ACROSS, _DOWN, _COLUMNS = 282, 283, 256
_SHORT = 3
# 204 columns an inch to 98 rows, and the round numbers that stand for them.
STANDARD_RATIO = (1.8, 2.3)


def is_standard(content: Content) -> bool:
    """Whether each page has 1,728 columns, and about twice as many of them an inch as rows."""
    order = "<" if content.startswith(b"II") else ">"
    return all(_is_standard(content, order, at) for _, at in tif.pages(content))


def _is_standard(content: Content, order: str, at: int) -> bool:
    (entries,) = struct.unpack_from(f"{order}H", content, at)
    columns = 0
    density = {}
    for entry in range(at + 2, at + 2 + 12 * entries, 12):
        tag, kind = struct.unpack_from(f"{order}HH", content, entry)
        if tag == _COLUMNS:
            (columns,) = struct.unpack_from(order + ("H" if kind == _SHORT else "I"), content, entry + 8)
        elif tag in (_ACROSS, _DOWN):
            (place,) = struct.unpack_from(f"{order}I", content, entry + 8)
            dots, inches = struct.unpack_from(f"{order}II", content, place)
            density[tag] = dots / inches if inches else 0.0
    across, down = density.get(_ACROSS, 0.0), density.get(_DOWN, 0.0)
    return columns == WIDTH and down > 0 and STANDARD_RATIO[0] <= across / down <= STANDARD_RATIO[1]
