"""Importing a directory into the tables: again and again, with changes, and with what it must not do.

Longer than 350 lines: one command, of which each test is a use.
"""

import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from faxes.adapters.dynamodb.credentials import DynamoDBCredentialStore
from faxes.model import Context, Extension, ExtensionNumber, ExtensionType, Principal
from faxes.provisioning.plan import Report
from faxes.provisioning.provision import ImportStopped
from faxes.tokens import App, Denial, FormerSecret, Token, UsageKey, digest_of
from tests.support.cloud import API_ID, Cloud
from tests.support.imports import NOW, Imports, once
from tests.support.template import ROOT
from tools import places
from tools.local.stack_file import LocalStack
from tools.operations import directory
from tools.operations.directory import write
from tools.operations.directory_file import DirectoryInvalid, parse

EXAMPLE = (ROOT / "directory.example.yaml").read_text()


OWN_SECRET = "0~H5lJ0R~V_dkMrl-bGWqQ.b8pXw2n7Z"  # noqa: S105  (it opens nothing)
OTHER_SECRET = "w.M2~sT9xRkQ-c4LzB_v7YhJ0pD3nG8f"  # noqa: S105  (nor does this)


@pytest.fixture(name="load")
def _load(cloud: Cloud) -> Imports:
    return Imports(cloud)


NAMES = (
    "organization 0003",
    "organization 0004",
    "user alice",
    "user bob",
    "user carol",
    "extension 0003*210",
    "extension 0003*211",
    "extension 0003*212",
    "extension 0003*213",
    "extension 0003*300",
    "extension 0004*210",
    "budget of app example-app",
    "budget of app example-office",
    "budget of app example-provider",
    "app example-app",
    "app example-office",
    "app example-provider",
    "token example",
)
# A budget is no entry of the file.
ALL = len(NAMES) - 3
ALICE = Principal("alice", "0003")
# Drawn in the file's order.
APP_SECRETS = {"example-app": "secret-0001", "example-office": "secret-0002", "example-provider": "secret-0003"}
TOKENS = {"example": "secret-0004"}


def usage_key(number: int, at: datetime = NOW) -> UsageKey:
    """What an app is counted by from when every part of the gateway knows it."""
    return UsageKey(f"{API_ID}{number:016}", at + timedelta(minutes=5))


def done(
    added: tuple[str, ...] = (),
    changed: tuple[str, ...] = (),
    rotated: tuple[str, ...] = (),
    secrets: dict[str, str] | None = None,
    tokens: dict[str, str] | None = None,
    of: int = ALL,
) -> Report:
    """A whole report: of so many entries, those that are not named are unchanged."""
    named = len([name for name in (*added, *changed, *rotated) if not name.startswith("budget")])
    return Report(added, changed, rotated, of - named, secrets or {}, tokens or {})


def test_the_first_import_adds_everything(load: Imports) -> None:
    assert load(EXAMPLE) == done(NAMES, secrets=APP_SECRETS, tokens=TOKENS)
    terminal, queue = ExtensionType.PHONE_TERMINAL, ExtensionType.QUEUE
    assert load.extension("0003", "210") == Extension(ExtensionNumber("0003", "210"), "alice", terminal, True)
    assert load.extension("0003", "213") == Extension(ExtensionNumber("0003", "213"), "bob", terminal, False)
    assert load.extension("0003", "212") == Extension(ExtensionNumber("0003", "212"), "bob", terminal, True)
    assert load.extension("0003", "300") == Extension(ExtensionNumber("0003", "300"), "alice", queue, True)
    assert load.extension("0004", "210") == Extension(ExtensionNumber("0004", "210"), "carol", terminal, True)
    assert load.extension("0003", "301") is None
    for number, (key, secret), context in zip((1, 2, 3), APP_SECRETS.items(), Context, strict=True):
        counted = usage_key(number)
        assert load.app(key) == App(key, digest_of(secret), "alice", "0003", context, True, usage_key=counted)
    assert load.caller("secret-0004") == ALICE


