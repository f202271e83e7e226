"""An accepted fax's documents become its pages, and its pages the files that are kept of them."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from faxes.formats.content import Content
from faxes.model import Kind
from faxes.pages import FaxPage, Resolution, pdf, tiff
from faxes.rendering import Mode, RenderFailed, child, group4, resolution
from faxes.rendering.child import Notes, Rows
from faxes.rendering.plan import Plan

# The longest of real documents' pages, and a picture of as many pixels as are accepted, in four colours.
MEMORY = 640 * 1024 * 1024
# Processor time: to start with, and for each page.
SECONDS, SECONDS_PER_PAGE = 10, 1

NARROW_FONT, WIDE_FONT = "DejaVuSansMono.ttf", "unifont.otf"


@dataclass(frozen=True, slots=True)
class Source:
    """An accepted document: its content, its kind, and how many pages it was accepted with. ``encoding`` is Python's
    name of a text's, where that is not UTF-8."""

    kind: Kind
    content: Content
    pages: int
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """A fax as it will be sent: its pages, and each document's notes."""

    pages: tuple[FaxPage, ...]
    notes: tuple[Notes, ...]

    def tiff(self) -> bytes:
        return tiff.write(self.pages)

    def pdf(self) -> bytes:
        return pdf.write(self.pages)


def render(
    sources: Sequence[Source],
    *,
    mode: Mode = Mode.AUTO,
    wanted: Resolution | None = None,
    fonts: Path,
    progress: Callable[[FaxPage], None] = lambda page: None,
    seconds_left: Callable[[], float] = lambda: math.inf,
) -> Rendered:
    """The fax's pages, in the order of its documents. ``progress`` is told each page as it is made.

    ``seconds_left`` is asked before each document, which gets no more of processor time than that.

    ``fonts`` is the folder that the fonts lie in. Where no resolution is wanted, it is fine, unless every document
    holds fax pages of standard resolution alone. The same documents give the same pages. Raises RenderFailed.
    """
    fineness = wanted or (Resolution.STANDARD if all(_is_standard(source) for source in sources) else Resolution.FINE)
    pages: list[FaxPage] = []
    notes: list[Notes] = []
    for number, source in enumerate(sources, start=1):
        try:
            made = []
            for each in _drawn(source, mode, fineness, fonts, seconds_left()):
                if isinstance(each, Notes):
                    notes.append(each)
                    continue
                made.append(group4.page(each.bits, each.resolution))
                if len(made) > source.pages:
                    break
                progress(made[-1])
            if len(made) != source.pages:
                raise RenderFailed("pages_differ", len(made))
        except RenderFailed as failed:
            failed.document = number
            raise
        pages += made
    return Rendered(tuple(pages), tuple(notes))


def _is_standard(source: Source) -> bool:
    return source.kind is Kind.TIF and resolution.is_standard(source.content)


def _drawn(source: Source, mode: Mode, fineness: Resolution, fonts: Path, left: float) -> Iterator[Rows | Notes]:
    plan = Plan(
        kind=source.kind,
        mode=mode,
        resolution=fineness,
        size=len(source.content),
        pages=source.pages,
        encoding=source.encoding or "utf-8",
        pdfium=child.pdfium_library(),
        narrow_font=str(fonts / NARROW_FONT),
        wide_font=str(fonts / WIDE_FONT),
        memory=MEMORY,
        # A limit of none would be no limit.
        seconds=max(1, int(min(left, SECONDS + SECONDS_PER_PAGE * source.pages))),
    )
    return child.draw(plan, source.content)
