"""The network behind a local stack: what is said of it, and the numbers there at which something can be seen."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Network:
    """``said`` stands at the head of the page; ``numbers`` say how a fax to each goes, and the first is what the page
    begins with. ``tried`` is a number for the terminal, ``seen`` what one sees of documents of one's own, and
    ``commands`` are those of this network alone."""

    said: str
    tried: str
    seen: str
    numbers: Mapping[str, str]
    commands: tuple[str, ...] = ()


SIMULATED = Network(
    "Its telephone network is simulated: a minute there is a second here, and nothing leaves.",
    "+15005550004",
    "them come out of a fax machine",
    {
        "7778888": "It is sent",
        "+15005550004": "Busy, then sent",
        "+15005550002": "Busy every time",
        "+15005550003": "Nobody answers",
        "+15005550005": "A voice answers",
        "+15005550006": "The carrier refuses it",
        "+15005550007": "The line breaks after page 1, then sent",
        "+15005550008": "Slow, then sent",
        "+15005550009": "Hangs up after page 1 every time",
        "+15005550010": "The carrier is down for three attempts",
        "+15005550099": "The number is refused",
    },
)
# Between two attempts minutes pass, as by Telnyx itself.
TELNYX = Network(
    "A server here speaks Telnyx's wire, and nothing leaves: what comes out at the other end is in .local/received, "
    "and not on this page. Between two attempts minutes pass.",
    "+12025550101",
    "what comes out at the other end in .local/received",
    {
        "+12025550101": "It is sent",
        "+12025550104": "Busy, then sent",
        "+12025550102": "Busy every time",
        "+12025550103": "Nobody answers",
        "+12025550105": "A voice answers",
        "+12025550106": "There is no such number",
        "+12025550107": "The line breaks after page 1, then sent",
        "+12025550108": "It never ends",
        "+12025550150": "The carrier does not answer the first request",
        "+12025550153": "The carrier refuses the first request, then sent",
        "+12025550163": "The carrier never reports",
    },
    ("make carrier-check", "make carrier-open"),
)