def test_what_the_header_line_says_as_it_lies_in_the_table(load: Imports) -> None:
    load(
        'organizations: [{id: "1", faxName: Ærø Ltd, timeZone: Europe/Berlin, callerId: "+493023125000"}]\n'
        'users: [{id: a, organization: "1"}]\n'
        'extensions: [{number: 1*2, owner: a, callerId: "+493023125011"}]'
    )
    tables = load.tables()
    assert tables["ORG#1"] == {
        "pk": {"S": "ORG#1"},
        "sk": {"S": "ORG"},
        "organizationId": {"S": "1"},
        "name": {"S": ""},
        "faxName": {"S": "Ærø Ltd"},
        "timeZone": {"S": "Europe/Berlin"},
        "callerId": {"S": "+493023125000"},
    }
    assert tables["EXT#1*2"] == {
        "pk": {"S": "EXT#1*2"},
        "sk": {"S": "EXT"},
        "extension": {"S": "1*2"},
        "ownerId": {"S": "a"},
        "type": {"S": "phone_terminal"},
        "faxEnabled": {"BOOL": True},
        "callerId": {"S": "+493023125011"},
    }
    number = ExtensionNumber("1", "2")
    terminal = ExtensionType.PHONE_TERMINAL
    assert load.extension("1", "2") == Extension(number, "a", terminal, True, "+493023125011")


def test_the_items_as_they_lie_in_the_tables(load: Imports) -> None:
    load(
        'organizations: [{id: "1", name: A}]\nusers: [{id: a, organization: "1"}]\n'
        "apps: [{key: p, owner: a, context: global, enabled: false}]\ntokens: [{name: t, user: a}]"
    )
    digest = digest_of("secret-0002")
    end = {"N": str(int((NOW + timedelta(days=30)).timestamp()))}
    assert load.tables() == {
        "ORG#1": {"pk": {"S": "ORG#1"}, "sk": {"S": "ORG"}, "organizationId": {"S": "1"}, "name": {"S": "A"}},
        "USER#a": {"pk": {"S": "USER#a"}, "sk": {"S": "USER"}, "userId": {"S": "a"}, "organizationId": {"S": "1"}},
        "APP#p": {
            "pk": {"S": "APP#p"},
            "sk": {"S": "APP"},
            "appKey": {"S": "p"},
            "secretDigest": {"S": digest_of("secret-0001")},
            "userId": {"S": "a"},
            "organizationId": {"S": "1"},
            "context": {"S": "global"},
            "enabled": {"BOOL": False},
            "usageKey": {"S": f"{API_ID}0000000000000001"},
            "usageKeySince": {"N": str(int((NOW + timedelta(minutes=5)).timestamp()))},
        },
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
    assert load(EXAMPLE, NOW + timedelta(days=1)) == done()
    assert load.tables() == before


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("name: Example Ltd", "name: Example plc", "organization 0003"),
        ("fax: false", "fax: true", "extension 0003*213"),
        ("type: queue", "type: ivr", "extension 0003*300"),
        ("  - number: 0003*211\n    owner: bob", "  - number: 0003*211\n    owner: alice", "extension 0003*211"),
        ("context: organization", "context: user", "app example-office"),
        ("context: global", "context: organization", "app example-provider"),
        ("enabled: true", "enabled: false", "app example-provider"),
    ],
)
def test_what_a_file_says_anew_is_changed(load: Imports, old: str, new: str, changed: str) -> None:
    load(EXAMPLE)
    before = load.tables()
    assert EXAMPLE.count(old) == 1
    assert load(EXAMPLE.replace(old, new)) == done(changed=(changed,))
    assert load.tables() != before
    assert load(EXAMPLE) == done(changed=(changed,))
    assert load.tables() == before


def test_what_a_file_names_anew_is_added_and_what_it_no_longer_names_stays(load: Imports) -> None:
    load(EXAMPLE)
    other = 'organizations: [{id: "0005"}]\nusers: [{id: dave, organization: "0005"}]\napps: [{key: new, owner: dave}]'
    before = load.tables()
    report = done(
        ("organization 0005", "user dave", "budget of app new", "app new"), secrets={"new": "secret-0005"}, of=3
    )
    assert load(other) == report
    assert set(load.tables()) == {*before, "ORG#0005", "USER#dave", "APP#new"}


