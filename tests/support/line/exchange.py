"""A telephone exchange: which machine a number reaches, and what goes wrong on the way."""

import ctypes
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from tests.support.line.dialing import dial
from tests.support.line.port import Line, Progress, Result, never, silent
from tests.support.line.rig import Rig


@dataclass(frozen=True, slots=True)
class Cut:
    """The line breaks at the first call, so many ``seconds`` after the machine has confirmed ``pages``."""

    pages: int
    seconds: float


@dataclass
class Exchange(Line):
    """``machines`` says which machine of the rig a number reaches: several may reach one. Whom nobody answers is given
    up after ``ring_seconds``. ``results`` are those of all calls, by number, in their order."""

    spandsp: ctypes.CDLL
    rig: Rig
    machines: Mapping[str, int]
    ring_seconds: float
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    results: dict[str, list[Result]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __call__(
        self,
        number: str,
        document: bytes,
        *,
        caller: str = "",
        progress: Callable[[Progress], None] = silent,
        hang_up: Callable[[], bool] = never,
    ) -> Result:
        breaking = _Breaking(self.cuts.get(number) if not self.results.get(number) else None)

        def told(what: Progress) -> None:
            breaking.told(what)
            progress(what)

        with self.rig.line(self.machines[number]) as udp:
            result = dial(
                self.spandsp,
                udp,
                number,
                document,
                caller=caller,
                ring_seconds=self.ring_seconds,
                progress=told,
                hang_up=lambda: breaking.is_due() or hang_up(),
            )
        with self._lock:
            self.results.setdefault(number, []).append(result)
        return result


class _Breaking:
    def __init__(self, cut: Cut | None) -> None:
        self._cut = cut
        self._pages = 0
        self._due: float | None = None

    def told(self, what: Progress) -> None:
        self._pages += what is Progress.PAGE
        if what is Progress.PAGE and self._cut is not None and self._pages == self._cut.pages:
            self._due = time.monotonic() + self._cut.seconds

    def is_due(self) -> bool:
        return self._due is not None and time.monotonic() > self._due
