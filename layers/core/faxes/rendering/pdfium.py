"""What of PDFium is called to draw pages, its numbers, and the fonts that it may use.

pypdfium2's own Python declares 500 functions, which takes longer than drawing ten pages; a test holds these to it.

A PDF whose fonts are not embedded would look otherwise on each machine. PDFium is given two fonts and no folder: what
its built-in ones (the fourteen standard fonts, and one that stands in for other Latin ones) do not cover is drawn with
DejaVu Sans Mono or Unifont.
"""

import ctypes
import mmap
from ctypes import (
    CFUNCTYPE,
    POINTER,
    Structure,
    c_char,
    c_char_p,
    c_float,
    c_int,
    c_size_t,
    c_ubyte,
    c_uint,
    c_ulong,
    c_void_p,
)

GRAY = 1
WHITE = 0xFFFFFFFF
# FPDF_ANNOT and FPDF_PRINTING: what a printer would show.
FLAGS = 0x01 | 0x800
CLOCKWISE = 1
NO_FORM = 0

_LATIN, _SYMBOL = (0, 1), 2
_CYRILLIC_GREEK = (161, 204)
_TURKISH_BALTIC_EASTERN = (162, 186, 238)
_MOST_NAMES = 50


def load(library: str) -> ctypes.CDLL:
    """PDFium, with the shapes of what is called."""
    pdfium = ctypes.CDLL(library)
    shapes: dict[str, tuple[object, list[object]]] = {
        "FPDF_InitLibrary": (None, []),
        "FPDF_SetSystemFontInfo": (None, [c_void_p]),
        "FPDF_LoadMemDocument64": (c_void_p, [POINTER(c_char), c_size_t, c_char_p]),
        "FPDF_GetPageCount": (c_int, [c_void_p]),
        "FPDF_GetFormType": (c_int, [c_void_p]),
        "FPDFDOC_InitFormFillEnvironment": (c_void_p, [c_void_p, c_void_p]),
        "FPDF_LoadPage": (c_void_p, [c_void_p, c_int]),
        "FPDF_ClosePage": (None, [c_void_p]),
        "FPDF_GetPageWidthF": (c_float, [c_void_p]),
        "FPDF_GetPageHeightF": (c_float, [c_void_p]),
        "FPDFBitmap_CreateEx": (c_void_p, [c_int, c_int, c_int, c_void_p, c_int]),
        "FPDFBitmap_FillRect": (c_int, [c_void_p, c_int, c_int, c_int, c_int, c_ulong]),
        "FPDFBitmap_Destroy": (None, [c_void_p]),
        "FPDF_RenderPageBitmap": (None, [c_void_p, c_void_p, *[c_int] * 6]),
        "FPDF_FFLDraw": (None, [c_void_p, c_void_p, c_void_p, *[c_int] * 6]),
    }
    for name, (result, arguments) in shapes.items():
        function = getattr(pdfium, name)
        function.restype, function.argtypes = result, arguments
    return pdfium


_Release = CFUNCTYPE(None, c_void_p)
_EnumFonts = CFUNCTYPE(None, c_void_p, c_void_p)
_MapFont = CFUNCTYPE(c_void_p, c_void_p, c_int, c_int, c_int, c_int, c_char_p, POINTER(c_int))
_GetFont = CFUNCTYPE(c_void_p, c_void_p, c_char_p)
_GetFontData = CFUNCTYPE(c_ulong, c_void_p, c_void_p, c_uint, POINTER(c_ubyte), c_ulong)
_GetFaceName = CFUNCTYPE(c_ulong, c_void_p, c_void_p, c_void_p, c_ulong)
_GetFontCharset = CFUNCTYPE(c_int, c_void_p, c_void_p)
_DeleteFont = CFUNCTYPE(None, c_void_p, c_void_p)


class FontInfo(Structure):
    """FPDF_SYSFONTINFO, version 1."""

    _fields_ = (
        ("version", c_int),
        ("Release", _Release),
        ("EnumFonts", _EnumFonts),
        ("MapFont", _MapFont),
        ("GetFont", _GetFont),
        ("GetFontData", _GetFontData),
        ("GetFaceName", _GetFaceName),
        ("GetFontCharset", _GetFontCharset),
        ("DeleteFont", _DeleteFont),
    )


class FormInfo(Structure):
    """FPDF_FORMFILLINFO, version 2: no function is called where there is no script. As large as any version of it."""

    _fields_ = (("version", c_int), ("functions", c_void_p * 63))


class Fonts:
    """The fonts that PDFium asks for. ``substituted`` are the names of those that a document does not bring along."""

    def __init__(self, narrow: str, wide: str) -> None:
        # Nothing is read before it is needed, and nothing opened afterwards.
        self._fonts = {1: _mapped(narrow), 2: _mapped(wide)}
        self.substituted: set[str] = set()
        self.info = FontInfo(
            1,
            _Release(lambda _: None),
            _EnumFonts(lambda _, mapper: None),
            _MapFont(self._map),
            _GetFont(lambda _, name: None),
            _GetFontData(self._data),
            _GetFaceName(lambda _, font, buffer, size: 0),
            _GetFontCharset(lambda _, font: 1),
            _DeleteFont(lambda _, font: None),
        )

    def _map(
        self, _: int, weight: int, italic: int, charset: int, family: int, name: bytes, exact: object
    ) -> int | None:
        if charset in _LATIN or charset == _SYMBOL:
            # PDFium's own stand-ins.
            return None
        if len(self.substituted) < _MOST_NAMES:
            self.substituted.add(bytes(name or b"").decode("ascii", "replace"))
        return 1 if charset in (*_CYRILLIC_GREEK, *_TURKISH_BALTIC_EASTERN) else 2

    def _data(self, _: int, font: int, table: int, buffer: "ctypes._Pointer[c_ubyte]", size: int) -> int:
        content = self._fonts[font]
        start, length = (0, len(content)) if table == 0 else _table(content, table.to_bytes(4))
        if buffer and size >= length:
            ctypes.memmove(buffer, content[start : start + length], length)
        return length


def _mapped(path: str) -> mmap.mmap:
    with open(path, "rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _table(content: mmap.mmap, tag: bytes) -> tuple[int, int]:
    """Where a table of a font lies, and its length; 0 where there is none."""
    count = int.from_bytes(content[4:6])
    for at in range(12, 12 + 16 * count, 16):
        if content[at : at + 4] == tag:
            return int.from_bytes(content[at + 8 : at + 12]), int.from_bytes(content[at + 12 : at + 16])
    return 0, 0
