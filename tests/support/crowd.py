"""Many faxes at once on the deployed stack, and what goes wrong meanwhile: messages are lost. And whether paper
equals records in the end."""

import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks import load
from faxes.adapters.dynamodb.deliveries import attempt_of, recipient_of
from faxes.adapters.dynamodb.directory import extension_item
from faxes.adapters.dynamodb.items import Item, wire
from faxes.adapters.dynamodb.records import RECORD, fax_of
from faxes.adapters.dynamodb.simulated import taken_of
from faxes.carriers import simulator
from faxes.carriers.simulator import Taken
from faxes.ids import paper_key, tiff_key
from faxes.lifecycle import FINAL
from faxes.model import Attempt, Direction, Extension, ExtensionNumber, ExtensionType, Fax, Recipient
from faxes.pages import tiff
from faxes.pages.header import Header, drawn
from tests.support.sheets import halves
from tools.local.stack_file import LocalStack

# A tenth of all faxes each goes to numbers where something goes wrong (faxes.carriers.sandbox_numbers).
BUSY, NO_ANSWER, BREAKS, CARRIER_DOWN = (f"+1500555{digits}" for digits in ("0004", "0003", "0007", "0010"))
NUMBERS = [f"777{n:04}" for n in range(196)]
EXTENSIONS = [f"0003*{n}" for n in range(2_000, 2_050)]
# When the last call is over.
_LATER = timedelta(hours=1)


