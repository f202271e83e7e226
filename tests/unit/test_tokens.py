"""Logging in, and the Authorization header.

Longer than 350 lines: one store of apps, and every way in which a secret or a token of theirs ends.
"""

import dataclasses
import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxes.errors import ClientInvalid, Effect, StorageFailed, StorageFault
from faxes.model import Context, Principal
from faxes.tokens import (
    App,
    AppLogin,
    Authentication,
    Caller,
    Denial,
    FormerSecret,
    Login,
    Token,
    UsageKey,
    digest_of,
)
from tests.support.memory import MemoryCredentialStore, name_no_app

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
ALICE = Principal("alice", "0003")
TOKEN = "aB3_-.xyz0"  # noqa: S105  (it opens nothing)


SECRET = "0~H5lJ0R~V_dkMrl-bGWqQ.b8pXw2n7Z"  # noqa: S105  (it opens nothing)
APP = App("office.app~1", digest_of(SECRET), "alice", "0003", Context.ORGANIZATION, enabled=True)


def authentication(*tokens: str, expires_at: datetime = NOW + timedelta(days=1)) -> Authentication:
    store = MemoryCredentialStore(Token(digest_of(token), ALICE, expires_at) for token in tokens)
    return Authentication(store, now=lambda: NOW, name_app=name_no_app)


class Apps:
    """Login and authentication on one memory store that knows APP. Each token drawn is another. ``named`` are the keys
    that either named."""

    def __init__(self, now: datetime = NOW) -> None:
        self.store = MemoryCredentialStore(apps=[APP])
        self.now = now
        self.named: list[str] = []
        drawn = itertools.count(1)
        self.login = Login(
            self.store,
            timedelta(hours=1),
            now=lambda: self.now,
            draw=lambda: f"token-number-{next(drawn)}",
            name_app=self.named.append,
        )
        self.authentication = Authentication(self.store, now=lambda: self.now, name_app=self.named.append)

    def change(self, **values: Any) -> None:
        self.store.apps[APP.key] = dataclasses.replace(APP, **values)


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
    assert authentication(TOKEN).identify(header) == Caller(ALICE)


@pytest.mark.parametrize("token", ["a" * 10, "0123456789", "-_.-_.-_.-", "Bearer-token", "a" * 512])
def test_tokens_of_every_form(token: str) -> None:
    assert authentication(token).identify(f"Bearer {token}") == Caller(ALICE)
    assert authentication(token).identify(token) == Caller(ALICE)


@pytest.mark.parametrize(
    "header",
    [
        "",
        " ",
        "Bearer",
        "Bearer ",
        "Basic",
        f"Bearer Bearer {TOKEN}",
        f"Bearer {TOKEN} x",
        f"Bearer {TOKEN},",
        f'Bearer "{TOKEN}"',
        f"Bearer {TOKEN}\0",
        f"Bearer: {TOKEN}",
    ],
)
def test_a_malformed_header_names_no_one(header: str) -> None:
    assert authentication(TOKEN).identify(header) is Denial.MALFORMED


@pytest.mark.parametrize("header", [f"Basic {TOKEN}", f"Token {TOKEN}", " basic\tbm8=", "AWS4-HMAC-SHA256 a=b, c=d"])
def test_another_scheme_names_no_one(header: str) -> None:
    assert authentication(TOKEN).identify(header) is Denial.OTHER_SCHEME


@pytest.mark.parametrize(
    "header",
    [
        # The stored token in another spelling.
        f"Bearer{TOKEN}",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN.lower()}",
        f"Bearer {TOKEN}0",
        f"Bearer {TOKEN[:-1]}1",
        f"Bearer {digest_of(TOKEN)}",
    ],
)
def test_an_unknown_token_names_no_one(header: str) -> None:
    assert authentication(TOKEN).identify(header) is Denial.UNKNOWN


# The last two are an "s" and a "k" in lower case, as Unicode sees it.
@pytest.mark.parametrize("token", ["a" * 9, *("a" * 9 + last for last in "/~=ä\u017f\u212a")])
def test_what_cannot_be_a_token_is_not_looked_up(token: str) -> None:
    store = MemoryCredentialStore()
    store.failure = StorageFault("get", Effect.NONE, "memory")
    assert Authentication(store, now=lambda: NOW, name_app=name_no_app).identify(f"Bearer {token}") is Denial.MALFORMED


