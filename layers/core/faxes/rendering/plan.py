"""What the process that reads a document is told, and what it makes of each page.

That process starts anew for each document, and each import is a part of what drawing it takes. So there are no data
classes, which bring a reader of Python along, no paths, and not the model: together they took as long as all the
rest.
"""

import json
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from PIL import Image

from faxes.appearance import Mode, Resolution
from faxes.formats.content import Content


class Plan(NamedTuple):
    """How one document is drawn, and what that may take.

    ``kind`` is one of ``model.Kind``; ``size`` is the document's, in bytes; ``pages`` how many it was accepted with;
    ``encoding`` is a text's. ``pdfium`` is PDFium's library; ``narrow_font`` and ``wide_font`` are the files of DejaVu
    Sans Mono and Unifont. ``memory`` is the bytes of address space that may be reserved beyond what starting takes and
    the document itself, ``seconds`` the processor time from then on. ``mapped``: the document is the file on standard
    input, and does not come.
    """

    kind: str
    mode: Mode
    resolution: Resolution
    size: int
    pages: int
    encoding: str
    pdfium: str
    narrow_font: str
    wide_font: str
    memory: int
    seconds: int
    mapped: bool = False

    def dumped(self) -> str:
        return json.dumps(self._asdict())

    @staticmethod
    def loaded(text: str) -> "Plan":
        stated = json.loads(text)
        return Plan(
            **{
                **stated,
                "mode": Mode(stated["mode"]),
                "resolution": Resolution(stated["resolution"]),
            }
        )


class Drawing(NamedTuple):
    """A page beneath its header, 1,728 columns wide: greys (mode "L"), or black and white (mode "1") as it stays.

    It holds until the next is asked for. ``pixels`` are the greys' own bytes, where they are at hand.
    """

    image: Image.Image
    resolution: Resolution
    pixels: bytearray | None = None


class Drawer(Protocol):
    """What draws a kind of document. Making one may open files; `pages` opens none, and raises RenderFailed. Its
    content is a map that this process may write to, so that a library can be told where it lies."""

    def __init__(self, plan: Plan) -> None: ...

    def pages(self, content: Content) -> Iterator[Drawing]: ...

    def notes(self) -> dict[str, list[str]]: ...
