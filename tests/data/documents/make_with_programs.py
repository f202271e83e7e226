"""Makes the documents of the corpus that programs write: `python -m tests.data.documents.make_with_programs [folder]`.

They are kept, so that tests need none of what makes them. Each is what a program writes by itself; where a few bytes
are added to that, a docstring says so. A file that is there already is left alone, since most of these programs write
the time or a random id into what they make; to make one again, delete it first, and then run ``make_by_damage``, too.

Needs the development packages and, from Debian: chromium dos2unix efax ffmpeg ghostscript graphicsmagick groff guetzli
imagemagick libimage-exiftool-perl libjpeg-turbo-progs libreoffice-draw-nogui libreoffice-writer-nogui libtiff-tools
mupdf-tools netpbm poppler-utils qpdf w3m. corpus.yaml states the versions that were used.
"""

import sys
import tempfile
from pathlib import Path

# Each adds its own to the makers.
from tests.data.documents.with_programs import jpg, pdf, refused, tif, txt  # noqa: F401
from tests.data.documents.with_programs.given import HERE, MAKERS

__all__ = ["MAKERS"]


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
