"""PDFs with one thing wrong."""

import base64
import re

from tests.data.documents.by_damage.damages import HERE, breaks, valid
from tests.data.documents.by_damage.on_the_way import (
    copy,
    cut,
    half,
    line_ends_changed,
    read_as_utf_8,
    zeros_behind_half,
)

cut("pdf/refused/header-only.pdf", "pdf/ghostscript-1.4.pdf", 9)
cut("pdf/refused/cut-in-first-object.pdf", "pdf/reportlab-40-pages.pdf", 130)
cut("pdf/refused/cut-in-half.pdf", "pdf/libreoffice-writer.pdf", half)
cut("pdf/refused/cut-in-cross-reference.pdf", "pdf/cairo.pdf", lambda content: content.rindex(b"xref\n0 ") + 100)
cut("pdf/refused/cut-before-trailer.pdf", "pdf/pillow.pdf", lambda content: content.rindex(b"trailer"))
cut("pdf/refused/cut-in-trailer.pdf", "pdf/tiff2pdf-scan.pdf", lambda content: content.rindex(b"trailer") + 12)
cut("pdf/refused/cut-before-startxref.pdf", "pdf/chromium.pdf", lambda content: content.rindex(b"startxref"))
cut("pdf/refused/cut-in-startxref.pdf", "pdf/groff.pdf", lambda content: content.rindex(b"startxref\n") + 12)
cut(
    "pdf/refused/cut-in-cross-reference-stream.pdf",
    "pdf/qpdf-object-streams.pdf",
    lambda content: content.rindex(b"/Type /XRef") + 60,
)
cut(
    "pdf/refused/linearized-cut-behind-first-page.pdf",
    "pdf/qpdf-linearized.pdf",
    lambda content: content.index(b"%%EOF") + 1500,
)
cut(
    "pdf/refused/linearized-cut-at-first-end.pdf",
    "pdf/qpdf-linearized.pdf",
    lambda content: content.index(b"%%EOF\n") + len(b"%%EOF\n"),
)
cut("pdf/refused/update-cut-off.pdf", "pdf/exiftool-updated.pdf", lambda content: content.index(b"%%EOF") + 300)
cut(
    "pdf/refused/update-cut-before-its-trailer.pdf",
    "pdf/exiftool-updated.pdf",
    lambda content: content.rindex(b"/Size"),
)
zeros_behind_half("pdf/refused/zeros-behind-half.pdf", "pdf/mupdf.pdf")
line_ends_changed("pdf/refused/line-ends-changed.pdf", "pdf/qpdf-object-streams.pdf")
read_as_utf_8("pdf/refused/read-as-utf-8.pdf", "pdf/qpdf-object-streams-linearized.pdf")
copy("pdf/refused/jpeg.pdf", "jpg/libjpeg-turbo-progressive.jpg")


@breaks("pdf/refused/object-stream-overwritten.pdf")
def _() -> bytes:
    """The cross-reference is right, and the catalog and the pages that it leads to are gone."""
    content = valid("pdf/qpdf-object-streams.pdf")
    found = re.search(rb"/Type /ObjStm /Length (\d+) .*>>\nstream\n", content)
    assert found
    start, end = found.end(), found.end() + int(found[1])
    return content[:start] + bytes(end - start) + content[end:]


@breaks("pdf/refused/no-object-is-whole.pdf")
def _() -> bytes:
    """The cross-reference and what is needed to build it anew are gone: every object's first line."""
    return re.sub(rb"\d+ 0 obj", lambda found: b"#" * len(found[0]), valid("pdf/ghostscript-1.3.pdf"))


def pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of these objects, numbered from 1, with a cross-reference that is right."""
    content = b"%PDF-1.4\n"
    offsets = []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(content))
        content += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    entries = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    table = b"xref\n0 %d\n0000000000 65535 f \n%b" % (len(objects) + 1, entries)
    end = b"trailer\n<< /Size %d %b >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, len(content))
    return content + table + end


CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"


def page(box: bytes = b"0 0 595 842") -> bytes:
    return b"<< /Type /Page /Parent 2 0 R /Resources << >> /MediaBox [%b] /Contents 4 0 R >>" % box


DRAWING = b"<< /Length 34 >>\nstream\n2 w 72 700 m 300 600 l 400 700 l S\nendstream"


def _pdf(name: str, *objects: bytes, trailer: bytes = b"/Root 1 0 R") -> None:
    breaks(f"pdf/refused/{name}")(lambda: pdf(*objects, trailer=trailer))


_pdf("no-page-tree.pdf", b"<< /Type /Catalog >>", PAGES, page(), DRAWING)
_pdf("no-catalog.pdf", b"<< /Producer (none) >>", PAGES, page(), DRAWING, trailer=b"/Root 9 0 R")
_pdf("page-tree-loop.pdf", CATALOG, b"<< /Type /Pages /Kids [2 0 R] /Count 1 >>", page(), DRAWING)
_pdf("page-missing.pdf", CATALOG, b"<< /Type /Pages /Kids [9 0 R] /Count 1 >>", page(), DRAWING)
_pdf("page-is-no-page.pdf", CATALOG, b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>", page(), b"(a string)")
_pdf("page-of-half-a-point.pdf", CATALOG, PAGES, page(b"0 0 595 0.5"), DRAWING)
_pdf("page-of-seven-metres.pdf", CATALOG, PAGES, page(b"0 0 595 20000"), DRAWING)
_pdf("page-of-a-kilometre.pdf", CATALOG, PAGES, page(b"0 0 2834646 842"), DRAWING)
_pdf(
    "certificate.pdf",
    *(CATALOG, PAGES, page(), DRAWING),
    b"<< /Filter /Adobe.PubSec /SubFilter /adbe.pkcs7.s5 /V 2 /Length 128 /Recipients [<00>] >>",
    trailer=b"/Root 1 0 R /Encrypt 5 0 R /ID [<00> <00>]",
)

breaks("pdf/refused/base64.pdf")(lambda: base64.encodebytes(valid("pdf/mupdf.pdf")))
breaks("pdf/refused/error-page.pdf")(
    lambda: b"<!DOCTYPE html>\r\n<html><head><title>404 Not Found</title></head><body>Not found</body></html>\r\n"
)
breaks("pdf/refused/png.pdf")(lambda: (HERE / "picture.png").read_bytes())
breaks("pdf/refused/form-data.pdf")(
    lambda: (
        b"%FDF-1.2\n1 0 obj\n<< /FDF << /Fields [<< /T (name) /V (Alice) >>] /F (form.pdf) >> >>\nendobj\n"
        b"trailer\n<< /Root 1 0 R >>\n%%EOF\n"
    )
)
