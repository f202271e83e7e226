"""Many faxes at once on the deployed stack, what goes wrong with the stream of their records, and whether paper equals
records in the end."""

import json
import threading
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import batched, pairwise
from typing import Any
from zoneinfo import ZoneInfo

from benchmarks import load
from faxes.adapters.dynamodb.deliveries import attempt_of, recipient_of
from faxes.adapters.dynamodb.directory import extension_item
from faxes.adapters.dynamodb.items import Item, plain, text, wire
from faxes.adapters.dynamodb.records import RECORD, fax_of
from faxes.adapters.dynamodb.simulated import taken_of
from faxes.carriers import simulator
from faxes.carriers.simulator import Taken
from faxes.delivery import resume
from faxes.ids import paper_key, tiff_key
from faxes.lifecycle import FINAL
from faxes.model import (
    Attempt,
    Direction,
    Extension,
    ExtensionNumber,
    ExtensionType,
    Fax,
    Reason,
    Recipient,
    RecipientStatus,
)
from faxes.pages import tiff
from faxes.pages.header import Header, drawn
from tests.support.sheets import halves
from tools.local.stack_file import LocalStack

# A tenth of all faxes each goes to numbers where something goes wrong (faxes.carriers.sandbox_numbers): ten numbers
# of each, since a number takes one call at a time.
_TROUBLED = ("04", "03", "07", "10")
_NO_ANSWER = "+1500555203"
NUMBERS = [f"777{n:04}" for n in range(160)]
EXTENSIONS = [f"0003*{n}" for n in range(2_000, 2_050)]
# When the last call is over.
_LATER = timedelta(hours=1)


def recipient_of_fax(n: int) -> str:
    """To whom the nth fax goes."""
    group, of_ten = divmod(n, 10)
    if of_ten < len(_TROUBLED):
        return f"+15005552{_TROUBLED[of_ten]}{group % 10}"
    return EXTENSIONS[group * 2 % 50 + of_ten % 2] if of_ten > 7 else NUMBERS[(group * 4 + of_ten % 4) % len(NUMBERS)]


def text_of_fax(n: int) -> str:
    """What it says, on two pages where the line breaks after the first, else on one to three."""
    pages = 2 if n % 10 == 2 else 1 + n % 3
    return "\f".join(f"fax {n}, page {page}" for page in range(1, pages + 1))


def look_of_fax(n: int) -> Mapping[str, str]:
    """What its request says of its look, which is what it is without that: by it, the bad stream knows its faxes."""
    return {5: {"resolution": "fine"}, 6: {"rendering": "auto"}}.get(n % 10, {})


@dataclass(slots=True)
class Trouble:
    """``lost`` messages of the send queue."""

    lost: int = 0


@contextmanager
def troubled(stack: LocalStack, messages: int) -> Iterator[Trouble]:
    """Meanwhile, take so many messages away from send_fax, one now and then: what the bad network does not see."""
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


@contextmanager
def bad_stream(stack: LocalStack) -> Iterator[None]:
    """Meanwhile, the record of a fax that names its resolution is lost, and the one of a fax that names its rendering
    comes twice: a tenth each."""
    client = stack.client("lambda")
    mappings = client.list_event_source_mappings()["EventSourceMappings"]
    (mapping,) = [each for each in mappings if ":dynamodb:" in each["EventSourceArn"]]

    def inserted(**image: Any) -> dict[str, Any]:
        keys = {"sk": {"S": ["FAX"]}}
        pattern = {"eventName": ["INSERT"], "dynamodb": {"Keys": keys, "NewImage": image}}
        return {"Filters": [{"Pattern": json.dumps(pattern)}]}

    client.update_event_source_mapping(UUID=mapping["UUID"], FilterCriteria=inserted(resolution=[{"exists": False}]))
    second = client.create_event_source_mapping(
        FunctionName=mapping["FunctionArn"],
        EventSourceArn=mapping["EventSourceArn"],
        StartingPosition="LATEST",
        FilterCriteria=inserted(rendering=[{"exists": True}]),
    )
    try:
        yield
    finally:
        client.delete_event_source_mapping(UUID=second["UUID"])
        client.update_event_source_mapping(UUID=mapping["UUID"], FilterCriteria=mapping["FilterCriteria"])


def add_extensions(stack: LocalStack) -> None:
    for number in EXTENSIONS:
        made = Extension(ExtensionNumber(*number.split("*")), "bob", ExtensionType.PHONE_TERMINAL, True)
        stack.client("dynamodb").put_item(TableName=stack.directoryTable, Item=wire(extension_item(made)))


def open_of(stack: LocalStack, fax_ids: Sequence[str]) -> list[str]:
    """Which of these faxes have not ended."""
    found: list[str] = []
    for ids in batched(fax_ids, 100, strict=False):
        keys = [wire({"pk": f"FAX#{fax_id}", "sk": RECORD}) for fax_id in ids]
        asked = {
            "Keys": keys,
            "ProjectionExpression": "id, #status",
            "ExpressionAttributeNames": {"#status": "status"},
            "ConsistentRead": True,
        }
        answer = stack.client("dynamodb").batch_get_item(RequestItems={stack.faxTable: asked})
        records = map(plain, answer["Responses"][stack.faxTable])
        found += [record["id"] for record in records if record["status"] not in FINAL]
    return found


