"""What DynamoDB bills for a call, by its own rules, from the items that a call reads or writes: request units.

A write takes a unit a KB of the item, the larger of before and after, twice in a transaction; each index whose entry it
changes takes one a KB beside, two where the entry moves. A read takes a unit for 4 KB, half of one where it need not be
the latest. Sizes are counted as DynamoDB does: of names and values alike.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

# In DynamoDB's own JSON.
type Item = Mapping[str, Any]
type Key = tuple[str, str]

_KB, _READ = 1024, 4096


@dataclass(frozen=True, slots=True)
class Index:
    """An index: the attributes of its key, and what else its entries have; None: all."""

    name: str
    key: tuple[str, ...]
    others: frozenset[str] | None

    def entry(self, item: Item | None) -> Item | None:
        """What the index has of an item; None where that is not in it."""
        if item is None or not all(name in item for name in self.key):
            return None
        if self.others is None:
            return item
        kept = {"pk", "sk", *self.key, *self.others}
        return {name: value for name, value in item.items() if name in kept}


def indexes(properties: Mapping[str, Any]) -> list[Index]:
    """Those of a table, as a template describes it."""
    found = []
    for index in properties.get("GlobalSecondaryIndexes", ()):
        projection = index["Projection"]
        others = None if projection["ProjectionType"] == "ALL" else frozenset(projection.get("NonKeyAttributes", ()))
        found.append(Index(index["IndexName"], tuple(key["AttributeName"] for key in index["KeySchema"]), others))
    return found


def size(item: Item) -> int:
    """Bytes of an item."""
    return sum(len(name.encode()) + _of(value) for name, value in item.items())


def _of(value: Mapping[str, Any]) -> int:
    [(kind, held)] = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            return (len(held.strip("-0.")) + 1) // 2 + 1
        case "L":
            return 3 + sum(1 + _of(each) for each in held)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _of(each) for name, each in held.items())
        case "SS":
            return sum(len(each.encode()) for each in held)
    return 1


def written(before: Item | None, after: Item | None, of: Iterable[Index], *, transaction: bool) -> dict[str, int]:
    """Units by where they are written: "table", or an index's name."""
    larger = max(size(each) if each else 0 for each in (before, after))
    units = {"table": max(ceil(larger / _KB), 1) * (2 if transaction else 1)}
    for index in of:
        was, is_ = index.entry(before), index.entry(after)
        if was != is_:
            units[index.name] = _entry(index, was, is_)
    return units


def _entry(index: Index, was: Item | None, is_: Item | None) -> int:
    parts = [ceil(size(each) / _KB) for each in (was, is_) if each]
    moves = was and is_ and any(was[name] != is_[name] for name in index.key)
    return sum(parts) if moves else max(parts)


def read(items: Iterable[Item], *, latest: bool) -> float:
    """Units of a read that gives these."""
    units = max(ceil(sum(map(size, items)) / _READ), 1)
    return units if latest else units / 2
