"""The Authorization header, and the caller on the way from the authorizer to the function."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.errors import DeploymentFault, StorageFailed
from faxes.model import Context, Principal
from faxes.tokens import Authentication, Token, digest_of, from_authorizer_context, to_authorizer_context
from tests.support.memory import MemoryTokenStore

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
ALICE = Principal("alice", "0003")
TOKEN = "aB3_-.xyz0"  # noqa: S105  (it opens nothing)


def authentication(*tokens: str, expires_at: datetime = NOW + timedelta(days=1)) -> Authentication:
    store = MemoryTokenStore(Token(digest_of(token), ALICE, expires_at) for token in tokens)
    return Authentication(store, now=lambda: NOW)


@pytest.mark.parametrize(
    "header",
    [
        f"Bearer {TOKEN}",
        f"bearer {TOKEN}",
        f"BEARER {TOKEN}",
        f"Bearer   {TOKEN}",
        f"  Bearer\t{TOKEN}  ",
        TOKEN,
        f" {TOKEN} ",
    ],
)
def test_a_bearer_token_and_a_bare_one_name_the_caller(header: str) -> None:
    assert authentication(TOKEN).identify(header) == ALICE


@pytest.mark.parametrize("token", ["a" * 10, "0123456789", "-_.-_.-_.-", "Bearer-token", "a" * 512])
def test_tokens_of_every_form(token: str) -> None:
    assert authentication(token).identify(f"Bearer {token}") == ALICE
    assert authentication(token).identify(token) == ALICE


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        f"Basic {TOKEN}",
        f"Token {TOKEN}",
        f"Bearer Bearer {TOKEN}",
        f"Bearer{TOKEN}",
        f"Bearer {TOKEN} x",
        f"Bearer {TOKEN},",
        f'Bearer "{TOKEN}"',
        f"Bearer {TOKEN}\0",
        f"Bearer: {TOKEN}",
        # The stored token in another spelling.
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN.lower()}",
        f"Bearer {TOKEN}0",
        f"Bearer {TOKEN[:-1]}",
    ],
)
def test_a_malformed_or_unknown_token_names_no_one(header: str) -> None:
    assert authentication(TOKEN).identify(header) is None


# The last two are an "s" and a "k" in lower case, as Unicode sees it.
@pytest.mark.parametrize("token", ["a" * 9, *("a" * 9 + last for last in "/~=ä\u017f\u212a")])
def test_what_cannot_be_a_token_is_not_looked_up(token: str) -> None:
    store = MemoryTokenStore()
    store.failure = StorageFailed(reason="record_not_read", cause="memory")
    assert Authentication(store, now=lambda: NOW).identify(f"Bearer {token}") is None


@pytest.mark.parametrize(
    ("left", "caller"),
    [(timedelta(seconds=1), ALICE), (timedelta(0), None), (-timedelta(seconds=1), None), (-timedelta(days=2), None)],
)
def test_a_token_that_is_still_stored_ends_at_its_time(left: timedelta, caller: Principal | None) -> None:
    assert authentication(TOKEN, expires_at=NOW + left).identify(f"Bearer {TOKEN}") == caller


def test_a_token_store_that_cannot_be_asked_is_a_fault_and_no_denial() -> None:
    store = MemoryTokenStore()
    store.failure = StorageFailed(reason="record_not_read", cause="memory")
    with pytest.raises(StorageFailed):
        Authentication(store, now=lambda: NOW).identify(f"Bearer {TOKEN}")


def test_a_token_is_stored_as_its_sha_256() -> None:
    assert digest_of("0123456789") == "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"


@given(st.text(max_size=100))
def test_no_header_is_more_than_unknown(header: str) -> None:
    assert authentication().identify(header) is None


def test_the_caller_arrives_behind_the_authorizer_as_flat_text() -> None:
    assert to_authorizer_context(ALICE) == {"userId": "alice", "organizationId": "0003", "context": "user"}


@pytest.mark.parametrize("principal", [Principal("0241", "0003", context) for context in Context])
def test_the_caller_survives_the_way(principal: Principal) -> None:
    # The gateway adds members of its own.
    context: dict[str, object] = {**to_authorizer_context(principal), "principalId": "0241", "integrationLatency": 12}
    assert from_authorizer_context(context) == principal


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"principalId": "alice"},
        {"userId": "alice", "organizationId": "0003"},
        {"userId": "alice", "context": "user"},
        {"userId": "", "organizationId": "0003", "context": "user"},
        {"userId": "alice", "organizationId": "", "context": "user"},
        {"userId": "alice", "organizationId": "0003", "context": "everyone"},
        {"userId": "alice", "organizationId": "0003", "context": ""},
        {"userId": None, "organizationId": "0003", "context": "user"},
        {"userId": "alice", "organizationId": 3, "context": "user"},
    ],
)
def test_without_a_caller_of_the_authorizers_the_deployment_is_at_fault(context: dict[str, object]) -> None:
    with pytest.raises(DeploymentFault) as caught:
        from_authorizer_context(context)
    assert (caught.value.reason, caught.value.cause) == ("authorizer_missing", "the event carries no caller")
