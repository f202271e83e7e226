"""Whose fax is read, its history followed, and canceled: every cell of tests/data/access_status.txt, through the real
authorizer and functions; once for each kind of app and of fax."""

import dataclasses
import itertools
import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest

from faxes.adapters.dynamodb.credentials import app_item, token_item
from faxes.lifecycle import FaxInFull
from faxes.model import Context
from faxes.tokens import App, AppLogin, Token, digest_of
from tests.support import asking, requests, template
from tests.support.access import CONTEXTS, allows
from tests.support.cloud import cloud
from tests.support.faxes import fax
from tests.support.lambda_context import CONTEXT
from tests.support.shown import MemoryFaxes

TABLE = template.ROOT / "tests" / "data" / "access_status.txt"
FOREVER = datetime(2999, 1, 1, tzinfo=UTC)

USERS = ["@me", "@viewer", "alice", "@owner", "bob", "dave", "nobody", "@everyone"]
EXTENSIONS = ["210", "0003*210", "211", "0003*211", "0004*210", "0003*999", "@self", "0003*"]
FAXES = {
    (user, number): fax(n, user_id=user, organization_id=number[:4], extension=number, expires_at=FOREVER)
    for n, (user, number) in enumerate([("alice", "0003*210"), ("bob", "0003*211"), ("dave", "0004*210")], 1)
}
CALLS = {"read": ("GET", ""), "history": ("GET", "/events"), "cancel": ("PUT", "")}
OUTCOMES = {
    "found": (200, None),
    "not-found": (404, "fax_not_found"),
    "user-malformed": (400, "user_invalid"),
    "ext-malformed": (400, "extension_invalid"),
}

# Whose fax, from where; the path's user and extension; the context.
type Cell = tuple[tuple[str, str], str, str, str]


def cells() -> list[tuple[Cell, str]]:
    """Each cell and what comes of it, once for each time that the table says it."""
    found: list[tuple[Cell, str]] = []
    of = ("", "")
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if heading := re.fullmatch(r"= of (\w+), from (\S+) +user +organization +global", line):
            of = heading[1], heading[2]
        elif line and not line.startswith("#"):
            *users, extension = line[:38].split()
            words = zip(CONTEXTS, line[38:].split(), strict=True)
            found += [((of, user, extension, reach), word) for reach, word in words for user in users]
    return found


def test_the_table_has_every_combination_once() -> None:
    assert sorted(cell for cell, _ in cells()) == sorted(itertools.product(FAXES, USERS, EXTENSIONS, CONTEXTS))
    assert {word for _, word in cells()} == set(OUTCOMES)


class Deployed:
    """The real authorizer's answers for alice's tokens, and the real functions on a store in memory."""

    def __init__(self) -> None:
        self.store = MemoryFaxes()
        with cloud() as made:
            authorize = made.function("authorize")
            read: Any = made.function("read_faxes")
            change: Any = made.function("change_faxes")
            read.reading = dataclasses.replace(read.reading, faxes=self.store)
            change.control = dataclasses.replace(change.control, faxes=self.store)
            self._handlers = {"GET": read.handler, "PUT": change.handler}
            self.authorized = {}
            for reach, sandbox in itertools.product(CONTEXTS, (False, True)):
                token = f"a-token-of-context-{reach}-{sandbox}"
                app = App(token, digest_of("secret"), "alice", "0003", Context(reach), enabled=True, sandbox=sandbox)
                made.add_credential(app_item(app))
                made.add_credential(token_item(Token(digest_of(token), AppLogin(token, app.secret_digest), FOREVER)))
                event = requests.authorizer_event(asking.request("GET", "@me", "210", "1"), "access")
                event["multiValueHeaders"]["Authorization"] = [f"Bearer {token}"]
                self.authorized[reach, sandbox] = authorize.handler(event, CONTEXT)

    def answer(
        self, reach: str, sandbox: bool, call: str, user: str, extension: str, fax_id: str, context: Any
    ) -> dict[str, Any]:
        method, ending = CALLS[call]
        request = asking.request(method, user, extension, fax_id + ending)
        answer = self.authorized[reach, sandbox]
        assert allows(answer["policyDocument"], requests.authorizer_event(request, "access")["methodArn"])
        event = requests.proxy_event(request, "access")
        event["requestContext"]["authorizer"] = {"principalId": answer["principalId"], **answer["context"]}
        handed_on: dict[str, Any] = self._handlers[method](event, context)
        return handed_on


@pytest.fixture(name="deployed", scope="module")
def _deployed() -> Deployed:
    return Deployed()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("app_is_sandbox", "fax_is_sandbox"), list(itertools.product((False, True), repeat=2)))
def test_every_cell(call: str, app_is_sandbox: bool, fax_is_sandbox: bool, deployed: Deployed, context: Any) -> None:
    wrong = {}
    for cell, table_word in cells():
        of, user, extension, reach = cell
        # Sandbox apps and all others see nothing of each other's.
        word = "not-found" if table_word == "found" and app_is_sandbox != fax_is_sandbox else table_word
        # Where the carrier simulates, the fax of a live app was not sent to anybody either: that alone hides nothing.
        before = {
            each.id: FaxInFull(dataclasses.replace(each, sandbox=True, sandbox_app=fax_is_sandbox))
            for each in FAXES.values()
        }
        for whole in before.values():
            deployed.store.keep(whole)
        fax_id = FAXES[of].id

        answer = deployed.answer(reach, app_is_sandbox, call, user, extension, fax_id, context)

        status, code = OUTCOMES[word]
        body = json.loads(answer["body"])
        if code:
            good = (answer["statusCode"], body["error"]["code"]) == (status, code)
        else:
            good = answer["statusCode"] == status and f"/{of[0]}/{of[1]}/{fax_id}" in body["links"]["self"]
        changed = [key for key, whole in deployed.store.faxes.items() if whole != before[key]]
        if not good or changed != ([fax_id] if (call, word) == ("cancel", "found") else []):
            wrong[cell] = answer, changed
    assert wrong == {}
