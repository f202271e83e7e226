"""Makes of documents what would be faxed: `make render FILE=a.pdf [MODE=auto|text|photo] [RESOLUTION=fine|standard]`.

The folder OUT (by default .local/render) gets pages.tif, which is what is sent, pages.pdf with the same pixels, and
page-<n>.png, a picture of each page of the TIFF. The code is the service's own; nothing leaves this machine.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from faxes.errors import FaxError
from faxes.intake import documents
from faxes.model import Document, Upload
from faxes.pages import FaxPage, Resolution
from faxes.rendering import Mode, RenderFailed, preview
from faxes.rendering.child import Notes
from faxes.rendering.render import Rendered, Source, render
from tools import names, places
from tools.limits import default_limits
from tools.steps import fail

FONTS = places.ROOT / "layers" / "imaging" / "fonts"
OUT = places.LOCAL / "render"
# What an API gateway lets through is no limit here.
_LIMITS = default_limits(file_bytes=250_000_000)


def accepted(paths: Sequence[Path]) -> list[Document]:
    """The files as the service would accept them. Raises FaxError, and OSError where one cannot be read."""
    found: list[Document] = []
    for number, path in enumerate(paths, start=1):
        upload = Upload(path.name, path.read_bytes())
        found.append(documents.inspect(upload, number, len(paths), _LIMITS, sum(each.pages for each in found)))
    return found


def write(rendered: Rendered, folder: Path) -> None:
    """The files of a fax. What a fax before had more of goes."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("page-*.png"):
        old.unlink()
    tiff = rendered.tiff()
    (folder / "pages.tif").write_bytes(tiff)
    (folder / "pages.pdf").write_bytes(rendered.pdf())
    for number, picture in enumerate(preview.previews(tiff), start=1):
        (folder / f"page-{number}.png").write_bytes(picture)


def describe(page: FaxPage, number: int, count: int) -> str:
    place = f"page {number} of {count}"
    return f"{place:<16} {page.rows:>5,} rows {len(page.t6):>9,} bytes {page.seconds:>7.1f} s  {page.resolution}"


def noted(notes: Notes, name: str) -> list[str]:
    """What a person should know of a document that was drawn."""
    said = []
    if notes.fonts_substituted:
        said.append(f"{name}: fonts that it does not hold, drawn with ours: {', '.join(notes.fonts_substituted)}")
    if notes.characters_missing:
        said.append(f"{name}: characters that no font has, drawn as boxes: {', '.join(notes.characters_missing)}")
    return said


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make render", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--file", action="append", default=[], metavar="FILES", help="a document, or several")
    parser.add_argument("--mode", type=Mode, choices=list(Mode), default=Mode.AUTO, help="how greys are made black")
    parser.add_argument("--resolution", type=Resolution, choices=list(Resolution), help="rows an inch: 196 or 98")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FOLDER", help="where the files go")
    options = parser.parse_args(arguments)
    try:
        files = [path for text in options.file for path in names.paths(text)]
    except ValueError as error:
        return fail(error)
    if not files:
        return fail('Say what to render: make render FILE=letter.pdf (several: FILE="letter.pdf scan.tif").')
    started = time.monotonic()
    try:
        found = accepted(files)
        count = sum(document.pages for document in found)
        number = 0

        def show(page: FaxPage) -> None:
            nonlocal number
            number += 1
            print(describe(page, number, count), flush=True)

        sources = [Source(document.kind, document.content, document.pages, document.encoding) for document in found]
        rendered = render(sources, mode=options.mode, wanted=options.resolution, fonts=FONTS, progress=show)
        write(rendered, options.out)
    except FaxError as error:
        return fail(error.message)
    except RenderFailed as error:
        return fail(f"{found[error.document - 1].name} {error.text}.")
    except OSError as error:
        # A full disk names no file: it is one of those that are written.
        return fail(f"{error.filename or options.out} cannot be read or written: {error.strerror}")
    for document, notes in zip(found, rendered.notes, strict=True):
        print(*noted(notes, document.name), sep="\n", end="\n" if noted(notes, document.name) else "")
    size, seconds = sum(len(page.t6) for page in rendered.pages), sum(page.seconds for page in rendered.pages)
    print(f"in all {size:,} bytes, {seconds:.0f} s at 14,400 bit/s; made in {time.monotonic() - started:.1f} s")
    pictures = "page-1.png" if count == 1 else f"page-1.png to page-{count}.png"
    print(f"{places.shown(options.out.resolve())}/: pages.tif, pages.pdf, {pictures}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
