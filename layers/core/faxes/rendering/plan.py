"""What the process that reads a document is told, and what it makes of each page."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from PIL import Image

from faxes.formats.content import Content
from faxes.model import Kind
from faxes.pages import Resolution
from faxes.rendering import Mode


@dataclass(frozen=True, slots=True)
class Plan:
    """How one document is drawn, and what that may take.

    ``size`` is the document's, in bytes; ``pages`` how many it was accepted with; ``encoding`` is a text's.
    ``pdfium`` is PDFium's library; ``narrow_font`` and ``wide_font`` are the files of DejaVu Sans Mono and Unifont.
    ``memory`` is the bytes of address space that may be reserved beyond what starting takes and the document itself,
    ``seconds`` the processor time from then on. ``mapped``: the document is the file on standard input, and does not
    come.
    """

    kind: Kind
    mode: Mode
    resolution: Resolution
    size: int
    pages: int
    encoding: str
    pdfium: str
    narrow_font: Path
    wide_font: Path
    memory: int
    seconds: int
    mapped: bool = False

    def dumped(self) -> str:
        return json.dumps(asdict(self), default=str)

    @staticmethod
    def loaded(text: str) -> "Plan":
        stated = json.loads(text)
        return Plan(
            **{
                **stated,
                "kind": Kind(stated["kind"]),
                "mode": Mode(stated["mode"]),
                "resolution": Resolution(stated["resolution"]),
                "narrow_font": Path(stated["narrow_font"]),
                "wide_font": Path(stated["wide_font"]),
            }
        )


@dataclass(frozen=True, slots=True)
class Drawing:
    """A page beneath its header, 1,728 columns wide: greys (mode "L"), or black and white (mode "1") as it stays."""

    image: Image.Image
    resolution: Resolution


class Drawer(Protocol):
    """What draws a kind of document. Making one may open files; `pages` opens none, and raises RenderFailed. Its
    content is a map that this process may write to, so that a library can be told where it lies."""

    def __init__(self, plan: Plan) -> None: ...

    def pages(self, content: Content) -> Iterator[Drawing]: ...

    def notes(self) -> dict[str, list[str]]: ...
