"""The contracts of the credential store and of the directory, in memory and on DynamoDB; and DynamoDB's failures."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from faxes.adapters.dynamodb.credentials import DynamoDBCredentialStore, app_item
from faxes.adapters.dynamodb.directory import DynamoDBDirectory, extension_item, user_item
from faxes.adapters.dynamodb.items import wire
from faxes.errors import Effect, StorageFault
from faxes.model import Context, Extension, ExtensionNumber, ExtensionType, Principal, User
from faxes.tokens import App, AppLogin, FormerSecret, Token, UsageKey
from tests.support.cloud import Cloud
from tests.support.faults import dynamodb_answers
from tests.support.memory import MemoryCredentialStore, MemoryDirectory

ENDS = datetime(2026, 11, 24, 12, 30, 15, tzinfo=UTC)
APPS = [
    App(f"app.{context}~1", "ab" * 32, "alice", "0003", context, enabled)
    for context in Context
    for enabled in (True, False)
] + [
    App("app.rotated", "ab" * 32, "alice", "0003", Context.USER, True, FormerSecret("ef" * 32, ENDS)),
    App("app.counted", "ab" * 32, "alice", "0003", Context.USER, True, usage_key=UsageKey("a1b2", ENDS)),
]
TOKENS = [
    Token("01" * 32, AppLogin("app.user~1", "cd" * 32), ENDS),
    *(Token(f"{n}2" * 32, Principal("bob", "0003", context), ENDS) for n, context in enumerate(Context)),
]
USERS = [User("alice", "0003"), User("0241", "0004")]
EXTENSIONS = [
    Extension(ExtensionNumber("0003", "210"), "alice", ExtensionType.PHONE_TERMINAL, True),
    Extension(ExtensionNumber("0004", "210"), "0241", ExtensionType.QUEUE, False),
]

type Credentials = MemoryCredentialStore | DynamoDBCredentialStore
type Directory = MemoryDirectory | DynamoDBDirectory


@pytest.fixture(params=["memory", "DynamoDB"])
def credentials(request: pytest.FixtureRequest) -> Credentials:
    if request.param == "memory":
        return MemoryCredentialStore()
    cloud: Cloud = request.getfixturevalue("cloud")
    return DynamoDBCredentialStore(cloud.dynamodb, cloud.names["CredentialTable"])


@pytest.fixture(params=["memory", "DynamoDB"])
def directory(request: pytest.FixtureRequest) -> Directory:
    if request.param == "memory":
        return MemoryDirectory(EXTENSIONS, USERS)
    cloud: Cloud = request.getfixturevalue("cloud")
    for item in [*map(extension_item, EXTENSIONS), *(user_item(user.id, user.organization_id) for user in USERS)]:
        cloud.dynamodb.put_item(TableName=cloud.names["DirectoryTable"], Item=wire(item))
    return DynamoDBDirectory(cloud.dynamodb, cloud.names["DirectoryTable"])


def keep(credentials: Credentials, app: App, cloud: Cloud) -> None:
    """What the importer does."""
    if isinstance(credentials, MemoryCredentialStore):
        credentials.apps[app.key] = app
    else:
        cloud.dynamodb.put_item(TableName=cloud.names["CredentialTable"], Item=wire(app_item(app)))


# --- the contracts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", TOKENS, ids=lambda token: token.digest[:2])
def test_a_token_that_was_added_is_found_by_its_digest_alone(credentials: Credentials, token: Token) -> None:
    credentials.insert(token)
    assert credentials.token(token.digest) == token
    assert credentials.token("ff" * 32) is None


def test_a_token_that_is_added_twice_is_there_once(credentials: Credentials) -> None:
    for _ in range(2):
        credentials.insert(TOKENS[0])
    assert credentials.token(TOKENS[0].digest) == TOKENS[0]


@pytest.mark.parametrize("app", APPS, ids=lambda app: f"{app.context}-{app.enabled}")
def test_an_app_is_found_by_its_key_as_last_written(credentials: Credentials, app: App, cloud: Cloud) -> None:
    assert credentials.app(app.key) is None
    keep(credentials, APPS[0], cloud)
    keep(credentials, app, cloud)
    assert credentials.app(app.key) == app
    assert credentials.app(app.key.upper()) is None


def test_a_user_is_found_by_their_id(directory: Directory) -> None:
    assert [directory.user(user.id) for user in USERS] == USERS
    assert [directory.user(name) for name in ("ALICE", "241", "nobody")] == [None, None, None]


def test_an_extension_is_found_by_its_number_in_full(directory: Directory) -> None:
    assert [directory.extension(extension.number) for extension in EXTENSIONS] == EXTENSIONS
    assert directory.extension(ExtensionNumber("3", "210")) is None


# --- DynamoDB's failures ---------------------------------------------------------------------------------------------


def refuse(cloud: Cloud, event: str) -> None:
    fate = dynamodb_answers(400, "AccessDeniedException")
    # The SDK asks this event's handlers for an answer; its stubs know no handler that gives one.
    handler: Any = lambda request, **_: fate(request)  # noqa: E731  (a name for its type)
    cloud.dynamodb.meta.events.register_first(event, handler)


@pytest.mark.parametrize("call", ["app", "token"])
def test_what_cannot_be_read_is_a_fault(cloud: Cloud, call: str) -> None:
    store = DynamoDBCredentialStore(cloud.dynamodb, cloud.names["CredentialTable"])
    refuse(cloud, "before-send.dynamodb.GetItem")
    with pytest.raises(StorageFault) as caught:
        getattr(store, call)("01" * 32)
    assert (caught.value.effect, str(caught.value)) == (Effect.NONE, "GetItem: AccessDeniedException (400)")


def test_a_token_that_cannot_be_written_is_a_fault(cloud: Cloud) -> None:
    store = DynamoDBCredentialStore(cloud.dynamodb, cloud.names["CredentialTable"])
    refuse(cloud, "before-send.dynamodb.PutItem")
    with pytest.raises(StorageFault) as caught:
        store.insert(TOKENS[0])
    assert (caught.value.effect, str(caught.value)) == (Effect.UNKNOWN, "PutItem: AccessDeniedException (400)")


def test_the_table_holds_digests_and_no_more(cloud: Cloud) -> None:
    store = DynamoDBCredentialStore(cloud.dynamodb, cloud.names["CredentialTable"])
    store.insert(TOKENS[0])
    assert json.loads(json.dumps(cloud.items("CredentialTable"))) == [
        {
            "pk": {"S": f"TOKEN#{'01' * 32}"},
            "sk": {"S": "TOKEN"},
            "appKey": {"S": "app.user~1"},
            "secretDigest": {"S": "cd" * 32},
            "expiresAt": {"N": str(int(ENDS.timestamp()))},
        }
    ]
