"""Imports organizations, users, extensions, apps and tokens into a deployment: `make directory FILE=directory.yaml`.

The whole file is checked before anything is written; PLAN shows what would be, and writes nothing. What an import does,
when a secret (ROTATE, KEEP) or a token is drawn anew, and what is removed (PRUNE), ``faxes.provisioning`` says.
"""

import argparse
import re
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from botocore.exceptions import BotoCoreError, ClientError

from faxes import numbers
from faxes.adapters.dynamodb.provisioning import DynamoDBProvisioningCredentials, DynamoDBProvisioningDirectory
from faxes.adapters.logs import LogsAuditLog
from faxes.errors import StorageFault
from faxes.model import Context, Extension, ExtensionNumber, ExtensionType, Principal, User
from faxes.provisioning import (
    AppEntry,
    Entries,
    ImportStopped,
    Member,
    NamedToken,
    Organization,
    Outcome,
    Plan,
    Provisioning,
    Report,
    SecretsInvalid,
    Wish,
)
from faxes.tokens import APP_KEY, APP_SECRET, digest_of
from tools import places
from tools.local import stack_file
from tools.local.stack_file import LocalStack
from tools.operations import app_secrets, deployed
from tools.operations.deployed import NoStack, Stack
from tools.steps import fail

_SECTIONS = ("organizations", "users", "extensions", "apps", "tokens")
_ORGANIZATION_ID = re.compile(r"[0-9]{1,16}")
_TOKEN_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_MAX_DAYS = 3650
_MAX_HOURS = 720
_HOURS = re.compile(r"[0-9]{1,3}")


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
        for where, entry in self._entries(document, "organizations", {"id", "name"}, {"id"}):
            organization = self._text(where, entry, "id", _ORGANIZATION_ID, "1 to 16 digits")
            if organization is not None and self._new(where, organization, organizations):
                organizations.add(organization)
                items[f"organization {organization}"] = Organization(organization, str(entry.get("name") or ""))
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
        return Entries(items, apps, tokens)

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

    def _apps(self, document: dict[str, Any], users: Mapping[str, str]) -> Iterator[AppEntry]:
        fields = {"key", "owner", "context", "enabled", "secret"}
        seen: set[str] = set()
        for where, entry in self._entries(document, "apps", fields, {"key", "owner"}):
            key = self._text(where, entry, "key", APP_KEY, "1 to 128 of A-Za-z0-9-._~")
            owner = self._reference(where, entry, "owner", users)
            context = entry.get("context", Context.USER.value)
            enabled = entry.get("enabled", True)
            digest = self._secret_digest(where, entry["secret"]) if "secret" in entry else None
            if context not in list(Context):
                self._wrong(f"{where}: context is {context!r}; it must be one of {', '.join(Context)}")
            if not isinstance(enabled, bool):
                self._wrong(f"{where}: enabled is {enabled!r}; it must be true or false")
            elif key is not None and owner is not None and self._new(where, key, seen) and context in list(Context):
                seen.add(key)
                yield AppEntry(key, owner, users[owner], Context(context), enabled, digest)

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


def _hint(value: object) -> str:
    """What helps where YAML has read a number: the value is not repeated, since 0003 has become 3, and 0010 8."""
    return " (write it in quotes, or YAML drops its leading zeros)" if isinstance(value, int) else ""


def write(
    entries: Entries,
    stack: Stack,
    now: datetime,
    draw: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    wish: Wish = Wish(),  # noqa: B008  (it is frozen)
) -> Report:
    """Bring a stack's tables to what the entries say. ``draw`` makes a new secret or token.

    Needs dynamodb:GetItem and dynamodb:PutItem on both tables, dynamodb:DeleteItem on the credentials', and
    logs:CreateLogStream and logs:PutLogEvents on the audit log; to remove what is not named, dynamodb:Scan and
    dynamodb:DeleteItem on both tables. Raises DirectoryInvalid, before anything is written, where the file and what is
    asked for or stored do not go together. Raises ImportStopped where a call fails; importing again goes on from there.
    """
    log = LogsAuditLog(stack.client("logs"), stack.output("AuditLogGroupName"))
    caller = stack.client("sts").get_caller_identity()["Arn"]
    try:
        return _provisioning(stack, draw).provision(entries, now, wish, log, caller)
    except SecretsInvalid as error:
        raise DirectoryInvalid("\n".join(_mistakes(error))) from error


def plan(entries: Entries, stack: Stack, now: datetime, wish: Wish) -> Plan:
    """What ``write`` would do; reads alone. Raises DirectoryInvalid likewise, and StorageFault."""
    try:
        return _provisioning(stack, lambda: "drawn").plan(entries, now, wish)
    except SecretsInvalid as error:
        raise DirectoryInvalid("\n".join(_mistakes(error))) from error


def _provisioning(stack: Stack, draw: Callable[[], str]) -> Provisioning:
    dynamodb = stack.client("dynamodb")
    return Provisioning(
        DynamoDBProvisioningDirectory(dynamodb, stack.output("DirectoryTableName")),
        DynamoDBProvisioningCredentials(dynamodb, stack.output("CredentialTableName")),
        draw,
    )


