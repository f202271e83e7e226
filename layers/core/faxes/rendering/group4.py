"""Rows of black and white -> T.6, by the libtiff that Pillow brings.

Pillow keeps a byte for each pixel, and would spread the bits and gather them again, which takes as long as coding them.
Its encoder hands libtiff each row's bytes as they are, though, and libtiff does what the tags say: so the packed bits
go in as an image of 216 grey bytes a row, whose tags say 1,728 pixels of one bit. That is Pillow's inner interface; a
test holds what comes out against `faxes.pages.t6`.
"""

from PIL import Image

from faxes.pages import HEADER_ROWS, WIDTH, FaxPage, Resolution

ROW_BYTES = WIDTH // 8
_WHITE_HEADER = bytes(HEADER_ROWS * ROW_BYTES)
# All in one strip; min-is-black, which makes libtiff code 1 as black, as it comes.
_TAGS = {256: WIDTH, 258: 1, 259: 4, 262: 1, 277: 1}
_BUFFER = 1 << 20


def page(bits: bytes, resolution: Resolution) -> FaxPage:
    """The page of packed rows, 1 for black, with the header's white ones in front of them."""
    bits = _WHITE_HEADER + bits
    rows = len(bits) // ROW_BYTES
    return FaxPage(rows, resolution, _strip(bits, rows))


def _strip(bits: bytes, rows: int) -> bytes:
    tags = sorted((_TAGS | {257: rows, 278: rows}).items())
    image = Image.frombuffer("L", (ROW_BYTES, rows), bits, "raw", "L", 0, 1)
    encoder = Image._getencoder("L", "libtiff", ("L", 0, "", tags, {}))
    encoder.setimage(image.im, (0, 0, ROW_BYTES, rows))
    parts = []
    status = 0
    while status == 0:
        _, status, part = encoder.encode(_BUFFER)
        parts.append(part)
    if status < 0:
        raise RuntimeError(f"libtiff's encoder: {status}")
    return _only_strip(b"".join(parts))


def _only_strip(tiff: bytes) -> bytes:
    """The one strip of the file that libtiff wrote, in this machine's byte order, which is little-endian."""
    directory = int.from_bytes(tiff[4:8], "little")
    entries = int.from_bytes(tiff[directory : directory + 2], "little")
    values = {}
    for at in range(directory + 2, directory + 2 + entries * 12, 12):
        size = {3: 2, 4: 4}.get(tiff[at + 2], 4)
        values[tiff[at] | tiff[at + 1] << 8] = int.from_bytes(tiff[at + 8 : at + 8 + size], "little")
    return tiff[values[273] : values[273] + values[279]]
