"""Who asks for another's fax, or cancels it, learns nothing: not even whether there is one.

Thousands of callers, each wrong by how it was made, through the real functions: for a fax that is there and for one
that is not, they get the same bytes but for the id, after as many reads, and nothing is written.
"""

import dataclasses
import itertools
import json
import random
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from faxes.adapters.dynamodb.items import wire
from faxes.lifecycle import FaxEvent, FaxInFull, HistoryEvent
from faxes.model import Context, Fax, Principal, Status
from tests.support import requests, stored
from tests.support.asking import request as fax_request
from tests.support.cloud import Cloud, cloud
from tests.support.faxes import fax
from tests.support.full import size
from tests.support.shown import MemoryFaxes

CALLERS = size(check=600, full=5_000)
FOREVER = datetime(2999, 1, 1, tzinfo=UTC)

PEOPLE = {"alice": "0003", "bob": "0003", "carol": "0004", "dave": "0004", "erin": "0005"}
EXTENSIONS = {"alice": "0003*210", "bob": "0003*211", "carol": "0004*210", "dave": "0004*410", "erin": "0005*1"}
FAXES = [
    fax(
        n,
        user_id=user,
        organization_id=PEOPLE[user],
        extension=number,
        status=status,
        expires_at=FOREVER,
        due_at=FOREVER,
        sandbox_app=sandbox_app,
    )
    for n, (sandbox_app, (user, number), status) in enumerate(
        itertools.product((False, True), EXTENSIONS.items(), (*Status, "of_a_later_release")), 1
    )
]
# As long as the ids that there are.
NOBODYS = "9999"
CALLS = [("GET", ""), ("GET", "/events"), ("GET", "/events?count=1"), ("PUT", "")]


@dataclasses.dataclass(frozen=True, slots=True)
class Ask:
    """A request: who asks, as whom, from where, and what."""

    principal: Principal
    user: str
    extension: str
    method: str
    ending: str
    base: str

    def event(self, fax_id: str) -> dict[str, Any]:
        caller = {
            "userId": self.principal.user_id,
            "organizationId": self.principal.organization_id,
            "context": self.principal.context.value,
            **({"appKey": "trying", "sandbox": "true"} if self.principal.sandbox else {}),
        }
        request = fax_request(self.method, self.user, self.extension, fax_id + self.ending, self.base)
        return requests.proxy_event(request, "wrong", caller=caller)


def asking(drawn: random.Random, principal: Principal, user: str, extension: str) -> Ask:
    method, ending = drawn.choice(CALLS)
    return Ask(principal, user, extension, method, ending, drawn.choice(["uapi", "unifiedapi"]))


def wrong(drawn: random.Random, of: Fax) -> Ask:
    """A caller who may not have this fax, for one reason alone."""
    users = ["@me", "@viewer", "@owner", "alice", "bob", "carol", "dave", "erin", "nobody"]
    numbers = ["@self", *EXTENSIONS.values(), "210", "211", "410", "1", "0009*9", "9"]
    others = [user for user in PEOPLE if user != of.user_id]
    anybody = drawn.choice(list(PEOPLE))
    context = drawn.choice(list(Context))
    sandbox = drawn.choice([False, True])
    match drawn.choice(["own alone", "another organization", "another user", "another extension", "another kind"]):
        case "own alone":
            caller = drawn.choice(others)
            principal = Principal(caller, PEOPLE[caller], Context.USER, sandbox=sandbox)
            return asking(drawn, principal, drawn.choice(users), drawn.choice(numbers))
        case "another organization":
            caller = drawn.choice([user for user in others if PEOPLE[user] != of.organization_id])
            principal = Principal(caller, PEOPLE[caller], Context.ORGANIZATION, sandbox=sandbox)
            return asking(drawn, principal, drawn.choice(users), drawn.choice(numbers))
        case "another user":
            caller = drawn.choice(others)
            named = drawn.choice(["@me", "@viewer", *others, "nobody", of.user_id.upper()])
            principal = Principal(caller, PEOPLE[caller], context, sandbox=sandbox)
            return asking(drawn, principal, named, drawn.choice(numbers))
        case "another kind":
            may = right(drawn, of)
            return dataclasses.replace(may, principal=dataclasses.replace(may.principal, sandbox=not of.sandbox_app))
        case _:
            number = drawn.choice([number for number in EXTENSIONS.values() if number != of.extension])
            principal = Principal(anybody, PEOPLE[anybody], context, sandbox=sandbox)
            return asking(drawn, principal, drawn.choice(users), number)


def right(drawn: random.Random, of: Fax) -> Ask:
    """A caller who may have it."""
    context = drawn.choice(list(Context))
    colleagues = [user for user, home in PEOPLE.items() if home == of.organization_id]
    caller = {
        Context.USER: of.user_id,
        Context.ORGANIZATION: drawn.choice(colleagues),
        Context.GLOBAL: drawn.choice(list(PEOPLE)),
    }[context]
    own = ["@me", "@viewer"] if caller == of.user_id else []
    user = drawn.choice([*own, of.user_id, "@owner"])
    principal = Principal(caller, PEOPLE[caller], context, sandbox=of.sandbox_app)
    return asking(drawn, principal, user, drawn.choice(["@self", of.extension]))


