"""The TIFFs that programs write."""

import io
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from tests.data.documents.with_programs.given import (
    HERE,
    Maker,
    fax_page,
    ghostscript,
    libreoffice,
    makes,
    picture,
    postscript,
    ppm,
    run,
    text_file,
    tif,
)
from tests.data.documents.with_programs.jpg import ffmpeg


def tiffcp(*options: str, mode: str = "RGB") -> Maker:
    def make(output: Path, folder: Path) -> None:
        image = fax_page() if mode == "1" else picture().convert(mode)
        run("tiffcp", *options, tif(folder, image), output)

    return make


makes("tif/accepted/libtiff-g3.tif")(tiffcp("-c", "g3", mode="1"))
makes("tif/accepted/libtiff-g3-two-dimensional.tif")(tiffcp("-c", "g3:2d:fill", mode="1"))
makes("tif/accepted/libtiff-g4.tif")(tiffcp("-c", "g4", mode="1"))
makes("tif/accepted/libtiff-g4-least-significant-bit-first.tif")(tiffcp("-c", "g4", "-f", "lsb2msb", mode="1"))
makes("tif/accepted/libtiff-lzw.tif")(tiffcp("-c", "lzw:2"))
makes("tif/accepted/libtiff-deflate.tif")(tiffcp("-c", "zip:2"))
makes("tif/accepted/libtiff-packbits.tif")(tiffcp("-c", "packbits", mode="L"))
makes("tif/accepted/libtiff-jpeg.tif")(tiffcp("-c", "jpeg:r:50", "-r", "64"))
makes("tif/accepted/libtiff-tiles.tif")(tiffcp("-c", "zip", "-t", "-w", "64", "-l", "64"))
makes("tif/accepted/libtiff-planes.tif")(tiffcp("-c", "lzw", "-p", "separate"))
makes("tif/accepted/libtiff-big-endian.tif")(tiffcp("-B", "-c", "lzw"))
makes("tif/accepted/libtiff-one-row-a-strip.tif")(tiffcp("-c", "zip", "-r", "1", mode="L"))


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


makes("tif/accepted/libtiff-jpeg-ycbcr.tif")(tiffcp("-c", "jpeg:50", "-r", "64"))
makes("tif/accepted/libtiff-deflate-least-significant-bit-first.tif")(tiffcp("-c", "zip", "-f", "lsb2msb", mode="L"))
makes("tif/accepted/libtiff-jpeg-least-significant-bit-first.tif")(
    tiffcp("-c", "jpeg", "-r", "64", "-f", "lsb2msb", mode="L")
)
makes("tif/accepted/libtiff-raw-least-significant-bit-first.tif")(tiffcp("-c", "none", "-f", "lsb2msb", mode="L"))


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
    ffmpeg(ppm(folder, picture().convert("L")), output, "-c:v", "tiff", "-compression_algo", "packbits")


@makes("tif/accepted/ffmpeg-deflate.tif")
def _(output: Path, folder: Path) -> None:
    ffmpeg(ppm(folder, picture()), output, "-c:v", "tiff", "-compression_algo", "deflate")


@makes("tif/accepted/ffmpeg-raw.tif")
def _(output: Path, folder: Path) -> None:
    ffmpeg(ppm(folder, picture(48, 64).convert("L")), output, "-c:v", "tiff", "-compression_algo", "raw")


@makes("tif/accepted/efax.tif")
def _(output: Path, folder: Path) -> None:
    """efax writes its TIFF itself, and goes back for the strip's size at its end."""
    run("efix", "-i", "text", "-o", "tiffg3", "-n", "out.tif", text_file(folder), cwd=folder)
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