@pytest.mark.parametrize(
    ("left", "caller"),
    [
        (timedelta(seconds=1), Caller(ALICE)),
        (timedelta(0), Denial.EXPIRED),
        (-timedelta(seconds=1), Denial.EXPIRED),
        (-timedelta(days=2), Denial.EXPIRED),
    ],
)
def test_a_token_that_is_still_stored_ends_at_its_time(left: timedelta, caller: Caller | Denial) -> None:
    assert authentication(TOKEN, expires_at=NOW + left).identify(f"Bearer {TOKEN}") == caller


def test_a_token_store_that_cannot_be_asked_is_a_fault_and_no_denial() -> None:
    store = MemoryCredentialStore()
    store.failure = StorageFault("get", Effect.NONE, "memory")
    with pytest.raises(StorageFailed):
        Authentication(store, now=lambda: NOW, name_app=name_no_app).identify(f"Bearer {TOKEN}")


def test_a_token_is_stored_as_its_sha_256() -> None:
    assert digest_of("0123456789") == "84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"


@given(st.text(max_size=100))
def test_no_header_is_more_than_unknown(header: str) -> None:
    assert isinstance(authentication().identify(header), Denial)


# --- apps ------------------------------------------------------------------------------------------------------------


def test_an_app_logs_in_and_its_token_names_its_user_in_its_context() -> None:
    apps = Apps()
    token = apps.login.log_in(APP.key, SECRET)
    assert token == "token-number-1"  # noqa: S105  (drawn above)
    assert apps.store.tokens == {
        digest_of(token): Token(
            digest_of(token), AppLogin(APP.key, digest_of(SECRET)), NOW + timedelta(hours=1, seconds=1)
        )
    }
    assert apps.authentication.identify(f"Bearer {token}") == Caller(
        Principal("alice", "0003", Context.ORGANIZATION, "office.app~1")
    )


def test_each_login_draws_another_token_and_all_work() -> None:
    apps = Apps()
    tokens = [apps.login.log_in(APP.key, SECRET) for _ in range(3)]
    assert len(set(tokens)) == 3
    assert [apps.authentication.identify(token) for token in tokens] == [Caller(APP.principal)] * 3


@pytest.mark.parametrize("microsecond", [0, 1, 999_000])
def test_a_token_lasts_at_least_as_long_as_the_client_is_told(microsecond: int) -> None:
    apps = Apps(NOW.replace(microsecond=microsecond))
    token = apps.login.log_in(APP.key, SECRET)
    apps.now += timedelta(hours=1) - timedelta(microseconds=1)
    assert apps.authentication.identify(token) == Caller(APP.principal)
    apps.now += timedelta(seconds=1, microseconds=1)
    assert apps.authentication.identify(token) is Denial.EXPIRED


@pytest.mark.parametrize(
    ("key", "secret", "reason"),
    [
        ("office.app~2", SECRET, "app_unknown"),
        ("OFFICE.APP~1", SECRET, "app_unknown"),
        ("", SECRET, "app_unknown"),
        ("office.app~1\n", SECRET, "app_unknown"),
        ("öffice", SECRET, "app_unknown"),
        ("k" * 129, SECRET, "app_unknown"),
        (APP.key, SECRET[:-1], "secret_wrong"),
        (APP.key, SECRET + "x", "secret_wrong"),
        (APP.key, SECRET.swapcase(), "secret_wrong"),
        (APP.key, "", "secret_wrong"),
        (APP.key, f"{SECRET}\n", "secret_wrong"),
        (APP.key, "gehäim", "secret_wrong"),
        (APP.key, "s" * 513, "secret_wrong"),
        # What the table holds opens nothing.
        (APP.key, digest_of(SECRET), "secret_wrong"),
    ],
)
def test_an_unknown_key_and_a_wrong_secret_are_answered_alike(key: str, secret: str, reason: str) -> None:
    apps = Apps()
    with pytest.raises(ClientInvalid) as caught:
        apps.login.log_in(key, secret)
    assert (caught.value.message, caught.value.reason) == (
        "The app key or its secret is wrong, or the app is disabled.",
        reason,
    )
    assert apps.store.tokens == {}


