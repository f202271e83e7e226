"""`make bench-stamping`: what the header line costs, for each page that is sent.

A fax's file is read, each page gets the line in the place of its white rows, and the file is written again: what
send_fax does for each attempt beside the calls. Processor time, the median of several runs, in milliseconds a page.
"""

import io
import statistics
import sys
import time
from datetime import UTC, datetime

from benchmarks.rendering import Document, ours, photo, text
from faxes.pages import FaxPage, tiff
from faxes.pages.header import Header, stamped
from faxes.rendering import Mode

_TIMES = 15
_HEADER = Header(
    at=datetime(2026, 11, 30, 9, 22, tzinfo=UTC),
    name="Example Society for the Study of Names",
    number="+493023125000",
    recipient="+12125550001",
    pages=0,
    first=2,
    simulated=True,
)


def milliseconds(pages: list[FaxPage]) -> float:
    """Of a page, of a file that has these."""
    content = tiff.write(pages)
    times = []
    for _ in range(_TIMES):
        start = time.process_time()
        count, read = tiff.opened(io.BytesIO(content))
        b"".join(tiff.written(stamped(read, _HEADER), count))
        times.append(time.process_time() - start)
    return 1000 * statistics.median(times) / len(pages)


def main() -> int:
    print("| fax | kilobytes of T.6 a page | milliseconds of a processor a page |\n| --- | --- | --- |")
    faxes: list[tuple[Document, Mode]] = [(text(1), Mode.TEXT), (text(20), Mode.TEXT), (photo(), Mode.AUTO)]
    for document, mode in faxes:
        pages = ours(document, mode)
        kilobytes = sum(len(page.t6) for page in pages) / len(pages) / 1000
        print(f"| {document.name} | {kilobytes:.0f} | {milliseconds(pages):.1f} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
