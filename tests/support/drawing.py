"""A plan for the process that draws a document, and its rows as a picture."""

from typing import Any

from PIL import Image

from faxes.model import Kind
from faxes.pages import WIDTH, Resolution
from faxes.rendering import Mode
from faxes.rendering.child import pdfium_library
from faxes.rendering.plan import Plan
from faxes.rendering.render import MEMORY, NARROW_FONT, WIDE_FONT
from tools.local.render import FONTS


def plan(**stated: Any) -> Plan:
    """The plan of an empty text of one page, with what is stated in its place."""
    text = Plan(
        kind=Kind.TXT,
        mode=Mode.AUTO,
        resolution=Resolution.FINE,
        size=0,
        pages=1,
        encoding="utf-8",
        pdfium=pdfium_library(),
        narrow_font=str(FONTS / NARROW_FONT),
        wide_font=str(FONTS / WIDE_FONT),
        memory=MEMORY,
        seconds=10,
    )
    return text._replace(**stated)


def picture(rows: bytes, width: int = WIDTH) -> Image.Image:
    """The picture of mode "1" that packed rows are, 1 for black."""
    return Image.frombytes("1", (width, len(rows) * 8 // width), rows, "raw", "1;I")