def test_only_the_sha_256_of_secrets_and_tokens_is_stored(load: Imports) -> None:
    load(EXAMPLE)
    load(own_app())
    stored = str(load.tables())
    for secret in (*APP_SECRETS.values(), *TOKENS.values(), OWN_SECRET):
        assert secret not in stored
        assert digest_of(secret) in stored


def test_what_is_drawn_is_taken(load: Imports, cloud: Cloud) -> None:
    report = write(parse(EXAMPLE), once(cloud), NOW)
    drawn = [*report.secrets.values(), *report.tokens.values()]
    assert (len(set(drawn)), {len(text) for text in drawn}) == (4, {43})
    assert load.caller(report.tokens["example"]) == ALICE
    for key, context in zip(APP_SECRETS, Context, strict=True):
        token = load.log_in(key, report.secrets[key])
        assert load.caller(token or "") == Principal("alice", "0003", context, key)


def test_a_token_ends_after_its_days_and_the_next_import_issues_another(load: Imports) -> None:
    load(EXAMPLE)
    end = NOW + timedelta(days=30)
    last = end - timedelta(seconds=1)
    assert load(EXAMPLE, last) == done()
    assert (load.caller("secret-0004", last), load.caller("secret-0004", end)) == (ALICE, Denial.EXPIRED)
    assert load(EXAMPLE, end) == done(("token example",), tokens={"example": "secret-0005"})
    assert (load.caller("secret-0004", end), load.caller("secret-0005", end)) == (Denial.EXPIRED, ALICE)
    assert load(EXAMPLE, end) == done()


def test_tokens_and_apps_follow_their_user_into_another_organization(load: Imports) -> None:
    text = """
organizations: [{id: "0003"}, {id: "0004"}]
users: [{id: alice, organization: "0003"}]
apps: [{key: office, owner: alice, context: organization}]
tokens: [{name: example, user: alice}]
"""
    load(text)
    token = load.log_in("office", "secret-0001")
    moved = text.replace('alice, organization: "0003"', 'alice, organization: "0004"')
    assert load(moved) == done(changed=("user alice", "app office", "token example"), of=5)
    assert load.caller("secret-0002") == Principal("alice", "0004")
    assert load.caller(token or "") == Principal("alice", "0004", Context.ORGANIZATION, "office")


def test_a_token_that_is_given_to_another_user_is_drawn_anew(load: Imports) -> None:
    """Who holds the old one must not become the other user."""
    load(EXAMPLE)
    report = load(EXAMPLE.replace("user: alice", "user: bob"))
    assert report == done(changed=("token example",), tokens={"example": "secret-0005"})
    assert load.caller("secret-0004") == Denial.UNKNOWN
    assert load.caller("secret-0005") == Principal("bob", "0003")


def test_a_token_that_an_operator_deleted_stays_dead_and_another_is_drawn(load: Imports, cloud: Cloud) -> None:
    load(EXAMPLE)
    key = {"pk": {"S": f"TOKEN#{digest_of('secret-0004')}"}, "sk": {"S": "TOKEN"}}
    cloud.dynamodb.delete_item(TableName=cloud.names["CredentialTable"], Key=key)
    assert load(EXAMPLE) == done(("token example",), tokens={"example": "secret-0005"})
    assert (load.caller("secret-0004"), load.caller("secret-0005")) == (Denial.UNKNOWN, ALICE)


# --- the apps' secrets -----------------------------------------------------------------------------------------------


def own_app(secret: str | None = OWN_SECRET, owner: str = "alice", more: str = "") -> str:
    """A directory of one app, which brings its secret along, or none."""
    brought = f", secret: {secret}" if secret else ""
    return (
        'organizations: [{id: "0003"}]\n'
        'users: [{id: alice, organization: "0003"}, {id: bob, organization: "0003"}]\n'
        f"apps: [{{key: own, owner: {owner}{brought}{more}}}]"
    )


OWN = ("organization 0003", "user alice", "user bob", "budget of app own", "app own")


