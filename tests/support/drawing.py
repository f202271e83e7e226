"""A plan for the process that draws a document."""

from dataclasses import replace
from typing import Any

from faxes.model import Kind
from faxes.pages import Resolution
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
        narrow_font=FONTS / NARROW_FONT,
        wide_font=FONTS / WIDE_FONT,
        memory=MEMORY,
        seconds=10,
    )
    return replace(text, **stated)
