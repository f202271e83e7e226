"""Who may send once somebody or something was removed: every cell of the last block of tests/data/access.txt."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.credentials import DynamoDBCredentialStore
from faxes.errors import ClientInvalid
from faxes.provisioning.entries import Wish
from faxes.tokens import Login
from tests.support.access import (
    CONTEXTS,
    FAX_OFF,
    ORGANIZATIONS,
    OWNERS,
    QUEUES,
    Answer,
    Deployed,
    authorized,
    contents,
    integrated,
    raw,
    read_table,
    send,
    wrong,
)
from tests.support.cloud import cloud
from tests.support.memory import name_no_app
from tools.operations import directory, directory_file

REMOVED = ["user", "extension", "app", "colleague"]
WAYS = ["token", "cached", "login"]
REQUESTS = [("@me", "0003*210"), ("@owner", "0003*210"), ("@owner", "0003*211"), ("bob", "0003*211")]

type Cells = dict[tuple[str, str, str, str, str], str]


def cells() -> list[tuple[tuple[str, str, str, str, str], str]]:
    """(what was removed, the way, user, extension, context) and what comes of it, once for each time it is said."""
    found, block = [], ""
    for head, by_context in read_table():
        if head.startswith("="):
            block = head
        elif block == "= removed":
            removed, way, user, extension = head.split()
            found += [((removed, way, user, extension, context), word) for context, word in by_context.items()]
    return found


def test_block_has_every_combination_once() -> None:
    requests = [f"{user} {extension}" for user, extension in REQUESTS]
    said = [(removed, way, f"{user} {extension}", reach) for (removed, way, user, extension, reach), _ in cells()]
    assert sorted(said) == sorted(itertools.product(REMOVED, WAYS, requests, CONTEXTS))


def text(without: str | None = None) -> str:
    """The directory of the table, with an app of alice's for each context; without what is removed."""
    users = [user for user in ORGANIZATIONS if {"user": "alice", "colleague": "bob"}.get(str(without)) != user]
    gone = "0003*210" if without == "extension" else ""
    lines = ['organizations: [{id: "0003"}, {id: "0004"}]', "users:"]
    lines += [f'- {{id: {user}, organization: "{ORGANIZATIONS[user]}"}}' for user in users]
    lines += ["extensions:"]
    for owner, number in ((user, number) for user in users for number in OWNERS[user] if number != gone):
        kind = "queue" if number in QUEUES else "phone_terminal"
        lines += [f"- {{number: {number}, owner: {owner}, type: {kind}, fax: {str(number not in FAX_OFF).lower()}}}"]
    if without not in ("user", "app"):
        lines += ["apps:", *(f"- {{key: app.{context}, owner: alice, context: {context}}}" for context in CONTEXTS)]
    return "\n".join(lines)


@pytest.fixture(scope="module", params=REMOVED)
def removed(request: pytest.FixtureRequest) -> Iterator[tuple[str, Deployed, Login]]:
    """A deployment from which something is about to be removed."""
    with cloud() as running:
        store = DynamoDBCredentialStore(running.dynamodb, running.names["CredentialTable"])
        numbers = itertools.count(1)
        login = Login(
            store,
            timedelta(hours=1),
            now=lambda: datetime.now(UTC),
            draw=lambda: f"token-number-{next(numbers)}",
            name_app=name_no_app,
        )
        yield request.param, Deployed(running, running.function("authorize"), running.function("create_fax"), {}), login


def test_every_cell(removed: tuple[str, Deployed, Login], context: Any) -> None:
    what, deployed, login = removed
    stack, now = deployed.cloud.stack(), datetime.now(UTC)
    secrets = directory.write(directory_file.parse(text()), stack, now).secrets
    headers = {reach: f"Bearer {login.log_in(f'app.{reach}', secrets[f'app.{reach}'])}" for reach in CONTEXTS}
    cached = {reach: authorized(deployed, raw("@me", "210", header), context)[0] for reach, header in headers.items()}
    assert directory.write(directory_file.parse(text(what)), stack, now, wish=Wish(prune=True)).removed

    def answered(way: str, user: str, extension: str, reach: str) -> Answer | None:
        """None where no token is issued."""
        if way == "cached":
            return integrated(deployed, raw(user, extension, headers[reach]), cached[reach], context)
        header = headers[reach]
        if way == "login":
            try:
                header = f"Bearer {login.log_in(f'app.{reach}', secrets[f'app.{reach}'])}"
            except ClientInvalid:
                return None
        return send(deployed, user, extension, header, context)

    found: Cells = {}
    for cell, word in cells():
        if cell[0] == what:
            answer = answered(*cell[1:])
            # A login has added a token.
            before = contents(deployed.cloud)
            if answer is None or word == "no-token":
                found[cell] = "" if (answer is None) == (word == "no-token") else f"answered with {answer}"
            else:
                before = ({**before[0], "FaxTable": []}, {})
                found[cell] = "\n".join(wrong(word, cell[2], cell[3], answer, deployed.cloud, before))
    assert {cell: lines for cell, lines in found.items() if lines} == {}
    assert len(found) == len(WAYS) * len(REQUESTS) * len(CONTEXTS)
