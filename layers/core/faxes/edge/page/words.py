"""The page's texts in one language, and how it writes numbers, times and sizes.

``texts.json`` has them all: what is in braces is filled in, and what depends on a count has a text for one and another
for many.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

_TEXTS: Mapping[str, Mapping[str, Any]] = json.loads((Path(__file__).parent / "texts.json").read_text(encoding="utf-8"))
LANGUAGES = tuple(_TEXTS)
# Of a number, for people who know it already; never more than half of its digits.
_SHOWN_DIGITS = 3
_NO_DIGIT = re.compile(r"[^0-9]")
# RFC 9110, 12.5.4: a language with its weight, such as de-AT;q=0.8.
_RANGE = re.compile(r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9]{1,8})*\s*(?:;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?)\s*)?")
# A browser's own has a few.
_RANGES = 20


def language(accepted: str) -> str:
    """The language of ours that an Accept-Language likes best; of two that it likes equally well, the one in front."""
    weights: dict[str, float] = {}
    for each in accepted.split(",")[:_RANGES]:
        if found := _RANGE.fullmatch(each):
            name = found[1].lower()
            weights[name] = max(weights.get(name, 0), float(found[2] or 1))
    known = {name: weight for name, weight in weights.items() if name in LANGUAGES and weight}
    return max(known, key=lambda name: known[name], default=LANGUAGES[0])


def zone(name: str | None) -> tzinfo:
    """A time zone by its name, the IANA's; UTC for none, and for one that is not known here."""
    try:
        return ZoneInfo(name) if name else UTC
    except (KeyError, ValueError, OSError):
        return UTC


@dataclass(frozen=True, slots=True)
class Words:
    """The texts of one language. ``zone`` is where times are told."""

    language: str
    zone: tzinfo

    def text(self, *path: str, **filled: object) -> str:
        """The text at this place, with what is filled in."""
        found: Any = _TEXTS[self.language]
        for name in path:
            found = found[name]
        return str(found).format(**filled).strip()

    def count(self, *path: str, of: int, **filled: object) -> str:
        """The text for one or for many."""
        return self.text(*path, "one" if of == 1 else "many", **filled)

    def reason(self, word: str | None) -> str:
        """The sentence for a reason; for one of a later release's, none."""
        known: Mapping[str, str] = _TEXTS[self.language]["reason"]
        return known.get(word or "", "")

    def number(self, kind: str, number: str) -> str:
        """A number or an extension by its last digits."""
        digits = _NO_DIGIT.sub("", number)
        shown = min(_SHOWN_DIGITS, len(digits) // 2)
        if not shown:
            return self.text(kind, "none")
        return self.text(kind, "some", digits=digits[-shown:])

    def time(self, moment: datetime) -> str:
        """A time to the minute, with its zone."""
        local = moment.astimezone(self.zone)
        return self.text("time", **self._date(local), hour=f"{local:%H}", minute=f"{local:%M}", zone=local.tzname())

    def size(self, of: int) -> str:
        """Bytes as people say them."""
        if of < 1_000_000:
            return f"{max(1, round(of / 1000))} KB"
        return f"{of / 1_000_000:.1f} MB".replace(".", self.text("decimal"))

    def _date(self, local: datetime) -> dict[str, object]:
        months: list[str] = _TEXTS[self.language]["months"]
        return {"day": local.day, "month": months[local.month - 1], "year": local.year}