def recipient_of_fax(n: int) -> str:
    """To whom the nth fax goes."""
    troubled = (BUSY, NO_ANSWER, BREAKS, CARRIER_DOWN)
    if n % 10 < len(troubled):
        return troubled[n % 10]
    return EXTENSIONS[n // 10 * 2 % 50 + n % 2] if n % 10 > 7 else NUMBERS[(n // 10 * 4 + n % 4) % len(NUMBERS)]


def text_of_fax(n: int) -> str:
    """What it says, on two pages where the line breaks after the first, else on one to three."""
    pages = 2 if n % 10 == 2 else 1 + n % 3
    return "\f".join(f"fax {n}, page {page}" for page in range(1, pages + 1))


def add_extensions(stack: LocalStack) -> None:
    for number in EXTENSIONS:
        made = Extension(ExtensionNumber(*number.split("*")), "bob", ExtensionType.PHONE_TERMINAL, True)
        stack.client("dynamodb").put_item(TableName=stack.directoryTable, Item=wire(extension_item(made)))


@dataclass(slots=True)
class Trouble:
    """``lost`` messages of the send queue."""

    lost: int = 0


@contextmanager
def troubled(stack: LocalStack, messages: int) -> Iterator[Trouble]:
    """Meanwhile, take so many messages away from send_fax, one now and then."""
    over, done = threading.Event(), Trouble()
    queues = stack.client("sqs")
    (url,) = [url for url in queues.list_queues()["QueueUrls"] if "SendQueue" in url]

    def lose() -> None:
        while done.lost < messages and not over.wait(0.05):
            for message in queues.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages", []):
                queues.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                done.lost += 1

    thread = threading.Thread(target=lose, daemon=True)
    thread.start()
    try:
        yield done
    finally:
        over.set()
        thread.join(10)


@dataclass(slots=True)
class Crowd:
    """What the stack has of these faxes, by their ids."""

    stack: LocalStack
    speed: float
    faxes: dict[str, Fax] = field(default_factory=dict)
    recipients: dict[str, Recipient] = field(default_factory=dict)
    attempts: dict[str, list[Attempt]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[str, Taken] = field(default_factory=dict)
    received: dict[str, list[Fax]] = field(default_factory=lambda: defaultdict(list))
    held: list[Item] = field(default_factory=list)

    def read(self, fax_ids: Sequence[str]) -> None:
        wanted = {f"FAX#{fax_id}" for fax_id in fax_ids}
        for item in load.items(self.stack):
            sk = str(item["sk"])
            if item["pk"].startswith("SIM#"):
                self.taken[item["pk"].removeprefix("SIM#")] = taken_of(item)
            elif item["pk"].startswith("DEST#"):
                self.held.append(item)
            elif sk == RECORD and item.get("direction") == Direction.IN:
                self.received[str(item["uid"])].append(fax_of(item))
            elif item["pk"] in wanted and sk == RECORD:
                self.faxes[str(item["id"])] = fax_of(item)
            elif item["pk"] in wanted and "#ATTEMPT#" in sk:
                self.attempts[item["pk"].removeprefix("FAX#")].append(attempt_of(item))
            elif item["pk"] in wanted and sk.startswith("RECIPIENT#"):
                self.recipients[item["pk"].removeprefix("FAX#")] = recipient_of(item)

    def statuses(self) -> Counter[str]:
        return Counter(str(fax.status) for fax in self.faxes.values())

    def wrong(self, fax_id: str) -> list[str]:
        """What of a fax's paper is not what its records say."""
        fax, recipient = self.faxes[fax_id], self.recipients[fax_id]
        attempts = sorted(self.attempts[fax_id], key=lambda each: each.number)
        should = "failed" if fax.recipients[0] == NO_ANSWER else "sent"
        wrong = [] if fax.status == recipient.status == should else [f"{fax.status}, {recipient.status}, not {should}"]
        if fax.due_at or recipient.due_at:
            wrong.append("still due")
        pages = tiff.read(self._file(tiff_key(fax.uid)))
        if recipient.inside:
            return wrong + self._wrongly_received(fax, attempts)
        beneath = [rows for _, rows in halves(self._file(tiff_key(fax.uid)))]
        printed = []
        for attempt in attempts:
            taken = self.taken.get(attempt.reference)
            numbers = simulator.paper(taken, datetime.now(UTC) + _LATER, self.speed) if taken else ()
            if len(numbers) != attempt.pages_sent:
                wrong.append(f"attempt {attempt.number}: {len(numbers)} pages came out, {attempt.pages_sent} recorded")
            sheets = halves(self._file(paper_key(attempt.reference))) if numbers else []
            header = _header(fax, recipient, attempt)
            for number in numbers:
                page = attempt.first_page + number - 1
                printed.append(page)
                line = drawn(header.line(page), pages[page - 1].resolution)
                if sheets[number - 1] != (line, beneath[page - 1]):
                    wrong.append(f"attempt {attempt.number}: page {page} is another")
        if printed != list(range(1, recipient.pages_sent + 1)) or (should == "sent") != (len(printed) == fax.pages):
            wrong.append(f"pages {printed} of {fax.pages} came out")
        return wrong

    def _wrongly_received(self, fax: Fax, attempts: Sequence[Attempt]) -> list[str]:
        got = [each for attempt in attempts for each in self.received[attempt.received_uid or ""]]
        if [each.pages for each in got] != [fax.pages]:
            return [f"the extension has {len(got)} of it"]
        same = self._file(tiff_key(got[0].uid)) == self._file(tiff_key(fax.uid))
        return [] if same else ["the extension has other pages"]

    def _file(self, key: str) -> bytes:
        content: bytes = self.stack.client("s3").get_object(Bucket=self.stack.bucket, Key=key)["Body"].read()
        return content


def ended(stack: LocalStack, fax_ids: Sequence[str]) -> int:
    """How many of these faxes have."""
    wanted = set(fax_ids)
    records = [item for item in load.items(stack) if item["sk"] == RECORD and item["id"] in wanted]
    return sum(record["status"] in FINAL for record in records)


def _header(fax: Fax, recipient: Recipient, attempt: Attempt) -> Any:
    return Header(
        attempt.started_at.astimezone(ZoneInfo("Europe/Berlin")),
        "Example Ltd, Berlin",
        "+493023125000",
        recipient.destination,
        pages=fax.pages,
        first=attempt.first_page,
        simulated=True,
    )