def _mistakes(error: SecretsInvalid) -> Iterator[str]:
    for key in error.unknown:
        yield f"ROTATE: {key!r} is no app of the file"
    for key in error.brought:
        yield f"ROTATE: the file brings the secret of {key!r} along; write another one there, or leave it out"
    for key, (before, now) in error.moved.items():
        yield (
            f"app {key}: its owner was {before!r} and is now {now!r}, so its secret must "
            "change as well: write another one, or leave it out to have one drawn"
        )


def main(arguments: list[str], now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int:
    parser = argparse.ArgumentParser(prog="make directory", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--file", type=Path, help="the directory, as directory.example.yaml shows it")
    parser.add_argument("--stack", help="a deployed stack's name; default: the local one that `make run` started")
    parser.add_argument("--rotate", default="", metavar="KEYS", help="apps to draw new secrets for, in one argument")
    parser.add_argument("--keep", default="24", metavar="HOURS", help="how long an app's old secret logs in as well")
    parser.add_argument("--plan", action="store_true", help="show what would be done, and do nothing")
    parser.add_argument("--prune", action="store_true", help="remove what the file does not name")
    options = parser.parse_args(arguments)
    if options.file is None:
        return fail(
            'Say which: make directory FILE=directory.example.yaml [STACK=name] [PLAN=1] [PRUNE=1] [ROTATE="app keys"] '
            "[KEEP=24]."
        )
    if not _HOURS.fullmatch(options.keep) or int(options.keep) > _MAX_HOURS:
        return fail(f"KEEP is {options.keep!r}; it must be a whole number of hours from 0 to {_MAX_HOURS}.")
    keep = timedelta(hours=int(options.keep))
    try:
        entries = parse(options.file.read_text(encoding="utf-8"))
        stack = deployed.find(options.stack)
        if options.plan:
            # What would be removed is shown in any case: it is what the file has lost.
            planned = plan(entries, stack, now(), Wish(options.rotate.split(), keep, prune=True))
            print_plan(planned, prune=options.prune)
            return 0
        report = write(entries, stack, now(), wish=Wish(options.rotate.split(), keep, options.prune))
    except NoStack as error:
        return fail(error)
    except (OSError, UnicodeDecodeError) as error:
        return fail(f"{options.file} cannot be read: {error}")
    except DirectoryInvalid as error:
        return fail(f"{options.file} was not imported; nothing was written.\n{error}")
    except ImportStopped as stopped:
        _show(stopped.report, stack.local)
        return fail(f"{options.file} was not imported to its end. AWS said: {stopped}\n{_how_to_go_on(stopped.unsure)}")
    except StorageFault as fault:
        return fail(f"{options.file} was not looked at; nothing was written. AWS said: {fault.said}")
    except (BotoCoreError, ClientError) as error:
        return fail(f"{options.file} was not imported; nothing was written. AWS said: {error}")
    _show(report, stack.local)
    return 0


def _how_to_go_on(unsure: str | None) -> str:
    if unsure is None:
        return "Import it again when that is mended."
    # The write may have reached AWS, with a secret that has been shown to nobody.
    return f"When that is mended, import it again with ROTATE={unsure}: it may have a secret that nobody knows."


def _show(report: Report, local: LocalStack | None) -> None:
    print_report(report)
    if local and report.secrets:
        # `make token` and `make send` log in to the local stack with what lies there.
        stack_file.write(local.with_secrets(report.secrets), places.STACK_FILE)


def print_report(report: Report) -> None:
    for name in report.added:
        print(f"    added     {name}")
    for name in report.changed:
        print(f"    changed   {name}")
    for name in report.rotated:
        print(f"    rotated   {name}; {_old_secret(report.former.get(name))}")
    for name in report.removed:
        print(f"    removed   {name}")
    print(f"    unchanged {report.unchanged}")
    for key, secret in report.secrets.items():
        print(f"    app {key}: {secret}   (shown this once)")
    for name, token in report.tokens.items():
        print(f"    token {name}: {token}   (shown this once)")


def print_plan(planned: Plan, *, prune: bool) -> None:
    """What would be done, in its order. Without PRUNE, what the file does not name stays."""
    unchanged = 0
    for name, step in planned.steps.items():
        if step.outcome is Outcome.UNCHANGED:
            unchanged += 1
        elif step.outcome is Outcome.REMOVED and not prune:
            print(f"    stays     {name}, which the file does not name: PRUNE=1 removes it")
        else:
            print(f"    would be {step.outcome:<8} {name}")
    print(f"    unchanged {unchanged}")
    print("nothing was written")


def _old_secret(until: datetime | None) -> str:
    if until is None:
        return "tokens issued under its old secret end within AuthorizerCacheSeconds"
    return f"its old secret logs in until {until:%Y-%m-%d %H:%M:%S} UTC as well"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
