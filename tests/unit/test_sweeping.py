"""A sweep hands each thing that is due to its handler, whatever becomes of the others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from faxes.errors import Effect, StorageFault
from faxes.sweeping import Sweep, Swept
from tests.support.faxes import NOW

FAULT = StorageFault("Query", Effect.NONE, "memory")


@dataclass
class Index:
    """Implements ``sweeping.DueIndex``."""

    keys: list[tuple[str, str, datetime]] = field(default_factory=list)
    waits: list[tuple[str, str, datetime]] = field(default_factory=list)
    asked: list[tuple[datetime, int]] = field(default_factory=list)

    def due(self, now: datetime, most: int) -> Iterable[tuple[str, str, datetime]]:
        self.asked.append((now, most))
        return iter(self.keys)

    def waiting(self, most: int) -> Iterable[tuple[str, str, datetime]]:
        return iter(self.waits[:most])


def due(fax: int, sort_key: str = "FAX", seconds: int = 1) -> tuple[str, str, datetime]:
    return f"FAX#{fax}", sort_key, NOW - timedelta(seconds=seconds)


def no_fault(fault: StorageFault) -> None:
    raise AssertionError(fault)


def test_each_kind_goes_to_its_handler() -> None:
    index = Index([due(1, seconds=90), due(2, "RECIPIENT#003"), due(3, "OF_A_LATER_RELEASE")])
    handled: list[tuple[str, ...]] = []
    sweep = Sweep(
        index,
        {
            "FAX": lambda *key: handled.append(("fax", *key)),
            "RECIPIENT": lambda *key: handled.append(("recipient", *key)),
        },
        lambda: NOW,
    )
    assert sweep.run(lambda: 50.0, no_fault) == Swept(2, 0, timedelta(seconds=90))
    assert handled == [("fax", "1", "FAX"), ("recipient", "2", "RECIPIENT#003")]
    assert index.asked == [(NOW, 100)]


WAITS = [due(1, seconds=1), due(2, seconds=-1), due(3, seconds=-3600)]


def test_who_waits_for_a_carrier_is_counted_and_ends_in_time() -> None:
    handled: list[str] = []
    sweep = Sweep(Index(waits=WAITS), {"FAX": lambda fax_id, _: handled.append(fax_id)}, lambda: NOW, carrier=False)
    assert sweep.run(lambda: 50.0, no_fault) == Swept(1, 0, timedelta(seconds=1), 2)
    assert handled == ["1"]


def test_who_waits_for_a_carrier_goes_on_when_there_is_one() -> None:
    handled: list[str] = []
    sweep = Sweep(Index(waits=WAITS), {"FAX": lambda fax_id, _: handled.append(fax_id)}, lambda: NOW)
    assert sweep.run(lambda: 50.0, no_fault) == Swept(3, 0, timedelta(seconds=1))
    assert handled == ["1", "2", "3"]


def test_what_cannot_be_handled_keeps_nothing_else_back() -> None:
    handled: list[str] = []

    def handle(fax_id: str, _: str) -> None:
        if fax_id == "1":
            raise FAULT
        handled.append(fax_id)

    told: list[StorageFault] = []
    sweep = Sweep(Index([due(1), due(2)]), {"FAX": handle}, lambda: NOW)
    assert sweep.run(lambda: 50.0, told.append) == Swept(1, 1, timedelta(seconds=1))
    assert (handled, told) == (["2"], [FAULT])


def test_a_sweep_ends_while_it_has_time_for_one_more() -> None:
    left = iter([50.0, 10.0, 9.9])
    handled: list[str] = []
    sweep = Sweep(Index([due(1), due(2), due(3)]), {"FAX": lambda fax_id, _: handled.append(fax_id)}, lambda: NOW)
    assert sweep.run(lambda: next(left), no_fault).handled == 2
    assert handled == ["1", "2"]


def test_nothing_is_due() -> None:
    assert Sweep(Index(), {}, lambda: NOW).run(lambda: 50.0, no_fault) == Swept(0, 0, timedelta())


def test_an_index_that_cannot_be_read_is_a_fault() -> None:
    class Broken(Index):
        def due(self, now: datetime, most: int) -> Iterable[tuple[str, str, datetime]]:
            raise FAULT

    with pytest.raises(StorageFault):
        Sweep(Broken(), {}, lambda: NOW).run(lambda: 50.0, no_fault)
