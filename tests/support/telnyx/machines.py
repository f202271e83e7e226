"""What becomes of a call to a number, and what goes wrong with the request and the reports of such a call.

Tests name the numbers that they use. Beside these, some of North America's numbers for fiction do something of their
own, for whoever tries the server by hand: +1 202 555 01 and two digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Request(StrEnum):
    """What goes wrong with a request to send a fax."""

    NOTHING = "nothing"
    STORED_NOT_ANSWERED = "it is stored, and the connection ends without an answer"
    STORED_AND_HANGS = "it is stored, and no answer comes for long"
    NEITHER = "it is not stored, and the connection ends without an answer"
    ANSWERED_NOT_STORED = "it is answered, and never stored"
    STORED_ERROR_500 = "it is stored, and answered with 500"
    ERROR_500 = "it is not stored, and answered with 500"
    STORED_CUT_OFF = "it is stored, and the answer ends in the middle"
    STORED_UNREADABLE = "it is stored, and the answer is no JSON"
    STORED_LATE = "it is stored minutes later, and not answered"
    STORED_SLOW = "it is stored, and the answer comes a byte at a time"
    TOO_MANY = "429 with Retry-After"
    GATEWAY_PAGE = "a gateway in front of it answers 403 with a page of HTML"
    REDIRECT = "it is redirected"


class Reports(StrEnum):
    """What goes wrong with the reports of a fax."""

    NOTHING = "nothing"
    BEFORE_ANSWER = "all that are due come before the request is answered"
    TWICE = "each comes twice"
    OUT_OF_ORDER = "they come in the opposite order, when the fax has ended"
    NEVER = "none comes"
    FORGED = "each comes signed by another key"
    OLD = "each comes with a time stamp of an hour ago"
    OF_ANOTHER = "each names another fax"


@dataclass(frozen=True, slots=True)
class Machine:
    """``reason`` is the ``failure_reason`` of the first ``times`` calls (None: of all of them), None where all is well;
    ``pages`` come out before such a call ends. ``dials`` until it answers, ``page`` for each page. ``listed_after`` so
    long, a fax is found in lists."""

    reason: str | None = None
    times: int | None = None
    pages: int = 0
    dials: timedelta = timedelta(seconds=10)
    page: timedelta = timedelta(seconds=30)
    never_ends: bool = False
    listed_after: timedelta = timedelta()
    request: Request = Request.NOTHING
    # Of how many requests; the others go well.
    requests: int | None = None
    reports: Reports = Reports.NOTHING


_FICTION = "+120255501"
_BY_HAND: Mapping[str, Machine] = {
    "02": Machine("user_busy"),
    "03": Machine("receiver_no_answer", dials=timedelta(seconds=60)),
    "04": Machine("user_busy", times=1),
    "05": Machine("fax_initial_communication_timeout"),
    "06": Machine("receiver_unallocated_number"),
    "07": Machine("receiver_call_dropped", times=1, pages=1),
    "08": Machine(never_ends=True),
    "50": Machine(request=Request.STORED_NOT_ANSWERED, requests=1),
    "51": Machine(request=Request.NEITHER, requests=1),
    "52": Machine(request=Request.STORED_ERROR_500, requests=1),
    "53": Machine(request=Request.TOO_MANY, requests=1),
    "60": Machine(reports=Reports.BEFORE_ANSWER),
    "61": Machine(reports=Reports.TWICE),
    "62": Machine(reports=Reports.OUT_OF_ORDER),
    "63": Machine(reports=Reports.NEVER),
    "64": Machine(reports=Reports.FORGED),
    "65": Machine(reports=Reports.OF_ANOTHER),
}
_WELL = Machine()


def by_hand(number: str) -> Machine:
    """What the number does where a test says nothing of it."""
    return _BY_HAND.get(number.removeprefix(_FICTION), _WELL) if number.startswith(_FICTION) else _WELL