def test_an_unknown_apps_digest_matches_no_secret() -> None:
    """What the store would hold for no secret at all: compared in vain."""
    apps = Apps()
    apps.change(secret_digest="0" * 64)
    for secret in ("", "0" * 64, SECRET):
        with pytest.raises(ClientInvalid):
            apps.login.log_in(APP.key, secret)


def test_a_disabled_app_gets_no_token_and_its_tokens_stop_working() -> None:
    apps = Apps()
    token = apps.login.log_in(APP.key, SECRET)
    apps.change(enabled=False)
    with pytest.raises(ClientInvalid) as caught:
        apps.login.log_in(APP.key, SECRET)
    assert (caught.value.message, caught.value.reason) == (
        "The app key or its secret is wrong, or the app is disabled.",
        "app_disabled",
    )
    assert apps.authentication.identify(token) is Denial.APP_DISABLED
    # Until it is enabled again.
    apps.change()
    assert apps.authentication.identify(token) == Caller(APP.principal)


def test_rotating_a_secret_ends_the_tokens_that_were_issued_under_it() -> None:
    apps = Apps()
    before = apps.login.log_in(APP.key, SECRET)
    apps.change(secret_digest=digest_of("n" + SECRET))
    after = apps.login.log_in(APP.key, "n" + SECRET)
    assert apps.authentication.identify(before) is Denial.SECRET_ROTATED
    assert apps.authentication.identify(after) == Caller(APP.principal)


def test_an_app_is_counted_by_its_own_key_from_its_second_on() -> None:
    apps = Apps()
    token = apps.login.log_in(APP.key, SECRET)
    apps.change(usage_key=UsageKey("a1b2c3d4e5f6", NOW + timedelta(minutes=5)))
    apps.now += timedelta(minutes=5) - timedelta(microseconds=1)
    assert apps.authentication.identify(token) == Caller(APP.principal)
    apps.now += timedelta(microseconds=1)
    assert apps.authentication.identify(token) == Caller(APP.principal, "a1b2c3d4e5f6")


# --- two secrets -----------------------------------------------------------------------------------------------------

NEW = "n" + SECRET
UNTIL = NOW + timedelta(hours=24)
LIFE = timedelta(hours=1)


def rotate(apps: Apps, until: datetime = UNTIL) -> None:
    apps.change(secret_digest=digest_of(NEW), former=FormerSecret(digest_of(SECRET), until))


@pytest.mark.parametrize("left", [timedelta(hours=24), timedelta(microseconds=1)])
def test_until_its_end_the_former_secret_logs_in_as_well(left: timedelta) -> None:
    apps = Apps()
    rotate(apps)
    apps.now = UNTIL - left
    tokens = [apps.login.log_in(APP.key, secret) for secret in (SECRET, NEW)]
    assert [apps.authentication.identify(token) for token in tokens] == [Caller(APP.principal)] * 2


@pytest.mark.parametrize("after", [timedelta(0), timedelta(microseconds=1), timedelta(days=1)])
def test_from_its_end_the_former_secret_is_wrong_and_the_new_one_right(after: timedelta) -> None:
    apps = Apps()
    rotate(apps)
    apps.now = UNTIL + after
    with pytest.raises(ClientInvalid) as caught:
        apps.login.log_in(APP.key, SECRET)
    assert caught.value.reason == "secret_wrong"
    assert apps.authentication.identify(apps.login.log_in(APP.key, NEW)) == Caller(APP.principal)


def test_a_token_of_the_former_secret_lives_as_long_as_any_and_no_longer() -> None:
    apps = Apps()
    rotate(apps)
    apps.now = UNTIL - timedelta(seconds=1)
    last = apps.login.log_in(APP.key, SECRET)
    apps.now += LIFE
    assert apps.authentication.identify(last) == Caller(APP.principal)
    apps.now += timedelta(seconds=1)
    assert apps.authentication.identify(last) is Denial.EXPIRED


def test_a_rotation_that_keeps_nothing_ends_the_former_secret_and_its_tokens_at_once() -> None:
    apps = Apps()
    rotate(apps)
    tokens = [apps.login.log_in(APP.key, secret) for secret in (SECRET, NEW)]
    apps.change(secret_digest=digest_of("m" + SECRET))
    assert [apps.authentication.identify(token) for token in tokens] == [Denial.SECRET_ROTATED] * 2
    for secret in (SECRET, NEW):
        with pytest.raises(ClientInvalid):
            apps.login.log_in(APP.key, secret)


