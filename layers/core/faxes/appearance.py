"""How a fax's pages look: words that a request may say, a record holds and the renderer acts by."""

from enum import StrEnum


class Mode(StrEnum):
    """How greys become black and white.

    ``text``: by a threshold, so that letters are solid. ``photo``: by dots, so that greys stay greys. ``auto``: dots
    where a page has photographs, and the threshold elsewhere.
    """

    AUTO = "auto"
    TEXT = "text"
    PHOTO = "photo"


class Resolution(StrEnum):
    """How finely a page is drawn from top to bottom."""

    FINE = "fine"
    STANDARD = "standard"

    @property
    def rows_per_inch(self) -> int:
        return 196 if self is Resolution.FINE else 98
