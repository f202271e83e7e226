"""The damages by the names of what they make."""

from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]

type Damage = Callable[[], bytes]

DAMAGES: dict[str, Damage] = {}


def breaks(name: str) -> Callable[[Damage], Damage]:
    """Registers what gives the bytes of one file."""

    def register(damage: Damage) -> Damage:
        assert name not in DAMAGES
        DAMAGES[name] = damage
        return damage

    return register


def valid(name: str) -> bytes:
    """A valid document of the corpus: ``kind/name``."""
    kind, _, file = name.partition("/")
    return (HERE / kind / "accepted" / file).read_bytes()


def replaced(content: bytes, old: bytes, new: bytes) -> bytes:
    """``content`` with ``new`` in the one place where ``old`` stands."""
    assert content.count(old) == 1, (old, content.count(old))
    return content.replace(old, new)
