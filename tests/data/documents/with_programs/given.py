"""The makers by the names of what they make, and what the programs are given."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageDraw

HERE = Path(__file__).resolve().parents[1]

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


def text_file(folder: Path) -> Path:
    path = folder / "in.txt"
    path.write_text("A fax of one line\n")
    return path
