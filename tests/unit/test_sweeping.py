"""A sweep hands each thing that is due to its handler, whatever becomes of the others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from faxes.errors import Effect, StorageFault
from faxes.sweeping import Due, Sweep, Swept
from tests.support.faxes import NOW

FAULT = StorageFault("Query", Effect.NONE, "memory")


@dataclass
class Index:
    """Implements ``sweeping.DueIndex``."""

    found: list[Due] = field(default_factory=list)
    waits: list[Due] = field(default_factory=list)
    asked: list[tuple[datetime, datetime, int]] = field(default_factory=list)

    def due(self, now: datetime, told: datetime, most: int) -> Iterable[Due]:
        self.asked.append((now, told, most))
        return iter(self.found)

    def waiting(self, most: int) -> Iterable[Due]:
        return iter(self.waits[:most])


def due(fax: int, sort_key: str = "FAX", seconds: int = 1, of: str = "0003") -> Due:
    return Due(str(fax), sort_key, NOW - timedelta(seconds=seconds), of)


def no_fault(fault: StorageFault) -> None:
    raise AssertionError(fault)


def test_each_kind_goes_to_its_handler() -> None:
    index = Index([due(1, seconds=90), due(2, "RECIPIENT#003"), due(3, "OF_A_LATER_RELEASE")])
    handled: list[tuple[str, Due]] = []
    sweep = Sweep(
        index,
        {
            "FAX": lambda found: handled.append(("fax", found)),
            "RECIPIENT": lambda found: handled.append(("recipient", found)),
        },
        lambda: NOW,
    )
    assert sweep.run(lambda: 50.0, no_fault) == Swept(2, 0, timedelta(seconds=90))
    assert handled == [("fax", index.found[0]), ("recipient", index.found[1])]
    assert index.asked == [(NOW, NOW - timedelta(minutes=15), 2_000)]


def test_organizations_take_turns_and_of_each_the_longest_due_comes_first() -> None:
    of_one = [due(n, seconds=100 - n) for n in range(1, 5)]
    of_others = [due(7, seconds=1, of="0004"), due(6, seconds=2, of="0004"), due(8, seconds=5, of="0005")]
    handled: list[str] = []
    sweep = Sweep(
        Index([*reversed(of_one), *of_others]), {"FAX": lambda found: handled.append(found.fax_id)}, lambda: NOW
    )
    assert sweep.run(lambda: 50.0, no_fault) == Swept(7, 0, timedelta(seconds=99))
    assert handled == ["1", "8", "6", "2", "7", "3", "4"]


WAITS = [due(1, seconds=1), due(2, seconds=-1), due(3, seconds=-3600)]


def test_who_waits_for_a_carrier_is_counted_and_ends_in_time() -> None:
    handled: list[str] = []
    sweep = Sweep(Index(waits=WAITS), {"FAX": lambda found: handled.append(found.fax_id)}, lambda: NOW, carrier=False)
    assert sweep.run(lambda: 50.0, no_fault) == Swept(1, 0, timedelta(seconds=1), 2)
    assert handled == ["1"]


def test_who_waits_for_a_carrier_goes_on_when_there_is_one() -> None:
    handled: list[str] = []
    sweep = Sweep(Index(waits=WAITS), {"FAX": lambda found: handled.append(found.fax_id)}, lambda: NOW)
    assert sweep.run(lambda: 50.0, no_fault) == Swept(3, 0, timedelta(seconds=1))
    assert handled == ["1", "2", "3"]


def test_what_cannot_be_handled_keeps_nothing_else_back() -> None:
    handled: list[str] = []

    def handle(found: Due) -> None:
        if found.fax_id == "1":
            raise FAULT
        handled.append(found.fax_id)

    told: list[StorageFault] = []
    sweep = Sweep(Index([due(1), due(2)]), {"FAX": handle}, lambda: NOW)
    assert sweep.run(lambda: 50.0, told.append) == Swept(1, 1, timedelta(seconds=1))
    assert (handled, told) == (["2"], [FAULT])


def test_a_sweep_ends_while_it_has_time_for_one_more() -> None:
    left = iter([50.0, 10.0, 9.9])
    handled: list[str] = []
    sweep = Sweep(Index([due(1), due(2), due(3)]), {"FAX": lambda found: handled.append(found.fax_id)}, lambda: NOW)
    assert sweep.run(lambda: next(left), no_fault).handled == 2
    assert handled == ["1", "2"]


def test_nothing_is_due() -> None:
    assert Sweep(Index(), {}, lambda: NOW).run(lambda: 50.0, no_fault) == Swept(0, 0, timedelta())


def test_an_index_that_cannot_be_read_is_a_fault() -> None:
    class Broken(Index):
        def due(self, now: datetime, told: datetime, most: int) -> Iterable[Due]:
            raise FAULT

    with pytest.raises(StorageFault):
        Sweep(Broken(), {}, lambda: NOW).run(lambda: 50.0, no_fault)