def test_a_secret_that_is_brought_along_is_the_apps_and_is_shown_to_nobody(load: Imports) -> None:
    assert load(own_app()) == done(OWN, of=4)
    assert load.app("own") == App(
        "own", digest_of(OWN_SECRET), "alice", "0003", Context.USER, True, usage_key=usage_key(1)
    )
    assert load.log_in("own", OWN_SECRET)
    assert load(own_app()) == done(of=4)


def test_another_secret_in_the_file_is_a_rotation(load: Imports) -> None:
    load(own_app())
    token = load.log_in("own", OWN_SECRET) or ""
    assert load.caller(token) == Principal("alice", "0003", Context.USER, "own")
    assert load(own_app(OTHER_SECRET)) == done(rotated=("app own",), of=4)
    assert load.caller(token) == Denial.SECRET_ROTATED
    assert load.log_in("own", OWN_SECRET) is None
    assert load.caller(load.log_in("own", OTHER_SECRET) or "") == Principal("alice", "0003", Context.USER, "own")


def test_a_file_that_no_longer_holds_the_secret_leaves_it(load: Imports) -> None:
    load(own_app())
    assert load(own_app(None)) == done(of=4)
    assert load.log_in("own", OWN_SECRET)


def test_a_drawn_secret_gives_way_to_one_that_is_brought_along(load: Imports) -> None:
    load(own_app(None))
    assert load(own_app()) == done(rotated=("app own",), of=4)
    assert (load.log_in("own", "secret-0001"), bool(load.log_in("own", OWN_SECRET))) == (None, True)


DAY = timedelta(hours=24)


@pytest.mark.parametrize("brought", [None, OWN_SECRET], ids=["drawn", "brought along"])
def test_a_rotation_keeps_the_old_secret_for_as_long_as_it_is_told(load: Imports, brought: str | None) -> None:
    first = load(own_app(brought)).secrets.get("own", OWN_SECRET)
    before = load.log_in("own", first) or ""
    done_ = load(own_app(OTHER_SECRET if brought else None), rotate=[] if brought else ["own"], keep=DAY)
    new = done_.secrets.get("own", OTHER_SECRET)
    assert (done_.rotated, done_.former) == (("app own",), {"app own": NOW + DAY})
    former = FormerSecret(digest_of(first), NOW + DAY)
    assert load.app("own") == App("own", digest_of(new), "alice", "0003", Context.USER, True, former, usage_key(1))
    last = NOW + DAY - timedelta(seconds=1)
    assert load.caller(before) == Principal("alice", "0003", Context.USER, "own")
    assert load.log_in("own", first, last)
    assert load.log_in("own", new, last)
    assert load.log_in("own", first, NOW + DAY) is None
    assert load.log_in("own", new, NOW + DAY)


def test_importing_again_neither_ends_nor_prolongs_the_old_secret(load: Imports) -> None:
    load(own_app(None))
    load(own_app(None), rotate=["own"], keep=DAY)
    before = load.app("own")
    for keep in (DAY, timedelta(0)):
        assert load(own_app(None), NOW + timedelta(hours=1), keep=keep) == done(of=4)
        assert load.app("own") == before


def test_a_second_rotation_ends_the_oldest_secret_at_once(load: Imports) -> None:
    first = load(own_app(None)).secrets["own"]
    second = load(own_app(None), rotate=["own"], keep=DAY).secrets["own"]
    third = load(own_app(None), rotate=["own"], keep=DAY).secrets["own"]
    assert [bool(load.log_in("own", secret)) for secret in (first, second, third)] == [False, True, True]
    fourth = load(own_app(None), rotate=["own"]).secrets["own"]
    assert [bool(load.log_in("own", secret)) for secret in (second, third, fourth)] == [False, False, True]


def test_another_owner_never_keeps_an_old_secret(load: Imports) -> None:
    first = load(own_app(None)).secrets["own"]
    second = load(own_app(None), rotate=["own"], keep=DAY).secrets["own"]
    tokens = [load.log_in("own", secret) or "" for secret in (first, second)]
    report = load(own_app(None, owner="bob"), keep=DAY)
    assert (report.rotated, report.former) == (("app own",), {})
    assert [load.caller(token) for token in tokens] == [Denial.SECRET_ROTATED] * 2
    assert [load.log_in("own", secret) for secret in (first, second)] == [None, None]


