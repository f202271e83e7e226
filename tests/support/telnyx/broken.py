"""What becomes of one request to the carrier, whichever it is: a test says so before it is read.

``effective``: the carrier has done what was asked, behind the back of whoever asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class How(StrEnum):
    CLOSED = "the connection ends without an answer"
    CUT_OFF = "the answer ends in the middle"
    UNREADABLE = "the answer is no JSON"
    NO_OBJECT = "the answer is JSON, and none of the carrier's"
    ERROR_500 = "500"
    ERROR_503 = "503 of a gateway's, with a page of HTML"
    TOO_MANY = "429 with Retry-After"
    DENIED = "401, as with a key that was replaced"
    GATEWAY_PAGE = "403 of a gateway's, with a page of HTML"
    REDIRECT = "307"


@dataclass(frozen=True, slots=True)
class Broken:
    how: How
    effective: bool = False


# A request's method and path, without its query; None: nothing is wrong with it.
type Breaks = Callable[[str, str], Broken | None]


def nothing(method: str, path: str) -> Broken | None:
    return None