def let_a_day_pass(stack: LocalStack, fax_id: str, now: datetime) -> None:
    """For a fax that the carrier had, and does not list: nothing is to happen before its deadline. That is now."""
    table = stack.client("dynamodb")
    items = table.query(
        TableName=stack.faxTable,
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=wire({":pk": f"FAX#{fax_id}"}),
        ConsistentRead=True,
    )["Items"]
    for item in map(plain, items):
        sk = str(item["sk"])
        if not sk.startswith("RECIPIENT#") or "#ATTEMPT#" in sk or item["status"] != RecipientStatus.IN_DOUBT:
            continue
        attempts = [attempt_of(plain(each)) for each in items if f"{sk}#ATTEMPT#" in plain(each)["sk"]]
        latest = max(attempts, key=lambda attempt: attempt.number)
        if not (latest.fetched and simulator.forgets(latest.reference)):
            continue
        with suppress(table.exceptions.ConditionalCheckFailedException):
            table.update_item(
                TableName=stack.faxTable,
                Key=wire({"pk": item["pk"], "sk": sk}),
                UpdateExpression="SET deadlineAt = :now, dueAt = :now",
                ConditionExpression="#status = :doubt AND dueAt = :was",
                ExpressionAttributeNames={"#status": "status"},
                ExpressionAttributeValues=wire(
                    {":now": text(now), ":doubt": RecipientStatus.IN_DOUBT.value, ":was": item["dueAt"]}
                ),
            )


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

    def reasons(self) -> Counter[str]:
        """Why attempts failed."""
        return Counter(str(each.reason) for of in self.attempts.values() for each in of if each.reason)

    def sheets(self) -> int:
        """How many pages came out of machines."""
        later = datetime.now(UTC) + _LATER
        taken = [self.taken.get(each.reference) for of in self.attempts.values() for each in of]
        return sum(len(simulator.paper(each, later, self.speed)) for each in taken if each)

    def wrong(self, fax_id: str) -> list[str]:
        """What of a fax's paper is not what its records say."""
        fax, recipient = self.faxes[fax_id], self.recipients[fax_id]
        attempts = sorted(self.attempts[fax_id], key=lambda each: each.number)
        # What the carrier had and does not list is never sent again, and what became of it nobody knows.
        unknown = attempts[-1].reason == Reason.OUTCOME_UNKNOWN and simulator.forgets(attempts[-1].reference)
        should = "failed" if unknown or fax.recipients[0].startswith(_NO_ANSWER) else "sent"
        if unknown and recipient.pages_sent:
            should = "partially_sent"
        wrong = [] if fax.status == recipient.status == should else [f"{fax.status}, {recipient.status}, not {should}"]
        if fax.due_at or recipient.due_at:
            wrong.append("still due")
        if recipient.inside:
            return wrong + self._wrongly_received(fax, attempts)
        known = attempts[:-1] if unknown else attempts
        if not unknown and (should == "sent") != (recipient.pages_sent == fax.pages):
            wrong.append(f"{recipient.pages_sent} of {fax.pages} pages were sent")
        wrong += self._wrongly_begun(attempts)
        return wrong + [said for attempt in known for said in self._wrongly_printed(fax, recipient, attempt)]

    def _wrongly_begun(self, attempts: Sequence[Attempt]) -> list[str]:
        """No page comes out twice, but where that is allowed: an hour after the call that broke, all are sent."""
        return [
            f"attempt {after.number} begins with page {after.first_page}"
            for before, after in pairwise(attempts)
            if after.first_page != before.first_page + before.pages_sent
            and not (
                after.first_page == 1
                and before.confirmed_at
                and after.started_at > before.confirmed_at + resume.WITHIN / self.speed
            )
        ]

    def _wrongly_printed(self, fax: Fax, recipient: Recipient, attempt: Attempt) -> list[str]:
        taken = self.taken.get(attempt.reference)
        numbers = simulator.paper(taken, datetime.now(UTC) + _LATER, self.speed) if taken else ()
        if numbers != tuple(range(1, attempt.pages_sent + 1)):
            return [f"attempt {attempt.number}: pages {numbers} came out, {attempt.pages_sent} recorded"]
        if not numbers:
            return []
        content = self._file(tiff_key(fax.uid))
        pages, beneath = tiff.read(content), [rows for _, rows in halves(content)]
        sheets, header = halves(self._file(paper_key(attempt.reference))), _header(fax, recipient, attempt)
        numbered = [(number, attempt.first_page + number - 1) for number in numbers]
        return [
            f"attempt {attempt.number}: page {page} is another"
            for number, page in numbered
            if sheets[number - 1] != (drawn(header.line(page), pages[page - 1].resolution), beneath[page - 1])
        ]

    def _wrongly_received(self, fax: Fax, attempts: Sequence[Attempt]) -> list[str]:
        got = [each for attempt in attempts for each in self.received[attempt.received_uid or ""]]
        if [each.pages for each in got] != [fax.pages]:
            return [f"the extension has {len(got)} of it"]
        same = self._file(tiff_key(got[0].uid)) == self._file(tiff_key(fax.uid))
        return [] if same else ["the extension has other pages"]

    def _file(self, key: str) -> bytes:
        content: bytes = self.stack.client("s3").get_object(Bucket=self.stack.bucket, Key=key)["Body"].read()
        return content


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
