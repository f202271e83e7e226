"""Importing a directory into the tables: again and again, with changes, and with what it must not do."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from faxes.adapters.dynamodb import DynamoDBDirectory, DynamoDBTokenStore
from faxes.model import Extension, ExtensionNumber, ExtensionType, Principal
from faxes.tokens import Authentication, Token, digest_of
from tests.support.cloud import Cloud
from tests.support.template import ROOT
from tools.directory import DirectoryInvalid, ImportStopped, Report, parse, write

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
EXAMPLE = (ROOT / "directory.example.yaml").read_text()


class Imports:
    """Imports into one deployment. The tokens it draws are secret-1, secret-2, ..."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self._drawn = 0

    def __call__(self, text: str, now: datetime = NOW) -> Report:
        names = self._cloud.names
        entries = parse(text)
        return write(entries, self._cloud.dynamodb, names["DirectoryTable"], names["CredentialTable"], now, self._draw)

    def tables(self) -> dict[str, object]:
        """Everything in the two tables, by key."""
        items = [*self._cloud.items("DirectoryTable"), *self._cloud.items("CredentialTable")]
        return {item["pk"]["S"]: item for item in items}

    def caller(self, token: str, now: datetime = NOW) -> Principal | None:
        """Whom the authorizer takes the bearer of a token for."""
        store = DynamoDBTokenStore(self._cloud.dynamodb, self._cloud.names["CredentialTable"])
        return Authentication(store, now=lambda: now).identify(f"Bearer {token}")

    def extension(self, organization: str, number: str) -> Extension | None:
        store = DynamoDBDirectory(self._cloud.dynamodb, self._cloud.names["DirectoryTable"])
        return store.extension(ExtensionNumber(organization, number))

    def _draw(self) -> str:
        self._drawn += 1
        return f"secret-{self._drawn:04}"


@pytest.fixture(name="load")
def _load(cloud: Cloud) -> Imports:
    return Imports(cloud)


NAMES = (
    "organization 0003",
    "user alice",
    "user bob",
    "extension 0003*210",
    "extension 0003*211",
    "extension 0003*300",
    "token example",
)


def test_the_first_import_adds_everything(load: Imports) -> None:
    assert load(EXAMPLE) == Report(NAMES, (), 0, {"example": "secret-0001"})
    terminal, queue = ExtensionType.PHONE_TERMINAL, ExtensionType.QUEUE
    assert load.extension("0003", "210") == Extension(ExtensionNumber("0003", "210"), "alice", terminal, True)
    assert load.extension("0003", "211") == Extension(ExtensionNumber("0003", "211"), "bob", terminal, False)
    assert load.extension("0003", "300") == Extension(ExtensionNumber("0003", "300"), "alice", queue, True)
    assert load.extension("0003", "301") is None
    assert load.caller("secret-0001") == Principal("alice", "0003")


def test_the_items_as_they_lie_in_the_tables(load: Imports) -> None:
    load('organizations: [{id: "1", name: A}]\nusers: [{id: a, organization: "1"}]\ntokens: [{name: t, user: a}]')
    digest = digest_of("secret-0001")
    end = {"N": str(int((NOW + timedelta(days=30)).timestamp()))}
    assert load.tables() == {
        "ORG#1": {"pk": {"S": "ORG#1"}, "sk": {"S": "ORG"}, "organizationId": {"S": "1"}, "name": {"S": "A"}},
        "USER#a": {"pk": {"S": "USER#a"}, "sk": {"S": "USER"}, "userId": {"S": "a"}, "organizationId": {"S": "1"}},
        f"TOKEN#{digest}": {
            "pk": {"S": f"TOKEN#{digest}"},
            "sk": {"S": "TOKEN"},
            "userId": {"S": "a"},
            "organizationId": {"S": "1"},
            "context": {"S": "user"},
            "expiresAt": end,
        },
        "TOKENNAME#t": {
            "pk": {"S": "TOKENNAME#t"},
            "sk": {"S": "TOKENNAME"},
            "digest": {"S": digest},
            "expiresAt": end,
        },
    }


def test_importing_again_changes_nothing(load: Imports) -> None:
    load(EXAMPLE)
    before = load.tables()
    assert load(EXAMPLE, NOW + timedelta(days=1)) == Report((), (), 7, {})
    assert load.tables() == before


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("name: Example Ltd", "name: Example plc", "organization 0003"),
        ("fax: false", "fax: true", "extension 0003*211"),
        ("type: queue", "type: ivr", "extension 0003*300"),
        ("owner: bob", "owner: alice", "extension 0003*211"),
    ],
)
def test_what_a_file_says_anew_is_changed(load: Imports, old: str, new: str, changed: str) -> None:
    load(EXAMPLE)
    before = load.tables()
    assert load(EXAMPLE.replace(old, new)) == Report((), (changed,), 6, {})
    assert load.tables() != before
    assert load(EXAMPLE) == Report((), (changed,), 6, {})
    assert load.tables() == before


