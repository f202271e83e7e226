"""What must be refused, and is a program's own work."""

from pathlib import Path

from tests.data.documents.with_programs.given import (
    HERE,
    LETTER,
    ghostscript,
    libreoffice,
    makes,
    picture,
    postscript,
    ppm,
    run,
    text_file,
    writer_document,
)
from tests.data.documents.with_programs.jpg import cjpeg, ffmpeg
from tests.data.documents.with_programs.pdf import qpdf
from tests.data.documents.with_programs.tif import tiffcp
from tests.data.documents.with_programs.txt import GREETING
from tests.data.texts.excerpts import (
    CENTRAL,
    TURKISH,
)

makes("pdf/refused/user-password-aes-256.pdf")(
    qpdf("--static-aes-iv", "--encrypt", "user", "owner", "256", "--", source="../accepted/ghostscript-1.7.pdf")
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
        ffmpeg(ppm(folder, picture()), output, *options)

    makes(name)(make)


_ffmpeg_refused("jpg/refused/lossless.jpg", "-c:v", "ljpeg", "-pix_fmt", "bgr24", "-f", "image2")
_ffmpeg_refused("jpg/refused/jpeg-ls.jpg", "-c:v", "jpegls", "-f", "image2")
_ffmpeg_refused("jpg/refused/jpeg-2000.jpg", "-c:v", "jpeg2000", "-f", "image2")
_ffmpeg_refused("jpg/refused/webp.jpg", "-c:v", "libwebp", "-f", "image2")
_ffmpeg_refused("jpg/refused/avif.jpg", "-pix_fmt", "yuv420p", "-f", "avif")
_ffmpeg_refused("jpg/refused/gif.jpg", "-f", "gif")
_ffmpeg_refused("tif/refused/half-colours.tif", "-pix_fmt", "yuv420p", "-compression_algo", "deflate")
makes("jpg/refused/arithmetic.jpg")(cjpeg("-arithmetic"))

makes("tif/refused/bigtiff.tif")(tiffcp("-8", "-c", "lzw"))
makes("tif/refused/bigtiff-big-endian.tif")(tiffcp("-8", "-B", "-c", "zip"))
makes("tif/refused/zstandard.tif")(tiffcp("-c", "zstd", mode="L"))
makes("tif/refused/lzma.tif")(tiffcp("-c", "lzma", mode="L"))
makes("tif/refused/lerc.tif")(tiffcp("-c", "lerc", mode="L"))
makes("tif/refused/jbig.tif")(tiffcp("-c", "jbig", "-r", "784", mode="1"))


@makes("tif/refused/floating-point.tif")
def _(output: Path, folder: Path) -> None:
    picture(48, 64).convert("F").save(output, compression="tiff_lzw")


@makes("tif/refused/written-to-a-pipe.tif")
def _(output: Path, folder: Path) -> None:
    """There is no going back in a pipe: the strip's size stays 0. Readers take it to reach to the file's end, wherever
    that is."""
    output.write_bytes(run("efix", "-i", "text", "-o", "tiffg3", text_file(folder)))


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
    output.write_bytes(run("efix", "-i", "text", "-o", "pcl", "-s", "1x1", text_file(folder)))


@makes("txt/refused/compressed.txt")
def _(output: Path, folder: Path) -> None:
    output.write_bytes(run("gzip", "-n", "-c", text_file(folder)))


@makes("txt/refused/postscript.txt")
def _(output: Path, folder: Path) -> None:
    run("pdftops", HERE / "pdf/accepted/mupdf.pdf", output)
