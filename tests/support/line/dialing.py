"""One call in real time: dials a number over IAX2, and sends a TIFF-F file by spandsp's T.30."""

import ctypes
import socket
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.support import t30
from tests.support.line import mulaw
from tests.support.line.iax2 import Dialog, Said
from tests.support.line.port import LineDown, Outcome, Progress, Result, never, silent

_TICK = t30.FRAME / t30.RATE
_CONFIRMED = 0x8C  # T.30's MCF, as spandsp has its bits
# Until the other end says anything; of silence, after which the sound of a call that has ended is given up; and after
# T.30 has ended, until the far end has heard all of it.
_NO_LINE_SECONDS, _TAIL_SECONDS, _LAST_WORDS_SECONDS = 5, 10, 1


class _Call:
    def __init__(self, spandsp: ctypes.CDLL, udp: socket.socket, caller: str, progress: Callable[[Progress], None]):
        self.terminal = t30.Terminal(spandsp, calls=True, ident=caller)
        self.dialog = Dialog(udp, lambda: int(time.monotonic() * 1_000))
        self.progress = progress
        self.began = time.monotonic()
        self.is_known = self.is_ringing = self.is_rejected = self.is_over = False
        self.answered_at: float | None = None
        self._ticks = self._told = 0
        self._heard = t30.Frame()

    @property
    def pages(self) -> int:
        return self.terminal.answers.count(_CONFIRMED)

    def listen(self) -> None:
        for said in self.dialog.listen():
            self.is_known = True
            if isinstance(said, bytes):
                self._hear(said)
            elif said is Said.RINGING and not self.is_ringing:
                self.is_ringing = True
                self.progress(Progress.RINGING)
            elif said is Said.ANSWERED and self.answered_at is None:
                self.answered_at = time.monotonic()
                self.progress(Progress.ANSWERED)
            elif said in (Said.REJECTED, Said.HUNG_UP):
                self.is_rejected = said is Said.REJECTED
                self.is_over = True
        while self._told < self.pages:
            self._told += 1
            self.progress(Progress.PAGE)

    def speak(self) -> None:
        """What is due by now."""
        assert self.answered_at is not None
        while time.monotonic() >= self.answered_at + self._ticks * _TICK:
            self.terminal.speak()
            self.dialog.speak(mulaw.encode(bytes(self.terminal.frame)))
            self._ticks += 1

    def fall_silent(self) -> None:
        """Let spandsp come to its own end after the other side has hung up, which it does as soon as it may."""
        silence = t30.Frame()
        for _ in range(int(_TAIL_SECONDS / _TICK)):
            if self.terminal.result is not None:
                return
            self.terminal.speak()
            self.terminal.hear(silence)

    def _hear(self, codes: bytes) -> None:
        for at in range(0, len(codes), t30.FRAME):
            part = mulaw.decode(codes[at : at + t30.FRAME])
            ctypes.memmove(self._heard, part, len(part))
            self.terminal.hear(self._heard, len(part) // 2)


def dial(
    spandsp: ctypes.CDLL,
    udp: socket.socket,
    number: str,
    document: bytes,
    *,
    caller: str,
    ring_seconds: float,
    progress: Callable[[Progress], None] = silent,
    hang_up: Callable[[], bool] = never,
) -> Result:
    """What ``port.Line`` does, over a socket that is connected to the other end, within ``ring_seconds``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "pages.tif")
        path.write_bytes(document)
        udp.settimeout(_TICK / 4)
        call = _Call(spandsp, udp, caller, progress)
        spandsp.t30_set_tx_file(call.terminal.t30, str(path).encode(), -1, -1)
        try:
            _talk(call, number, caller, ring_seconds, hang_up)
            return _result(spandsp, call)
        finally:
            call.terminal.end()


def _talk(call: _Call, number: str, caller: str, ring_seconds: float, hang_up: Callable[[], bool]) -> None:
    ended_at: float | None = None
    try:
        call.dialog.dial(number, caller)
        while not call.is_over:
            call.listen()
            waited = time.monotonic() - call.began
            if call.answered_at is not None:
                call.speak()
            elif waited > ring_seconds:
                break
            if not call.is_known and waited > _NO_LINE_SECONDS:
                raise LineDown("nobody answers on the line")
            if call.terminal.result is not None:
                ended_at = ended_at or time.monotonic()
                if time.monotonic() > ended_at + _LAST_WORDS_SECONDS:
                    break
            if hang_up():
                break
        if not call.is_over:
            call.dialog.hang_up()
        elif call.answered_at is not None:
            call.fall_silent()
    except ConnectionRefusedError as error:
        raise LineDown("there is no line") from error


def _result(spandsp: ctypes.CDLL, call: _Call) -> Result:
    if call.answered_at is None:
        return Result(Outcome.BUSY if call.is_rejected else Outcome.NO_ANSWER)
    result = call.terminal.result
    return Result(
        Outcome.SENT if result == 0 else Outcome.CUT,
        call.pages,
        round(time.monotonic() - call.answered_at, 1),
        call.terminal.remote_id(),
        result,
        None if result is None else spandsp.t30_completion_code_to_str(result).decode(),
    )
