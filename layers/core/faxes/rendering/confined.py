"""Draws one document's pages, row by row of black and white, and ends: what child.py runs in a process of its own.

The libraries that decode documents read strangers' bytes. Whatever they do, by mistake or because a document's author
wants it to, this process can then reach nothing but the document: it has no credentials, opens no file, connects
nowhere, starts nothing, and sees no other process (`confine`).

Standard input is the document. Standard output is READY, then PAGE with what `page_head` packs and the rows' bits for
each page, then either NOTES or FAILED and a line of JSON.
"""

import ctypes
import json
import os
import resource
import struct
import time
from importlib import import_module

from PIL import ImageFile

from faxes.pages import Resolution
from faxes.rendering import Mode, RenderFailed, raster, sandbox
from faxes.rendering.plan import Drawer, Drawing, Plan

READY, PAGE, NOTES, FAILED = b"R", b"P", b"N", b"F"
# Whether the resolution is fine, and the rows beneath the header.
page_head = struct.Struct(">?H")

# Pillow imports it when it first hands out bytes, and then no file is opened any more.
_HANDS_OUT_BYTES = ImageFile

_ITIMER_PROF = 2
_BLACK_IS_ONE = bytes(byte ^ 0xFF for byte in range(256))
_DRAWERS = {"pdf": "Pdf", "tif": "Tif", "jpg": "Jpg", "txt": "Txt"}


def main(spec: str) -> None:
    """Draw the document that comes in, as the plan says."""
    plan = Plan.loaded(spec)
    drawer: Drawer = getattr(import_module(f"faxes.rendering.{plan.kind}"), _DRAWERS[plan.kind])(plan)
    content = bytearray(plan.size)
    _limit(plan)
    sandbox.confine()
    os.write(1, READY)
    rest = memoryview(content)
    while rest:
        read = os.readv(0, [rest])
        if not read:
            raise EOFError("the document ended early")
        rest = rest[read:]
    try:
        for number, drawing in enumerate(drawer.pages(content), start=1):
            bits = _bits(drawing, plan.mode, number)
            fine = drawing.resolution is Resolution.FINE
            _write(PAGE + page_head.pack(fine, drawing.image.height) + bits)
        _write(NOTES + json.dumps(drawer.notes()).encode() + b"\n")
    except RenderFailed as failed:
        _fail(failed)
    except MemoryError:
        _fail(RenderFailed("too_much_memory"))
    # Nothing that a library left behind is run or freed.
    os._exit(0)


def _bits(drawing: Drawing, mode: Mode, number: int) -> bytes:
    """The rows, packed, 1 for black. Raises RenderFailed where nothing is left of what is there."""
    image = drawing.image
    if image.mode == "1":
        return image.tobytes().translate(_BLACK_IS_ONE)
    bits = raster.black_and_white(image, mode).tobytes().translate(_BLACK_IS_ONE)
    if any_black(bits) or not raster.has_marks(image):
        return bits
    bits = raster.local(image, mode).tobytes().translate(_BLACK_IS_ONE)
    if not any_black(bits):
        raise RenderFailed("page_too_faint", number)
    return bits


def any_black(bits: bytes) -> bool:
    return bits.count(0) != len(bits)


def _fail(failed: RenderFailed) -> None:
    stated = {"reason": failed.reason, "page": failed.page, "percent": failed.percent}
    _write(FAILED + json.dumps(stated).encode() + b"\n")


def _write(content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(1, rest) :]


def _limit(plan: Plan) -> None:
    """Bound what may be computed, reserved and opened. What was opened stays open."""
    # Until here an error is told to the function's log; from here on, the document is not.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    limits = {
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
        # For a library that was made to put the timer below off.
        resource.RLIMIT_CPU: int(time.process_time()) + plan.seconds + 2,
        resource.RLIMIT_NOFILE: 0,
    }
    reserved = _reserved()
    if reserved:
        limits[resource.RLIMIT_AS] = reserved + plan.memory
    for limit, value in limits.items():
        resource.setrlimit(limit, (value, value))
    if ctypes.CDLL(None).setitimer(_ITIMER_PROF, (ctypes.c_long * 4)(0, 0, plan.seconds, 0), None):
        raise OSError("no timer")


def _reserved() -> int:
    """This process's address space in bytes; 0 where the system does not say: macOS, which does not limit it either."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except FileNotFoundError:
        return 0
