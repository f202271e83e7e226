"""A TIFF's pages as libtiff decodes them: by strips or tiles, or by rows where a strip is large or a fax's."""

import ctypes
from collections.abc import Sequence
from ctypes import (
    CFUNCTYPE,
    POINTER,
    byref,
    c_char,
    c_char_p,
    c_float,
    c_int,
    c_ssize_t,
    c_uint16,
    c_uint32,
    c_uint64,
    c_void_p,
)

from faxes import paper
from faxes.formats.picture_outcomes import BROKEN, TOO_LARGE, TOO_LONG, WHOLE

_WIDTH, _HEIGHT, _COMPRESSION, _PHOTOMETRIC, _SAMPLES, _PLANES = 256, 257, 259, 262, 277, 284
_ACROSS, _DOWN, _UNIT, _NO_UNIT = 282, 283, 296, 1
_FAX, _JPEG = frozenset({2, 3, 4}), 7
# Where a fax's rows end, or make no sense, libtiff goes on with white ones. So many are taken for what a line garbled.
_MOST_MISSING = 1 / 8
_YCBCR, _IN_PLANES = 6, 2
# A pseudo-tag of libtiff's: JPEG's colours come as RGB, and at full resolution.
_JPEG_COLOUR_MODE, _RGB = 65538, 1
# Of what is decoded at a time: bytes of a strip, beyond which its rows come one by one; of anything at all.
_STRIP_BYTES, _MOST_BYTES = 4 << 20, 32 << 20

_ReadWrite = CFUNCTYPE(c_ssize_t, c_void_p, c_void_p, c_ssize_t)
_Seek = CFUNCTYPE(c_uint64, c_void_p, c_uint64, c_int)
_Close = CFUNCTYPE(c_int, c_void_p)
_Size = CFUNCTYPE(c_uint64, c_void_p)
_Map = CFUNCTYPE(c_int, c_void_p, POINTER(c_void_p), POINTER(c_uint64))
_Unmap = CFUNCTYPE(None, c_void_p, c_void_p, c_uint64)
_Told = CFUNCTYPE(c_int, c_void_p, c_void_p, c_char_p, c_char_p, c_void_p)


