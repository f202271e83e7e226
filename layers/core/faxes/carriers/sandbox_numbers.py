"""What the simulated machines do, by their numbers: +1 500 555 and four digits, which belong to nobody.

0001  sent, as every other number                    0008  slow: a minute more
0002  busy, every time                               0009  the first page, then it hangs up, every time
0003  nobody answers, every time                     0010  the carrier is down for three attempts, then sent
0004  busy, then sent                                0011  sent; the carrier reports it twice
0005  a voice, every time                            0012  sent; the carrier reports the end before the start
0006  the carrier refuses                            0013  the carrier takes it, and it never ends
0007  the line breaks after page 1, then the rest      1ttt  fails with T.30's result ttt, as spandsp counts them
                                                       2ddn  as 00dd; ten of each, for many faxes at once

0099 is refused before there is a fax; where another network has the lines, all of them are, but for sandbox apps: a
test costs nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum

from faxes.model import Reason

# The network's name among the carriers.
SIMULATOR = "simulator"
PREFIX = "+1500555"
_REFUSED = PREFIX + "0099"
_PAGE = timedelta(seconds=30)


class Ring(Enum):
    """When a report comes, whatever it says."""

    START = "start"
    END = "end"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What becomes of a call. ``refused``: the carrier does not take it. ``lasts`` from the moment that the number is
    reached; ``pages`` come out, the last of them without its confirmation where that is ``unconfirmed``; ``reason`` is
    None where all is well."""

    pages: int
    lasts: timedelta
    reason: Reason | None = None
    code: str | None = None
    refused: Reason | None = None
    unconfirmed: bool = False
    never_ends: bool = False
    rings: tuple[Ring, ...] = (Ring.END,)


def why_refused(number: str, *, simulated: bool) -> str | None:
    """Why a fax to this number is not accepted, as what is said of it; None where it is. ``simulated``: the simulated
    network has the lines."""
    if simulated:
        return "is the simulated network's number for a recipient that is refused" if number == _REFUSED else None
    if number.startswith(PREFIX) and len(number) == len(_REFUSED):
        return "is a number of the simulated network, which this deployment does not send to"
    return None


def behaviour(number: str, attempt: int, pages: int) -> Behaviour:
    """What the machine at a number does at this attempt (from 1) with so many pages."""
    sent = Behaviour(pages, _PAGE * pages)
    digits = number.removeprefix(PREFIX)
    if digits == number or len(digits) != 4:
        return sent
    if digits.startswith("1"):
        return _t30(int(digits[1:]), sent)
    if digits.startswith("2"):
        digits = f"00{digits[1:3]}"
    busy = _failing(5, Reason.BUSY, "busy")
    match digits:
        case "0002":
            return busy
        case "0003":
            return _failing(60, Reason.NO_ANSWER, "no_answer")
        case "0004":
            return busy if attempt == 1 else sent
        case "0005":
            return _failing(20, Reason.NOT_A_FAX, "voice")
        case "0006":
            return replace(sent, refused=Reason.CARRIER_REJECTED, code="refused")
        case "0007":
            broken = Behaviour(min(1, pages - 1), _PAGE, Reason.LINE_QUALITY, "carrier_lost")
            return broken if attempt == 1 else sent
        case "0008":
            return replace(sent, lasts=sent.lasts + timedelta(seconds=60))
        case "0009":
            return Behaviour(min(1, pages - 1), _PAGE, Reason.REMOTE_HUNG_UP, "hung_up")
        case "0010":
            return replace(sent, refused=Reason.CARRIER_UNAVAILABLE, code="503") if attempt <= 3 else sent
        case "0011":
            return replace(sent, rings=(Ring.END, Ring.END))
        case "0012":
            return replace(sent, rings=(Ring.END, Ring.START))
        case "0013":
            return replace(sent, never_ends=True, rings=())
    return sent


def _failing(seconds: int, reason: Reason, code: str) -> Behaviour:
    return Behaviour(0, timedelta(seconds=seconds), reason, code)


# Of spandsp's results; what is not named here is an error of the line's.
_T30: Mapping[int, Reason] = {
    1: Reason.NOT_A_FAX,
    2: Reason.NOT_A_FAX,
    3: Reason.NOT_A_FAX,
    8: Reason.RESOLUTION_REFUSED,
    9: Reason.RESOLUTION_REFUSED,
    11: Reason.RESOLUTION_REFUSED,
    12: Reason.RESOLUTION_REFUSED,
    15: Reason.REMOTE_HUNG_UP,
    17: Reason.REMOTE_HUNG_UP,
    18: Reason.LAST_PAGE_UNCONFIRMED,
    21: Reason.LAST_PAGE_UNCONFIRMED,
}


def _t30(result: int, sent: Behaviour) -> Behaviour:
    if result == 0:
        return sent
    reason = _T30.get(result, Reason.LINE_QUALITY)
    # All pages came out; that the last one did, nobody confirmed.
    if reason is Reason.LAST_PAGE_UNCONFIRMED:
        return replace(sent, unconfirmed=True, reason=reason, code=f"T.30 result {result}")
    return _failing(30, reason, f"T.30 result {result}")