class Deployed:
    """The real functions on a store in memory, which counts what is read."""

    def __init__(self, deployed: Cloud) -> None:
        self.store = MemoryFaxes()
        for each in FAXES:
            self.store.keep(FaxInFull(each), [HistoryEvent(each.created_at, FaxEvent.RENDERING_STARTED)])
        self.kept = dict(self.store.faxes)
        read: Any = deployed.function("read_faxes")
        change: Any = deployed.function("change_faxes")
        read.reading = dataclasses.replace(read.reading, faxes=self.store)
        change.control = dataclasses.replace(change.control, faxes=self.store)
        self._handlers = {"GET": read.handler, "PUT": change.handler}

    def answer(self, ask: Ask, fax_id: str, context: Any) -> tuple[dict[str, Any], int]:
        """What is answered, and how much was read for it."""
        before = self.store.reads
        answer = self._handlers[ask.method](ask.event(fax_id), context)
        return answer, self.store.reads - before


@pytest.fixture(name="deployed", scope="module")
def _deployed() -> Deployed:
    # Once they are made, nothing of theirs is asked.
    with cloud() as made:
        return Deployed(made)


def test_wrong_callers_find_nothing_and_no_difference(deployed: Deployed, context: Any) -> None:
    drawn = random.Random(20_261_130)  # noqa: S311  (the same each time)
    codes = set()
    for _ in range(CALLERS):
        theirs = drawn.choice(FAXES)
        ask = wrong(drawn, theirs)
        there, reads = deployed.answer(ask, theirs.id, context)
        not_there, reads_of_none = deployed.answer(ask, NOBODYS, context)
        assert there["statusCode"] == 404, (ask, theirs)
        assert json.dumps(there).replace(f"Fax {theirs.id} ", f"Fax {NOBODYS} ") == json.dumps(not_there)
        assert reads == reads_of_none == 1
        codes.add(json.loads(there["body"])["error"]["code"])
    assert codes == {"fax_not_found"}
    assert deployed.store.faxes == deployed.kept


def test_right_callers_find_it(deployed: Deployed, context: Any) -> None:
    """That the test above can fail: the same calls, by who may."""
    drawn = random.Random(20_261_131)  # noqa: S311  (the same each time)
    for _ in range(CALLERS // 4):
        theirs = drawn.choice(FAXES)
        ask = right(drawn, theirs)
        answer, _ = deployed.answer(ask, theirs.id, context)
        assert answer["statusCode"] in ({200, 409} if ask.method == "PUT" else {200}), (ask, theirs)
        deployed.store.keep(deployed.kept[theirs.id], deployed.store.events[theirs.id][:1])
    deployed.store.faxes = dict(deployed.kept)


def test_of_a_large_fax_a_wrong_caller_has_no_more_read_than_of_none(cloud: Cloud, context: Any) -> None:
    """A query gives 1 MB at a time: what lies behind is read for who may see it alone."""
    stored.keep(cloud)
    record = next(item for item in stored.items() if item["sk"] == "FAX")
    attempts = [item for item in stored.items() if item["sk"].startswith("RECIPIENT#001#ATTEMPT")]
    for n in range(3, 9):
        large = attempts[0] | {"sk": f"RECIPIENT#001#ATTEMPT#{n:02}", "detail": "x" * 300_000}
        cloud.dynamodb.put_item(TableName=cloud.names["FaxTable"], Item=wire(large))
    asked: list[str] = []
    assert boto3.DEFAULT_SESSION is not None
    boto3.DEFAULT_SESSION.events.register("before-send.dynamodb", lambda event_name, **_: asked.append(event_name))
    read, change = cloud.function("read_faxes"), cloud.function("change_faxes")
    bob = Principal("bob", "0003", Context.USER)
    for ask in (Ask(bob, "@me", "0003*210", method, ending, "uapi") for method, ending in CALLS):
        counts = []
        for fax_id in (record["id"], NOBODYS):
            asked.clear()
            answer = (change if ask.method == "PUT" else read).handler(ask.event(fax_id), context)
            assert answer["statusCode"] == 404
            counts.append(list(asked))
        # The record, where that is not the caller's whether the fax waits for its files, and the record once more.
        assert counts == [["before-send.dynamodb.Query"] * 3] * 2
    asked.clear()
    alice = Principal("alice", "0003", Context.USER)
    answer = read.handler(Ask(alice, "@me", "0003*210", "GET", "", "uapi").event(record["id"]), context)
    assert len(json.loads(answer["body"])["deliveries"][0]["attempts"]) == 8
    assert len(asked) > 1
