"""The faxes that are measured, as events of API Gateway. Always the same bytes."""

import base64
import io
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

from tests.support import forms, pdfs
from tests.support.template import ROOT
from tools.limits import default_limits

# What a request's body may hold.
LARGEST = default_limits().body_bytes
DELIMITER = b"--" + forms.BOUNDARY.encode()
# The part that every fax has.
RECIPIENT = forms.request("0003*211")
_WORDS = "the fax page invoice total of number and date please find enclosed order delivery signed by"


@dataclass(frozen=True, slots=True)
class Sample:
    """A request: what it is, its body, and the event that carries it in base64."""

    name: str
    body: bytes
    event: dict[str, Any] = field(repr=False)


_A4_ROWS = 2_286


def fax(name: str, *files: tuple[str, bytes]) -> Sample:
    """A fax with these files (name, content) to one recipient."""
    return request(name, forms.form(*(forms.field("files", content, file) for file, content in files), RECIPIENT))


def request(name: str, body: bytes) -> Sample:
    """A request with this body, from the vendor's own client."""
    event = json.loads((ROOT / "events/mcp-server.json").read_text())
    return Sample(name, body, event | {"body": base64.b64encode(body).decode()})


def text(size: int) -> bytes:
    """Letters in lines of at most 76 characters."""
    draw, words = random.Random(1), _WORDS.split()
    lines: list[str] = []
    line, length = "", 0
    while length < size:
        word = draw.choice(words)
        if len(line) + len(word) > 75:
            lines.append(line)
            length += len(line) + 1
            line = ""
        line += f"{word} "
    return "\n".join([*lines, ""]).encode()[:size]


def tif(size: int) -> bytes:
    """Pages as fax machines pack them (CCITT group 4)."""
    return _sized(lambda height: _page(height, "TIFF", mode="1", compression="group4"), size)


def jpg(size: int) -> bytes:
    """A photo of noise, which packs as badly as a photo can."""
    return _sized(lambda height: _page(height, "JPEG", mode="L", quality=90), size)


def pdf(size: int) -> bytes:
    """Three pages, each with a picture."""
    share = size // 3 - 500
    pictures = [pdfs.stream(random.Random(n).randbytes(share), b"/Subtype /Image /Filter /DCTDecode") for n in range(3)]
    return pdfs.pdf([*pdfs.pages(3), *pictures])


def _page(height: int, kind: str, *, mode: str, **options: Any) -> bytes:
    """A picture of noise; as a TIFF, a page for each 2,286 rows of it, which are A4."""
    width = 1728
    row = width // 8 if mode == "1" else width
    noise = random.Random(1).randbytes(row * height)
    most = _A4_ROWS if kind == "TIFF" else height
    first, *others = (
        Image.frombytes(mode, (width, min(most, height - top)), noise[row * top : row * (top + most)])
        for top in range(0, height, most)
    )
    file = io.BytesIO()
    first.save(file, kind, **options, **({"save_all": True, "append_images": others} if others else {}))
    return file.getvalue()


def _sized(make: Callable[[int], bytes], size: int) -> bytes:
    """What ``make`` makes of the largest height (to some percent) that leaves it within ``size``."""
    height = max(1, size * 64 // len(make(64)))
    while len(made := make(height)) > size:
        height -= max(1, height // 50)
    return made


def hostile() -> list[Sample]:
    """Bodies of the largest size, each made to cost as much as it can of what looks at delimiters and headers."""
    picture = forms.field("files", b"\x89PNG", "a.png")

    def filled(start: bytes, again: bytes, end: bytes = b"") -> bytes:
        return start + again * ((LARGEST - len(start) - len(end)) // len(again)) + end

    def content(again: bytes) -> bytes:
        whole = forms.form(picture, RECIPIENT)
        start = whole.index(b"PNG") + 3
        return filled(whole[:start], again, whole[start:])

    tiny = b"\r\n".join([DELIMITER, b'Content-Disposition: form-data; name="a"', b"", b"", b""])
    head = DELIMITER + b'\r\nContent-Disposition: form-data; name="files"; filename="'
    # The longest header block that is read, with as many headers and parameters as may be, in as many parts.
    block = b'Content-Disposition: form-data; name="files"; filename="' + rb"\"" * 900 + b'"'
    block += b"".join(b"\r\nX-%d: a" % n + rb";b=\"" * 60 for n in range(7))
    part = (LARGEST - 2000) // 127 - len(block) - len(DELIMITER) - 8
    many = [forms.part(block, b"\x89PNG" + bytes(part))] * 127
    return [
        request("tiny parts", filled(b"", tiny, DELIMITER + b"--\r\n")),
        request("127 parts, headers of 4 KB", forms.form(*many, RECIPIENT)),
        request("one header of 4.4 MB", filled(head, rb"\";")),
        request("headers without end", filled(DELIMITER + b"\r\n", b"a: b\r\n")),
        request("delimiters but for their last byte", content(b"\r\n" + DELIMITER[:-1])),
        request("delimiters in the middle of lines", content(b"x" + DELIMITER)),
        request("delimiters behind line feeds", content(b"\n" + DELIMITER + b"x")),
        request("the same, and no end", content(b"\n" + DELIMITER + b"x")[:-60]),
        request("line ends alone", content(b"\r\n")),
        request("dashes alone", content(b"-")),
        request("no end", forms.form(forms.field("files", bytes(LARGEST - 1000), "a.txt"), RECIPIENT)[:-60]),
    ]
