"""Fax pages as a PDF, whose images are the very bytes of the TIFF's strips.

For people's readers; nothing is sent from it. It holds no date and no other words, so that the same pages make the same
file.
"""

from collections.abc import Sequence

from faxes.pages import COLUMNS_PER_INCH, WIDTH, FaxPage

_POINTS_PER_INCH = 72


def write(pages: Sequence[FaxPage]) -> bytes:
    """The file of at least one page."""
    # Objects 1 and 2 are the catalogue and the page tree; each page has three from 3 on.
    firsts = range(3, 3 + 3 * len(pages), 3)
    kids = " ".join(f"{first} 0 R" for first in firsts)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
    ]
    for first, page in zip(firsts, pages, strict=True):
        objects += _page(first, page)
    # The comment's bytes beyond ASCII keep programs from taking the file for text.
    parts, at = [b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"], []
    length = len(parts[0])
    for number, content in enumerate(objects, start=1):
        at.append(length)
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, content))
        length += len(parts[-1])
    table = "".join(f"{place:010d} 00000 n \n" for place in at)
    count = len(objects) + 1
    parts.append(
        f"xref\n0 {count}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{length}\n%%EOF\n".encode()
    )
    return b"".join(parts)


def _page(first: int, page: FaxPage) -> list[bytes]:
    """The page, what draws it, and its image."""
    width = _points(WIDTH, COLUMNS_PER_INCH)
    height = _points(page.rows, page.resolution.rows_per_inch)
    drawing = f"q {width} 0 0 {height} 0 0 cm /Fax Do Q".encode()
    image = (
        f"<< /Type /XObject /Subtype /Image /Width {WIDTH} /Height {page.rows} /ColorSpace /DeviceGray "
        f"/BitsPerComponent 1 /Filter /CCITTFaxDecode "
        f"/DecodeParms << /K -1 /Columns {WIDTH} /Rows {page.rows} >> /Length {len(page.t6)} >>"
    )
    return [
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} {height}] "
        f"/Resources << /XObject << /Fax {first + 2} 0 R >> >> /Contents {first + 1} 0 R >>".encode(),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawing), drawing),
        b"%b\nstream\n%b\nendstream" % (image.encode(), page.t6),
    ]


def _points(pixels: int, per_inch: int) -> str:
    return f"{pixels * _POINTS_PER_INCH / per_inch:.2f}"
