"""The port: what whoever has a line is asked for, and what it says when a call has ended.

A line is called like a function, from a thread of its own: it blocks for as long as the call takes, in real time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Outcome(StrEnum):
    """How a call ended. ``CUT``: the machine answered, and it ended before every page was confirmed."""

    SENT = "sent"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CUT = "cut"


class Progress(StrEnum):
    """What is told of a call while it lasts: once each, but ``PAGE``, which is told for each page that the machine
    confirms."""

    RINGING = "ringing"
    ANSWERED = "answered"
    PAGE = "page"


@dataclass(frozen=True, slots=True)
class Result:
    """What is known of a call when it has ended. ``pages`` are those that the machine confirmed, so that a call that
    was cut was cut in page ``pages + 1``; ``seconds`` from its answer on, 0 where it did not answer; ``remote_id`` is
    what the machine calls itself; ``t30_result`` is spandsp's (0 is good), None where T.30 did not come to an end."""

    outcome: Outcome
    pages: int = 0
    seconds: float = 0
    remote_id: str | None = None
    t30_result: int | None = None
    t30_text: str | None = None


class LineDown(Exception):
    """The line itself cannot be used: nothing is known of the machine at the other end, and nothing was sent to it."""


def silent(progress: Progress) -> None:
    """For who does not listen to what is told of a call."""


def never() -> bool:
    """For who does not hang up."""
    return False


class Line(Protocol):
    """Whoever has a line."""

    def __call__(
        self,
        number: str,
        document: bytes,
        *,
        caller: str = "",
        progress: Callable[[Progress], None] = silent,
        hang_up: Callable[[], bool] = never,
    ) -> Result:
        """Dial a number (E.164) and send a TIFF-F file. ``caller`` is what the sender calls itself, 20 characters at
        most; ``progress`` is told what happens; ``hang_up`` is asked all the time whether the call shall end now.
        Raises LineDown."""
        ...
