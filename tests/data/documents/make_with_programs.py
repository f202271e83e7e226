"""Makes the documents of the corpus that programs write: `python -m tests.data.documents.make_with_programs [folder]`.

They are kept, so that tests need none of what makes them. Each is what a program writes by itself; where a few bytes
are added to that, a docstring says so. A file that is there already is left alone, since most of these programs write
the time or a random id into what they make; to make one again, delete it first, and then run ``make_by_damage``, too.

Needs the development packages and, from Debian: chromium dos2unix efax ffmpeg ghostscript graphicsmagick groff guetzli
imagemagick libimage-exiftool-perl libjpeg-turbo-progs libreoffice-draw-nogui libreoffice-writer-nogui libtiff-tools
mupdf-tools netpbm poppler-utils qpdf w3m. corpus.yaml states the versions that were used.
"""

import io
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw
from reportlab.lib.pagesizes import A4, A5
from reportlab.pdfgen.canvas import Canvas

from tests.data.texts.excerpts import (
    CENTRAL,
    CHINESE_SIMPLIFIED,
    CHINESE_TRADITIONAL,
    CYRILLIC,
    GREEK,
    HEBREW,
    JAPANESE,
    KOREAN,
    THAI,
    TURKISH,
)

HERE = Path(__file__).resolve().parent

# ImageMagick's own name comes second: on some machines another program answers to it.
IMAGEMAGICK = shutil.which("convert-im6.q16") or "convert"

type Maker = Callable[[Path, Path], None]

MAKERS: dict[str, Maker] = {}


def makes(name: str) -> Callable[[Maker], Maker]:
    """Registers what writes one file: called with the file's path and a folder for what it needs on the way."""

    def register(maker: Maker) -> Maker:
        assert name not in MAKERS
        MAKERS[name] = maker
        return maker

    return register


