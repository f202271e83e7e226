"""The directory's file: its text -> the entries that are to be imported, or all that is wrong with it."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from faxes import dialing, numbers
from faxes.model import Context, DialPlan, Extension, ExtensionNumber, ExtensionType, Principal, User
from faxes.prices import DOLLAR, Price, amount_of
from faxes.provisioning.entries import AppEntry, Budget, Entries, Member, NamedToken, Organization, StatedPrices
from faxes.tokens import APP_KEY, APP_SECRET, digest_of
from tools.operations import app_secrets

_SECTIONS = ("organizations", "prices", "users", "extensions", "apps", "tokens")
_ORGANIZATION_ID = re.compile(r"[0-9]{1,16}")
# The telephone number of a sender: E.164, with its country's code.
_CALLER_ID = re.compile(r"\+[1-9][0-9]{6,14}")
_MAX_FAX_NAME = 60
# An area's code without what stands in front of it at home; what is dialed for a line.
_AREA_CODE, _OUTSIDE_PREFIX = re.compile(r"[1-9][0-9]{0,5}"), re.compile(r"[0-9]{1,3}")
_TOKEN_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MAX_DAYS = 3650
_MAX_PAGES_PER_DAY, _MAX_DOLLARS_PER_DAY = 10_000_000, 1_000_000
# What numbers in full begin with; any number's is the + alone.
_FIRST_DIGITS = re.compile(r"\+(?:[1-9][0-9]{0,14})?")
_DIAL_PLAN = ("country", "areaCode", "outsidePrefix", "faxTo", "pagesPerDay", "dollarsPerDay")
# Requests a second, at once, and in a day, 0 for any number; more than an account has is not enforced.
_BUDGET = {"rate": (1, 10_000), "burst": (1, 5_000), "daily": (0, 2_000_000_000)}


class DirectoryInvalid(Exception):
    """The file cannot be imported; the message lists everything that is wrong with it, a line each, and no secret."""


def parse(text: str) -> Entries:
    """A directory file's text -> its entries. Raises DirectoryInvalid, naming every mistake."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        # The error's own words quote the file, which may hold secrets.
        mark = getattr(error, "problem_mark", None)
        place = f"; see line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise DirectoryInvalid(f"the file is not YAML{place}") from None
    return _Reader().read(document)