def test_another_owner_does_not_get_the_former_secret_for_its_own(load: Imports) -> None:
    load(own_app(OWN_SECRET))
    load(own_app(OTHER_SECRET), keep=DAY)
    with pytest.raises(DirectoryInvalid, match="its owner was 'alice' and is now 'bob'"):
        load(own_app(OWN_SECRET, owner="bob"))


def test_a_new_secret_is_drawn_for_the_apps_that_are_named(load: Imports) -> None:
    load(EXAMPLE)
    before = load.tables()
    old = {key: load.log_in(key, secret) or "" for key, secret in APP_SECRETS.items()}
    new = {"example-app": "secret-0008", "example-provider": "secret-0009"}
    rotated = ("app example-app", "app example-provider")
    assert load(EXAMPLE, rotate=["example-provider", "example-app"]) == done(rotated=rotated, secrets=new)
    assert {key: load.caller(token) for key, token in old.items()} == {
        "example-app": Denial.SECRET_ROTATED,
        "example-office": Principal("alice", "0003", Context.ORGANIZATION, "example-office"),
        "example-provider": Denial.SECRET_ROTATED,
    }
    assert load.log_in("example-app", "secret-0001") is None
    assert load.log_in("example-app", "secret-0008")
    changed = {key for key, item in load.tables().items() if not key.startswith("TOKEN#") and item != before[key]}
    assert changed == {"APP#example-app", "APP#example-provider"}
    assert load(EXAMPLE) == done()


def test_an_app_that_is_new_gets_one_secret_though_it_is_to_be_rotated(load: Imports) -> None:
    assert load(own_app(None), rotate=["own"]) == done(OWN, secrets={"own": "secret-0001"}, of=4)
    assert load.log_in("own", "secret-0001")


def test_an_app_that_is_disabled_gets_no_token_and_its_tokens_stop_working(load: Imports) -> None:
    load(own_app())
    token = load.log_in("own", OWN_SECRET) or ""
    assert load(own_app(more=", enabled: false")) == done(changed=("app own",), of=4)
    assert (load.caller(token), load.log_in("own", OWN_SECRET)) == (Denial.APP_DISABLED, None)
    assert load(own_app()) == done(changed=("app own",), of=4)
    assert load.caller(token) == Principal("alice", "0003", Context.USER, "own")


def test_an_app_that_is_given_to_another_user_gets_another_secret(load: Imports) -> None:
    """Who knows the old one, or holds a token of it, must not become the other user."""
    load(own_app(None))
    token = load.log_in("own", "secret-0001") or ""
    assert load(own_app(None, owner="bob")) == done(rotated=("app own",), secrets={"own": "secret-0003"}, of=4)
    assert (load.caller(token), load.log_in("own", "secret-0001")) == (Denial.SECRET_ROTATED, None)
    assert load.app("own") == App(
        "own", digest_of("secret-0003"), "bob", "0003", Context.USER, True, usage_key=usage_key(1)
    )
    # The file may bring that along.
    load(own_app(OWN_SECRET, owner="bob"))
    assert load(own_app(OTHER_SECRET, owner="alice")) == done(rotated=("app own",), of=4)


@pytest.mark.parametrize(
    ("text", "rotate", "mistakes"),
    [
        (
            own_app(owner="bob"),
            [],
            [
                "app own: its owner was 'alice' and is now 'bob', so its secret must change as well: write another "
                "one, or leave it out to have one drawn"
            ],
        ),
        (
            own_app(OTHER_SECRET),
            ["own", "own ", "OWN"],
            [
                "ROTATE: 'own ' is no app of the file",
                "ROTATE: 'OWN' is no app of the file",
                "ROTATE: the file brings the secret of 'own' along; write another one there, or leave it out",
            ],
        ),
        (own_app().split("apps")[0], ["own"], ["ROTATE: 'own' is no app of the file"]),
    ],
    ids=["owner", "rotate", "rotate without apps"],
)
def test_a_secret_that_cannot_change_as_it_must_is_refused_before_anything_is_written(
    load: Imports, text: str, rotate: list[str], mistakes: list[str]
) -> None:
    load(own_app())
    before = load.tables()
    with pytest.raises(DirectoryInvalid) as caught:
        load(text.replace('{id: "0003"}', '{id: "0003", name: "Other"}'), rotate=rotate)
    assert str(caught.value).splitlines() == mistakes
    assert load.tables() == before


