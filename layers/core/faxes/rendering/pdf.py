"""A PDF's pages, drawn by PDFium straight into greys of a fax's columns and rows.

What a printer would show is drawn: annotations, and the values of form fields, which have a call of their own. Rotation
and crop box are PDFium's. Where UserUnit makes a page larger, it is drawn as if it did not: pages that are larger than
the paper shrink anyway.
"""

import ctypes
from collections.abc import Iterator

from PIL import Image

from faxes import paper
from faxes.formats.content import Content
from faxes.paper import WIDTH
from faxes.rendering import RenderFailed, geometry, pdfium
from faxes.rendering.plan import Drawing, Plan

_MM_PER_POINT = paper.MILLIMETRES_PER_INCH / 72


class Pdf:
    """What draws PDFs. Made before the process is confined, since it opens files; `pages` needs none."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._pdfium = pdfium.load(plan.pdfium)
        self._fonts = pdfium.Fonts(plan.narrow_font, plan.wide_font)
        self._pdfium.FPDF_InitLibrary()
        self._pdfium.FPDF_SetSystemFontInfo(ctypes.byref(self._fonts.info))
        self._pixels = bytearray()

    def pages(self, content: Content) -> Iterator[Drawing]:
        """The pages in order. Raises RenderFailed."""
        lib = self._pdfium
        # PDFium goes on reading there. What is empty has no place.
        place = (ctypes.c_char * len(content)).from_buffer(content) if content else None
        document = lib.FPDF_LoadMemDocument64(place, len(content), None)
        if not document:
            raise RenderFailed("document_unreadable")
        form = None
        if lib.FPDF_GetFormType(document) != pdfium.NO_FORM:
            form_info = pdfium.FormInfo(2)
            form = lib.FPDFDOC_InitFormFillEnvironment(document, ctypes.byref(form_info))
        for number in range(1, lib.FPDF_GetPageCount(document) + 1):
            page = lib.FPDF_LoadPage(document, number - 1)
            if not page:
                raise RenderFailed("page_unreadable", number)
            yield Drawing(self._draw(page, form, number), self._plan.resolution, self._pixels)
            lib.FPDF_ClosePage(page)

    def notes(self) -> dict[str, list[str]]:
        """The fonts that the document names and does not hold, where PDFium's own could not stand in."""
        return {"fonts_substituted": sorted(self._fonts.substituted)}

    def _draw(self, page: int, form: int | None, number: int) -> Image.Image:
        lib = self._pdfium
        place = geometry.place(
            lib.FPDF_GetPageWidthF(page) * _MM_PER_POINT,
            lib.FPDF_GetPageHeightF(page) * _MM_PER_POINT,
            self._plan.resolution,
            number,
        )
        # Mostly all pages are of one size, and memory that was touched before costs less.
        if len(self._pixels) != WIDTH * place.height:
            self._pixels = bytearray(WIDTH * place.height)
        pixels = self._pixels
        room = (ctypes.c_char * len(pixels)).from_buffer(pixels)
        bitmap = lib.FPDFBitmap_CreateEx(WIDTH, place.height, pdfium.GRAY, room, WIDTH)
        lib.FPDFBitmap_FillRect(bitmap, 0, 0, WIDTH, place.height, pdfium.WHITE)
        where = (place.left, 0, place.width, place.height, pdfium.CLOCKWISE if place.turned else 0, pdfium.FLAGS)
        lib.FPDF_RenderPageBitmap(bitmap, page, *where)
        if form:
            lib.FPDF_FFLDraw(form, bitmap, page, *where)
        lib.FPDFBitmap_Destroy(bitmap)
        return Image.frombuffer("L", (WIDTH, place.height), pixels, "raw", "L", 0, 1)
