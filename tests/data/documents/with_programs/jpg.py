"""The JPEGs that programs write."""

import shutil
from pathlib import Path

from PIL import Image

from tests.data.documents.with_programs.given import (
    IMAGEMAGICK,
    Maker,
    ghostscript,
    libreoffice,
    makes,
    picture,
    postscript,
    ppm,
    run,
)


def cjpeg(*options: str, mode: str = "RGB") -> Maker:
    def make(output: Path, folder: Path) -> None:
        output.write_bytes(run("cjpeg", "-quality", "50", *options, ppm(folder, picture().convert(mode))))

    return make


makes("jpg/accepted/libjpeg-turbo-baseline.jpg")(cjpeg())
makes("jpg/accepted/libjpeg-turbo-grayscale.jpg")(cjpeg(mode="L"))
makes("jpg/accepted/libjpeg-turbo-progressive.jpg")(cjpeg("-progressive"))
makes("jpg/accepted/libjpeg-turbo-restart-markers.jpg")(cjpeg("-restart", "2B"))
makes("jpg/accepted/libjpeg-turbo-rgb.jpg")(cjpeg("-rgb"))
makes("jpg/accepted/libjpeg-turbo-quality-1.jpg")(cjpeg("-quality", "1"))


@makes("jpg/accepted/libjpeg-turbo-three-scans.jpg")
def _(output: Path, folder: Path) -> None:
    """One scan a component, none interleaved: sequential, and yet more than one scan."""
    (folder / "scans").write_text("0;\n1;\n2;\n")
    cjpeg("-scans", str(folder / "scans"))(output, folder)


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
    ffmpeg(ppm(folder, picture()), output, "-c:v", "mjpeg", "-q:v", "8", "-f", "mjpeg")


def ffmpeg(source: Path, output: Path, *options: str) -> None:
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
