"""The model of delivery: random faxes through random trouble. Whatever happens, paper and records agree, and each fax
comes out once at most.

Faxes to numbers that several of them share; workers that run twice at once, late or into each other; calls that are
lost, answered too late or not at all; reports that come twice or out of order; workers that end between any two calls;
clocks that jump. In the end the trouble stops, and everything must come to its end.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, ClassVar, cast

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from faxes.errors import StorageFault
from faxes.ids import document_key
from faxes.lifecycle import FINAL, FINAL_FOR_A_RECIPIENT
from faxes.model import Reason, RecipientStatus
from tests.support.deliveries import MemoryNetwork
from tests.support.delivering import World, assert_agreed
from tests.support.trouble import Killed, Trouble

NUMBERS = [
    "7778888",
    "7778889",
    # Extensions: one that takes faxes, in full and in short, one that does not, and none.
    "0003*211",
    "211",
    "0003*213",
    "0004*999",
    *(f"+1500555{n:04}" for n in (*range(2, 14), 1006, 1018)),
]
SECONDS = st.sampled_from([1, 5, 20, 61, 130, 400, 1_000, 4_000, 30_000])
# Of the machine's own numbers.
NUMBER: st.SearchStrategy[str] = st.runner().flatmap(lambda machine: st.sampled_from(machine.numbers))
SEVERAL: st.SearchStrategy[list[str]] = st.lists(NUMBER, min_size=1, max_size=3, unique=True)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a schedule: one of the machine's rules, and what it was given."""

    rule: str
    given: Mapping[str, Any]


def noted[**P](made: Callable[P, None]) -> Callable[P, None]:
    """A rule that keeps its steps in the machine's schedule."""

    @wraps(made)
    def step(*machine: P.args, **given: P.kwargs) -> None:
        cast(Delivering, machine[0]).schedule.append(Step(made.__name__, given))
        made(*machine, **given)

    return step


