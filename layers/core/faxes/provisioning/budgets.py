"""Who may use how much: the API keys that requests are counted by.

Each app has a key of its own, or shares its organization's where that has a budget. A key is drawn, since who has it is
counted, not let in. Its budget does not change: for another one, another key is made, since one that is moved would be
unknown in between, and its requests refused. The authorizer names a new key after some minutes only, when every part of
the gateway knows it; until then the app is counted with all that have none.
"""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from faxes.provisioning.entries import AppEntry, Budget, Entries
from faxes.provisioning.plan import Outcome, Step, named_app
from faxes.provisioning.stores import BudgetKey, Budgets, HeldBudgets
from faxes.tokens import App, UsageKey

# A key that was made is known everywhere after this.
SETTLES = timedelta(minutes=5)
# The longest AuthorizerCacheSeconds: for so long the gateway goes on counting by a key that an app had.
KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class BudgetPlan:
    """What brings the keys to what the entries say: steps before the apps are written and after, by what they are
    called, and what each app is counted by, by its key."""

    before: Mapping[str, Step] = field(default_factory=dict)
    after: Mapping[str, Step] = field(default_factory=dict)
    usage: Mapping[str, UsageKey] = field(default_factory=dict)


def plan(
    entries: Entries, stored: Mapping[str, App | None], budgets: Budgets, draw: Callable[[], str], now: datetime
) -> BudgetPlan:
    """What is to be done; nothing is written. ``draw`` makes letters and digits that nobody can guess. Raises
    StorageFault where it cannot be learned what there is."""
    held = budgets.read()
    wanted = dict(_asked(entry, entries) for entry in entries.apps)
    chosen = {holder: _chosen(holder, budget, held) for holder, budget in wanted.items()}
    before: dict[str, Step] = {}
    made: dict[str, str] = {}
    for holder, budget in wanted.items():
        if chosen[holder] is None:
            made[holder] = held.api_id + draw()
            had = any(key.holder == holder and key.usable for key in held.keys)
            before[_called(holder, budget)] = Step(
                Outcome.CHANGED if had else Outcome.ADDED,
                {f"BUDGET#{holder}": _fingerprint(budget)},
                _adding(budgets, holder, budget, made[holder]),
            )
    usage = {}
    for entry in entries.apps:
        holder, _ = _asked(entry, entries)
        usage[entry.key] = _usage_key(stored[entry.key], chosen[holder], made.get(holder, ""), now)
    settled = all(_is_settled(stored[key], new, now) for key, new in usage.items())
    counting = [key.id for key in chosen.values() if key]
    named = {named_app(entry.key) for entry in entries.apps}
    after = _superfluous(held, counting, set(wanted.values()), named, budgets, settled=settled)
    return BudgetPlan(before, after, usage)


def _usage_key(app: App | None, key: BudgetKey | None, made: str, now: datetime) -> UsageKey:
    """What an app is counted by, and from when: a key that there is, or else the one of the value ``made``."""
    if key is None:
        return UsageKey(made, _whole(now + SETTLES))
    before = app.usage_key if app else None
    # As it is stored, so that importing again changes nothing.
    return (
        before if before and before.value == key.value else UsageKey(key.value, _whole(max(now, key.made_at + SETTLES)))
    )


def _is_settled(app: App | None, usage_key: UsageKey, now: datetime) -> bool:
    """Whether the gateway can have kept no answer that names another key of an app's."""
    return app is None or (app.usage_key == usage_key and usage_key.since + KEPT <= now)


def _superfluous(
    held: HeldBudgets,
    counting: Collection[str],
    wanted: Collection[Budget | None],
    named: Collection[str],
    budgets: Budgets,
    *,
    settled: bool,
) -> dict[str, Step]:
    """What removes the keys of apps that are not named, the former ones of all others once every app is settled, and
    then each budget that no key has."""
    going: dict[str, list[BudgetKey]] = defaultdict(list)
    kept = set(wanted)
    for key in sorted(held.keys, key=lambda key: (key.holder, key.id)):
        if key.id not in counting and key.holder.startswith(named_app("")) and key.holder not in named:
            going[f"budget of {key.holder}"].append(key)
        elif key.id not in counting and settled:
            going[f"former budget of {key.holder}"].append(key)
        else:
            kept.add(key.budget)
    steps = {
        name: Step(Outcome.REMOVED, {f"BUDGET#{key.id}": None for key in keys}, _removing(budgets, keys))
        for name, keys in going.items()
    }
    for budget in sorted(set(held.budgets) - kept, key=str):
        steps[f"budget, {budget}"] = Step(Outcome.REMOVED, {f"BUDGET#{budget}": None}, _forgetting(budgets, budget))
    return steps


def _asked(entry: AppEntry, entries: Entries) -> tuple[str, Budget | None]:
    """Who holds the key that an app is counted by, and its budget."""
    if entry.budget is None and entry.organization_id in entries.budgets:
        return f"organization {entry.organization_id}", entries.budgets[entry.organization_id]
    return named_app(entry.key), entry.budget


def _chosen(holder: str, budget: Budget | None, held: HeldBudgets) -> BudgetKey | None:
    """The newest key of a holder with this budget."""
    fitting = [key for key in held.keys if key.holder == holder and key.usable and key.budget == budget]
    return max(fitting, key=lambda key: (key.made_at, key.id), default=None)


def _called(holder: str, budget: Budget | None) -> str:
    return f"budget of {holder}" + (f", {budget}" if budget else "")


def _fingerprint(budget: Budget | None) -> str:
    return hashlib.sha256(str(budget).encode()).hexdigest()


def _whole(time: datetime) -> datetime:
    """In whole seconds, as the table has it, and no sooner."""
    return (time + timedelta(microseconds=999_999)).replace(microsecond=0)


def _adding(budgets: Budgets, holder: str, budget: Budget | None, value: str) -> Callable[[], None]:
    return lambda: budgets.add(holder, budget, value)


def _removing(budgets: Budgets, keys: Sequence[BudgetKey]) -> Callable[[], None]:
    def take() -> None:
        for key in keys:
            budgets.remove(key)

    return take


def _forgetting(budgets: Budgets, budget: Budget) -> Callable[[], None]:
    return lambda: budgets.forget(budget)
