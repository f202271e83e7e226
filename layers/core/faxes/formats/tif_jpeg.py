"""Whether the JPEG stream of a TIFF page is what the page says of it: TIFF Technical Note 2, and what libtiff demands.

A strip or tile is a JPEG of its own, without tables where the page has them. libtiff reads its colours as the page
says, whatever the stream says; where these differ, colours are wrong or nothing is read.
"""

import re
from dataclasses import dataclass

from faxes.formats.content import Content
from faxes.formats.tif_directory import damaged, require

# No encoder writes many 0xFF before a marker, and each page could name the same ones.
_MARKER = re.compile(rb"\xff{1,64}+([^\x00\xff])", re.DOTALL)
_MAX_SEGMENTS = 64

_SOI = b"\xff\xd8"
_FRAMES = frozenset({0xC0, 0xC1, 0xC2})
_PRECISION = 8
_JFIF, _ADOBE = 0xE0, 0xEE
# Where Adobe's segment says how the colours were changed, and what.
_ADOBE_TRANSFORM = 11
_IS_NEITHER, _IS_YCBCR, _IS_YCCK = 0, 1, 2
_NOT_SAMPLED = b"\x11"
_RGB, _CMYK, _YCBCR = 2, 5, 6


@dataclass(frozen=True, slots=True)
class Stream:
    """What a page says of its first strip or tile: its pixels, how many samples each has and what they stand for. The
    last strip may be coded in its full height."""

    width: int
    height: int
    samples: int
    photometric: int
    is_last: bool


def check_stream(content: Content, start: int, end: int, said: Stream) -> None:
    """Check that what lies between ``start`` and ``end`` is a JPEG such as the page says."""
    require(content.startswith(_SOI, start, end), "a page in JPEG whose data is none")
    position = start + len(_SOI)
    # What the stream says of its colours beside the frame: None for nothing, else Adobe's number; 1 is YCbCr.
    transform: int | None = None
    for _ in range(_MAX_SEGMENTS):
        found = _MARKER.match(content, position, end)
        if not found:
            break
        marker, start = found[1][0], found.end() + 2
        position = found.end() + int.from_bytes(content[found.end() : start])
        if marker in _FRAMES:
            _check_frame(content[start : min(position, end)], said, transform)
            return
        name = content[start : start + 5]
        if marker == _JFIF and name == b"JFIF\0" and transform is None:
            transform = _IS_YCBCR
        elif marker == _ADOBE and name == b"Adobe" and position - start > _ADOBE_TRANSFORM and position <= end:
            transform = content[start + _ADOBE_TRANSFORM]
    damaged("a page in JPEG whose data has no header")


def _check_frame(frame: bytes, said: Stream, transform: int | None) -> None:
    require(len(frame) >= 6 and len(frame) == 6 + 3 * frame[5], "a page in JPEG whose data has no header")
    require(
        frame[0] == _PRECISION and frame[5] == said.samples, "a page in JPEG whose data has other samples than it says"
    )
    height, width = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5])
    require(
        width == said.width and (height == said.height or (said.is_last and height > said.height)),
        "a page in JPEG whose data has other pixels than it says",
    )
    numbers, factors = frame[6::3], frame[7::3]
    first, fits = _NOT_SAMPLED, True
    if said.samples > 1 and said.photometric == _RGB:
        fits = transform not in (_IS_YCBCR, _IS_YCCK)
    elif said.samples > 1 and said.photometric == _CMYK:
        fits = transform != _IS_YCCK
    elif said.samples > 1 and said.photometric == _YCBCR:
        # The brightness may be finer than the colours.
        first = factors[:1]
        fits = transform != _IS_NEITHER and numbers != b"RGB"
    fits = fits and factors == first + _NOT_SAMPLED * (said.samples - 1)
    require(fits, "a page in JPEG whose data is in other colours than it says")
