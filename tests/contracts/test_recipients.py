"""What delivery asks of where recipients are kept, on the store in memory and on DynamoDB."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from faxes import lifecycle
from faxes.adapters.dynamodb.deliveries import event_of
from faxes.adapters.dynamodb.items import plain, wire
from faxes.adapters.dynamodb.recipients import DynamoDBRecipients
from faxes.adapters.dynamodb.records import RECORD, fax_item
from faxes.carriers.simulator import Simulator
from faxes.delivery import ends, inside, policy
from faxes.delivery.carrier import Accepted, CallState, Refused, Report
from faxes.delivery.lines import Lines
from faxes.delivery.plan import BATCH, Plan
from faxes.delivery.policy import RESERVED
from faxes.delivery.ports import IdTaken, Moved, NumberTaken, Recipients, Write
from faxes.delivery.receiving import Receiving
from faxes.delivery.steps import Delivery, Due, Event, Names, NumberInUse, Received, Step, Terms
from faxes.lifecycle import HistoryEvent
from faxes.model import Counts, Fax, Reason, RecipientStatus, Status
from tests.support.cloud import Cloud
from tests.support.deliveries import MemoryBells, MemoryCopies, MemoryDocuments, MemoryNetwork, MemoryRecipients
from tests.support.faxes import NOW, fax
from tests.support.memory import MemoryDirectory

TERMS = Terms("simulator")
SENT = Report(CallState.DELIVERED, 2)
SECOND = timedelta(seconds=1)


def planning(store: Recipients) -> Plan:
    """What gives faxes their recipients, for whom there is a line."""
    receiving = Receiving(MemoryDirectory(), MemoryCopies(), store, lambda: NOW, lambda bits: 1, timedelta(days=30))
    lines = Lines(Simulator(MemoryNetwork(), MemoryDocuments(), lambda: NOW))
    return Plan(store, MemoryBells(lambda: NOW), lines, receiving, lambda: NOW, timedelta(hours=24))


class Kept:
    """A store, and what a test needs beside the port: to have a queued fax, and to see its history."""

    def __init__(self, store: Recipients, keep: Callable[[Fax], None], told: Callable[[str], list[HistoryEvent]]):
        self.store, self.keep, self.told = store, keep, told

    def queued(self, n: int, *numbers: str) -> str:
        made = fax(n, recipients=numbers, status=Status.QUEUED, due_at=NOW, revision=3)
        self.keep(made)
        planning(self.store).plan(made.id)
        return made.id

    def load(self, fax_id: str, position: int = 1) -> Delivery:
        found = self.store.load(fax_id, position, NOW)
        assert found is not None
        return found

    def write(self, found: Delivery, event: Event, now: datetime = NOW) -> tuple[str, int] | None:
        """Write what the policy says of a recipient as it was read."""
        step: Step = policy.step(found, event, now, TERMS)
        assert step.change is not None
        record, fax_event = ends.fax_after(found.fax, step.change, now)
        return self.store.write(Write(found, step.change, record, fax_event, now))

    def go(self, fax_id: str, *events: Event, position: int = 1, now: datetime = NOW) -> Delivery:
        for event in events:
            self.write(self.load(fax_id, position), event, now)
        return self.load(fax_id, position)


@pytest.fixture(params=["memory", "DynamoDB"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        memory = MemoryRecipients()
        return Kept(memory, lambda made: memory.faxes.update({made.id: made}), lambda fax_id: memory.history[fax_id])
    cloud: Cloud = request.getfixturevalue("cloud")
    # Downwards, so that nothing comes in order by them.
    table, numbers = cloud.names["FaxTable"], iter(range(10_000, 0, -1))

    def told(fax_id: str) -> list[HistoryEvent]:
        items = [plain(item) for item in cloud.items("FaxTable")]
        told = [each for each in items if each["pk"] == f"FAX#{fax_id}" and each["sk"].startswith("EVENT#")]
        return [event_of(each) for each in sorted(told, key=lambda each: each["sk"])]

    def keep(made: Fax) -> None:
        cloud.dynamodb.put_item(TableName=table, Item=wire(fax_item(made, None, 4)))

    return Kept(DynamoDBRecipients(cloud.dynamodb, table, 4, lambda bits: next(numbers)), keep, told)


def test_a_fax_gets_its_recipients_once(kept: Kept) -> None:
    fax_id = kept.queued(1, "7778888", "0003*211")
    found = kept.load(fax_id, 2)
    assert (found.recipient.number, found.recipient.status, found.recipient.due_at) == ("0003*211", "waiting", NOW)
    assert found.attempt is None
    assert found.fax.counts == Counts(open=2)
    assert found.fax.due_at == fax(1).created_at + timedelta(hours=36)
    assert kept.store.open(fax_id) == {1: True, 2: True}
    changed = kept.go(fax_id, Due())
    again = planning(kept.store).plan(fax_id)
    assert again == 2
    assert kept.load(fax_id).recipient == changed.recipient


def test_many_recipients_are_written_in_batches(kept: Kept) -> None:
    numbers = [f"777{n:04}" for n in range(2 * BATCH + 1)]
    fax_id = kept.queued(1, *numbers)
    assert kept.store.open(fax_id) == dict.fromkeys(range(1, len(numbers) + 1), True)
    assert kept.load(fax_id, 195).fax.counts == Counts(open=195)


def test_what_is_not_there_is_not_found(kept: Kept) -> None:
    fax_id = kept.queued(1, "7778888")
    assert kept.store.load(fax_id, 2, NOW) is None
    assert kept.store.load("1", 1, NOW) is None
    assert kept.store.load(fax_id, 1, fax(1).expires_at) is None
    assert kept.store.attempt(fax_id, 1, 1) is None
    assert kept.store.open("1") == {}


def test_a_fax_is_claimed_submitted_and_sent(kept: Kept) -> None:
    fax_id = kept.queued(1, "7778888")
    claimed = kept.go(fax_id, Due())
    assert claimed.recipient.status == RecipientStatus.SENDING
    assert claimed.fax.status == Status.SENDING
    assert claimed.attempt == kept.store.attempt(fax_id, 1, 1)
    done = kept.go(fax_id, Accepted("c1"), SENT)
    assert done.recipient.status == RecipientStatus.SENT
    assert done.fax.status == Status.SENT
    assert done.fax.counts == Counts(open=0, sent=1)
    assert done.fax.completed_at == NOW
    assert (done.fax.due_at, done.recipient.due_at) == (None, None)
    history = kept.told(fax_id)
    by_recipient = sorted((each.revision, str(each.event)) for each in history if each.recipient)
    assert by_recipient == [(2, "claimed"), (3, "submitted"), (4, "sent")]
    of_fax = sorted((each.revision, str(each.event)) for each in history if each.recipient is None)
    assert of_fax == [(5, "sending_started"), (6, "ended_sent")]
    assert lifecycle.fold_recipient(history, 1) == RecipientStatus.SENT


def test_the_events_of_one_write_are_told_in_their_order(kept: Kept) -> None:
    fax_id = kept.queued(1, "7778888")
    kept.go(fax_id, Due())
    kept.go(fax_id, Accepted("c1"), now=NOW + SECOND)
    kept.go(fax_id, SENT, now=NOW + 2 * SECOND)
    told = [str(each.event) for each in kept.told(fax_id)]
    assert told == ["claimed", "sending_started", "submitted", "sent", "ended_sent"]


def test_what_the_carrier_answered_when_it_was_to_delete_a_fax_stands_with_the_attempt(kept: Kept) -> None:
    fax_id = kept.queued(1, "7778888")
    ended = kept.go(fax_id, Due(), Accepted("carrier-1"), SENT).attempt
    assert ended is not None
    kept.store.erased(ended, "204")
    assert kept.store.attempt(fax_id, 1, 1) == replace(ended, erased="204")


def test_what_has_changed_since_is_not_written_over(kept: Kept) -> None:
    fax_id = kept.queued(1, "7778888")
    before = kept.load(fax_id)
    kept.write(before, Due())
    claimed = kept.load(fax_id)
    with pytest.raises(Moved):
        kept.write(before, Due())
    kept.write(claimed, Accepted("c1"))
    with pytest.raises(Moved):
        kept.write(claimed, Accepted("c2"))
    attempt = kept.load(fax_id).attempt
    assert attempt is not None
    assert attempt.carrier_id == "c1"


def test_one_call_at_a_time_goes_to_a_number_and_who_waits_is_woken_in_turn(kept: Kept) -> None:
    """First come, first tried: by the time that the faxes were accepted, not by when they stood in line."""
    first, second, third = (kept.queued(n, "7778888") for n in (1, 2, 3))
    until = kept.go(first, Due()).recipient.due_at
    for fax_id in (third, second):
        with pytest.raises(NumberTaken) as taken:
            kept.write(kept.load(fax_id), Due())
        assert until is not None
        assert taken.value.until > until
        in_line = kept.go(fax_id, NumberInUse(taken.value.until)).recipient
        assert (in_line.in_line, in_line.due_at) == (True, taken.value.until)
    later = NOW + 60 * SECOND
    kept.go(first, Accepted("c1"))
    assert kept.write(kept.load(first), SENT, later) == (second, 1)
    assert kept.load(second).recipient.due_at == later
    # The number is kept for it: nobody comes before.
    with pytest.raises(NumberTaken):
        kept.write(kept.load(kept.queued(4, "7778888")), Due(), later)
    claimed = kept.go(second, Due(), now=later).recipient
    assert (claimed.status, claimed.in_line) == (RecipientStatus.SENDING, False)
    kept.go(second, Accepted("c2"), now=later)
    assert kept.write(kept.load(second), SENT, later) == (third, 1)
    kept.go(third, Due(), Accepted("c3"), now=later)
    assert kept.write(kept.load(third), SENT, later) is None
    kept.go(kept.queued(5, "7778888"), Due(), now=later)


def test_a_failed_attempt_frees_the_number_until_the_next(kept: Kept) -> None:
    first, second = kept.queued(1, "7778888"), kept.queued(2, "7778888")
    retried = kept.go(first, Due(), Refused(Reason.BUSY))
    assert retried.recipient.status == RecipientStatus.WAITING
    assert retried.recipient.failures == {"busy": 1}
    kept.go(second, Due())


def test_a_number_whose_time_is_over_is_anybodys(kept: Kept) -> None:
    first, second = kept.queued(1, "7778888"), kept.queued(2, "7778888")
    kept.go(first, Due())
    with pytest.raises(NumberTaken) as taken:
        kept.write(kept.load(second), Due(), NOW + SECOND)
    claimed = kept.go(second, Due(), now=taken.value.until)
    assert claimed.recipient.status == RecipientStatus.SENDING
    # Who had it before ends, and the number stays with who has it now.
    kept.go(first, Accepted("c1"))
    assert kept.write(kept.load(first), SENT, taken.value.until) is None
    with pytest.raises(NumberTaken):
        kept.write(kept.load(kept.queued(3, "7778888")), Due(), taken.value.until + SECOND)


def test_who_ends_while_standing_in_line_is_passed_over(kept: Kept) -> None:
    first, second, third = (kept.queued(n, "7778888") for n in (1, 2, 3))
    kept.go(first, Due(), Accepted("c1"))
    for fax_id in (second, third):
        kept.go(fax_id, NumberInUse(NOW + timedelta(hours=1)))
    gone = kept.load(second)
    kept.write(replace(gone, fax=replace(gone.fax, cancel_requested_at=NOW)), Due())
    assert kept.load(second).recipient.status == RecipientStatus.CANCELED
    assert kept.load(second).fax.status == Status.CANCELED
    assert kept.write(kept.load(first), SENT, NOW) == (third, 1)


def test_who_is_woken_and_ends_hands_the_number_on(kept: Kept) -> None:
    first, second, third = (kept.queued(n, "7778888") for n in (1, 2, 3))
    kept.go(first, Due(), Accepted("c1"))
    for fax_id in (second, third):
        kept.go(fax_id, NumberInUse(NOW + timedelta(hours=1)))
    kept.write(kept.load(first), SENT, NOW)
    woken = kept.load(second)
    assert kept.write(replace(woken, fax=replace(woken.fax, cancel_requested_at=NOW)), Due()) == (third, 1)
    assert kept.load(third).recipient.due_at == NOW


def test_nobody_stands_in_line_for_a_free_number(kept: Kept) -> None:
    fax_id = kept.queued(1, "7778888")
    with pytest.raises(Moved):
        kept.write(kept.load(fax_id), NumberInUse(NOW + timedelta(hours=1)))


def test_a_reservation_ends(kept: Kept) -> None:
    first, second = kept.queued(1, "7778888"), kept.queued(2, "7778888")
    kept.go(first, Due(), Accepted("c1"))
    kept.go(second, NumberInUse(NOW + timedelta(hours=1)))
    kept.write(kept.load(first), SENT, NOW)
    kept.go(kept.queued(3, "7778888"), Due(), now=NOW + RESERVED)


def test_the_last_of_several_ends_the_fax(kept: Kept) -> None:
    fax_id = kept.queued(1, "7778881", "7778882", "7778883")
    for position in (1, 2, 3):
        kept.go(fax_id, Due(), position=position)
    kept.go(fax_id, Accepted("c1"), SENT, position=1)
    stale = kept.load(fax_id, 2)
    kept.go(fax_id, Refused(Reason.CARRIER_REJECTED), position=3)
    # Another ended meanwhile: this one is the last by now, and reads again.
    with pytest.raises(Moved):
        kept.write(stale, Refused(Reason.NUMBER_INVALID))
    done = kept.go(fax_id, Refused(Reason.NUMBER_INVALID), position=2)
    assert done.fax.status == Status.PARTIALLY_SENT
    assert done.fax.counts == Counts(open=0, sent=1, failed=2)


def test_a_fax_that_fails_says_why(kept: Kept) -> None:
    fax_id = kept.queued(1, "7778888")
    done = kept.go(fax_id, Due(), Refused(Reason.NUMBER_INVALID))
    assert (done.fax.status, done.fax.reason) == (Status.FAILED, Reason.NUMBER_INVALID)
    assert (done.recipient.status, done.recipient.reason) == (RecipientStatus.FAILED, Reason.NUMBER_INVALID)


def test_of_an_erased_fax_nothing_is_sent_and_nothing_comes_back(cloud: Cloud) -> None:
    table, numbers = cloud.names["FaxTable"], iter(range(1, 100))
    store = DynamoDBRecipients(cloud.dynamodb, table, 4, lambda bits: next(numbers))
    made = fax(1, status=Status.QUEUED, due_at=NOW, revision=3)
    cloud.dynamodb.put_item(TableName=table, Item=wire(fax_item(made, None, 4)))
    planning(store).plan(made.id)
    found = store.load(made.id, 1, NOW)
    assert found is not None
    step = policy.step(found, Due(), NOW, TERMS)
    assert step.change is not None
    for sk in (RECORD, "RECIPIENT#001"):
        cloud.dynamodb.delete_item(TableName=table, Key=wire({"pk": f"FAX#{made.id}", "sk": sk}))
        record, fax_event = ends.fax_after(found.fax, step.change, NOW)
        with pytest.raises(Moved):
            store.write(Write(found, step.change, record, fax_event, NOW))
    assert cloud.items("FaxTable") == []


def test_a_received_fax_whose_id_is_taken_is_not_written(kept: Kept) -> None:
    fax_id, names = kept.queued(1, "0003*211"), Names(fax(7).id, "cd" * 16)
    kept.keep(fax(7))

    def write(event: Event) -> None:
        found = kept.load(fax_id)
        change = inside.step(found, event, NOW, names).change
        assert change is not None
        record, fax_event = ends.fax_after(found.fax, change, NOW)
        kept.store.write(Write(found, change, record, fax_event, NOW))

    write(Due())
    claimed = kept.load(fax_id)
    with pytest.raises(IdTaken):
        write(Received(fax(7, uid="cd" * 16)))
    assert kept.load(fax_id) == claimed
    write(Received(fax(8, uid="cd" * 16)))
    assert kept.load(fax_id).recipient.status == RecipientStatus.SENT
    received = kept.store.fax(fax(8).id, NOW)
    assert received is not None
    assert received.uid == "cd" * 16
