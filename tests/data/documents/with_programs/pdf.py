"""The PDFs that programs write."""

import io
from pathlib import Path

from reportlab.lib.pagesizes import A4, A5
from reportlab.pdfgen.canvas import Canvas

from tests.data.documents.with_programs.given import (
    HERE,
    LETTER,
    Maker,
    drawing,
    fax_page,
    ghostscript,
    libreoffice,
    makes,
    picture,
    postscript,
    ppm,
    run,
    tif,
    writer_document,
)


def _ghostscript_pdf(version: str, pages: int) -> Maker:
    def make(output: Path, folder: Path) -> None:
        ghostscript(output, postscript(pages), "-sDEVICE=pdfwrite", f"-dCompatibilityLevel={version}")

    return make


for _version, _pages in (("1.3", 1), ("1.4", 3), ("1.7", 2), ("2.0", 1)):
    makes(f"pdf/accepted/ghostscript-{_version}.pdf")(_ghostscript_pdf(_version, _pages))


@makes("pdf/accepted/ghostscript-owner-password.pdf")
def _(output: Path, folder: Path) -> None:
    ghostscript(
        output,
        postscript(1),
        *("-sDEVICE=pdfwrite", "-dCompatibilityLevel=1.4", "-sOwnerPassword=owner"),
        *("-dEncryptionR=3", "-dKeyLength=128", "-dPermissions=-3904"),
    )


@makes("pdf/accepted/libreoffice-writer.pdf")
def _(output: Path, folder: Path) -> None:
    libreoffice(folder, output, writer_document(folder, *LETTER), "pdf:writer_pdf_Export")


@makes("pdf/accepted/libreoffice-draw.pdf")
def _(output: Path, folder: Path) -> None:
    libreoffice(folder, output, drawing(folder), "pdf:draw_pdf_Export")


@makes("pdf/accepted/cairo.pdf")
def _(output: Path, folder: Path) -> None:
    _ghostscript_pdf("1.4", 2)(folder / "in.pdf", folder)
    run("pdftocairo", "-pdf", folder / "in.pdf", output)


@makes("pdf/accepted/chromium.pdf")
def _(output: Path, folder: Path) -> None:
    page = folder / "in.html"
    page.write_text('<!doctype html><title>Fax</title><p>Printed<p style="break-before: page">on two pages')
    run(
        *("chromium", "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"),
        *("--no-pdf-header-footer", f"--print-to-pdf={output}", page.as_uri()),
    )


@makes("pdf/accepted/groff.pdf")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("groff", "-Tpdf", stdin=b".ps 14\nA page that groff has set.\n.bp\nAnd a second one.\n"))


@makes("pdf/accepted/mupdf.pdf")
def _(output: Path, folder: Path) -> None:
    page = folder / "page.txt"
    page.write_text("%%MediaBox 0 0 300 400\n%%Font F Times-Roman\nBT /F 20 Tf 40 300 Td (Made by MuPDF) Tj ET\n")
    run("mutool", "create", "-o", output, page)


def _reportlab(output: Path | io.BytesIO, pages: int, width: float = A4[0], height: float = A4[1]) -> None:
    canvas = Canvas(output if isinstance(output, io.BytesIO) else str(output), pagesize=(width, height), invariant=True)
    for page in range(1, pages + 1):
        canvas.drawString(20, height - 40, f"Page {page}")
        canvas.rect(20, height - 100, 40 + page, 40, fill=page % 2)
        canvas.showPage()
    canvas.save()


@makes("pdf/accepted/reportlab-40-pages.pdf")
def _(output: Path, folder: Path) -> None:
    _reportlab(output, 40, *A5)


@makes("pdf/accepted/reportlab-form.pdf")
def _(output: Path, folder: Path) -> None:
    canvas = Canvas(str(output), pagesize=A5, invariant=True)
    canvas.drawString(40, 500, "A form that somebody has filled in")
    canvas.acroForm.textfield(name="name", value="Alice", x=40, y=440, width=200, height=24)
    canvas.save()


@makes("pdf/accepted/reportlab-white-space-in-front.pdf")
def _(output: Path, folder: Path) -> None:
    """What a web script sends that has empty lines before its own code: all offsets are then 4 too small."""
    made = io.BytesIO()
    _reportlab(made, 1)
    output.write_bytes(b"\r\n\r\n" + made.getvalue())


@makes("pdf/accepted/reportlab-html-behind.pdf")
def _(output: Path, folder: Path) -> None:
    """What a web server sends that adds a line to every page."""
    made = io.BytesIO()
    _reportlab(made, 2)
    output.write_bytes(made.getvalue() + b"\r\n<!-- page generated in 0.04 s -->\r\n")


@makes("pdf/accepted/reportlab-zeros-behind.pdf")
def _(output: Path, folder: Path) -> None:
    """What a program writes that fills the last block of a file."""
    made = io.BytesIO()
    _reportlab(made, 2)
    output.write_bytes(made.getvalue().ljust(2048, b"\0"))


@makes("pdf/accepted/pillow.pdf")
def _(output: Path, folder: Path) -> None:
    picture().save(output, save_all=True, append_images=[picture(128, 96).convert("L")], quality=40)


@makes("pdf/accepted/tiff2pdf-scan.pdf")
def _(output: Path, folder: Path) -> None:
    run("tiffcp", "-c", "g4", tif(folder, fax_page(), fax_page(text="The second page")), folder / "g4.tif")
    run("tiff2pdf", "-o", output, folder / "g4.tif")


@makes("pdf/accepted/graphicsmagick.pdf")
def _(output: Path, folder: Path) -> None:
    run("gm", "convert", ppm(folder, picture()), "-quality", "40", "-compress", "JPEG", output)


def qpdf(*options: str, source: str = "ghostscript-1.7.pdf") -> Maker:
    def make(output: Path, folder: Path) -> None:
        run("qpdf", "--static-id", *options, output.parent / source, output)

    return make


makes("pdf/accepted/qpdf-linearized.pdf")(qpdf("--linearize"))
makes("pdf/accepted/qpdf-object-streams.pdf")(qpdf("--object-streams=generate"))
makes("pdf/accepted/qpdf-object-streams-linearized.pdf")(qpdf("--object-streams=generate", "--linearize"))
makes("pdf/accepted/qpdf-plain.pdf")(qpdf("--qdf"))
makes("pdf/accepted/qpdf-rotated.pdf")(qpdf("--rotate=+90:1", source="reportlab-40-pages.pdf"))
makes("pdf/accepted/qpdf-owner-password.pdf")(qpdf("--static-aes-iv", "--encrypt", "", "owner", "256", "--"))
makes("pdf/accepted/qpdf-attachment.pdf")(qpdf("--add-attachment", str(HERE / "note.txt"), "--"))


@makes("pdf/accepted/exiftool-updated.pdf")
def _(output: Path, folder: Path) -> None:
    """ExifTool appends: the file as it was, what changes, and a second cross-reference."""
    run("exiftool", "-q", "-Title=Second edition", "-o", output, output.parent / "libreoffice-draw.pdf")
