"""An accepted document becomes fax pages.

    worker.py      the use case: an accepted fax -> its pages, stored and recorded
    repair.py      what becomes of a fax whose worker or message was lost
    jobs.py        what both know of a fax, and what they ask of the stores
    render.py      documents -> pages and what is worth knowing about them
    child.py       starts, feeds and watches the process that reads a document, and checks what comes out
    confined.py    that process: gives up what it does not need, then draws page by page
      pdf.py tif.py jpg.py txt.py   a document of each kind -> drawings, top to bottom
      pdfium.py  glyphs.py          what PDFium needs said; the fonts' cells
      in_place.py                   a document as a file for Pillow
      geometry.py                   where on a fax page a drawing goes, and how large
      raster.py  regions.py         greys -> black and white; where on a page there are photographs and fills
      bits.py                       pixels -> packed bits
    group4.py      rows -> T.6, by libtiff
    preview.py     a page of the TIFF -> PNG for people

The process draws rows of black and white, and nothing else leaves it: whatever bytes it hands over are a picture, and
all that is coded, stored and sent is made outside. Of Pillow there is none outside but in ``group4`` and ``preview``,
which read only what was made here.
"""

# A word of the request's, which rendering is asked with.
from faxes.appearance import Mode as Mode

_FAILURES = {
    "document_unreadable": "cannot be opened",
    "page_unreadable": "has a page, number {page}, that cannot be decoded",
    "page_too_long": "has a page, number {page}, that would be faxed at {percent} % of its size; the limit is 50 %",
    "page_too_faint": "has a page, number {page}, with nothing but marks that are too faint to be faxed",
    "too_much_memory": "takes more memory to draw than a fax may",
    "too_slow": "takes longer to draw than a fax may",
    "renderer_crashed": "cannot be drawn: it is damaged, or has too many parts",
    "pages_differ": "has {page} pages when it is drawn, and had another number when it was accepted",
}
REASONS = tuple(_FAILURES)


class RenderFailed(Exception):
    """A document cannot be made into fax pages.

    ``reason`` is the stable word for logs and records, one of REASONS; ``text`` completes the sentence that begins with
    the document's name. ``page`` counts from 1, and is 0 where no page in particular is meant; so does ``document``,
    which `render` sets.
    """

    document = 1

    def __init__(self, reason: str, page: int = 0, percent: int = 0) -> None:
        super().__init__(reason)
        self.reason = reason
        self.page = page
        self.percent = percent
        self.text = _FAILURES[reason].format(page=page, percent=percent)
