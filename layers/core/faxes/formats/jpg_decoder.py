"""A JPEG as libjpeg decodes it: whether it does, and how far the image's data goes.

It is called as C would call it. Its structures are those of version 6.2's interface, which libjpeg-turbo keeps; it is
told their size and refuses another, and a test sees that it does not.
"""

import ctypes
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, Structure, byref, c_char, c_char_p, c_double, c_int, c_long, c_uint, c_void_p

from faxes import paper
from faxes.formats.picture_outcomes import BROKEN, CUT_OFF, TOO_LARGE, TOO_LONG, WHOLE

_VERSION = 62
_GRAYSCALE, _YCBCR = 1, 3
# An eighth of its size, the least: of each block its mean.
_SMALLEST = 8
# A picture that ends early shows one grey from there on. Of its rows, so many may lack: a camera's last ones.
_MOST_MISSING = 1 / 8
_DATA_ENDS = b"premature end of data segment"
_MEMORY_ENDS = b"Insufficient memory"


class _Errors(Structure):
    """jpeg_error_mgr"""

    _fields_ = (
        ("error_exit", c_void_p),
        ("emit_message", c_void_p),
        ("functions", c_void_p * 3),
        ("code", c_int),
        ("parameters", c_int * 20),
        ("trace_level", c_int),
        ("warnings", c_long),
        ("texts", POINTER(c_char_p)),
        ("last", c_int),
        ("more_texts", c_void_p),
        ("first_of_more", c_int),
        ("last_of_more", c_int),
    )

    def text(self) -> bytes:
        """The message, with its placeholders."""
        return self.texts[self.code] or b"" if 0 <= self.code <= self.last else b""


class _Picture(Structure):
    """jpeg_decompress_struct, of which the rest is libjpeg's own."""

    _fields_ = (
        ("errors", POINTER(_Errors)),
        ("memory", c_void_p),
        ("progress", c_void_p),
        ("client_data", c_void_p),
        ("is_decompressor", c_int),
        ("state", c_int),
        ("source", c_void_p),
        ("width", c_uint),
        ("height", c_uint),
        ("components", c_int),
        ("colours", c_int),
        ("wanted_colours", c_int),
        ("scale", c_uint),
        ("of", c_uint),
        ("gamma", c_double),
        ("options", c_int * 12),
        ("out_width", c_uint),
        ("out_height", c_uint),
        ("out_colours", c_int),
        ("out_components", c_int),
        ("rows_together", c_int),
        ("colours_found", c_int),
        ("palette", c_void_p),
        ("row", c_uint),
        ("rest", c_char * 456),
    )


_OnError = CFUNCTYPE(None, c_void_p)
_OnMessage = CFUNCTYPE(None, c_void_p, c_int)


class Decoder:
    """Decodes one JPEG, whose bytes come into ``content`` before `check`. ``answer`` is called with an outcome and does
    not return: where libjpeg gives up, it must not be returned to."""

    def __init__(self, library: str, content: "ctypes.Array[c_char]", answer: Callable[[int], None]) -> None:
        self._libjpeg = libjpeg = ctypes.CDLL(library)
        shapes: dict[str, list[object]] = {
            "jpeg_std_error": [POINTER(_Errors)],
            "jpeg_CreateDecompress": [POINTER(_Picture), c_int, ctypes.c_size_t],
            "jpeg_mem_src": [POINTER(_Picture), POINTER(c_char), ctypes.c_ulong],
            "jpeg_read_header": [POINTER(_Picture), c_int],
            "jpeg_has_multiple_scans": [POINTER(_Picture)],
            "jpeg_start_decompress": [POINTER(_Picture)],
            "jpeg_read_scanlines": [POINTER(_Picture), POINTER(c_void_p), c_uint],
        }
        for name, arguments in shapes.items():
            getattr(libjpeg, name).argtypes = arguments
        self._content = content
        self._answer = answer
        self._errors = _Errors()
        self._picture = _Picture()
        self._data_ended_at: int | None = None
        libjpeg.jpeg_std_error(byref(self._errors))
        self._on_error, self._on_message = _OnError(self._give_up), _OnMessage(self._note)
        self._errors.error_exit = ctypes.cast(self._on_error, c_void_p)
        self._errors.emit_message = ctypes.cast(self._on_message, c_void_p)
        self._picture.errors = ctypes.pointer(self._errors)
        # Here, so that a library of other structures is a fault of ours: no document is there yet.
        libjpeg.jpeg_CreateDecompress(byref(self._picture), _VERSION, ctypes.sizeof(_Picture))

    def check(self) -> tuple[int, int, int]:
        """The outcome, the page, which is the first, and its size on the paper where that is too small."""
        libjpeg, picture = self._libjpeg, self._picture
        libjpeg.jpeg_mem_src(byref(picture), self._content, len(self._content))
        libjpeg.jpeg_read_header(byref(picture), 1)
        size = paper.picture_size(picture.width, picture.height, paper.ratio(*_density(self._content)))
        if size < paper.SMALLEST_SCALE:
            return TOO_LONG, 1, int(size * 100)
        picture.scale, picture.of = 1, _SMALLEST
        if picture.colours in (_GRAYSCALE, _YCBCR):
            picture.wanted_colours = _GRAYSCALE
        in_scans = libjpeg.jpeg_has_multiple_scans(byref(picture))
        libjpeg.jpeg_start_decompress(byref(picture))
        row = ctypes.create_string_buffer(picture.out_width * picture.out_components)
        rows = (c_void_p * 1)(ctypes.addressof(row))
        while picture.row < picture.out_height:
            libjpeg.jpeg_read_scanlines(byref(picture), rows, 1)
        if self._data_ended_at is None or in_scans:
            # Of several scans, the later ones make the picture finer alone.
            return WHOLE, 1, 0
        missing = picture.out_height - self._data_ended_at
        return CUT_OFF if missing > picture.out_height * _MOST_MISSING else WHOLE, 1, 0

    def _give_up(self, _: int) -> None:
        self._answer(TOO_LARGE if _MEMORY_ENDS in self._errors.text() else BROKEN)

    def _note(self, _: int, level: int) -> None:
        # Below 0 it is a warning.
        if level < 0 and self._data_ended_at is None and _DATA_ENDS in self._errors.text():
            self._data_ended_at = self._picture.row


def _density(content: "ctypes.Array[c_char]") -> tuple[int, int]:
    """The dots an inch, or of another length, across and down, as JFIF says them in the first segment; else (1, 1)."""
    start = memoryview(content).cast("B")[:18].tobytes()
    if start[2:4] != b"\xff\xe0" or start[6:11] != b"JFIF\0":
        return 1, 1
    return int.from_bytes(start[14:16]), int.from_bytes(start[16:18])
