"""A whole fax call between two terminals of spandsp in this process: what is sent, and what arrives.

Debian's package libspandsp2 (0.0.6) has the library; nothing else of it is needed. The terminals hear each other's
audio, so that all of T.30 takes place: training, error correction, the pages in T.6, and their confirmations.
"""

import ctypes
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int16, c_void_p
from dataclasses import dataclass
from pathlib import Path

FRAME = 160
RATE = 8_000
Frame = c_int16 * FRAME
_PageHandler = CFUNCTYPE(c_int, c_void_p, c_void_p, c_int)
_EndHandler = CFUNCTYPE(None, c_void_p, c_void_p, c_int)
# V.27ter, V.29 and V.17; T.4 in one and two dimensions, T.6; standard, fine; 215 mm, and unlimited, A4 and US lengths.
_MODEMS, _CODES, _RESOLUTIONS, _SIZES = 7, 14, 0x20003, 0x70001
_RECEIVE_AS_T6 = 3
_STATISTICS = (
    *("bit_rate", "error_correcting_mode", "pages_tx", "pages_rx", "pages_in_file", "x_resolution", "y_resolution"),
    *("width", "length", "image_size", "encoding", "bad_rows", "longest_bad_row_run"),
    *("error_correcting_mode_retries", "current_status"),
)
# Silence after one side has ended, until the other is given up.
_LONGEST_TAIL = 60 * RATE // FRAME


class Statistics(ctypes.Structure):
    """t30_stats_t of 0.0.6."""

    _fields_ = tuple((name, c_int) for name in _STATISTICS)


@dataclass(frozen=True, slots=True)
class Call:
    """What both sides say when it has ended; 0 is a good result. ``seconds`` are those on the line."""

    sent_result: int | None
    received_result: int | None
    pages: int
    bad_rows: int
    is_corrected: bool
    resolutions: tuple[tuple[int, int], ...]
    seconds: float


def library() -> ctypes.CDLL | None:
    """spandsp, or None where it is not installed."""
    try:
        spandsp = ctypes.CDLL("libspandsp.so.2")
    except OSError:
        return None
    for name in ("fax_init", "fax_get_t30_state"):
        getattr(spandsp, name).restype = c_void_p
    spandsp.fax_init.argtypes = [c_void_p, c_int]
    for name in ("fax_get_t30_state", "fax_free", "t30_terminate"):
        getattr(spandsp, name).argtypes = [c_void_p]
    for name in ("fax_tx", "fax_rx"):
        getattr(spandsp, name).argtypes = [c_void_p, Frame, c_int]
    for name in ("t30_set_tx_ident",):
        getattr(spandsp, name).argtypes = [c_void_p, c_char_p]
    for name in (
        *("fax_set_transmit_on_idle", "t30_set_ecm_capability", "t30_set_rx_encoding", "t30_set_supported_modems"),
        *("t30_set_supported_compressions", "t30_set_supported_resolutions", "t30_set_supported_image_sizes"),
    ):
        getattr(spandsp, name).argtypes = [c_void_p, c_int]
    spandsp.t30_get_rx_ident.argtypes, spandsp.t30_get_rx_ident.restype = [c_void_p], c_char_p
    spandsp.t30_completion_code_to_str.argtypes = [c_int]
    spandsp.t30_completion_code_to_str.restype = c_char_p
    spandsp.t30_set_tx_file.argtypes = [c_void_p, c_char_p, c_int, c_int]
    spandsp.t30_set_rx_file.argtypes = [c_void_p, c_char_p, c_int]
    spandsp.t30_set_phase_d_handler.argtypes = [c_void_p, _PageHandler, c_void_p]
    spandsp.t30_set_phase_e_handler.argtypes = [c_void_p, _EndHandler, c_void_p]
    spandsp.t30_get_transfer_statistics.argtypes = [c_void_p, POINTER(Statistics)]
    return spandsp


