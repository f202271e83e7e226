"""What came out of the simulated fax machines, as files: a TIFF for each of a fax's recipients, in .local/received."""

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from faxes.adapters.dynamodb.simulated import DynamoDBNetwork
from faxes.carriers.simulator import Network, paper
from faxes.delivery.policy import reference_of
from faxes.pages import FaxPage, tiff
from tools import places
from tools.local.stack_file import LocalStack


def network_of(stack: LocalStack) -> Network:
    """The simulated network of a stack: it alone knows what its machines printed."""
    return DynamoDBNetwork(stack.client("dynamodb"), stack.faxTable, secrets.randbits)


def printed(network: Network, fax: Mapping[str, Any], now: datetime, speed: float) -> Iterator[tuple[str, list[int]]]:
    """The recipients of a fax, which is as the API answers it, and what the machine of each has printed: pages by their
    numbers, those of all attempts one after the other. Raises StorageFault."""
    for position, delivery in enumerate(fax["deliveries"], start=1):
        sheets: list[int] = []
        for attempt in delivery["attempts"]:
            taken = network.get(reference_of(fax["id"], position, attempt["number"]))
            sheets += paper(taken, now, speed) if taken else ()
        yield delivery["recipient"], sheets


def write(sheets: Sequence[tuple[str, list[int]]], pages: Sequence[FaxPage], folder: Path) -> Iterator[str]:
    """A file for each machine that printed anything, of the ``pages`` that the fax has; a line for each machine. The
    files of the fax before go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.tif"):
        old.unlink()
    for position, (number, numbers) in enumerate(sheets, start=1):
        path = folder / f"{position}-{re.sub('[^0-9+]', '-', number)}.tif"
        if numbers:
            path.write_bytes(tiff.write([pages[number - 1] for number in numbers]))
        count = "1 page" if len(numbers) == 1 else f"{len(numbers)} pages"
        yield f"{number:<16} {count:>9}  {places.shown(path) if numbers else ''}".rstrip()