def run(*command: str | Path, cwd: Path | None = None, stdin: bytes | None = None) -> bytes:
    """Runs a program of the machine's and returns its output. The time zone and the language are always the same."""
    environment = os.environ | {"TZ": "UTC", "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "1700000000"}
    return subprocess.run(command, cwd=cwd, input=stdin, env=environment, check=True, stdout=subprocess.PIPE).stdout


# --- what the programs are given -------------------------------------------------------------------------------------


def picture(width: int = 96, height: int = 128) -> Image.Image:
    """A small colour picture: areas, edges and a ramp, so that every coder has something to do."""
    image = Image.new("RGB", (width, height), (250, 246, 230))
    draw = ImageDraw.Draw(image)
    for row in range(height):
        draw.line((0, row, width // 4, row), fill=(row * 255 // height, 90, 255 - row * 255 // height))
    draw.ellipse((width // 3, height // 8, width - 4, height // 2), fill=(200, 40, 60), outline=(20, 20, 20))
    draw.rectangle((width // 2, height // 2 + 4, width - 8, height - 8), fill=(30, 110, 70))
    draw.text((width // 3, height // 2 + 8), "Fax", fill=(255, 255, 255))
    return image


def fax_page(lines_per_inch: int = 196, text: str = "A page as a fax machine scans it") -> Image.Image:
    """A page's upper part, as a fax machine scans it: 1728 pixels wide, one bit a pixel, 98 or 196 lines an inch."""
    image = Image.new("1", (1728, 4 * lines_per_inch), 1)
    draw = ImageDraw.Draw(image)
    for line in range(4):
        draw.text((120, 20 + line * lines_per_inch), f"{line + 1}. {text}", fill=0, font_size=lines_per_inch // 5)
    return image


def ppm(folder: Path, image: Image.Image) -> Path:
    """The image as a file of Netpbm's, which every program here reads."""
    path = folder / {"1": "in.pbm", "L": "in.pgm"}.get(image.mode, "in.ppm")
    image.save(path)
    return path


def tif(folder: Path, *images: Image.Image, name: str = "in.tif") -> Path:
    """The images as pages of an uncompressed TIFF, at a fax's resolution where they are a fax's pages."""
    path = folder / name
    dpi = (204, images[0].height // 4) if images[0].mode == "1" else (72, 72)
    images[0].save(path, save_all=True, append_images=images[1:], dpi=dpi)
    return path


def postscript(pages: int) -> bytes:
    """Pages of text and a line drawing, in a font that Ghostscript has."""
    shown = [
        f"/Helvetica findfont 14 scalefont setfont 72 760 moveto (Page {page} of {pages}, sent as a fax) show "
        f"2 setlinewidth 72 700 moveto 300 {600 - page * 40} lineto 400 700 lineto stroke showpage\n"
        for page in range(1, pages + 1)
    ]
    return ("%!PS-Adobe-3.0\n" + "".join(shown)).encode()


def ghostscript(output: Path, source: bytes, *options: str) -> None:
    run("gs", "-q", "-dSAFER", "-dNOPAUSE", "-dBATCH", f"-sOutputFile={output}", *options, "-", stdin=source)


def writer_document(folder: Path, *paragraphs: str, name: str = "in.fodt") -> Path:
    """A LibreOffice text document; a paragraph that starts with a form feed starts a page."""
    body = "".join(
        f'<text:p text:style-name="{"N" if each.startswith("\f") else "P"}">{each.lstrip("\f")}</text:p>'
        for each in paragraphs
    )
    path = folder / name
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        ' xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"'
        ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
        ' office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text">'
        "<office:automatic-styles>"
        '<style:style style:name="P" style:family="paragraph"/>'
        '<style:style style:name="N" style:family="paragraph">'
        '<style:paragraph-properties fo:break-before="page"/></style:style>'
        "</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document>"
    )
    return path


def drawing(folder: Path) -> Path:
    """A LibreOffice drawing."""
    path = folder / "in.fodg"
    path.write_text(
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
        ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
        ' xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0"'
        ' xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"'
        ' office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.graphics">'
        '<office:body><office:drawing><draw:page draw:name="1">'
        '<draw:rect svg:x="2mm" svg:y="2mm" svg:width="8mm" svg:height="4mm"/>'
        '<draw:ellipse svg:x="3mm" svg:y="8mm" svg:width="6mm" svg:height="6mm"/>'
        "</draw:page></office:drawing></office:body></office:document>"
    )
    return path


def libreoffice(folder: Path, output: Path, source: Path, target: str) -> None:
    """Converts in a profile of its own, so that nobody's settings reach the file."""
    made = folder / "libreoffice"
    profile = f"-env:UserInstallation=file://{folder}/profile"
    run("soffice", profile, "--headless", "--convert-to", target, "--outdir", made, source)
    [result] = made.iterdir()
    shutil.move(result, output)


LETTER = ("Dear customer,", "this is a letter that is sent as a fax.", "\fIt has two pages.")


# --- PDF -------------------------------------------------------------------------------------------------------------


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


def _qpdf(*options: str, source: str = "ghostscript-1.7.pdf") -> Maker:
    def make(output: Path, folder: Path) -> None:
        run("qpdf", "--static-id", *options, output.parent / source, output)

    return make


makes("pdf/accepted/qpdf-linearized.pdf")(_qpdf("--linearize"))
makes("pdf/accepted/qpdf-object-streams.pdf")(_qpdf("--object-streams=generate"))
makes("pdf/accepted/qpdf-object-streams-linearized.pdf")(_qpdf("--object-streams=generate", "--linearize"))
makes("pdf/accepted/qpdf-plain.pdf")(_qpdf("--qdf"))
makes("pdf/accepted/qpdf-rotated.pdf")(_qpdf("--rotate=+90:1", source="reportlab-40-pages.pdf"))
makes("pdf/accepted/qpdf-owner-password.pdf")(_qpdf("--static-aes-iv", "--encrypt", "", "owner", "256", "--"))
makes("pdf/accepted/qpdf-attachment.pdf")(_qpdf("--add-attachment", str(HERE / "note.txt"), "--"))


@makes("pdf/accepted/exiftool-updated.pdf")
def _(output: Path, folder: Path) -> None:
    """ExifTool appends: the file as it was, what changes, and a second cross-reference."""
    run("exiftool", "-q", "-Title=Second edition", "-o", output, output.parent / "libreoffice-draw.pdf")


# --- JPEG ------------------------------------------------------------------------------------------------------------


def _cjpeg(*options: str, mode: str = "RGB") -> Maker:
    def make(output: Path, folder: Path) -> None:
        output.write_bytes(run("cjpeg", "-quality", "50", *options, ppm(folder, picture().convert(mode))))

    return make


makes("jpg/accepted/libjpeg-turbo-baseline.jpg")(_cjpeg())
makes("jpg/accepted/libjpeg-turbo-grayscale.jpg")(_cjpeg(mode="L"))
makes("jpg/accepted/libjpeg-turbo-progressive.jpg")(_cjpeg("-progressive"))
makes("jpg/accepted/libjpeg-turbo-restart-markers.jpg")(_cjpeg("-restart", "2B"))
makes("jpg/accepted/libjpeg-turbo-rgb.jpg")(_cjpeg("-rgb"))
makes("jpg/accepted/libjpeg-turbo-quality-1.jpg")(_cjpeg("-quality", "1"))


@makes("jpg/accepted/libjpeg-turbo-three-scans.jpg")
def _(output: Path, folder: Path) -> None:
    """One scan a component, none interleaved: sequential, and yet more than one scan."""
    (folder / "scans").write_text("0;\n1;\n2;\n")
    _cjpeg("-scans", str(folder / "scans"))(output, folder)


@makes("jpg/accepted/pillow-cmyk.jpg")
def _(output: Path, folder: Path) -> None:
    picture().convert("CMYK").save(output, quality=50)


@makes("jpg/accepted/pillow-one-pixel.jpg")
def _(output: Path, folder: Path) -> None:
    Image.new("L", (1, 1), 255).save(output)


@makes("jpg/accepted/exiftool-rotated.jpg")
def _(output: Path, folder: Path) -> None:
    run("exiftool", "-q", "-n", "-Orientation=6", "-o", output, output.parent / "libjpeg-turbo-baseline.jpg")


@makes("jpg/accepted/exiftool-thumbnail.jpg")
def _(output: Path, folder: Path) -> None:
    """A whole JPEG, with markers and an end of its own, inside a segment of the other."""
    picture(32, 40).save(folder / "thumbnail.jpg", quality=30)
    thumbnail = f"-ThumbnailImage<={folder / 'thumbnail.jpg'}"
    run("exiftool", "-q", thumbnail, "-o", output, output.parent / "libjpeg-turbo-baseline.jpg")


@makes("jpg/accepted/exiftool-bytes-behind.jpg")
def _(output: Path, folder: Path) -> None:
    """A camera writes a larger preview behind the image's end; ExifTool puts the thumbnail's maker there, too."""
    source = (output.parent / "exiftool-thumbnail.jpg").read_bytes()
    output.write_bytes(source + (output.parent / "pillow-one-pixel.jpg").read_bytes() + bytes(40))


@makes("jpg/accepted/pillow-multi-picture.jpg")
def _(output: Path, folder: Path) -> None:
    """Two images in a row, as stereo cameras and telephones write them; the first is the picture."""
    picture().save(folder / "a.mpo", format="MPO", save_all=True, append_images=[picture(48, 64)], quality=40)
    shutil.move(folder / "a.mpo", output)


@makes("jpg/accepted/ffmpeg.jpg")
def _(output: Path, folder: Path) -> None:
    _ffmpeg(ppm(folder, picture()), output, "-c:v", "mjpeg", "-q:v", "8", "-f", "mjpeg")


def _ffmpeg(source: Path, output: Path, *options: str) -> None:
    run("ffmpeg", "-v", "error", "-i", source, "-frames:v", "1", "-bitexact", *options, "-y", output)


@makes("jpg/accepted/guetzli.jpg")
def _(output: Path, folder: Path) -> None:
    picture().save(folder / "in.png")
    run("guetzli", "--quality", "84", folder / "in.png", output)


@makes("jpg/accepted/imagemagick-profile.jpg")
def _(output: Path, folder: Path) -> None:
    """With a colour profile and a comment, and with colours at half the resolution each way."""
    picture().save(folder / "in.png")
    profile = "/usr/share/color/icc/ghostscript/default_gray.icc"
    run(
        *(IMAGEMAGICK, folder / "in.png", "-colorspace", "Gray", "-profile", profile),
        *("-set", "comment", "A picture", "-quality", "50", output),
    )


@makes("jpg/accepted/graphicsmagick-cmyk-progressive.jpg")
def _(output: Path, folder: Path) -> None:
    run(
        *("gm", "convert", ppm(folder, picture()), "-colorspace", "CMYK", "-interlace", "Line"),
        *("-sampling-factor", "2x1", "-quality", "50", output),
    )


@makes("jpg/accepted/ghostscript-gray.jpg")
def _(output: Path, folder: Path) -> None:
    ghostscript(output, postscript(1), "-sDEVICE=jpeggray", "-r24", "-dJPEGQ=40")


@makes("jpg/accepted/libreoffice.jpg")
def _(output: Path, folder: Path) -> None:
    picture().save(folder / "in.png")
    size = '{"PixelWidth":{"type":"long","value":"96"},"PixelHeight":{"type":"long","value":"128"}}'
    libreoffice(folder, output, folder / "in.png", f"jpg:draw_jpg_Export:{size}")


@makes("jpg/accepted/libjpeg-turbo-fill-bytes.jpg")
def _(output: Path, folder: Path) -> None:
    """Any number of 0xFF may stand before a marker (ITU-T T.81, B.1.1.2): some scanners align segments so."""
    source = (output.parent / "libjpeg-turbo-baseline.jpg").read_bytes()
    output.write_bytes(source.replace(b"\xff\xda", b"\xff\xff\xff\xda", 1).replace(b"\xff\xc0", b"\xff\xff\xc0", 1))


@makes("jpg/accepted/libjpeg-turbo-lost-marker.jpg")
def _(output: Path, folder: Path) -> None:
    """Some drones write a zero where the first byte of a marker belongs: the segment's bytes lie between two others."""
    source = (output.parent / "libjpeg-turbo-baseline.jpg").read_bytes()
    at = source.index(b"\xff\xdb")
    output.write_bytes(source[:at] + b"\0\xe1\0\x1e" + b"Lost segment of a drone".ljust(28, b"\0") + source[at:])


@makes("jpg/accepted/libjpeg-turbo-bytes-between-segments.jpg")
def _(output: Path, folder: Path) -> None:
    source = (output.parent / "libjpeg-turbo-baseline.jpg").read_bytes()
    output.write_bytes(
        source.replace(b"\xff\xc0", b"lost bytes\xff\xc0", 1).replace(b"\xff\xda", b"\xff\xd0\xff\xda", 1)
    )


@makes("jpg/accepted/libjpeg-turbo-one-component-number.jpg")
def _(output: Path, folder: Path) -> None:
    """Decoders take components of one number in their order."""
    source = bytearray((output.parent / "libjpeg-turbo-baseline.jpg").read_bytes())
    frame, scan = source.index(b"\xff\xc0"), source.index(b"\xff\xda")
    for n in range(3):
        source[frame + 10 + 3 * n] = source[scan + 5 + 2 * n] = 1
    output.write_bytes(source)


# --- TIFF ------------------------------------------------------------------------------------------------------------


def _tiffcp(*options: str, mode: str = "RGB") -> Maker:
    def make(output: Path, folder: Path) -> None:
        image = fax_page() if mode == "1" else picture().convert(mode)
        run("tiffcp", *options, tif(folder, image), output)

    return make


makes("tif/accepted/libtiff-g3.tif")(_tiffcp("-c", "g3", mode="1"))
makes("tif/accepted/libtiff-g3-two-dimensional.tif")(_tiffcp("-c", "g3:2d:fill", mode="1"))
makes("tif/accepted/libtiff-g4.tif")(_tiffcp("-c", "g4", mode="1"))
makes("tif/accepted/libtiff-g4-least-significant-bit-first.tif")(_tiffcp("-c", "g4", "-f", "lsb2msb", mode="1"))
makes("tif/accepted/libtiff-lzw.tif")(_tiffcp("-c", "lzw:2"))
makes("tif/accepted/libtiff-deflate.tif")(_tiffcp("-c", "zip:2"))
makes("tif/accepted/libtiff-packbits.tif")(_tiffcp("-c", "packbits", mode="L"))
makes("tif/accepted/libtiff-jpeg.tif")(_tiffcp("-c", "jpeg:r:50", "-r", "64"))
makes("tif/accepted/libtiff-tiles.tif")(_tiffcp("-c", "zip", "-t", "-w", "64", "-l", "64"))
makes("tif/accepted/libtiff-planes.tif")(_tiffcp("-c", "lzw", "-p", "separate"))
makes("tif/accepted/libtiff-big-endian.tif")(_tiffcp("-B", "-c", "lzw"))
makes("tif/accepted/libtiff-one-row-a-strip.tif")(_tiffcp("-c", "zip", "-r", "1", mode="L"))


@makes("tif/accepted/libtiff-three-pages.tif")
def _(output: Path, folder: Path) -> None:
    pages = [fax_page(98, f"Page {number}") for number in (1, 2, 3)]
    run("tiffcp", "-c", "g4", tif(folder, *pages), output)


@makes("tif/accepted/libtiff-pages-called-reduced.tif")
def _(output: Path, folder: Path) -> None:
    """Some writers call all pages but the first reduced images, of full size as they are."""
    run("tiffcp", "-c", "g4", tif(folder, *(fax_page(98, f"Page {number}") for number in (1, 2, 3))), output)
    for number in ("1", "2"):
        run("tiffset", "-d", number, "-s", "254", "1", output)


makes("tif/accepted/libtiff-jpeg-ycbcr.tif")(_tiffcp("-c", "jpeg:50", "-r", "64"))
makes("tif/accepted/libtiff-deflate-least-significant-bit-first.tif")(_tiffcp("-c", "zip", "-f", "lsb2msb", mode="L"))
makes("tif/accepted/libtiff-jpeg-least-significant-bit-first.tif")(
    _tiffcp("-c", "jpeg", "-r", "64", "-f", "lsb2msb", mode="L")
)
makes("tif/accepted/libtiff-raw-least-significant-bit-first.tif")(_tiffcp("-c", "none", "-f", "lsb2msb", mode="L"))


@makes("tif/accepted/libtiff-blank-page.tif")
def _(output: Path, folder: Path) -> None:
    """As few bytes as a page can have: a bit a row."""
    run("tiffcp", "-c", "g4", "-r", "200", tif(folder, Image.new("1", (1728, 392), 1)), output)


@makes("tif/accepted/libtiff-two-extra-samples.tif")
def _(output: Path, folder: Path) -> None:
    pixels = picture(24, 32).tobytes()
    (folder / "in.raw").write_bytes(b"".join(pixels[n : n + 3] + b"\0\0" for n in range(0, len(pixels), 3)))
    made = folder / "made.tif"
    run("raw2tiff", "-w", "24", "-l", "32", "-b", "5", "-p", "rgb", "-c", "none", folder / "in.raw", made)
    run("tiffset", "-s", "338", "2", "0", "0", made)
    run("tiffcp", "-c", "none", "-f", "msb2lsb", made, output)


def _changed(name: str, source: str, change: Callable[[bytes], bytes]) -> None:
    """Registers a valid little-endian TIFF of which some bytes are others, as other programs write them."""

    def make(output: Path, folder: Path) -> None:
        output.write_bytes(change((HERE / "tif/accepted" / source).read_bytes()))

    makes(f"tif/accepted/{name}")(make)


def _compression_for_each_sample(content: bytes) -> bytes:
    """As TIFF 5.0 had it."""
    at = content.rindex(struct.pack("<HHI", 259, 3, 1))
    values = struct.pack("<III", 3, len(content), 0)[:8]
    return content[: at + 4] + values + content[at + 12 :] + struct.pack("<HHH", 5, 5, 5)


def _private_value_outside(content: bytes) -> bytes:
    """The last entry becomes one of a private tag. FFmpeg ends a file with its only directory."""
    return content[:-16] + struct.pack("<HHII", 65_000, 2, 200, 0x00FFFFFF) + content[-4:]


_changed("ffmpeg-without-its-last-bytes.tif", "ffmpeg-packbits.tif", lambda content: content[:-4])
_changed("ffmpeg-private-value-outside.tif", "ffmpeg-packbits.tif", _private_value_outside)
_changed("libtiff-compression-for-each-sample.tif", "libtiff-lzw.tif", _compression_for_each_sample)


@makes("tif/accepted/libtiff-fax2tiff.tif")
def _(output: Path, folder: Path) -> None:
    """From the bits that come from the line: the length is what was received."""
    (folder / "fax.g3").write_bytes(run("pbmtog3", ppm(folder, fax_page(98))))
    run("fax2tiff", "-4", "-M", "-X", "1728", "-R", "98", "-o", output, folder / "fax.g3")


@makes("tif/accepted/pillow-cmyk.tif")
def _(output: Path, folder: Path) -> None:
    picture(48, 64).convert("CMYK").save(output)


@makes("tif/accepted/pillow-palette.tif")
def _(output: Path, folder: Path) -> None:
    picture().quantize(16).save(output, compression="tiff_lzw")


@makes("tif/accepted/pillow-two-pages.tif")
def _(output: Path, folder: Path) -> None:
    """Without libtiff: each directory stands before its image."""
    picture(48, 64).save(output, save_all=True, append_images=[picture(64, 48).convert("L")])


@makes("tif/accepted/pillow-16-bit.tif")
def _(output: Path, folder: Path) -> None:
    Image.frombytes("I;16", (32, 40), struct.pack("<1280H", *range(0, 64000, 50))).save(output)


@makes("tif/accepted/pillow-bytes-behind.tif")
def _(output: Path, folder: Path) -> None:
    made = io.BytesIO()
    fax_page(98).save(made, format="TIFF", compression="group4", dpi=(204, 98))
    output.write_bytes(made.getvalue() + bytes(64))


@makes("tif/accepted/ffmpeg-packbits.tif")
def _(output: Path, folder: Path) -> None:
    _ffmpeg(ppm(folder, picture().convert("L")), output, "-c:v", "tiff", "-compression_algo", "packbits")


@makes("tif/accepted/ffmpeg-deflate.tif")
def _(output: Path, folder: Path) -> None:
    _ffmpeg(ppm(folder, picture()), output, "-c:v", "tiff", "-compression_algo", "deflate")


@makes("tif/accepted/ffmpeg-raw.tif")
def _(output: Path, folder: Path) -> None:
    _ffmpeg(ppm(folder, picture(48, 64).convert("L")), output, "-c:v", "tiff", "-compression_algo", "raw")


@makes("tif/accepted/efax.tif")
def _(output: Path, folder: Path) -> None:
    """efax writes its TIFF itself, and goes back for the strip's size at its end."""
    run("efix", "-i", "text", "-o", "tiffg3", "-n", "out.tif", _text_file(folder), cwd=folder)
    shutil.move(folder / "out.tif", output)


def _ghostscript_tif(device: str, *options: str) -> Maker:
    def make(output: Path, folder: Path) -> None:
        ghostscript(output, postscript(2), f"-sDEVICE={device}", *options)

    return make


makes("tif/accepted/ghostscript-g3-204x98.tif")(_ghostscript_tif("tiffg3", "-r204x98"))
makes("tif/accepted/ghostscript-g32d-204x196.tif")(_ghostscript_tif("tiffg32d", "-r204x196"))
makes("tif/accepted/ghostscript-g4-204x196.tif")(_ghostscript_tif("tiffg4", "-r204x196"))
makes("tif/accepted/ghostscript-lzw.tif")(_ghostscript_tif("tifflzw", "-r72"))


@makes("tif/accepted/libreoffice.tif")
def _(output: Path, folder: Path) -> None:
    """LibreOffice writes its TIFF itself."""
    picture(48, 64).save(folder / "in.png")
    size = '{"PixelWidth":{"type":"long","value":"96"},"PixelHeight":{"type":"long","value":"128"}}'
    libreoffice(folder, output, folder / "in.png", f"tif:draw_tif_Export:{size}")


@makes("tif/accepted/graphicsmagick.tif")
def _(output: Path, folder: Path) -> None:
    # It writes the file's own path into it.
    run("gm", "convert", ppm(folder, picture()).name, "-compress", "Zip", "-endian", "MSB", output.name, cwd=folder)
    shutil.move(folder / output.name, output)


# --- text ------------------------------------------------------------------------------------------------------------

GREETING = "Grüße aus Übach-Palenberg: 5 € für „alles“, naïve façade, œuvre.\n"


def _python(name: str, text: str | bytes, encoding: str = "utf-8") -> None:
    def make(output: Path, folder: Path) -> None:
        output.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))

    makes(f"txt/accepted/{name}")(make)


_python("python-utf-8.txt", GREETING + "传真 😀 fax\n")
_python("python-utf-8-byte-order-mark.txt", GREETING + "传真 😀 fax\n", "utf-8-sig")
_python("python-no-line-end.txt", "One line without an end")
_python("python-60-lines-the-last-open.txt", "\n".join(f"Line {n}" for n in range(1, 61)))
_python("python-61-lines.txt", "".join(f"Line {n}\n" for n in range(1, 62)))
_python("python-three-form-feeds.txt", "One\n\fTwo\n\fThree\n")
_python("python-mixed-line-ends.txt", b"Unix\nWindows\r\nMacintosh\rand the end\n")
_python("python-empty-lines-around.txt", "\n\n\n   A line in the middle\n\n\n")
_python("python-80-columns.txt", "".join(f"{n:02}" + "x" * 78 + "\n" for n in range(60)))
_python("python-81-columns.txt", "".join(f"{n:02}" + "x" * 79 + "\n" for n in range(31)))
_python("python-tabs.txt", "".join("\t" * 9 + f"Line {n:04}\n" for n in range(1, 32)))


def _iconv(name: str, encoding: str, text: str = GREETING) -> None:
    def make(output: Path, folder: Path) -> None:
        output.write_bytes(run("iconv", "-f", "UTF-8", "-t", encoding, stdin=text.encode()))

    makes(f"txt/accepted/{name}")(make)


_iconv("iconv-windows-1252.txt", "WINDOWS-1252")
_iconv("iconv-latin-1.txt", "ISO-8859-1", "Grüße aus Übach-Palenberg: naïve façade, ÿ\n")
# glibc's UTF-16 starts with a byte order mark, in the machine's order.
_iconv("iconv-utf-16.txt", "UTF-16", GREETING + "传真 😀\n")


_iconv("iconv-koi8-r.txt", "KOI8-R", CYRILLIC["Russian"].replace("—", "-").replace("№", "N"))
_iconv("iconv-windows-1251.txt", "WINDOWS-1251", CYRILLIC["Ukrainian"])
_iconv("iconv-windows-1253.txt", "WINDOWS-1253", GREEK)
_iconv("iconv-windows-1255.txt", "WINDOWS-1255", HEBREW)
_iconv("iconv-tis-620.txt", "TIS-620", THAI)
_iconv("iconv-gbk.txt", "GBK", CHINESE_SIMPLIFIED)
_iconv("iconv-big5.txt", "BIG5", CHINESE_TRADITIONAL)
_iconv("iconv-euc-kr.txt", "EUC-KR", KOREAN)
_iconv("iconv-shift-jis.txt", "SHIFT_JIS", JAPANESE)


@makes("txt/accepted/iconv-next-line.txt")
def _(output: Path, folder: Path) -> None:
    """The line ends of mainframes: what iconv makes of text from IBM i and z/OS."""
    ebcdic = run("iconv", "-f", "UTF-8", "-t", "CP037", stdin="Dear customer,\u0085this is a fax: 5 £.\u0085".encode())
    output.write_bytes(run("iconv", "-f", "CP037", "-t", "UTF-8", stdin=ebcdic))


@makes("txt/accepted/unix2dos-utf-16-big-endian.txt")
def _(output: Path, folder: Path) -> None:
    (folder / "in").write_bytes(b"\xfe\xff" + (GREETING + "传真 😀\n").encode("utf-16-be"))
    run("unix2dos", "-q", "--keep-utf16", "-n", folder / "in", output)


@makes("txt/accepted/unix2dos-crlf.txt")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("unix2dos", stdin=b"Dear customer,\n\nthis is a fax.\n"))


@makes("txt/accepted/unix2mac-cr.txt")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("unix2mac", stdin="".join(f"Line {n}\n" for n in range(1, 62)).encode()))


@makes("txt/accepted/groff-ascii.txt")
def _(output: Path, folder: Path) -> None:
    """66 lines a page, as line printers have them."""
    output.write_bytes(run("groff", "-Tascii", "-P-c", stdin=b"A page that groff has set.\n.bp\nAnd a second one.\n"))


@makes("txt/accepted/pr-three-pages.txt")
def _(output: Path, folder: Path) -> None:
    (folder / "in").write_text("".join(f"Line {n}\n" for n in range(1, 101)))
    output.write_bytes(run("pr", "-f", "-l", "50", "-h", "Lines", "-D", "today", folder / "in"))


@makes("txt/accepted/poppler-pdftotext.txt")
def _(output: Path, folder: Path) -> None:
    """It ends every page with a form feed, the last one too."""
    run("pdftotext", "-layout", HERE / "pdf/accepted/ghostscript-1.4.pdf", output)


@makes("txt/accepted/libreoffice.txt")
def _(output: Path, folder: Path) -> None:
    libreoffice(folder, output, writer_document(folder, *LETTER, GREETING), "txt:Text (encoded):UTF8,CRLF")


@makes("txt/accepted/w3m.txt")
def _(output: Path, folder: Path) -> None:
    page = "<table border><tr><td>Ärger<td>5 €<tr><td>Ruhe<td>7 €</table>"
    output.write_bytes(run("w3m", "-dump", "-T", "text/html", "-I", "UTF-8", "-O", "UTF-8", stdin=page.encode()))


# --- what must be refused, and is a program's own work --------------------------------------------------------------


makes("pdf/refused/user-password-aes-256.pdf")(
    _qpdf("--static-aes-iv", "--encrypt", "user", "owner", "256", "--", source="../accepted/ghostscript-1.7.pdf")
)


@makes("pdf/refused/user-password-rc4.pdf")
def _(output: Path, folder: Path) -> None:
    ghostscript(
        output,
        postscript(1),
        *("-sDEVICE=pdfwrite", "-dCompatibilityLevel=1.3", "-sOwnerPassword=owner", "-sUserPassword=user"),
        *("-dEncryptionR=2", "-dKeyLength=40"),
    )


@makes("pdf/refused/no-pages.pdf")
def _(output: Path, folder: Path) -> None:
    run("qpdf", "--empty", "--static-id", output)


@makes("pdf/refused/postscript.pdf")
def _(output: Path, folder: Path) -> None:
    run("pdftops", HERE / "pdf/accepted/mupdf.pdf", output)


@makes("pdf/refused/word-document.pdf")
def _(output: Path, folder: Path) -> None:
    libreoffice(folder, output, writer_document(folder, *LETTER), "docx")


def _ffmpeg_refused(name: str, *options: str) -> None:
    def make(output: Path, folder: Path) -> None:
        _ffmpeg(ppm(folder, picture()), output, *options)

    makes(name)(make)


_ffmpeg_refused("jpg/refused/lossless.jpg", "-c:v", "ljpeg", "-pix_fmt", "bgr24", "-f", "image2")
_ffmpeg_refused("jpg/refused/jpeg-ls.jpg", "-c:v", "jpegls", "-f", "image2")
_ffmpeg_refused("jpg/refused/jpeg-2000.jpg", "-c:v", "jpeg2000", "-f", "image2")
_ffmpeg_refused("jpg/refused/webp.jpg", "-c:v", "libwebp", "-f", "image2")
_ffmpeg_refused("jpg/refused/avif.jpg", "-pix_fmt", "yuv420p", "-f", "avif")
_ffmpeg_refused("jpg/refused/gif.jpg", "-f", "gif")
_ffmpeg_refused("tif/refused/half-colours.tif", "-pix_fmt", "yuv420p", "-compression_algo", "deflate")
makes("jpg/refused/arithmetic.jpg")(_cjpeg("-arithmetic"))

makes("tif/refused/bigtiff.tif")(_tiffcp("-8", "-c", "lzw"))
makes("tif/refused/bigtiff-big-endian.tif")(_tiffcp("-8", "-B", "-c", "zip"))
makes("tif/refused/zstandard.tif")(_tiffcp("-c", "zstd", mode="L"))
makes("tif/refused/lzma.tif")(_tiffcp("-c", "lzma", mode="L"))
makes("tif/refused/lerc.tif")(_tiffcp("-c", "lerc", mode="L"))
makes("tif/refused/jbig.tif")(_tiffcp("-c", "jbig", "-r", "784", mode="1"))


@makes("tif/refused/floating-point.tif")
def _(output: Path, folder: Path) -> None:
    picture(48, 64).convert("F").save(output, compression="tiff_lzw")


@makes("tif/accepted/efax-written-to-a-pipe.tif")
def _(output: Path, folder: Path) -> None:
    """There is no going back in a pipe: the strip's size stays 0. Readers take it to reach to the file's end."""
    output.write_bytes(run("efix", "-i", "text", "-o", "tiffg3", _text_file(folder)))


@makes("tif/refused/bmp.tif")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("ppmtobmp", ppm(folder, picture(48, 64).quantize(16).convert("RGB"))))


def _libreoffice_text(name: str, target: str) -> None:
    def make(output: Path, folder: Path) -> None:
        libreoffice(folder, output, writer_document(folder, *LETTER), target)

    makes(f"txt/refused/{name}")(make)


_libreoffice_text("rich-text.txt", "rtf")
_libreoffice_text("web-page.txt", "html")
_libreoffice_text("old-word-document.txt", "doc")
_libreoffice_text("open-document.txt", "odt")
_libreoffice_text("flat-open-document.txt", "fodt")


def _iconv_refused(name: str, encoding: str, text: str) -> None:
    def make(output: Path, folder: Path) -> None:
        output.write_bytes(run("iconv", "-f", "UTF-8", "-t", encoding, stdin=text.encode()))

    makes(f"txt/refused/{name}")(make)


_iconv_refused("utf-16-no-byte-order-mark.txt", "UTF-16LE", GREETING)
_iconv_refused("utf-32.txt", "UTF-32", GREETING)
_iconv_refused("ebcdic.txt", "CP037", "Dear customer,\nthis is a fax.\n")
_iconv_refused("shift-jis.txt", "SHIFT_JIS", "ファックス送信状\n")
_iconv_refused("windows-1250.txt", "WINDOWS-1250", CENTRAL["Polish"])
_iconv_refused("iso-8859-2.txt", "ISO-8859-2", CENTRAL["Czech"].replace("\u2013", "-"))
_iconv_refused("windows-1254.txt", "WINDOWS-1254", TURKISH)
_iconv_refused("cp850.txt", "CP850", "Sehr geehrte Damen und Herren,\nwir wünschen schöne Grüße nach Köln.\n")
_iconv_refused("macintosh.txt", "MACINTOSH", "Sehr geehrte Damen und Herren,\nwir wünschen schöne Grüße nach Köln.\n")
_iconv_refused("russian-word.txt", "WINDOWS-1251", "Счёт № 15\n")


@makes("txt/refused/terminal-colours.txt")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("groff", "-Tascii", stdin=b"A \\fBbold\\fP word.\n"))


@makes("txt/refused/overstrike.txt")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("groff", "-Tascii", "-P-c", stdin=b"A \\fBbold\\fP word.\n"))


@makes("txt/refused/printer-commands.txt")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("efix", "-i", "text", "-o", "pcl", "-s", "1x1", _text_file(folder)))


@makes("txt/refused/compressed.txt")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("gzip", "-n", "-c", _text_file(folder)))


@makes("txt/refused/postscript.txt")
def _(output: Path, folder: Path) -> None:
    run("pdftops", HERE / "pdf/accepted/mupdf.pdf", output)


def _text_file(folder: Path) -> Path:
    path = folder / "in.txt"
    path.write_text("A fax of one line\n")
    return path


# --- making them -----------------------------------------------------------------------------------------------------


def main(root: Path) -> None:
    for name, make in MAKERS.items():
        output = root / name
        if output.exists():
            continue
        output.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            make(output, Path(folder))
        print(f"{name}: {output.stat().st_size} bytes")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else HERE)