class Delivering(RuleBasedStateMachine):
    """``steps`` are those of all schedules; ``numbers`` are whom it sends to."""

    steps = 0
    numbers: ClassVar[Sequence[str]] = NUMBERS

    def __init__(self) -> None:
        super().__init__()
        self.schedule: list[Step] = []
        network = MemoryNetwork()
        self.trouble = Trouble(network)
        self.world = World(self.trouble.between, network=network)
        self.ends: dict[object, object] = {}

    @initialize(numbers=SEVERAL)
    @noted
    def first(self, numbers: list[str]) -> None:
        self.world.accept(*numbers)

    @rule(numbers=SEVERAL, pages=st.integers(1, 3))
    @noted
    def accept(self, numbers: list[str], pages: int) -> None:
        self.world.accept(*numbers, pages=pages)

    @rule(which=st.integers(0, 100))
    @noted
    def cancel(self, which: int) -> None:
        faxes = list(self.world.store.faxes)
        self.world.cancel(faxes[which % len(faxes)])

    @rule(seconds=SECONDS)
    @noted
    def wait(self, seconds: int) -> None:
        self.world.clock += timedelta(seconds=seconds)

    @rule(seconds=st.integers(-120, 120))
    @noted
    def clock_jumps(self, seconds: int) -> None:
        self.world.skew = timedelta(seconds=seconds)

    @rule(times=st.integers(1, 12))
    @noted
    def wait_for_what_is_due(self, times: int) -> None:
        self._wait_for_what_is_due(times)

    def _wait_for_what_is_due(self, times: int) -> None:
        for _ in range(times):
            due = [each.due_at for each in self.world.store.recipients.values() if each.due_at is not None]
            if due:
                self.world.clock = max(self.world.clock, min(due) - self.world.skew)
                self.world.sweep()

    @rule()
    @noted
    def sweep(self) -> None:
        self.world.sweep()

    @rule(which=st.integers(0, 1_000))
    @noted
    def message(self, which: int) -> None:
        """One that comes late, again or for nothing."""
        self._work(which)

    @rule(
        which=st.integers(0, 1_000),
        at=st.integers(1, 6),
        what=st.sampled_from(["killed before", "killed after", "lost", "answer lost", "late", "meanwhile"]),
        late=SECONDS,
    )
    @noted
    def message_into_trouble(self, which: int, at: int, what: str, late: int) -> None:
        trouble = self.trouble
        trouble.at, trouble.what, trouble.late = at, what, timedelta(seconds=late)
        trouble.meanwhile = lambda: self._work(which)
        try:
            self._work(which)
        except (Killed, StorageFault):
            pass
        finally:
            trouble.over()

    @rule(at=st.integers(1, 8), what=st.sampled_from(["killed before", "killed after", "lost", "answer lost"]))
    @noted
    def sweep_into_trouble(self, at: int, what: str) -> None:
        self.trouble.at, self.trouble.what = at, what
        try:
            self.world.sweep()
        except (Killed, StorageFault):
            pass
        finally:
            self.trouble.over()

    @rule(
        number=NUMBER,
        what=st.sampled_from(["killed before", "killed after", "lost", "answer lost", "late", "late"]),
        late=SECONDS,
        times=st.integers(0, 12),
    )
    @noted
    def submit_into_trouble(self, number: str, what: str, late: int, times: int) -> None:
        """A fax whose submission is lost, and what is due next."""
        trouble = self.trouble
        fax_id = self.world.accept(number)
        self.world.plan.plan(fax_id)
        trouble.to, trouble.at, trouble.what, trouble.late = "submit", 1, what, timedelta(seconds=late)
        with suppress(Killed):
            self.world.dispatch.due(fax_id, 1)
        trouble.over()
        self._wait_for_what_is_due(times)

    @rule(which=st.integers(0, 1_000))
    @noted
    def report(self, which: int) -> None:
        """Of any attempt that there was, whenever."""
        attempts = sorted(self.world.store.attempts)
        if attempts:
            fax_id, position, number = attempts[which % len(attempts)]
            self.world.dispatch.rang(f"{fax_id}-{position:03}-{number:02}")

    def _work(self, which: int) -> None:
        keys = sorted(self.world.store.recipients)
        if not keys:
            for fax_id in list(self.world.store.faxes):
                self.world.plan.plan(fax_id)
            return
        self.world.dispatch.due(*keys[which % len(keys)])

    @invariant()
    def one_more_step(self) -> None:
        Delivering.steps += 1

    @invariant()
    def records_agree_with_their_histories(self) -> None:
        assert_agreed(self.world)

    @invariant()
    def nothing_comes_out_twice(self) -> None:
        for key in self.world.store.recipients:
            assert self._whole(*key) <= 1

    @invariant()
    def only_a_call_that_broke_is_resumed_soon(self) -> None:
        attempts = self.world.store.attempts
        for (fax_id, position, number), attempt in attempts.items():
            before = attempts.get((fax_id, position, number - 1))
            if attempt.first_page > 1:
                assert before is not None
                assert attempt.first_page == before.first_page + before.pages_sent
                assert before.confirmed_at is not None
                assert attempt.started_at - before.confirmed_at <= timedelta(hours=1)

    @invariant()
    def a_document_that_was_withdrawn_is_gone(self) -> None:
        for attempt in self.world.store.attempts.values():
            if attempt.withdrawn_at is not None:
                assert document_key(attempt.reference) not in self.world.documents.offered

    @invariant()
    def no_final_state_changes(self) -> None:
        for key, recipient in self.world.store.recipients.items():
            if recipient.status in FINAL_FOR_A_RECIPIENT:
                assert self.ends.setdefault(key, recipient) == recipient
        for fax in self.world.store.faxes.values():
            if fax.status in FINAL:
                assert self.ends.setdefault(fax.id, fax.status) == fax.status

    def _whole(self, fax_id: str, position: int) -> int:
        pages = tuple(range(1, self.world.recipient(fax_id, position).pages + 1))
        return sum(printed.count(pages[-1]) for printed in self.world.paper(fax_id, position) if pages)

    def teardown(self) -> None:
        """The trouble is over: everything ends, and paper agrees."""
        world = self.world
        world.skew = timedelta()
        world.run(most=3_000, reported=False)
        assert_agreed(world)
        for (fax_id, position), recipient in world.store.recipients.items():
            assert recipient.status in FINAL_FOR_A_RECIPIENT
            whole = self._whole(fax_id, position)
            pages = sorted(page for printed in world.paper(fax_id, position) for page in printed)
            if recipient.status == RecipientStatus.SENT:
                assert whole == 1
                assert sorted({*pages}) == [*range(1, recipient.pages + 1)]
            elif recipient.reason not in (Reason.OUTCOME_UNKNOWN, Reason.LAST_PAGE_UNCONFIRMED):
                assert whole == 0
        assert all(fax.status in FINAL for fax in world.store.faxes.values())
        # Whoever has a copy has a fax.
        assert set(world.copies.pages) == {fax.uid for fax in world.store.faxes.values()}
        assert all(taken.copies <= 1 for taken in world.network.faxes.values())