def test_what_a_file_names_anew_is_added_and_what_it_no_longer_names_stays(load: Imports) -> None:
    load(EXAMPLE)
    other = 'organizations: [{id: "0004"}]\nusers: [{id: carol, organization: "0004"}]'
    before = load.tables()
    assert load(other) == Report(("organization 0004", "user carol"), (), 0, {})
    assert set(load.tables()) == {*before, "ORG#0004", "USER#carol"}


def test_only_a_tokens_sha_256_is_stored(load: Imports) -> None:
    report = load(EXAMPLE)
    assert report.tokens == {"example": "secret-0001"}
    assert "secret" not in str(load.tables())
    assert digest_of("secret-0001") in str(load.tables())


def test_a_drawn_token_is_one_that_the_authorizer_takes(load: Imports, cloud: Cloud) -> None:
    tables = cloud.names["DirectoryTable"], cloud.names["CredentialTable"]
    tokens = write(parse(EXAMPLE), cloud.dynamodb, *tables, NOW).tokens
    assert len(tokens["example"]) == 43
    assert load.caller(tokens["example"]) == Principal("alice", "0003")


def test_a_token_ends_after_its_days_and_the_next_import_issues_another(load: Imports) -> None:
    load(EXAMPLE)
    end = NOW + timedelta(days=30)
    last = end - timedelta(seconds=1)
    assert load(EXAMPLE, last) == Report((), (), 7, {})
    assert (load.caller("secret-0001", last), load.caller("secret-0001", end)) == (Principal("alice", "0003"), None)
    assert load(EXAMPLE, end) == Report(("token example",), (), 6, {"example": "secret-0002"})
    assert (load.caller("secret-0001", end), load.caller("secret-0002", end)) == (None, Principal("alice", "0003"))
    assert load(EXAMPLE, end) == Report((), (), 7, {})


def test_a_token_follows_its_user_into_another_organization(load: Imports) -> None:
    text = """
organizations: [{id: "0003"}, {id: "0004"}]
users: [{id: alice, organization: "0003"}]
tokens: [{name: example, user: alice}]
"""
    load(text)
    moved = text.replace('alice, organization: "0003"', 'alice, organization: "0004"')
    assert load(moved) == Report((), ("user alice", "token example"), 2, {})
    assert load.caller("secret-0001") == Principal("alice", "0004")


def test_a_token_that_is_given_to_another_user_is_drawn_anew(load: Imports) -> None:
    """Who holds the old one must not become the other user."""
    load(EXAMPLE)
    report = load(EXAMPLE.replace("user: alice", "user: bob"))
    assert load.caller("secret-0001") in (None, Principal("alice", "0003"))
    assert report.tokens == {"example": "secret-0002"}
    assert load.caller("secret-0002") == Principal("bob", "0003")


def test_a_token_that_an_operator_deleted_stays_dead_and_another_is_drawn(load: Imports, cloud: Cloud) -> None:
    load(EXAMPLE)
    key = {"pk": {"S": f"TOKEN#{digest_of('secret-0001')}"}, "sk": {"S": "TOKEN"}}
    cloud.dynamodb.delete_item(TableName=cloud.names["CredentialTable"], Key=key)
    assert load(EXAMPLE) == Report(("token example",), (), 6, {"example": "secret-0002"})
    assert (load.caller("secret-0001"), load.caller("secret-0002")) == (None, Principal("alice", "0003"))


def test_an_import_that_stops_half_way_shows_the_tokens_that_it_issued_and_goes_on(load: Imports, cloud: Cloud) -> None:
    text = EXAMPLE + "  - name: second\n    user: bob\n"

    def stop_at_the_second(params: dict[str, Any], **_: object) -> None:
        if params["Item"]["pk"]["S"] == f"TOKEN#{digest_of('secret-0002')}":
            raise EndpointConnectionError(endpoint_url="https://127.0.0.1")

    cloud.dynamodb.meta.events.register("provide-client-params.dynamodb.PutItem", stop_at_the_second)
    with pytest.raises(ImportStopped) as caught:
        load(text)
    assert caught.value.report == Report(NAMES, (), 0, {"example": "secret-0001"})
    cloud.dynamodb.meta.events.unregister("provide-client-params.dynamodb.PutItem", stop_at_the_second)
    assert load(text) == Report(("token second",), (), 7, {"second": "secret-0003"})
    assert load.caller("secret-0001") == Principal("alice", "0003")


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text.replace("owner: bob", "owner: nobody"),
        lambda text: text.replace("user: alice", "user: nobody"),
        lambda text: text.replace('id: "0003"', "id: 0003", 1),
        lambda text: text + "  - name: example\n    user: alice\n",
    ],
)
def test_of_a_file_with_a_mistake_nothing_is_written(load: Imports, broken: Callable[[str], str]) -> None:
    with pytest.raises(DirectoryInvalid):
        load(broken(EXAMPLE))
    assert load.tables() == {}


def test_the_authorizers_store_reads_what_was_imported(load: Imports, cloud: Cloud) -> None:
    load(EXAMPLE)
    store = DynamoDBTokenStore(cloud.dynamodb, cloud.names["CredentialTable"])
    digest = digest_of("secret-0001")
    assert store.token(digest) == Token(digest, Principal("alice", "0003"), NOW + timedelta(days=30))
    assert store.token(digest_of("secret-0002")) is None
