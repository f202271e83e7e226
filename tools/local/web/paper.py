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
    """The paper of the simulated network's machines. ``pages_of`` reads a fax's pages, by its uid; ``speed`` is the
    network's."""

    network: Network
    pages_of: Callable[[str], list[FaxPage]]
    now: Callable[[], datetime]
    speed: float

    def sheets(self, fax: Mapping[str, Any]) -> list[list[int]]:
        """What the machine of each recipient has printed: the pages' numbers, from 1. Raises StorageFault."""
        return [numbers for _, numbers in received.printed(self.network, fax, self.now(), self.speed)]

    def picture(self, fax: Mapping[str, Any], position: int, sheet: int) -> bytes | None:
        """A sheet of a recipient's machine as PNG, both counted from 1; None where it has not come out."""
        sheets = self.sheets(fax)
        if not (1 <= position <= len(sheets) and 1 <= sheet <= len(sheets[position - 1])):
            return None
        page = self.pages_of(str(fax["uid"]))[sheets[position - 1][sheet - 1] - 1]
        return next(iter(preview.previews(tiff.write([page]))))


def described(sheets: list[list[int]]) -> bytes:
    return json.dumps({"sheets": [len(numbers) for numbers in sheets]}).encode()
