"""A plan for a small document, and stand-ins for the process that draws."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from faxes.model import Kind
from faxes.pages import Resolution
from faxes.rendering import Mode
from faxes.rendering.child import pdfium_library
from faxes.rendering.plan import Plan
from faxes.rendering.render import MEMORY, NARROW_FONT, WIDE_FONT
from tools.local.render import FONTS


@pytest.fixture
def plan() -> Callable[..., Plan]:
    """The plan of a document, with what a test says of it."""
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
    return lambda **stated: replace(text, **stated)
