"""Documents as large as a fax may have, made for the occasion: scans and photographs that are noise beneath a band,
which says in black squares which page it is."""

import io
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from faxes.formats.txt import COLUMNS, ROWS
from faxes.pages import HEADER_ROWS, FaxPage, tiff
from tests.support import pdfs

# The most that a fax may have.
MOST = 262_144_000
# Of a page's height, the band; the squares in it.
_BAND, _SQUARES = 1 / 8, 8
# What is repeated, so that a hundred million pixels take no time to be drawn; a decoder cannot tell.
_TILE = 1_024
_SHADES = (0, 90, 150, 200, 255)
_ORIENTATION, _HELD_UPRIGHT = 0x0112, 6


def sheet(number: int, width: int, height: int, mode: str = "RGB", noise: float = 0.5) -> Image.Image:
    """Noise, that share of all that there could be, in lighter and darker squares under a band with the page's
    number."""
    source = random.Random(number)  # noqa: S311  # the same each time
    tile = Image.frombytes(mode, (_TILE, _TILE), source.randbytes(_TILE * _TILE * len(mode)))
    tiles = [
        tile.point([int(value * noise + shade * (1 - noise)) for value in range(256)] * len(mode)) for shade in _SHADES
    ]
    made = Image.new(mode, (width, height), "white")
    band = int(height * _BAND)
    for row, top in enumerate(range(band, height, _TILE)):
        for column, left in enumerate(range(0, width, _TILE)):
            made.paste(tiles[(row + 2 * column) % len(tiles)], (left, top))
    pen = ImageDraw.Draw(made)
    for square in range(_SQUARES):
        if number >> square & 1:
            left, side = width * square // _SQUARES, width // _SQUARES
            pen.rectangle((left, 0, left + side - 1, band // 2), fill="black")
    return made


def number_of(page: Image.Image) -> int:
    """What a fax page's band says. Beneath the header, it is the page's first eighth."""
    height = page.height - HEADER_ROWS
    place = HEADER_ROWS + int(height * _BAND / 4)
    number = 0
    for square in range(_SQUARES):
        middle = page.width * (2 * square + 1) // (2 * _SQUARES)
        seen = page.convert("L").crop((middle - 40, place - 10, middle + 40, place + 10)).getextrema()
        if seen not in ((0, 0), (255, 255)):
            raise ValueError(f"square {square} is neither black nor white")
        number |= (seen == (0, 0)) << square
    return number


def ink_of(page: Image.Image) -> float:
    """The share of black beneath the band."""
    beneath = page.convert("L").crop((0, page.height // 2, page.width, page.height * 7 // 8))
    return beneath.histogram()[0] / (beneath.width * beneath.height)


def assert_pictures(sheets: Sequence[FaxPage]) -> None:
    """Each sheet is the one that it says it is, the right way up, and shows what is lighter and what is darker."""
    pages = []
    for sheet in sheets:
        with Image.open(io.BytesIO(tiff.write([sheet])), formats=["TIFF"]) as image:
            pages.append(image.convert("1"))
    assert [number_of(page) for page in pages] == list(range(1, len(sheets) + 1))
    assert all(0.1 < ink_of(page) < 0.9 for page in pages)


def phone_photo(path: Path) -> int:
    """A telephone's photograph of 12 megapixels and 6 MB, held upright; its pages."""
    exif = Image.Exif()
    exif[_ORIENTATION] = _HELD_UPRIGHT
    upright = sheet(1, 3_024, 4_032, noise=0.4)
    upright.transpose(Image.Transpose.ROTATE_90).save(path, "JPEG", quality=90, exif=exif)
    return 1


def jpg(path: Path) -> int:
    """One picture of 97 megapixels and more than 200 MB."""
    sheet(1, 8_300, 11_700, noise=0.8).save(path, "JPEG", quality=96, subsampling=0)
    return 1


def tif(path: Path) -> int:
    """30 scans of A4 at 300 dots an inch in greys, as they are, and zeros behind them."""
    scans: Iterator[Image.Image] = (sheet(number, 2_480, 3_508, "L") for number in range(1, 31))
    next(scans).save(path, "TIFF", save_all=True, append_images=scans, dpi=(300, 300))
    with path.open("ab") as file:
        file.truncate(MOST)
    return 30


def pdf(path: Path) -> int:
    """50 scans in colour of 5 MB, and a stream that nothing shows for the rest."""
    count, width, height = 50, 2_480, 3_508
    kids = b" ".join(b"%d 0 R" % (3 + 3 * at) for at in range(count))
    objects = [pdfs.CATALOG, b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, count)]
    for number in range(1, count + 1):
        first = len(objects) + 1
        with io.BytesIO() as file:
            sheet(number, width, height).save(file, "JPEG", quality=80)
            scan = file.getvalue()
        objects += [
            b"<< /Type /Page /Parent 2 0 R /MediaBox %b /Contents %d 0 R /Resources << /XObject << /Scan %d 0 R >> >> "
            b">>" % (pdfs.A4, first + 1, first + 2),
            pdfs.stream(b"q 595 0 0 842 0 0 cm /Scan Do Q"),
            pdfs.stream(
                scan,
                b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceRGB /BitsPerComponent 8 "
                b"/Filter /DCTDecode" % (width, height),
            ),
        ]
    missing = MOST - len(pdfs.pdf([*objects, pdfs.stream(bytes(MOST // 20))])) + MOST // 20
    path.write_bytes(pdfs.pdf([*objects, pdfs.stream(bytes(missing))]))
    return count


def txt(path: Path) -> int:
    """Full pages, as many as a fax may have, and blanks behind them for the rest."""
    pages = 200
    rows = (f"page {number} ".ljust(COLUMNS, "x") for number in range(1, pages + 1) for _ in range(ROWS))
    text = "\n".join(rows).encode()
    path.write_bytes(text + b" " * (MOST - len(text)))
    return pages