def test_a_disabled_app_has_no_use_of_its_former_secret_either() -> None:
    apps = Apps()
    rotate(apps)
    token = apps.login.log_in(APP.key, SECRET)
    apps.change(enabled=False, former=FormerSecret(digest_of(SECRET), UNTIL))
    with pytest.raises(ClientInvalid):
        apps.login.log_in(APP.key, SECRET)
    assert apps.authentication.identify(token) is Denial.APP_DISABLED


@given(
    rotated=st.integers(0, 40 * 3600),
    hours=st.integers(1, 30),
    changes=st.integers(0, 30 * 3600),
    pauses=st.lists(st.integers(1, 3 * 3600), min_size=1, max_size=60),
)
def test_a_client_that_sends_all_the_while_has_no_failed_request(
    rotated: int, hours: int, changes: int, pauses: list[int]
) -> None:
    """It logs in when its token has ended, as it was told; and it gets the new secret while the former one is kept."""
    apps = Apps()
    start = apps.now
    until = start + timedelta(seconds=rotated, hours=hours)
    change = min(start + timedelta(seconds=rotated + changes), until - timedelta(seconds=1))
    token, ends = "", start
    for pause in pauses:
        apps.now += timedelta(seconds=pause)
        if apps.now >= start + timedelta(seconds=rotated):
            rotate(apps, until)
        if apps.now >= ends:
            token, ends = apps.login.log_in(APP.key, NEW if apps.now >= change else SECRET), apps.now + LIFE
        assert apps.authentication.identify(f"Bearer {token}") == Caller(APP.principal)


def test_the_tokens_of_an_app_that_is_gone_stop_working() -> None:
    apps = Apps()
    token = apps.login.log_in(APP.key, SECRET)
    apps.store.apps.clear()
    assert apps.authentication.identify(token) is Denial.APP_UNKNOWN


def test_an_app_is_named_as_soon_as_it_is_known() -> None:
    """Whatever comes of it, a fault included; what was sent for a key is named where an app has it alone."""
    apps = Apps()
    token = apps.login.log_in(APP.key, SECRET)
    assert apps.named == [APP.key]
    for key in (SECRET, f"{APP.key}x", ""):
        with pytest.raises(ClientInvalid):
            apps.login.log_in(key, SECRET)
    assert apps.named == [APP.key]
    with pytest.raises(ClientInvalid):
        apps.login.log_in(APP.key, SECRET + "x")
    assert apps.named == [APP.key] * 2
    apps.store.apps.clear()
    assert apps.authentication.identify(token) is Denial.APP_UNKNOWN
    apps.now += timedelta(days=1)
    assert apps.authentication.identify(token) is Denial.EXPIRED
    assert apps.named == [APP.key] * 4
    assert apps.authentication.identify(TOKEN) is Denial.UNKNOWN
    assert apps.named == [APP.key] * 4


def test_a_users_token_names_no_app() -> None:
    named: list[str] = []
    store = MemoryCredentialStore([Token(digest_of(TOKEN), ALICE, NOW + timedelta(days=1))])
    assert Authentication(store, now=lambda: NOW, name_app=named.append).identify(TOKEN) == Caller(ALICE)
    assert named == []


@pytest.mark.parametrize("context", list(Context))
def test_what_an_app_may_do_is_what_it_may_do_now(context: Context) -> None:
    apps = Apps()
    token = apps.login.log_in(APP.key, SECRET)
    apps.change(context=context, user_id="bob")
    assert apps.authentication.identify(token) == Caller(Principal("bob", "0003", context, APP.key))


def test_a_store_that_fails_is_a_fault_and_no_wrong_secret() -> None:
    apps = Apps()
    token = apps.login.log_in(APP.key, SECRET)
    apps.store.failure = StorageFault("get", Effect.NONE, "memory")
    with pytest.raises(StorageFailed):
        apps.login.log_in(APP.key, SECRET)
    with pytest.raises(StorageFailed):
        apps.authentication.identify(token)
