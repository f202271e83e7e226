"""What looking into all documents of one fax may take together: processor time, and the pixels that it would draw.

Processor time and not time: a document is not refused because the machine is busy. The clock is the system's timer for
it, whose signal Python sees between any two of its own steps, and within a regular expression that goes back and forth.
What runs in a library's code for long sees it at its end alone: such code runs in a process that the system itself ends
(pdf_check.py), or is called with so little that it cannot run for long.
"""

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from faxes.formats import Unfaxable

# Of processor time, for all documents of a fax, without the starts of PDFs' processes. The most that honest ones of
# 4.4 MB were found to take is a tenth of it.
SECONDS = 1.0
# Beyond the 4.4 MB, for so many bytes another second: ten times what honest ones need.
BYTES, BYTES_PER_SECOND = 4_613_734, 25_000_000
# What decoding pictures leaves of it for looking into the other files: four times what honest ones need.
KEPT = 0.4
# How often the signal comes again: what it interrupts may be where an error cannot be raised.
_AGAIN = 0.02

# Whom the signal is for. Signals are a process's, and so is this.
_running: "Budget | None" = None


class Budget:
    """What is left for one fax."""

    def __init__(
        self,
        pixels: int,
        seconds: float = SECONDS,
        clock: Callable[[], float] = time.thread_time,
        size: int = 0,
    ) -> None:
        """``pixels`` of all pages, and seconds of this thread's and its children's processor time, more where the files
        have more than BYTES. ``clock`` tells what this thread has used, ``size`` is that of all files together."""
        self._most_pixels = pixels
        self._pixels = 0
        more = max(size - BYTES, 0) / BYTES_PER_SECOND
        self._most_seconds = seconds + more
        # Decoding gets no more where files are long: a page can be drawn in what there is, or it is judged then.
        self._kept = KEPT * seconds + more
        self._left = self._most_seconds
        self._clock = clock
        self._started: float | None = None
        self._is_held = False

    @property
    def drawn(self) -> int:
        """Pixels that were taken."""
        return self._pixels

    def draw(self, pixels: int) -> None:
        """Take so many pixels. Raises Unfaxable where all pages have more than they may."""
        self._pixels += pixels
        if self._pixels > self._most_pixels:
            raise Unfaxable(
                "too_many_pixels",
                f"makes the fax at least {self._pixels} pixels large; the limit for all its pages is "
                f"{self._most_pixels}",
            )

    def run[T](self, look: Callable[[], T]) -> T:
        """What ``look`` returns. Raises Unfaxable where it takes more processor time than is left, at any step of it.

        Outside of the main thread, which functions and tests run in, there are no signals, and it is told at the end.
        """
        try:
            self._start()
            try:
                return look()
            finally:
                self._stop()
        except Unfaxable:
            # The signal may have come on the way to the line above. The next is far enough.
            self._stop()
            raise

    @contextmanager
    def held(self) -> Iterator[None]:
        """While another process computes, which is started, watched and ended whatever happens: no signal is raised."""
        self._is_held = True
        try:
            yield
        finally:
            self._is_held = False

    def charge(self, seconds: float) -> None:
        """Take what another process has used. Raises Unfaxable where that was more than was left."""
        self._left -= seconds
        self._check()

    @property
    def left(self) -> float:
        """Seconds of processor time, at least 0."""
        used = 0.0 if self._started is None else self._clock() - self._started
        return max(self._left - used, 0.0)

    @property
    def for_decoding(self) -> float:
        """What decoding a picture may take of it, in seconds: what is over is nobody's fault."""
        return max(self.left - self._kept, 0.0)

    def _check(self) -> None:
        if self.left <= 0 and not self._is_held:
            raise Unfaxable(
                "documents_too_slow",
                f"takes too long to look into: all files of a fax may take {self._most_seconds:g} s of processor time",
            )

    def _start(self) -> None:
        global _running
        self._started = self._clock()
        if threading.current_thread() is threading.main_thread():
            _running = self
            signal.signal(signal.SIGPROF, _on_signal)
            signal.setitimer(signal.ITIMER_PROF, self._left + _AGAIN / 2, _AGAIN)

    def _stop(self) -> None:
        global _running
        if _running is self:
            _running = None
            signal.setitimer(signal.ITIMER_PROF, 0)
        if self._started is not None:
            self._left -= self._clock() - self._started
            self._started = None
            self._check()


def _on_signal(number: int, frame: FrameType | None) -> None:
    """The timer counts other threads' time, too: whether it was this one's, is asked."""
    if _running:
        _running._check()