class Decoder:
    """Decodes one TIFF, whose bytes come into ``content`` before `check`."""

    def __init__(self, library: str, content: "ctypes.Array[c_char]") -> None:
        self._libtiff = libtiff = ctypes.CDLL(library)
        # Those with more arguments than these get them as C passes them behind its three dots.
        shapes: dict[str, tuple[object, list[object]]] = {
            "TIFFOpenOptionsAlloc": (c_void_p, []),
            "TIFFOpenOptionsSetErrorHandlerExtR": (None, [c_void_p, _Told, c_void_p]),
            "TIFFOpenOptionsSetWarningHandlerExtR": (None, [c_void_p, _Told, c_void_p]),
            "TIFFClientOpenExt": (
                c_void_p,
                [c_char_p, c_char_p, c_void_p, _ReadWrite, _ReadWrite, _Seek, _Close, _Size, _Map, _Unmap, c_void_p],
            ),
            "TIFFSetSubDirectory": (c_int, [c_void_p, c_uint64]),
            "TIFFGetFieldDefaulted": (c_int, [c_void_p, c_uint32]),
            "TIFFSetField": (c_int, [c_void_p, c_uint32]),
            "TIFFIsTiled": (c_int, [c_void_p]),
            "TIFFNumberOfTiles": (c_uint32, [c_void_p]),
            "TIFFNumberOfStrips": (c_uint32, [c_void_p]),
            "TIFFTileSize64": (c_uint64, [c_void_p]),
            "TIFFStripSize64": (c_uint64, [c_void_p]),
            "TIFFScanlineSize64": (c_uint64, [c_void_p]),
            "TIFFReadEncodedTile": (c_ssize_t, [c_void_p, c_uint32, c_void_p, c_ssize_t]),
            "TIFFReadEncodedStrip": (c_ssize_t, [c_void_p, c_uint32, c_void_p, c_ssize_t]),
            "TIFFReadScanline": (c_int, [c_void_p, c_void_p, c_uint32, c_uint16]),
        }
        for name, (result, arguments) in shapes.items():
            function = getattr(libtiff, name)
            function.restype, function.argtypes = result, arguments
        self._content = content
        self._at = 0
        self._options = libtiff.TIFFOpenOptionsAlloc()
        # Nothing is printed.
        self._told = _Told(lambda *_: 1)
        libtiff.TIFFOpenOptionsSetErrorHandlerExtR(self._options, self._told, None)
        libtiff.TIFFOpenOptionsSetWarningHandlerExtR(self._options, self._told, None)
        self._functions = (
            _ReadWrite(self._read),
            _ReadWrite(lambda *_: 0),
            _Seek(self._seek),
            _Close(lambda _: 0),
            _Size(lambda _: len(content)),
            _Map(self._map),
            _Unmap(lambda *_: None),
        )

    def check(self, directories: Sequence[int]) -> tuple[int, int, int]:
        """The outcome, which page is meant, and its size on the paper where that is too small. ``directories`` is where
        the pages' directories lie."""
        tiff = self._libtiff.TIFFClientOpenExt(b"", b"r", None, *self._functions, self._options)
        if not tiff:
            return BROKEN, 1, 0
        is_left = False
        for page, directory in enumerate(directories, start=1):
            if not self._libtiff.TIFFSetSubDirectory(tiff, directory):
                return BROKEN, page, 0
            size = self._size(tiff)
            if size < paper.SMALLEST_SCALE:
                return TOO_LONG, page, int(size * 100)
            outcome = self._page(tiff)
            if outcome == BROKEN:
                return BROKEN, page, 0
            is_left |= outcome == TOO_LARGE
        return TOO_LARGE if is_left else WHOLE, len(directories), 0

    def _size(self, tiff: int) -> float:
        """The share of its size that a page has on the paper."""
        across, down = (self._fraction(tiff, tag) for tag in (_ACROSS, _DOWN))
        # Without a unit they are no density for those who draw it either.
        ratio = 1.0 if self._number(tiff, _UNIT) == _NO_UNIT else paper.ratio(across, down)
        width, height = (self._number(tiff, tag, c_uint32) for tag in (_WIDTH, _HEIGHT))
        return paper.picture_size(width, height, ratio)

    def _page(self, tiff: int) -> int:
        libtiff = self._libtiff
        compression = self._number(tiff, _COMPRESSION)
        if compression == _JPEG and self._number(tiff, _PHOTOMETRIC) == _YCBCR:
            libtiff.TIFFSetField(tiff, _JPEG_COLOUR_MODE, c_int(_RGB))
        if libtiff.TIFFIsTiled(tiff):
            size, parts, read = (
                libtiff.TIFFTileSize64(tiff),
                libtiff.TIFFNumberOfTiles(tiff),
                libtiff.TIFFReadEncodedTile,
            )
        else:
            size, parts = libtiff.TIFFStripSize64(tiff), libtiff.TIFFNumberOfStrips(tiff)
            read = libtiff.TIFFReadEncodedStrip
            if compression in _FAX or (size > _STRIP_BYTES and compression != _JPEG):
                return self._rows(tiff, compression)
        # A JPEG in several scans is kept as coefficients, of two bytes each.
        if size > _MOST_BYTES:
            return TOO_LARGE
        room = ctypes.create_string_buffer(size)
        return WHOLE if all(read(tiff, part, room, size) >= 0 for part in range(parts)) else BROKEN

    def _rows(self, tiff: int, compression: int) -> int:
        size = self._libtiff.TIFFScanlineSize64(tiff)
        if size > _MOST_BYTES:
            return TOO_LARGE
        planes = self._number(tiff, _SAMPLES) if self._number(tiff, _PLANES) == _IN_PLANES else 1
        height = self._number(tiff, _HEIGHT, c_uint32)
        room = ctypes.create_string_buffer(size)
        read = self._libtiff.TIFFReadScanline
        results = (read(tiff, room, row, plane) == 1 for plane in range(planes) for row in range(height))
        if compression in _FAX:
            return WHOLE if sum(not is_read for is_read in results) <= _MOST_MISSING * height else BROKEN
        return WHOLE if all(results) else BROKEN

    def _number(self, tiff: int, tag: int, kind: "type[c_uint16 | c_uint32]" = c_uint16) -> int:
        """An entry's one number, or what stands for it where it is not there."""
        value = kind()
        self._libtiff.TIFFGetFieldDefaulted(tiff, tag, byref(value))
        return value.value

    def _fraction(self, tiff: int, tag: int) -> float:
        value = c_float()
        self._libtiff.TIFFGetFieldDefaulted(tiff, tag, byref(value))
        return value.value

    # What libtiff reads by; most of it is read where it lies.

    def _map(self, _: int, base: "ctypes._Pointer[c_void_p]", size: "ctypes._Pointer[c_uint64]") -> int:
        base[0] = ctypes.addressof(self._content)
        size[0] = len(self._content)
        return 1

    def _read(self, _: int, into: int, count: int) -> int:
        count = max(min(count, len(self._content) - self._at), 0)
        ctypes.memmove(into, ctypes.addressof(self._content) + self._at, count)
        self._at += count
        return count

    def _seek(self, _: int, offset: int, whence: int) -> int:
        self._at = offset + (0, self._at, len(self._content))[whence]
        return self._at
