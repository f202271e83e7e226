"""What pdf-fax-optimizer makes of a page: another program that has letters in mind (MIT, PyPI).

It is measured alone and never shipped. `make bench-rendering` installs it, against the hashes of
requirements/bench-pdf-fax.txt, into a folder of its own.
"""

import io
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from tools import places
from tools.places import LOCAL, ROOT

_FOLDER, _LOCK = LOCAL / "bench-pdf-fax", ROOT / "requirements" / "bench-pdf-fax.txt"
_DOTS_PER_INCH, _POINTS_PER_INCH = 204, 72
_START = "from pdf_fax_optimizer.cli import main; main()"


def install() -> None:
    """Where it is not, or the lock is newer."""
    marker = _FOLDER / "installed.txt"
    if marker.exists() and marker.read_text() == _LOCK.read_text():
        return
    command = [str(places.UV), "pip", "install", "--quiet", "--require-hashes", "--only-binary=:all:"]
    command += ["--python", sys.executable, "--target", str(_FOLDER), "--requirement", str(_LOCK)]
    subprocess.run(command, check=True)
    marker.write_text(_LOCK.read_text())


def made(page: Image.Image, folder: Path) -> Image.Image:
    """A page of greys, as a PDF that it fills, by the program's own settings: it keeps such a picture's pixels."""
    source, out = folder / "page.pdf", folder / "page.tif"
    width, height = (side * _POINTS_PER_INCH / _DOTS_PER_INCH for side in page.size)
    with io.BytesIO() as file:
        canvas = Canvas(file, pagesize=(width, height), invariant=1)
        canvas.drawImage(ImageReader(page), 0, 0, width, height)
        canvas.showPage()
        canvas.save()
        source.write_bytes(file.getvalue())
    command = [sys.executable, "-W", "ignore", "-c", _START, str(source), "-o", str(out)]
    command += ["--format", "tiff", "--fax-resolution", "fine"]
    environment = os.environ | {"PYTHONPATH": str(_FOLDER)}
    subprocess.run(command, env=environment, check=True, capture_output=True)
    with Image.open(out) as image:
        return image.convert("1")