# --- what stops an import --------------------------------------------------------------------------------------------


def test_an_import_that_stops_half_way_shows_what_it_drew_and_goes_on(load: Imports) -> None:
    text = EXAMPLE + "  - name: second\n    user: bob\n"
    with load.stopped_at(f"TOKEN#{digest_of('secret-0005')}"), pytest.raises(ImportStopped) as caught:
        load(text)
    assert caught.value.report == done(NAMES, secrets=APP_SECRETS, tokens=TOKENS)
    assert caught.value.unsure is None
    assert load(text) == done(("token second",), tokens={"second": "secret-0006"}, of=ALL + 1)
    assert load.caller("secret-0004") == ALICE


@pytest.mark.parametrize("key", ["example-office", "example-provider"])
def test_an_import_that_stops_at_a_new_secret_says_whose_it_is(load: Imports, key: str) -> None:
    """The write may have reached AWS, and nobody was shown the secret."""
    with load.stopped_at(f"APP#{key}"), pytest.raises(ImportStopped) as caught:
        load(EXAMPLE)
    before = NAMES[: NAMES.index(f"app {key}")]
    drawn = dict(list(APP_SECRETS.items())[: list(APP_SECRETS).index(key)])
    assert caught.value.report == done(before, secrets=drawn, of=len(before) - 3)
    assert caught.value.unsure == key


def test_an_import_that_stops_before_anything_is_written_has_done_nothing(load: Imports) -> None:
    with load.stopped_at("ORG#0003"), pytest.raises(ImportStopped) as caught:
        load(EXAMPLE)
    assert caught.value.report == done(of=0)
    assert caught.value.unsure is None


@pytest.mark.parametrize(
    "broken",
    [
        lambda text: text.replace("number: 0003*211\n    owner: bob", "number: 0003*211\n    owner: nobody"),
        lambda text: text.replace("user: alice", "user: nobody"),
        lambda text: text.replace('id: "0003"', "id: 0003", 1),
        lambda text: text.replace("context: global", "context: all"),
        lambda text: text.replace("key: example-app\n", "key: example-app\n    secret: weak\n"),
        lambda text: text + "  - name: example\n    user: alice\n",
    ],
)
def test_of_a_file_with_a_mistake_nothing_is_written(load: Imports, broken: Callable[[str], str]) -> None:
    with pytest.raises(DirectoryInvalid):
        load(broken(EXAMPLE))
    assert load.tables() == {}


def test_the_credential_store_reads_what_was_imported(load: Imports, cloud: Cloud) -> None:
    load(EXAMPLE)
    store = DynamoDBCredentialStore(cloud.dynamodb, cloud.names["CredentialTable"])
    digest = digest_of("secret-0004")
    assert store.token(digest) == Token(digest, ALICE, NOW + timedelta(days=30))
    assert store.token(digest_of("secret-0005")) is None


# --- the command -----------------------------------------------------------------------------------------------------


