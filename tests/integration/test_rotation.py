"""A client sends all the while that its app's secret is rotated: before and after each call of the import, it logs in,
and the authorizer lets its tokens in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from faxes.model import Principal
from tests.support.cloud import Cloud
from tests.support.imports import NOW, Imports

DIRECTORY = """
organizations: [{id: "0003"}]
users: [{id: alice, organization: "0003"}]
apps: [{key: office, owner: alice}]
"""
ALICE = Principal("alice", "0003", app_key="office")
HOUR = timedelta(hours=1)


class Client:
    """It logs in with the secret that it was given, and sends with its first and its last token."""

    def __init__(self, load: Imports, secret: str) -> None:
        self._load, self.secret = load, secret
        self.tokens: list[str] = []
        self.now = NOW
        self.sent = 0

    def send(self) -> None:
        token = self._load.log_in("office", self.secret, self.now)
        assert token, "it could not log in"
        self.tokens.append(token)
        for each in {self.tokens[0], token}:
            assert self._load.caller(each, self.now) == ALICE
        self.sent += 1


@contextmanager
def while_importing(load: Imports, act: Callable[[], None]) -> Iterator[None]:
    """Before and after each call of an import's, ``act``."""
    clients = [load.stack.client(service) for service in ("dynamodb", "logs", "apigateway", "sts")]
    acting = False

    def call(**_: object) -> None:
        nonlocal acting
        # Its own calls are nobody's cue.
        if not acting:
            acting = True
            act()
            acting = False

    events = [(client.meta.events, when) for client in clients for when in ("before-call", "after-call")]
    for emitter, when in events:
        emitter.register(when, call)
    yield
    for emitter, when in events:
        emitter.unregister(when, call)


@pytest.fixture
def load(cloud: Cloud) -> Imports:
    return Imports(cloud)


def test_a_rotation_that_keeps_the_old_secret_fails_no_request(load: Imports) -> None:
    client = Client(load, load(DIRECTORY).secrets["office"])
    client.send()
    with while_importing(load, client.send):
        new = load(DIRECTORY, rotate=["office"], keep=24 * HOUR).secrets["office"]
    # The import's calls: what it reads, the audit log's two lines, and the app.
    assert client.sent > 10
    # Until the old one's last second, and the new one from the first.
    client.now += 24 * HOUR - timedelta(seconds=1)
    client.tokens.clear()
    client.send()
    client.secret = new
    client.send()
    # What was issued under the old one goes on for its own time.
    client.now += HOUR
    client.tokens = client.tokens[:2]
    client.send()


def test_a_rotation_that_keeps_none_is_seen(load: Imports) -> None:
    """So that the test above could fail."""
    client = Client(load, load(DIRECTORY).secrets["office"])
    with pytest.raises(AssertionError, match="it could not log in"), while_importing(load, client.send):
        load(DIRECTORY, rotate=["office"])
    assert client.sent > 5


def test_another_budget_fails_no_request(load: Imports) -> None:
    client = Client(load, load(DIRECTORY).secrets["office"])
    with_a_budget = DIRECTORY.replace("owner: alice}", "owner: alice, budget: {rate: 1, burst: 2, daily: 3}}")
    with while_importing(load, client.send):
        assert load(with_a_budget).changed == (
            "budget of app office, 1 a second, 2 at once, 3 a day",
            "app office",
        )
    assert client.sent > 10
