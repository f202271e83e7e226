"""Draws one document's pages, row by row of black and white, and ends: what child.py runs in a process of its own.

The libraries that decode documents read strangers' bytes. Whatever they do, by mistake or because a document's author
wants it to, this process can then reach nothing but the document (``faxes.confinement``).

It says PAGE with what `page_head` packs and the rows' bits for each page, then either NOTES or FAILED and a line of
JSON.
"""

import json
import struct
from importlib import import_module

from PIL import ImageFile

from faxes.appearance import Resolution
from faxes.confinement import inside
from faxes.formats.content import Mapped
from faxes.rendering import Mode, RenderFailed, bits, raster
from faxes.rendering.plan import Drawer, Drawing, Plan

# Standard input, where the document is a file.
_DOCUMENT = 0
PAGE, NOTES, FAILED = b"P", b"N", b"F"
# Whether the resolution is fine, and the rows beneath the header.
page_head = struct.Struct(">?H")

# Pillow imports it when it first hands out bytes, and then no file is opened any more.
_HANDS_OUT_BYTES = ImageFile

# Black and white pixels are 0 and 255.
_GREYS_BEGIN = 1
_DRAWERS = {"pdf": "Pdf", "tif": "Tif", "jpg": "Jpg", "txt": "Txt"}


def main(spec: str) -> None:
    """Draw the document that comes in, or lies in the file on standard input, as the plan says."""
    plan = Plan.loaded(spec)
    drawer: Drawer = getattr(import_module(f"faxes.rendering.{plan.kind}"), _DRAWERS[plan.kind])(plan)
    content = Mapped.own(plan.size, _DOCUMENT if plan.mapped else -1) if plan.size else b""
    inside.receive(memoryview(b"" if plan.mapped else content), plan.memory, plan.seconds)
    try:
        for number, drawing in enumerate(drawer.pages(content), start=1):
            rows = _bits(drawing, plan.mode, number)
            fine = drawing.resolution is Resolution.FINE
            inside.say(PAGE + page_head.pack(fine, drawing.image.height) + rows)
        inside.say(NOTES + json.dumps(drawer.notes()).encode() + b"\n")
    except RenderFailed as failed:
        _fail(failed)
    except MemoryError:
        _fail(RenderFailed("too_much_memory"))
    inside.end()


def _bits(drawing: Drawing, mode: Mode, number: int) -> bytes:
    """The rows, packed, 1 for black. Raises RenderFailed where nothing is left of what is there."""
    image = drawing.image
    if image.mode == "1":
        return bits.black_below(image, _GREYS_BEGIN)
    rows = raster.black_and_white(image, mode, drawing.pixels)
    if any_black(rows) or not raster.has_marks(image):
        return rows
    rows = raster.local(image, mode)
    if not any_black(rows):
        raise RenderFailed("page_too_faint", number)
    return rows


def any_black(rows: bytes) -> bool:
    # Ends at the first black pixel, which counting the white ones does not.
    return rows != bytes(len(rows))


def _fail(failed: RenderFailed) -> None:
    stated = {"reason": failed.reason, "page": failed.page, "percent": failed.percent}
    inside.say(FAILED + json.dumps(stated).encode() + b"\n")