@pytest.fixture
def local(cloud: Cloud, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A local stack that runs, as far as an import sees it. Returns the file that describes it."""
    described = LocalStack(
        apiUrl="https://127.0.0.1:1",
        caBundle="ca.pem",
        appKey="example-app",
        appSecret="first",
        appSecrets={"example-app": "first", "example-office": "second"},
        token="token",  # noqa: S106
        userId="alice",
        extension="0003*210",
        bucket=cloud.names["FileBucket"],
        faxTable=cloud.names["FaxTable"],
        directoryTable=cloud.names["DirectoryTable"],
        credentialTable=cloud.names["CredentialTable"],
        auditLogGroup="audit",
        appPlan=cloud.app_plan(),
        endpointUrl="https://127.0.0.1:1",
        region="us-east-1",
    )
    path = tmp_path / "stack.json"
    path.write_text(json.dumps(asdict(described)))
    monkeypatch.setattr(places, "STACK_FILE", path)
    client = once(cloud).client
    monkeypatch.setattr(LocalStack, "client", lambda stack, service: client(service))
    return path


def described_secrets(path: Path) -> tuple[str, dict[str, str]]:
    described = json.loads(path.read_text())
    return described["appSecret"], described["appSecrets"]


def command(tmp_path: Path, text: str, *arguments: str) -> int:
    (tmp_path / "directory.yaml").write_text(text)
    return directory.main(["--file", str(tmp_path / "directory.yaml"), *arguments], now=lambda: NOW)


def test_the_command_shows_new_secrets_and_other_commands_find_them(
    local: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path, EXAMPLE) == 0
    own, secrets = described_secrets(local)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:-1] == [
        *(f"    added     {name}" for name in NAMES),
        "    unchanged 0",
        *(f"    app {key}: {secret}   (shown this once)" for key, secret in secrets.items()),
    ]
    assert list(secrets) == list(APP_SECRETS)
    assert secrets["example-app"] == own != "first"
    assert command(tmp_path, EXAMPLE) == 0
    assert capsys.readouterr().out == f"    unchanged {ALL}\n"
    assert described_secrets(local) == (own, secrets)


@pytest.mark.parametrize(
    ("keep", "ends"),
    [
        ([], f"its old secret logs in until {NOW + DAY:%Y-%m-%d %H:%M:%S} UTC as well"),
        (["--keep=1"], "its old secret logs in until 2026-11-23 13:30:00 UTC as well"),
        (["--keep=0"], "tokens issued under its old secret end within AuthorizerCacheSeconds"),
    ],
)
def test_the_command_rotates_the_apps_that_it_is_told(
    local: Path, tmp_path: Path, keep: list[str], ends: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command(tmp_path, EXAMPLE)
    own, secrets = described_secrets(local)
    capsys.readouterr()
    assert command(tmp_path, EXAMPLE, "--rotate", " example-office  example-provider ", *keep) == 0
    new_own, new_secrets = described_secrets(local)
    assert new_own == own
    assert [key for key in secrets if secrets[key] != new_secrets[key]] == ["example-office", "example-provider"]
    assert capsys.readouterr().out == (
        f"    rotated   app example-office; {ends}\n"
        f"    rotated   app example-provider; {ends}\n"
        f"    unchanged {ALL - 2}\n"
        f"    app example-office: {new_secrets['example-office']}   (shown this once)\n"
        f"    app example-provider: {new_secrets['example-provider']}   (shown this once)\n"
    )


@pytest.mark.parametrize("keep", ["721", "1000", "-1", "1.5", "a day", ""])
def test_the_command_refuses_another_time_to_keep(
    local: Path, tmp_path: Path, keep: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path, EXAMPLE, f"--keep={keep}") == 1
    assert capsys.readouterr() == ("", f"KEEP is {keep!r}; it must be a whole number of hours from 0 to 720.\n")
    assert described_secrets(local)[0] == "first"


def test_the_command_refuses_to_rotate_what_is_no_app(
    local: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path, EXAMPLE, "--rotate", "nobody") == 1
    assert capsys.readouterr().err == (
        f"{tmp_path}/directory.yaml was not imported; nothing was written.\nROTATE: 'nobody' is no app of the file\n"
    )
    assert described_secrets(local)[0] == "first"


def test_the_command_says_how_to_go_on_after_a_stop(
    local: Path, tmp_path: Path, load: Imports, capsys: pytest.CaptureFixture[str]
) -> None:
    stopped = (
        f"{tmp_path}/directory.yaml was not imported to its end. AWS said: Could not connect to the endpoint URL: "
        '"https://127.0.0.1"\n'
    )
    with load.stopped_at("USER#bob"):
        assert command(tmp_path, own_app(None)) == 1
    assert capsys.readouterr() == (
        "    added     organization 0003\n    added     user alice\n    unchanged 0\n",
        stopped + "Import it again when that is mended.\n",
    )
    with load.stopped_at("APP#own"):
        assert command(tmp_path, own_app(None)) == 1
    assert capsys.readouterr() == (
        "    added     user bob\n    added     budget of app own\n    unchanged 2\n",
        stopped + "When that is mended, import it again with ROTATE=own: it may have a secret that nobody knows.\n",
    )