class _Reader:
    """Collects mistakes, so that one run shows them all."""

    def __init__(self) -> None:
        self._mistakes: list[str] = []

    def read(self, document: object) -> Entries:
        if not isinstance(document, dict) or not set(document) <= set(_SECTIONS):
            raise DirectoryInvalid(
                f"the file must be a mapping with the sections {', '.join(_SECTIONS)}, and no others"
            )
        items: dict[str, Member] = {}
        organizations: set[str] = set()
        budgets: dict[str, Budget] = {}
        fields = {"id", "name", "budget", "faxName", "timeZone", "callerId", *_DIAL_PLAN}
        for where, entry in self._entries(document, "organizations", fields, {"id"}):
            budget = self._budget(where, entry)
            header = self._fax_name(where, entry), self._time_zone(where, entry), self._caller_id(where, entry)
            organization = self._text(where, entry, "id", _ORGANIZATION_ID, "1 to 16 digits")
            if organization is not None and self._new(where, organization, organizations):
                organizations.add(organization)
                budgets |= {organization: budget} if budget else {}
                if "dollarsPerDay" in entry and not document.get("prices"):
                    self._wrong(f"{where}: dollarsPerDay needs the section prices: what calls cost, nobody else says")
                items[f"organization {organization}"] = Organization(
                    organization, str(entry.get("name") or ""), *header, self._dial_plan(where, entry)
                )
        prices = dict(self._prices(document))
        if prices:
            items["prices"] = StatedPrices(prices)
        users: dict[str, str] = {}
        for where, entry in self._entries(document, "users", {"id", "organization"}, {"id", "organization"}):
            user = self._text(where, entry, "id", numbers.USER_ID, "1 to 64 of A-Za-z0-9._-")
            home = self._reference(where, entry, "organization", organizations)
            if user is not None and home is not None and self._new(where, user, users):
                users[user] = home
                items[f"user {user}"] = User(user, home)
        for extension in self._extensions(document, users):
            items[f"extension {extension.number}"] = extension
        apps = tuple(self._apps(document, users))
        tokens = tuple(self._tokens(document, users))
        if self._mistakes:
            raise DirectoryInvalid("\n".join(self._mistakes))
        return Entries(items, apps, tokens, budgets)

    def _extensions(self, document: dict[str, Any], users: Mapping[str, str]) -> Iterator[Extension]:
        fields = {"number", "owner", "type", "fax", "callerId"}
        seen: set[str] = set()
        for where, entry in self._entries(document, "extensions", fields, {"number", "owner"}):
            text = entry["number"]
            parsed = numbers.parse_extension(text) if isinstance(text, str) else None
            owner = self._reference(where, entry, "owner", users)
            kind = entry.get("type", ExtensionType.PHONE_TERMINAL.value)
            fax = entry.get("fax", True)
            caller_id = self._caller_id(where, entry)
            if kind not in list(ExtensionType):
                self._wrong(f"{where}: type is {kind!r}; it must be one of {', '.join(ExtensionType)}")
            if not isinstance(fax, bool):
                self._wrong(f"{where}: fax is {fax!r}; it must be true or false")
            if parsed is None or parsed[0] is None:
                self._wrong(f"{where}: number is {text!r}; it must be text such as 0003*210, at most 32 characters")
            elif owner is not None and users[owner] != parsed[0]:
                self._wrong(f"{where}: number is {text!r}, but its owner is of organization {users[owner]!r}")
            elif owner is not None and self._new(where, text, seen) and kind in list(ExtensionType):
                seen.add(text)
                number = ExtensionNumber(parsed[0], parsed[1])
                yield Extension(number, owner, ExtensionType(kind), fax is True, caller_id)

    def _apps(self, document: dict[str, Any], users: Mapping[str, str]) -> Iterator[AppEntry]:
        fields = {"key", "owner", "context", "enabled", "secret", "budget", "sandbox"}
        seen: set[str] = set()
        for where, entry in self._entries(document, "apps", fields, {"key", "owner"}):
            key = self._text(where, entry, "key", APP_KEY, "1 to 128 of A-Za-z0-9-._~")
            owner = self._reference(where, entry, "owner", users)
            context = entry.get("context", Context.USER.value)
            enabled, sandbox = entry.get("enabled", True), entry.get("sandbox", False)
            budget = self._budget(where, entry)
            digest = self._secret_digest(where, entry["secret"]) if "secret" in entry else None
            if context not in list(Context):
                self._wrong(f"{where}: context is {context!r}; it must be one of {', '.join(Context)}")
            if not isinstance(enabled, bool):
                self._wrong(f"{where}: enabled is {enabled!r}; it must be true or false")
            if not isinstance(sandbox, bool):
                self._wrong(f"{where}: sandbox is {sandbox!r}; it must be true or false")
            elif key is not None and owner is not None and self._new(where, key, seen) and context in list(Context):
                seen.add(key)
                yield AppEntry(key, owner, users[owner], Context(context), enabled is True, digest, budget, sandbox)

    def _fax_name(self, where: str, entry: dict[str, Any]) -> str | None:
        """What the header line of an organization's faxes calls it, where the entry says so."""
        name = entry.get("faxName")
        if "faxName" not in entry:
            return None
        if isinstance(name, str) and name.isprintable() and name.strip() and len(name) <= _MAX_FAX_NAME:
            return name
        self._wrong(f"{where}: faxName is {name!r}; it must be text of 1 to {_MAX_FAX_NAME} characters in one line")
        return None

    def _time_zone(self, where: str, entry: dict[str, Any]) -> str | None:
        """The time zone of an organization's faxes, where the entry says so."""
        zone = entry.get("timeZone")
        if "timeZone" not in entry:
            return None
        if isinstance(zone, str) and zone in _time_zones():
            return zone
        self._wrong(f"{where}: timeZone is {zone!r}; it must be a name of the IANA's, such as Europe/Berlin")
        return None

    def _caller_id(self, where: str, entry: dict[str, Any]) -> str | None:
        """The telephone number that faxes say they come from, where the entry says so."""
        number = entry.get("callerId")
        if "callerId" not in entry:
            return None
        if isinstance(number, str) and _CALLER_ID.fullmatch(number):
            return number
        # Without quotes, YAML reads a number, and drops the +.
        self._wrong(
            f'{where}: callerId is {number!r}; it must be text of + and 7 to 15 digits, such as "+493023125000"'
        )
        return None

    def _dial_plan(self, where: str, entry: dict[str, Any]) -> DialPlan:
        """How an organization's users write telephone numbers, as far as the entry says so."""
        country = entry.get("country")
        if country is not None and not (isinstance(country, str) and dialing.is_country(country)):
            # Without quotes, YAML reads Norway's as false.
            self._wrong(f'{where}: country is {country!r}; it must be a country of ISO 3166 in quotes, such as "DE"')
        patterns = {
            "areaCode": (_AREA_CODE, "1 to 6 digits that do not begin with 0"),
            "outsidePrefix": (_OUTSIDE_PREFIX, "1 to 3 digits"),
        }
        for field, (pattern, rule) in patterns.items():
            if field in entry:
                self._text(where, entry, field, pattern, rule)
                if country is None:
                    self._wrong(f"{where}: {field} needs a country beside it")
        fax_to = entry.get("faxTo", [])
        if not (
            isinstance(fax_to, list) and all(isinstance(each, str) and dialing.is_country(each) for each in fax_to)
        ):
            self._wrong(f'{where}: faxTo is {fax_to!r}; it must be a list of countries in quotes, such as ["DE", "US"]')
            fax_to = []
        pages = entry.get("pagesPerDay")
        if "pagesPerDay" in entry and not _is_whole(pages, 0, _MAX_PAGES_PER_DAY):
            self._wrong(f"{where}: pagesPerDay is {pages!r}; it must be a number from 0 to {_MAX_PAGES_PER_DAY}")
        dollars = entry.get("dollarsPerDay")
        if "dollarsPerDay" in entry and not _is_whole(dollars, 0, _MAX_DOLLARS_PER_DAY):
            self._wrong(f"{where}: dollarsPerDay is {dollars!r}; it must be a number from 0 to {_MAX_DOLLARS_PER_DAY}")
        money = dollars * DOLLAR if isinstance(dollars, int) else None
        return DialPlan(country, entry.get("areaCode"), entry.get("outsidePrefix"), tuple(fax_to), pages, money)

    def _prices(self, document: dict[str, Any]) -> Iterator[tuple[str, Price]]:
        """What calls cost, by the first digits of a number."""
        seen: set[str] = set()
        for where, entry in self._entries(document, "prices", {"to", "page", "call"}, {"to", "page"}):
            to = self._text(where, entry, "to", _FIRST_DIGITS, '+ and the first digits of numbers, such as "+49"')
            page, call = self._amount(where, entry, "page"), self._amount(where, {"call": "0"} | entry, "call")
            if to is not None and self._new(where, to, seen):
                seen.add(to)
                yield to, Price(page, call)

    def _amount(self, where: str, entry: dict[str, Any], field: str) -> int:
        """Dollars, in millionths."""
        text = entry[field]
        amount = amount_of(text) if isinstance(text, str) else None
        if amount is None:
            # Without quotes, YAML reads a number that is about as much.
            self._wrong(f'{where}: {field} is {text!r}; it must be US dollars in quotes, such as "0.0075"')
        return amount or 0

    def _budget(self, where: str, entry: dict[str, Any]) -> Budget | None:
        """How much may be used, where the entry says so; None also where that is a mistake."""
        budget = entry.get("budget")
        if "budget" not in entry:
            return None
        if not isinstance(budget, dict) or set(budget) != set(_BUDGET):
            self._wrong(f"{where}: budget must have {', '.join(_BUDGET)}, and nothing else")
            return None
        wrong = [name for name, (low, high) in _BUDGET.items() if not _is_whole(budget[name], low, high)]
        for name in wrong:
            low, high = _BUDGET[name]
            self._wrong(f"{where}: budget's {name} is {budget[name]!r}; it must be a number from {low} to {high}")
        return None if wrong else Budget(budget["rate"], budget["burst"], budget["daily"])

    def _secret_digest(self, where: str, secret: object) -> str | None:
        """What is stored of a secret. A mistake in it is named without it."""
        if not (isinstance(secret, str) and APP_SECRET.fullmatch(secret)):
            self._wrong(f"{where}: secret must be text of 1 to 512 of A-Za-z0-9-._~{_hint(secret)}")
            return None
        weak = app_secrets.weakness(secret)
        if weak is not None:
            self._wrong(f"{where}: secret is too weak: {weak}. Leave it out to have a strong one drawn")
        return digest_of(secret)

    def _tokens(self, document: dict[str, Any], users: Mapping[str, str]) -> Iterator[NamedToken]:
        seen: set[str] = set()
        for where, entry in self._entries(document, "tokens", {"name", "user", "days"}, {"name", "user"}):
            name = self._text(where, entry, "name", _TOKEN_NAME, "1 to 64 of A-Za-z0-9._-")
            user = self._reference(where, entry, "user", users)
            days = entry.get("days", 30)
            if not (type(days) is int and 1 <= days <= _MAX_DAYS):
                self._wrong(f"{where}: days is {days!r}; it must be a number from 1 to {_MAX_DAYS}")
            elif name is not None and user is not None and self._new(where, name, seen):
                seen.add(name)
                yield NamedToken(name, Principal(user, users[user]), days)

    def _entries(
        self, document: dict[str, Any], section: str, allowed: set[str], needed: set[str]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        entries = document.get(section) or []
        if not isinstance(entries, list):
            self._wrong(f"{section}: must be a list")
            return
        for position, entry in enumerate(entries, start=1):
            where = f"{section}, entry {position}"
            if not isinstance(entry, dict) or not needed <= set(entry) <= allowed:
                self._wrong(f"{where}: must have {', '.join(sorted(needed))}; may have {', '.join(sorted(allowed))}")
            else:
                yield where, entry

    def _text(self, where: str, entry: dict[str, Any], field: str, pattern: re.Pattern[str], rule: str) -> str | None:
        value = entry[field]
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self._wrong(f"{where}: {field} is {value!r}; it must be text of {rule}{_hint(value)}")
        return None

    def _reference(self, where: str, entry: dict[str, Any], field: str, known: Any) -> str | None:
        value = entry[field]
        if isinstance(value, str) and value in known:
            return value
        self._wrong(f"{where}: {field} is {value!r}, which the file does not define{_hint(value)}")
        return None

    def _new(self, where: str, value: str, seen: Any) -> bool:
        if value in seen:
            self._wrong(f"{where}: {value!r} is in the file twice")
        return value not in seen

    def _wrong(self, mistake: str) -> None:
        self._mistakes.append(mistake)


@cache
def _time_zones() -> frozenset[str]:
    """The names of all that ship."""
    return frozenset((resources.files("tzdata") / "zones").read_text().split())


def _is_whole(value: object, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _hint(value: object) -> str:
    """What helps where YAML has read a number: the value is not repeated, since 0003 has become 3, and 0010 8."""
    return " (write it in quotes, or YAML drops its leading zeros)" if isinstance(value, int) else ""
