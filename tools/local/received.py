"""What came out of the simulated fax machines, and what extensions received, as files: a TIFF for each of a fax's
recipients, in .local/received."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from faxes.adapters.dynamodb.simulated import DynamoDBNetwork
from faxes.carriers.simulator import Network, paper
from faxes.delivery.policy import reference_of
from faxes.ids import paper_key
from faxes.pages import FaxPage, tiff
from tools import places
from tools.local.stack_file import LocalStack


def network_of(stack: LocalStack) -> Network:
    """The simulated network of a stack: it alone knows what its machines printed."""
    return DynamoDBNetwork(stack.client("dynamodb"), stack.faxTable, secrets.randbits)


def documents_of(stack: LocalStack) -> Callable[[str], bytes]:
    """What the machines of a stack were sent, by the reference of each attempt."""
    files = stack.client("s3")
    return lambda reference: files.get_object(Bucket=stack.bucket, Key=paper_key(reference))["Body"].read()


def printed(
    network: Network,
    documents: Callable[[str], bytes],
    fax: Mapping[str, Any],
    now: datetime,
    speed: float,
    copy: Callable[[], Sequence[FaxPage]] = tuple,
) -> Iterator[tuple[str, list[FaxPage]]]:
    """The recipients of a fax, which is as the API answers it, and what the machine of each has printed: the pages of
    all attempts one after the other; or what the extension has, of which ``copy`` reads the pages. Raises
    StorageFault."""
    for position, delivery in enumerate(fax["deliveries"], start=1):
        sheets: list[FaxPage] = []
        for attempt in delivery["attempts"]:
            reference = reference_of(fax["id"], position, attempt["number"])
            taken = network.get(reference)
            if taken and (numbers := paper(taken, now, speed)):
                sent = tiff.read(documents(reference))
                sheets += [sent[number - 1] for number in numbers]
            if "*" in attempt.get("remoteId", ""):
                # An extension has no machine: it has its copy.
                sheets += copy()[: attempt["pagesSent"]]
        yield delivery["recipient"], sheets


def write(sheets: Sequence[tuple[str, list[FaxPage]]], folder: Path) -> Iterator[str]:
    """A file for each machine that printed anything; a line for each machine. The files of the fax before go."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.tif"):
        old.unlink()
    for position, (number, pages) in enumerate(sheets, start=1):
        path = folder / f"{position}-{re.sub('[^0-9+]', '-', number)}.tif"
        if pages:
            path.write_bytes(tiff.write(pages))
        count = "1 page" if len(pages) == 1 else f"{len(pages)} pages"
        yield f"{number:<16} {count:>9}  {places.shown(path) if pages else ''}".rstrip()
