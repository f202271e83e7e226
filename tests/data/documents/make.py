"""Makes the documents beside it: `python tests/data/documents/make.py`. They are kept, so that tests need no maker."""

from pathlib import Path

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

HERE = Path(__file__).parent
FAX_WIDTH, FAX_HEIGHT = 1728, 2292

# The least that a reader takes: a catalog, a page tree with one page, a trailer that points at the catalog.
SMALLEST_PDF = (
    b"%PDF-1.0\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 3 3]>>endobj\n"
    b"xref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \n"
    b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n160\n%%EOF\n"
)


def page() -> Image.Image:
    """A page as a fax machine scans it: one bit a pixel, 1728 pixels wide."""
    image = Image.new("1", (FAX_WIDTH, FAX_HEIGHT), 1)
    draw = ImageDraw.Draw(image)
    for line in range(20):
        draw.text((120, 140 + line * 60), f"Line {line + 1} of a scanned page", fill=0, font_size=36)
    return image


def letter() -> None:
    canvas = Canvas(str(HERE / "letter.pdf"), pagesize=A4, invariant=True)
    canvas.setTitle("Letter")
    for line in range(30):
        canvas.drawString(72, 760 - line * 20, f"Line {line + 1} of a letter that is sent as a fax.")
    canvas.showPage()
    canvas.save()


def main() -> None:
    letter()
    scan = page()
    scan.save(HERE / "scan.tif", compression="group4", dpi=(204, 196))
    scan.convert("L").resize((FAX_WIDTH // 2, FAX_HEIGHT // 2)).save(HERE / "photo.jpg", quality=60)
    (HERE / "note.txt").write_bytes(b"This is my fax\n")
    (HERE / "smallest.txt").write_bytes(b"x")
    (HERE / "smallest.pdf").write_bytes(SMALLEST_PDF)
    Image.new("1", (1, 1)).save(HERE / "smallest.tif")
    Image.new("L", (1, 1)).save(HERE / "smallest.jpg")
    Image.new("L", (8, 8)).save(HERE / "picture.png")


if __name__ == "__main__":
    main()
