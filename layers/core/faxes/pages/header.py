"""The header line of a page: who sends it, when and to whom, and which page of how many it is.

47 CFR 68.318(d) asks for date and time, the sender's name and telephone number, in a margin of each page or of the
first. It is told of each attempt anew and takes the place of the page's white rows, so that nothing moves and no page
is decoded.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from faxes.pages import HEADER_ROWS, WIDTH, FaxPage, Resolution, header_font, t6

# Many machines print nothing on the outermost 4 mm.
_MARGIN = 38
COLUMNS = (WIDTH - 2 * _MARGIN) // header_font.CELL_WIDTH
_TOP = {Resolution.FINE: 3, Resolution.STANDARD: 9}
_GAP = "  "
_CUT = "\u2026"
# What is left of a name, and of a recipient's number, at least; the rest of the line always has its room.
_SHORTEST_NAME, _SHORTEST_RECIPIENT = 8, 5


@dataclass(frozen=True, slots=True)
class Header:
    """What the pages of one attempt say. ``at`` is when it began, in the time zone in which it is told; ``name`` and
    ``number`` are the sender's; ``pages`` are the whole fax's, and ``first`` is the number of the first one that is
    sent: beyond 1, a call that broke is resumed. ``simulated``: nobody's line is used."""

    at: datetime
    name: str
    number: str
    recipient: str
    pages: int
    first: int = 1
    simulated: bool = False

    def line(self, page: int) -> str:
        """The line of a page by its number, at most COLUMNS characters: what is too long for it is the name, and the
        recipient's number after it."""
        words = [f"page {page} of {self.pages}"]
        words += ["resumed"] if self.first > 1 else []
        words += ["SIMULATED"] if self.simulated else []
        right = _GAP.join(words)
        at, number = f"{self.at:%Y-%m-%d %H:%M %z}", header_font.composed(self.number)
        name, recipient = header_font.composed(self.name), header_font.composed(self.recipient)
        room = COLUMNS - len(_GAP.join((at, "", number, "to ", right)))
        kept = max(room - len(recipient), min(len(name), _SHORTEST_NAME))
        if len(name) > kept:
            name = name[: kept - 1].rstrip() + _CUT
        kept = max(room - len(name), _SHORTEST_RECIPIENT)
        if len(recipient) > kept:
            recipient = _CUT + recipient[1 - kept :]
        left = _GAP.join((at, name, number, f"to {recipient}"))
        return left.ljust(COLUMNS - len(right)) + right


def stamped(pages: Iterable[FaxPage], header: Header) -> Iterator[FaxPage]:
    """Pages with their header line, one after another, the first of them number ``header.first``. Raises PagesInvalid
    with one that does not begin with white rows."""
    for number, page in enumerate(pages, start=header.first):
        yield replace(page, t6=t6.with_header(page.t6, drawn(header.line(number), page.resolution)))


def drawn(line: str, resolution: Resolution) -> bytes:
    """HEADER_ROWS packed rows, the last of them white, so that what is beneath is coded as it was."""
    right = WIDTH - _MARGIN - len(line) * header_font.CELL_WIDTH
    rows = [row << right for row in header_font.rows(line, resolution)]
    beneath = HEADER_ROWS - _TOP[resolution] - len(rows)
    return b"".join(row.to_bytes(WIDTH // 8) for row in [0] * _TOP[resolution] + rows + [0] * beneath)