class Terminal:
    """A fax machine as sound: what it says goes by ``speak`` into ``frame``, what it is told comes by ``hear``.
    ``result`` is None until its call has ended, then spandsp's; ``pages`` are those that were asked to be confirmed,
    ``answers`` what became of each."""

    def __init__(self, spandsp: ctypes.CDLL, *, calls: bool, ident: str) -> None:
        self._spandsp = spandsp
        self.fax = spandsp.fax_init(None, int(calls))
        self.t30 = spandsp.fax_get_t30_state(self.fax)
        self.result: int | None = None
        self.pages: list[Statistics] = []
        self.answers: list[int] = []
        self.frame = Frame()
        # They are called until the call ends, so they stay.
        self._handlers = (_PageHandler(self._page), _EndHandler(self._end))
        spandsp.t30_set_phase_d_handler(self.t30, self._handlers[0], None)
        spandsp.t30_set_phase_e_handler(self.t30, self._handlers[1], None)
        spandsp.fax_set_transmit_on_idle(self.fax, 1)
        spandsp.t30_set_tx_ident(self.t30, ident.encode())
        spandsp.t30_set_ecm_capability(self.t30, 1)
        spandsp.t30_set_supported_modems(self.t30, _MODEMS)
        spandsp.t30_set_supported_compressions(self.t30, _CODES)
        spandsp.t30_set_supported_resolutions(self.t30, _RESOLUTIONS)
        spandsp.t30_set_supported_image_sizes(self.t30, _SIZES)
        spandsp.t30_set_rx_encoding(self.t30, _RECEIVE_AS_T6)

    def _page(self, _: int, user: int, result: int) -> int:
        statistics = Statistics()
        self._spandsp.t30_get_transfer_statistics(self.t30, ctypes.byref(statistics))
        self.pages.append(statistics)
        self.answers.append(result)
        return 0

    def _end(self, _: int, user: int, result: int) -> None:
        self.result = result

    def speak(self) -> None:
        said = self._spandsp.fax_tx(self.fax, self.frame, FRAME)
        for at in range(said, FRAME):
            self.frame[at] = 0

    def hear(self, frame: "ctypes.Array[c_int16]", samples: int = FRAME) -> None:
        self._spandsp.fax_rx(self.fax, frame, samples)

    def remote_id(self) -> str | None:
        """What the machine at the other end calls itself, as far as it was told."""
        said = self._spandsp.t30_get_rx_ident(self.t30)
        return said.decode("ascii", "replace").strip() if said else None

    def end(self) -> None:
        """End the call, where it has not ended, and let go of what spandsp has of it."""
        self._spandsp.t30_terminate(self.t30)
        self._spandsp.fax_free(self.fax)


def call(spandsp: ctypes.CDLL, sent: Path, received: Path, longest: float) -> Call:
    """Send a TIFF, and write what arrives. ``longest`` bounds the seconds on the line."""
    caller = Terminal(spandsp, calls=True, ident="CALLER")
    answerer = Terminal(spandsp, calls=False, ident="ANSWERER")
    spandsp.t30_set_tx_file(caller.t30, str(sent).encode(), -1, -1)
    spandsp.t30_set_rx_file(answerer.t30, str(received).encode(), -1)
    frames = tail = 0
    while frames * FRAME < longest * RATE and tail < _LONGEST_TAIL:
        results = (caller.result, answerer.result)
        if None not in results:
            break
        tail += results != (None, None)
        caller.speak()
        answerer.speak()
        answerer.hear(caller.frame)
        caller.hear(answerer.frame)
        frames += 1
    for terminal in (caller, answerer):
        terminal.end()
    return Call(
        caller.result,
        answerer.result,
        len(answerer.pages),
        sum(page.bad_rows for page in answerer.pages),
        all(page.error_correcting_mode for page in answerer.pages),
        tuple((page.x_resolution, page.y_resolution) for page in answerer.pages),
        frames * FRAME / RATE,
    )
