"""What came out of the simulated fax machines, as pictures for the page."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from faxes.carriers.simulator import Network
from faxes.pages import FaxPage, tiff
from faxes.rendering import preview
from tools.local import received


@dataclass(frozen=True, slots=True)
class Paper:
    """The paper of the simulated network's machines, and extensions' copies. ``documents`` reads what the machine of an
    attempt was sent, by the attempt's reference; ``pages`` a fax's pages, by its uid; ``speed`` is the network's."""

    network: Network
    documents: Callable[[str], bytes]
    pages: Callable[[str], list[FaxPage]]
    now: Callable[[], datetime]
    speed: float

    def sheets(self, fax: Mapping[str, Any]) -> list[list[FaxPage]]:
        """What the machine of each recipient has printed. Raises StorageFault."""

        def copy() -> list[FaxPage]:
            return self.pages(str(fax["uid"]))

        printed = received.printed(self.network, self.documents, fax, self.now(), self.speed, copy)
        return [pages for _, pages in printed]

    def picture(self, fax: Mapping[str, Any], position: int, sheet: int) -> bytes | None:
        """A sheet of a recipient's machine as PNG, both counted from 1; None where it has not come out."""
        sheets = self.sheets(fax)
        if not (1 <= position <= len(sheets) and 1 <= sheet <= len(sheets[position - 1])):
            return None
        return next(iter(preview.previews(tiff.write([sheets[position - 1][sheet - 1]]))))


def described(sheets: list[list[FaxPage]]) -> bytes:
    return json.dumps({"sheets": [len(pages) for pages in sheets]}).encode()
