"""What the deployed stack has of faxes, and whether that is what the model of delivery says of it: paper and records
agree, whatever had happened to them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks import load
from faxes import lifecycle
from faxes.adapters.dynamodb.deliveries import attempt_of, event_of, recipient_of
from faxes.adapters.dynamodb.items import Item
from faxes.adapters.dynamodb.records import RECORD, fax_of
from faxes.adapters.dynamodb.simulated import taken_of
from faxes.carriers import simulator
from faxes.carriers.simulator import Taken
from faxes.ids import document_key, page_keys
from faxes.lifecycle import FINAL, FINAL_FOR_A_RECIPIENT, HistoryEvent, IllegalTransition
from faxes.model import Attempt, Direction, Fax, Reason, Recipient, RecipientStatus
from tests.support.delivering import counts_of
from tools.local.stack_file import LocalStack

# When the last call is over.
_LATER = timedelta(hours=1)
# Of these, the carrier could not say, or nobody confirmed, what came out.
_UNTOLD = (Reason.OUTCOME_UNKNOWN, Reason.LAST_PAGE_UNCONFIRMED)


@dataclass(slots=True)
class Agreement:
    """What there is of the faxes of these ids. ``held`` are the lines of numbers that somebody still has, or waits for,
    and ``keys`` those of all objects."""

    stack: LocalStack
    speed: int
    faxes: dict[str, Fax] = field(default_factory=dict)
    recipients: dict[str, dict[int, Recipient]] = field(default_factory=lambda: defaultdict(dict))
    attempts: dict[str, list[Attempt]] = field(default_factory=lambda: defaultdict(list))
    history: dict[str, list[HistoryEvent]] = field(default_factory=lambda: defaultdict(list))
    taken: dict[str, Taken] = field(default_factory=dict)
    received: dict[str, Fax] = field(default_factory=dict)
    held: list[Item] = field(default_factory=list)
    items: dict[tuple[str, str], Item] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, stack: LocalStack, speed: int, fax_ids: Iterable[str]) -> "Agreement":
        found, wanted = cls(stack, speed), {f"FAX#{fax_id}" for fax_id in fax_ids}
        # A history's order is that of its keys.
        for item in sorted(load.items(stack), key=lambda item: (item["pk"], item["sk"])):
            found._keep(item, wanted)
        listed = stack.client("s3").get_paginator("list_objects_v2").paginate(Bucket=stack.bucket)
        found.keys = {item["Key"] for page in listed for item in page.get("Contents", [])}
        return found

    def _keep(self, item: Item, wanted: set[str]) -> None:
        pk, sk = str(item["pk"]), str(item["sk"])
        fax_id = pk.removeprefix("FAX#")
        if pk.startswith("SIM#"):
            self.taken[pk.removeprefix("SIM#")] = taken_of(item)
        elif pk.startswith("DEST#"):
            self.held.append(item)
        elif sk == RECORD and item.get("direction") == Direction.IN:
            self.received[str(item["uid"])] = fax_of(item)
        if pk not in wanted:
            return
        self.items[pk, sk] = item
        if sk == RECORD:
            self.faxes[fax_id] = fax_of(item)
        elif sk.startswith("EVENT#"):
            self.history[fax_id].append(event_of(item))
        elif "#ATTEMPT#" in sk:
            self.attempts[fax_id].append(attempt_of(item))
        elif sk.startswith("RECIPIENT#"):
            recipient = recipient_of(item)
            self.recipients[fax_id][recipient.position] = recipient

    def open(self) -> list[Recipient]:
        """The recipients that have not ended."""
        every = [each for found in self.recipients.values() for each in found.values()]
        return [each for each in every if each.status not in FINAL_FOR_A_RECIPIENT]

    def unfinished(self) -> list[str]:
        """The faxes that have not ended."""
        return [fax_id for fax_id, fax in self.faxes.items() if fax.status not in FINAL]

    def ended(self) -> Mapping[tuple[str, str], Item]:
        """The items of records and recipients that are final."""
        final = FINAL | FINAL_FOR_A_RECIPIENT
        return {
            key: item
            for key, item in self.items.items()
            if item.get("status") in final and not key[1].startswith("EVENT#") and "#ATTEMPT#" not in key[1]
        }

    def wrong(self, fax_id: str) -> list[str]:
        """What of a fax is not as the model has it, once all is over."""
        fax, history = self.faxes[fax_id], self.history[fax_id]
        recipients = self.recipients[fax_id]
        wrong = [] if fax.status in FINAL and fax.due_at is None else [f"{fax.status}, due {fax.due_at}"]
        try:
            folded: Any = lifecycle.fold(history)
        except IllegalTransition as illegal:
            folded = illegal
        if folded != fax.status:
            wrong.append(f"{fax.status}, and by its history {folded!r}")
        if recipients and fax.counts != counts_of([*recipients.values()]):
            wrong.append(f"counts {fax.counts}")
        for position, recipient in recipients.items():
            said = self._wrong_of(fax, recipient)
            if lifecycle.fold_recipient(history, position) != recipient.status:
                said.append("by its history another")
            wrong += [f"{position}, {recipient.status}, {recipient.reason}: {each}" for each in said]
        return wrong

    def _wrong_of(self, fax: Fax, recipient: Recipient) -> list[str]:
        wrong = []
        if recipient.status not in FINAL_FOR_A_RECIPIENT or recipient.due_at is not None:
            wrong.append(f"due {recipient.due_at}")
        attempts = [each for each in self.attempts[fax.id] if each.position == recipient.position]
        for attempt in attempts:
            taken = self.taken.get(attempt.reference)
            if taken is not None and taken.copies > 1:
                wrong.append(f"attempt {attempt.number} was submitted {taken.copies} times")
            if attempt.withdrawn_at is not None and document_key(attempt.reference) in self.keys:
                wrong.append(f"attempt {attempt.number}: its document is still there")
        printed = self._received(attempts) if recipient.inside else self._printed(attempts)
        whole, pages = printed.count(recipient.pages), range(1, recipient.pages + 1)
        if recipient.status == RecipientStatus.SENT:
            if whole != 1 or {*printed} != {*pages}:
                wrong.append(f"pages {printed} of {recipient.pages} came out")
        elif whole > (recipient.reason in _UNTOLD):
            wrong.append(f"pages {printed} of {recipient.pages} came out")
        return wrong

    def _printed(self, attempts: Iterable[Attempt]) -> list[int]:
        """By its number in the fax, each page that came out of the machine."""
        printed = []
        for attempt in attempts:
            taken = self.taken.get(attempt.reference)
            numbers = simulator.paper(taken, datetime.now(UTC) + _LATER, self.speed) if taken else ()
            printed += [attempt.first_page + number - 1 for number in numbers]
        return printed

    def _received(self, attempts: Iterable[Attempt]) -> list[int]:
        """The same of each fax that the extension has of this; copies without a fax are pages 0."""
        printed: list[int] = []
        for attempt in attempts:
            uid = attempt.received_uid or ""
            got = self.received.get(uid)
            if got is not None and self.keys >= {*page_keys(uid, got.pages)}:
                printed += range(1, got.pages + 1)
            elif got is not None or any(key.startswith(f"faxes/{uid}/") for key in self.keys):
                printed.append(0)
        return printed
