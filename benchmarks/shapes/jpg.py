"""JPEGs of one size."""

import io
import struct
from functools import cache

from PIL import Image

from benchmarks.shapes.shape import SIZE, noise, shape


@cache
def _photo(side: int) -> bytes:
    """Noise, which does not compress."""
    file = io.BytesIO()
    Image.frombytes("L", (side, side), noise(side * side)).save(file, "JPEG", quality=90)
    return file.getvalue()


def _with_size(jpg: bytes, width: int, height: int) -> bytes:
    frame = jpg.index(b"\xff\xc0")
    return jpg[: frame + 5] + struct.pack(">HH", height, width) + jpg[frame + 9 :]


def _photo_head() -> bytes:
    small = _photo(64)
    scan = small.index(b"\xff\xda")
    return small[: scan + 2 + int.from_bytes(small[scan + 2 : scan + 4])]


@shape("jpg", "a photo", honest=True)
def photo() -> bytes:
    return next(jpg for side in range(2300, 400, -4) if len(jpg := _photo(side)) <= SIZE)


@shape("jpg", "60,000 x 60,000")
def huge_jpg() -> bytes:
    return _with_size(photo(), 60_000, 60_000)


@shape("jpg", "segments of no content")
def jpg_segments() -> bytes:
    return b"\xff\xd8" + b"\xff\xfe\0\2" * (SIZE // 4 - 1000) + _photo(64)[2:]


@shape("jpg", "fill bytes before each segment")
def jpg_fill() -> bytes:
    return b"\xff\xd8" + b"\xff" * (SIZE - 4000) + _photo(64)[3:]


@shape("jpg", "image data of escapes")
def jpg_escapes() -> bytes:
    return _photo_head() + b"\xff\0" * (SIZE // 2 - 500) + b"\xff\xd9"


@shape("jpg", "image data of restart markers")
def jpg_restarts() -> bytes:
    return _photo_head() + b"".join(b"\xff" + bytes([0xD0 + n % 8]) for n in range(SIZE // 2 - 500)) + b"\xff\xd9"


@shape("jpg", "a scan for every few bytes")
def jpg_scans() -> bytes:
    head = _photo_head()
    scan = head[head.index(b"\xff\xda") :]
    return head + (b"\0\0" + scan) * (SIZE // (len(scan) + 2) - 100) + b"\0\xff\xd9"


@shape("jpg", "cut off: no end in all of it")
def jpg_cut() -> bytes:
    return photo()[:-2]
