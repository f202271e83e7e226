"""What an import does, step by step, and what is told of it when it is done."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Outcome(StrEnum):
    """What an entry does to what is stored."""

    ADDED = "added"
    CHANGED = "changed"
    ROTATED = "rotated"
    UNCHANGED = "unchanged"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Step:
    """What brings one entry to what it is to be. ``items`` are its items by their keys: the fingerprint (64 hex digits)
    of what each becomes, None where it is deleted. ``take`` does it, or raises StorageFault."""

    outcome: Outcome
    items: Mapping[str, str | None]
    take: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What was done. ``rotated`` are apps with another secret than before; ``former`` says until when (UTC) an old one
    is kept. ``secrets`` holds the apps' new ones by key, ``tokens`` the new ones by name: their only copy."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    rotated: tuple[str, ...]
    unchanged: int
    secrets: Mapping[str, str]
    tokens: Mapping[str, str]
    removed: tuple[str, ...] = ()
    former: Mapping[str, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done: a step for each entry, by what it is called, in their order; the secrets that are drawn for
    apps, by key, and the tokens, by name; and, by what it is called, until when (UTC) an app keeps its old secret."""

    steps: Mapping[str, Step] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, datetime] = field(default_factory=dict)

    def report(self, taken: Collection[str]) -> Report:
        """What is done once these steps are."""

        def named(wanted: Outcome) -> tuple[str, ...]:
            return tuple(name for name in taken if self.steps[name].outcome is wanted)

        return Report(
            added=named(Outcome.ADDED),
            changed=named(Outcome.CHANGED),
            rotated=named(Outcome.ROTATED),
            unchanged=len(named(Outcome.UNCHANGED)),
            secrets={key: secret for key, secret in self.secrets.items() if named_app(key) in taken},
            tokens={name: token for name, token in self.tokens.items() if named_token(name) in taken},
            removed=named(Outcome.REMOVED),
            former={name: until for name, until in self.former.items() if name in taken},
        )


def named_app(key: str) -> str:
    """What an app is called."""
    return f"app {key}"


def named_token(name: str) -> str:
    """What a token is called."""
    return f"token {name}"
