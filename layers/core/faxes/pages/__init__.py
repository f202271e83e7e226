"""Fax pages as bytes: what the line carries, and the two files that hold it.

    t6.py        the rows of a page as ITU-T T.6 codes them, and others in the place of its first rows
    tiff.py      pages <-> a TIFF-F file (RFC 2306): one strip a page, as senders demand it
    pdf.py       pages -> a PDF, whose images are the same bytes
    header.py    what stands in a page's first rows when it is sent: date, sender, recipient, page
    header_font  the letters of that line

A page is 1,728 columns at 204 dpi, at 196 or 98 rows an inch. It begins with HEADER_ROWS white rows, where the header
line goes when the page is sent: so the page's height never changes, and no page is decoded to be sent. All is plain
Python, so that sending needs no imaging library.
"""

from dataclasses import dataclass

# As the rest of the package has it, too: a page's resolution is a word of the request's.
from faxes.appearance import Resolution as Resolution

# 36 rows are 4.7 mm at 196 an inch.
from faxes.paper import HEADER_ROWS as HEADER_ROWS
from faxes.paper import MOST_ROWS as MOST_ROWS
from faxes.paper import WIDTH as WIDTH

COLUMNS_PER_INCH = 204
# What a good line carries; each page's retraining and confirmation, some seconds, come on top.
BITS_PER_SECOND = 14_400


class PagesInvalid(Exception):
    """Bytes that are none of our pages. The message says why, and repeats none of them."""


@dataclass(frozen=True, slots=True)
class FaxPage:
    """One page: its rows, the header's among them, and their T.6 codes with the end-of-block behind them."""

    rows: int
    resolution: Resolution
    t6: bytes

    @property
    def seconds(self) -> float:
        """How long its bytes take on the line."""
        return len(self.t6) * 8 / BITS_PER_SECOND
