"""The calling side of IAX2 (RFC 5456), as far as one call with sound in G.711 needs it.

All goes over one UDP socket: full frames, each of which is acknowledged, say what happens; mini frames carry the sound,
20 ms each. A full frame with sound begins it, and comes again where the short time stamp of the mini frames is used up.
"""

import socket
import struct
from collections.abc import Callable, Iterator
from enum import Enum, IntEnum

_FULL = struct.Struct(">HHIBBBB")
_MINI = struct.Struct(">HH")
_IS_FULL, _SOURCE = 0x8000, 1
_MU_LAW = 4
# Types of frames (8.2), and subclasses of those that are control (8.3) and IAX (8.4).
_VOICE, _CONTROL, _IAX = 2, 4, 6
_HANGUP, _RINGING, _ANSWER, _IS_BUSY, _CONGESTION = 1, 3, 4, 5, 8
_LARGEST = 4_096


class _Iax(IntEnum):
    NEW = 1
    PING = 2
    PONG = 3
    ACK = 4
    HANGUP = 5
    REJECT = 6
    ACCEPT = 7
    INVAL = 10
    LAGRQ = 11
    LAGRP = 12


class Said(Enum):
    """What the other end says of the call."""

    ACCEPTED = "accepted"
    RINGING = "ringing"
    ANSWERED = "answered"
    REJECTED = "rejected"
    HUNG_UP = "hung up"


_MEANINGS = {
    (_IAX, _Iax.ACCEPT): Said.ACCEPTED,
    (_IAX, _Iax.REJECT): Said.REJECTED,
    (_IAX, _Iax.HANGUP): Said.HUNG_UP,
    (_IAX, _Iax.INVAL): Said.HUNG_UP,
    (_CONTROL, _RINGING): Said.RINGING,
    (_CONTROL, _ANSWER): Said.ANSWERED,
    (_CONTROL, _IS_BUSY): Said.REJECTED,
    (_CONTROL, _CONGESTION): Said.REJECTED,
    (_CONTROL, _HANGUP): Said.HUNG_UP,
}


def _element(kind: int, content: bytes) -> bytes:
    return bytes([kind, len(content)]) + content


class Dialog:
    """One call. ``udp`` is connected to the other end; ``milliseconds`` are those since some moment."""

    def __init__(self, udp: socket.socket, milliseconds: Callable[[], int]) -> None:
        self._udp = udp
        self._now = milliseconds
        self._began = milliseconds()
        self._theirs = self._sent = self._heard = 0
        self._epoch: int | None = None

    def dial(self, number: str, caller: str) -> None:
        content = _element(0x0B, struct.pack(">H", 2)) + _element(0x01, number.encode())
        content += _element(0x02, caller.encode()) + _element(0x06, b"fax")
        for kind in (0x09, 0x08):
            content += _element(kind, struct.pack(">I", _MU_LAW))
        self._full(_IAX, _Iax.NEW, content)

    def hang_up(self) -> None:
        self._full(_IAX, _Iax.HANGUP, _element(0x16, b"Normal"))

    def speak(self, codes: bytes) -> None:
        """20 ms of sound."""
        stamp = self._stamp() // 20 * 20
        if stamp >> 16 != self._epoch:
            self._epoch = stamp >> 16
            self._full(_VOICE, _MU_LAW, codes, stamp)
        else:
            self._udp.send(_MINI.pack(_SOURCE, stamp & 0xFFFF) + codes)

    def listen(self) -> Iterator[Said | bytes]:
        """What has come in since, sound as its codes. Waits for as long as the socket does."""
        try:
            frame = self._udp.recv(_LARGEST)
        except (TimeoutError, BlockingIOError):
            return
        if not frame[0] & 0x80:
            yield frame[_MINI.size :]
            return
        their, _, stamp, number, _, kind, subclass = _FULL.unpack_from(frame)
        self._theirs = their & 0x7FFF
        if (kind, subclass) == (_IAX, _Iax.ACK):
            return
        is_new = number == self._heard
        self._heard = self._heard + 1 & 0xFF if is_new else self._heard
        answers = {_Iax.PING: _Iax.PONG, _Iax.LAGRQ: _Iax.LAGRP}
        if kind == _IAX and subclass in answers:
            self._full(_IAX, answers[_Iax(subclass)], stamp=stamp)
            return
        self._full(_IAX, _Iax.ACK, stamp=stamp, counted=False)
        if is_new and kind == _VOICE:
            yield frame[_FULL.size :]
        elif is_new and (kind, subclass) in _MEANINGS:
            yield _MEANINGS[kind, subclass]

    def _stamp(self) -> int:
        return self._now() - self._began

    def _full(
        self, kind: int, subclass: int, content: bytes = b"", stamp: int | None = None, *, counted: bool = True
    ) -> None:
        stamp = self._stamp() if stamp is None else stamp
        head = _FULL.pack(_IS_FULL | _SOURCE, self._theirs, stamp, self._sent, self._heard, kind, subclass)
        self._udp.send(head + content)
        self._sent = self._sent + counted & 0xFF
