"""Which API keys there must be: planned on budgets in memory, and carried out."""

import itertools
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxes.model import Context
from faxes.provisioning import budgets
from faxes.provisioning.budgets import KEPT, SETTLES
from faxes.provisioning.entries import AppEntry, Budget, Entries
from faxes.provisioning.plan import Outcome
from faxes.tokens import App, UsageKey
from tests.support.full import size
from tests.support.memory import MemoryBudgets

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
SMALL, LARGE = Budget(1, 2, 30), Budget(500, 1000, 0)


def entry(key: str, budget: Budget | None = None, organization: str = "0003") -> AppEntry:
    return AppEntry(key, "alice", organization, Context.USER, True, None, budget)


class Imports:
    """Imports of apps alone: what an import does to budgets, and what each app is then counted by."""

    def __init__(self) -> None:
        self.now = NOW
        self.budgets = MemoryBudgets(lambda: self.now)
        self.apps: dict[str, App] = {}
        self._drawn = itertools.count(1)

    def __call__(
        self, *apps: AppEntry, shared: Mapping[str, Budget] | None = None, prune: bool = False, stops_after: int = 99
    ) -> dict[str, Outcome]:
        """Import. With ``stops_after``, it is cut off after so many steps."""
        entries = Entries({}, apps, (), shared or {})
        stored = {app.key: self.apps.get(app.key) for app in apps}
        plan = budgets.plan(entries, stored, self.budgets, lambda: f"drawn{next(self._drawn)}", self.now)
        steps = list(plan.before.items())
        for _, step in steps[:stops_after]:
            step.take()
        if stops_after < len(steps):
            return {}
        for app in apps:
            self.apps[app.key] = app.with_secret("", usage_key=plan.usage[app.key])
        if prune:
            for key in self.apps.keys() - {app.key for app in apps}:
                del self.apps[key]
            for step in plan.after.values():
                step.take()
            steps += plan.after.items()
        return {name: step.outcome for name, step in steps}

    def counted_by(self, key: str) -> UsageKey:
        usage_key = self.apps[key].usage_key
        assert usage_key is not None
        return usage_key

    def budget(self, key: str) -> Budget | None:
        """The budget that an app is counted by. Raises KeyError where its key is none of the gateway's."""
        return {held.value: held.budget for held in self.budgets.read().keys}[self.counted_by(key).value]


def test_each_app_has_a_key_of_its_own_that_nobody_can_guess() -> None:
    load = Imports()
    assert load(entry("a"), entry("b", SMALL)) == {
        "budget of app a": Outcome.ADDED,
        "budget of app b, 1 a second, 2 at once, 30 a day": Outcome.ADDED,
    }
    assert [load.counted_by(key) for key in "ab"] == [
        UsageKey("memorydrawn1", NOW + SETTLES),
        UsageKey("memorydrawn2", NOW + SETTLES),
    ]
    assert (load.budget("a"), load.budget("b")) == (None, SMALL)


def test_importing_again_changes_nothing() -> None:
    load = Imports()
    load(entry("a"), entry("b", SMALL))
    before = load.budgets.read(), dict(load.apps)
    load.now += timedelta(days=1)
    assert load(entry("a"), entry("b", SMALL), prune=True) == {}
    assert (load.budgets.read(), load.apps) == before


def test_another_budget_is_another_key_and_the_former_one_stays_as_long_as_it_may_be_named() -> None:
    load = Imports()
    load(entry("a"))
    first = load.counted_by("a").value
    load.now += timedelta(days=1)
    assert load(entry("a", LARGE), prune=True) == {
        "budget of app a, 500 a second, 1,000 at once, any number a day": Outcome.CHANGED
    }
    assert (load.budget("a"), load.counted_by("a").since) == (LARGE, load.now + SETTLES)
    load.now += SETTLES + KEPT - timedelta(seconds=1)
    assert load(entry("a", LARGE), prune=True) == {}
    load.now += timedelta(seconds=1)
    assert load(entry("a", LARGE)) == {}
    assert [key.value for key in load.budgets.read().keys] == [first, load.counted_by("a").value]
    assert load(entry("a", LARGE), prune=True) == {"former budget of app a": Outcome.REMOVED}
    assert [key.value for key in load.budgets.read().keys] == [load.counted_by("a").value]


