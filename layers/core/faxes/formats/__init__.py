"""What each kind of document must be like to be faxed, told from its bytes alone.

    jpg.py  tif.py  txt.py   one walk in plain Python each; they raise Unfaxable alone
    decoding.py              asks a process of its own whether a JPEG or TIFF can be decoded: picture_check.py, with
                             jpg_decoder.py and tif_decoder.py
    pdf.py                   asks a process of its own, which runs a native parser: pdf_check.py. What that does not
                             tell is read in plain Python: pdf_ends.py, pdf_places.py, pdf_objects.py, pdf_pages.py
    process.py               starts such a process, and takes its one answer
    content.py               a document's bytes: in memory, or a file's, as the system maps them
    budget.py                what looking into all documents of one fax may take together

Each kind has `count_pages`, which says how many pages the whole document makes. What decompresses runs in a process of
its own, so that in this one a document costs what its bytes cost. ``documents`` calls them and words the answer. Of the
package they import `errors`, `paper` and `confinement` alone, and no kind imports another.
"""


class Unfaxable(Exception):
    """A document cannot be faxed.

    `reason` is the stable word for logs and metrics ("jpg_cut_off"); `text` completes the sentence that begins with the
    file's name ("is cut off ..."). Neither ever repeats the document's content.
    """

    def __init__(self, reason: str, text: str) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason = reason
        self.text = text


def page_too_long(page: int, percent: int) -> Unfaxable:
    """Of a page that would be too small on the paper, by the hundredths of its size that it would have."""
    return Unfaxable(
        "page_too_long",
        f"has a page, number {page}, that would be faxed at {percent} % of its size; the limit is 50 %",
    )
