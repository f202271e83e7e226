"""Imports organizations, users, extensions and tokens into a deployment: `make directory FILE=directory.yaml`.

The whole file is checked before anything is written. Importing it again changes nothing; what a file no longer names
stays. A token is drawn here when its name is new, shown once, and stored as its SHA-256 alone.
"""

import argparse
import re
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from pathlib import Path
from typing import Any

import boto3
import yaml
from botocore.exceptions import BotoCoreError, ClientError

from faxes import numbers
from faxes.adapters.dynamodb import (
    extension_item,
    organization_item,
    plain,
    token_item,
    token_name_item,
    user_item,
    wire,
)
from faxes.model import Extension, ExtensionNumber, ExtensionType, Principal
from faxes.tokens import Token, digest_of
from tools import stack_file
from tools.steps import fail

_ORGANIZATION_ID = re.compile(r"[0-9]{1,16}")
_TOKEN_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MAX_DAYS = 3650


class DirectoryInvalid(Exception):
    """The file cannot be imported; the message lists everything that is wrong with it, a line each."""


@dataclass(frozen=True, slots=True)
class NamedToken:
    """A token to issue: its name in the file, the user it stands for, and its life in days."""

    name: str
    principal: Principal
    days: int


@dataclass(frozen=True, slots=True)
class Entries:
    """A checked directory: the directory table's items by what they are called, and the tokens to issue."""

    items: Mapping[str, dict[str, Any]]
    tokens: tuple[NamedToken, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did. ``tokens`` holds the new ones by name: their only copy."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    unchanged: int
    tokens: Mapping[str, str]


class ImportStopped(Exception):
    """A call to AWS failed. ``report`` says what had been done before, and holds the tokens that were issued."""

    def __init__(self, report: Report, error: Exception) -> None:
        super().__init__(str(error))
        self.report = report


def parse(text: str) -> Entries:
    """A directory file's text -> its entries. Raises DirectoryInvalid, naming every mistake."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise DirectoryInvalid(f"the file is not YAML: {' '.join(str(error).split())}") from None
    return _Reader().read(document)


class _Reader:
    """Collects mistakes, so that one run shows them all."""

    def __init__(self) -> None:
        self._mistakes: list[str] = []

    def read(self, document: object) -> Entries:
        sections = ("organizations", "users", "extensions", "tokens")
        if not isinstance(document, dict) or not set(document) <= set(sections):
            raise DirectoryInvalid(f"the file must be a mapping with the sections {', '.join(sections)}, and no others")
        items: dict[str, dict[str, Any]] = {}
        organizations: set[str] = set()
        for where, entry in self._entries(document, "organizations", {"id", "name"}, {"id"}):
            organization = self._text(where, entry, "id", _ORGANIZATION_ID, "1 to 16 digits")
            if organization is not None and self._new(where, organization, organizations):
                organizations.add(organization)
                items[f"organization {organization}"] = organization_item(organization, str(entry.get("name") or ""))
        users: dict[str, str] = {}
        for where, entry in self._entries(document, "users", {"id", "organization"}, {"id", "organization"}):
            user = self._text(where, entry, "id", numbers.USER_ID, "1 to 64 of A-Za-z0-9._-")
            home = self._reference(where, entry, "organization", organizations)
            if user is not None and home is not None and self._new(where, user, users):
                users[user] = home
                items[f"user {user}"] = user_item(user, home)
        for extension in self._extensions(document, users):
            items[f"extension {extension.number}"] = extension_item(extension)
        tokens = tuple(self._tokens(document, users))
        if self._mistakes:
            raise DirectoryInvalid("\n".join(self._mistakes))
        return Entries(items, tokens)

    def _extensions(self, document: dict[str, Any], users: Mapping[str, str]) -> Iterator[Extension]:
        fields = {"number", "owner", "type", "fax"}
        seen: set[str] = set()
        for where, entry in self._entries(document, "extensions", fields, {"number", "owner"}):
            text = entry["number"]
            parsed = numbers.parse_extension(text) if isinstance(text, str) else None
            owner = self._reference(where, entry, "owner", users)
            kind = entry.get("type", ExtensionType.PHONE_TERMINAL.value)
            fax = entry.get("fax", True)
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
                yield Extension(ExtensionNumber(parsed[0], parsed[1]), owner, ExtensionType(kind), fax is True)

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


def _hint(value: object) -> str:
    """What helps where YAML has read a number: the value is not repeated, since 0003 has become 3, and 0010 8."""
    return " (write it in quotes, or YAML drops its leading zeros)" if isinstance(value, int) else ""


def write(
    entries: Entries,
    dynamodb: Any,
    directory_table: str,
    credential_table: str,
    now: datetime,
    draw: Callable[[], str] = lambda: secrets.token_urlsafe(32),
) -> Report:
    """Bring the tables to what the entries say. ``draw`` makes a new token.

    Needs dynamodb:GetItem and dynamodb:PutItem on both tables, and dynamodb:DeleteItem on the credentials'. Raises
    ImportStopped where a call fails; importing again goes on from there.
    """
    directory, credentials = _Table(dynamodb, directory_table), _Table(dynamodb, credential_table)
    outcomes: dict[str, _Outcome] = {}
    issued: dict[str, str] = {}
    try:
        for name, item in entries.items.items():
            outcomes[name] = directory.put(item)
        for token in entries.tokens:
            outcomes[f"token {token.name}"], secret = _issue(token, credentials, now, draw)
            if secret is not None:
                issued[token.name] = secret
    except (BotoCoreError, ClientError) as error:
        raise ImportStopped(_report(outcomes, issued), error) from error
    return _report(outcomes, issued)


class _Outcome(Enum):
    ADDED = auto()
    CHANGED = auto()
    UNCHANGED = auto()


def _report(outcomes: Mapping[str, _Outcome], issued: Mapping[str, str]) -> Report:
    return Report(
        added=tuple(name for name, outcome in outcomes.items() if outcome is _Outcome.ADDED),
        changed=tuple(name for name, outcome in outcomes.items() if outcome is _Outcome.CHANGED),
        unchanged=sum(outcome is _Outcome.UNCHANGED for outcome in outcomes.values()),
        tokens=issued,
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of a deployment."""

    dynamodb: Any
    name: str

    def get(self, pk: str, sk: str) -> dict[str, Any] | None:
        answer = self.dynamodb.get_item(TableName=self.name, Key=wire({"pk": pk, "sk": sk}), ConsistentRead=True)
        return plain(answer["Item"]) if "Item" in answer else None

    def put(self, item: dict[str, Any]) -> _Outcome:
        before = self.get(item["pk"], item["sk"])
        if before == item:
            return _Outcome.UNCHANGED
        self.dynamodb.put_item(TableName=self.name, Item=wire(item))
        return _Outcome.CHANGED if before else _Outcome.ADDED

    def delete(self, item: dict[str, Any]) -> None:
        self.dynamodb.delete_item(TableName=self.name, Key=wire({"pk": item["pk"], "sk": item["sk"]}))


def _issue(
    token: NamedToken, credentials: _Table, now: datetime, draw: Callable[[], str]
) -> tuple[_Outcome, str | None]:
    """Bring one token to what its entry says. Returns what that did, and its secret where it is a new one."""
    label = credentials.get(f"TOKENNAME#{token.name}", "TOKENNAME")
    known = credentials.get(f"TOKEN#{label['digest']}", "TOKEN") if label else None
    outcome = _Outcome.ADDED
    if known and known["expiresAt"] > now.timestamp():
        if known["userId"] == token.principal.user_id:
            ends = datetime.fromtimestamp(int(known["expiresAt"]), UTC)
            same = Token(known["pk"].removeprefix("TOKEN#"), token.principal, ends)
            return credentials.put(token_item(same)), None
        # Its bearer must not become another user: the old one ends, and a new one is drawn.
        credentials.delete(known)
        outcome = _Outcome.CHANGED
    secret = draw()
    stored = Token(digest_of(secret), token.principal, now + timedelta(days=token.days))
    credentials.put(token_item(stored))
    credentials.put(token_name_item(token.name, stored))
    return outcome, secret


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make directory", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--file", type=Path, help="the directory, as directory.example.yaml shows it")
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    options = parser.parse_args(arguments)
    if options.file is None:
        return fail("Say which: make directory FILE=directory.example.yaml [STACK=name].")
    try:
        entries = parse(options.file.read_text(encoding="utf-8"))
        deployment = _deployed(options.stack) if options.stack else _local()
        if deployment is None:
            return fail("No local stack is running. Start one with `make run`, or name a deployed one with STACK=name.")
        report = write(entries, *deployment, datetime.now(UTC))
    except (OSError, UnicodeDecodeError) as error:
        return fail(f"{options.file} cannot be read: {error}")
    except DirectoryInvalid as error:
        return fail(f"{options.file} was not imported; nothing was written.\n{error}")
    except ImportStopped as stopped:
        print_report(stopped.report)
        return fail(
            f"{options.file} was not imported to its end. AWS said: {stopped}\nImport it again when that is mended."
        )
    except (BotoCoreError, ClientError, LookupError) as error:
        return fail(f"{options.file} was not imported; nothing was written. AWS said: {error}")
    print_report(report)
    return 0


def _deployed(stack: str) -> tuple[Any, str, str]:
    """A deployed stack's client and its two tables. Raises LookupError where the stack is not one of ours."""
    described = boto3.client("cloudformation").describe_stacks(StackName=stack)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}
    if not {"DirectoryTableName", "CredentialTableName"} <= set(outputs):
        raise LookupError(f"the stack {stack} has no directory")
    return boto3.client("dynamodb"), outputs["DirectoryTableName"], outputs["CredentialTableName"]


def _local() -> tuple[Any, str, str] | None:
    """The local stack's, where one runs."""
    stack = stack_file.read()
    return (stack.client("dynamodb"), stack.directoryTable, stack.credentialTable) if stack else None


def print_report(report: Report) -> None:
    for name in report.added:
        print(f"    added     {name}")
    for name in report.changed:
        print(f"    changed   {name}")
    print(f"    unchanged {report.unchanged}")
    for name, token in report.tokens.items():
        print(f"    token {name}: {token}   (shown this once)")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