def test_the_apps_of_an_organization_share_its_budget_but_for_those_with_their_own() -> None:
    load = Imports()
    apps = entry("a"), entry("b"), entry("c", LARGE), entry("d", organization="0004")
    assert load(*apps, shared={"0003": SMALL}) == {
        "budget of organization 0003, 1 a second, 2 at once, 30 a day": Outcome.ADDED,
        "budget of app c, 500 a second, 1,000 at once, any number a day": Outcome.ADDED,
        "budget of app d": Outcome.ADDED,
    }
    assert load.counted_by("a") == load.counted_by("b")
    assert [load.budget(key) for key in "abcd"] == [SMALL, SMALL, LARGE, None]


def test_what_is_named_no_more_goes_with_its_budget_where_that_is_asked_for() -> None:
    load = Imports()
    load(entry("a"), entry("b", SMALL))
    held = load.budgets.read()
    assert load(entry("a")) == {}
    assert load.budgets.read() == held
    assert load(entry("a"), prune=True) == {
        "budget of app b": Outcome.REMOVED,
        "budget, 1 a second, 2 at once, 30 a day": Outcome.REMOVED,
    }
    assert (len(load.budgets.read().keys), load.budgets.read().budgets) == (1, frozenset())
    # As before the stack is deleted.
    assert load(prune=True) == {"budget of app a": Outcome.REMOVED}
    assert load.budgets.read().keys == []


def test_a_key_that_got_no_budget_is_made_anew_and_goes() -> None:
    """As an import leaves it that is cut off between the two."""
    load = Imports()
    load.budgets.add("app a", None, "memoryhalf", usable=False)
    assert load(entry("a"), prune=True) == {
        "budget of app a": Outcome.ADDED,
        "former budget of app a": Outcome.REMOVED,
    }
    assert [key.value for key in load.budgets.read().keys] == [load.counted_by("a").value]


def test_an_app_whose_record_was_restored_is_counted_by_the_key_that_there_is() -> None:
    load = Imports()
    load(entry("a"))
    kept = load.counted_by("a").value
    load.apps["a"] = entry("a").with_secret("", usage_key=UsageKey("another-apis", NOW))
    load.now += timedelta(days=1)
    assert load(entry("a")) == {}
    assert load.counted_by("a") == UsageKey(kept, load.now)


_BUDGETS = st.sampled_from([None, SMALL, LARGE])
_FILES = st.dictionaries(st.sampled_from("abc"), _BUDGETS)
_IMPORTS = st.tuples(
    _FILES,
    st.sampled_from([None, SMALL]),
    st.booleans(),
    st.sampled_from([timedelta(0), timedelta(minutes=4), timedelta(minutes=59), timedelta(hours=2)]),
    st.sampled_from([99, 99, 0, 1]),
)


@settings(max_examples=size(100, 3000), deadline=None)
@given(st.lists(_IMPORTS, max_size=8))
def test_no_app_is_ever_counted_by_a_key_that_there_is_not(
    imports: list[tuple[dict[str, Budget | None], Budget | None, bool, timedelta, int]],
) -> None:
    """Whatever is imported, pruned and cut off, in whatever time: neither by the key that its record names, nor by the
    one that the gateway has kept from an answer of the last hour."""
    load = Imports()
    named: dict[str, list[tuple[datetime, str]]] = {}
    for file, shared, prune, pause, stops_after in imports:
        apps = [entry(key, budget) for key, budget in file.items()]
        load(*apps, shared={"0003": shared} if shared else {}, prune=prune, stops_after=stops_after)
        there = {key.value for key in load.budgets.read().keys if key.usable}
        named = {key: kept for key, kept in named.items() if key in load.apps}
        for key in load.apps:
            assert load.counted_by(key).value in there
            answers = [value for ends, value in named.get(key, []) if ends > load.now]
            assert set(answers) <= there
            # What the authorizer names until the next import, the gateway keeps for an hour from then on.
            later = load.now + pause
            if load.counted_by(key).since <= later:
                named.setdefault(key, []).append((later + KEPT, load.counted_by(key).value))
        load.now += pause


@pytest.mark.parametrize(
    ("budget", "written"),
    [(SMALL, "1 a second, 2 at once, 30 a day"), (LARGE, "500 a second, 1,000 at once, any number a day")],
)
def test_a_budget_is_said_in_words(budget: Budget, written: str) -> None:
    assert str(budget) == written
