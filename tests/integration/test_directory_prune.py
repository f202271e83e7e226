"""Taking rights away: what a plan shows, what PRUNE removes, what the audit log has of it, and who may send then."""

import json
from datetime import timedelta
from typing import Any

import pytest

from faxes.adapters.dynamodb.directory import DynamoDBDirectory
from faxes.adapters.dynamodb.items import fingerprint, plain
from faxes.errors import Effect, StorageFault
from faxes.prices import Price
from faxes.provisioning.entries import Wish
from faxes.provisioning.plan import Outcome, Report
from faxes.provisioning.provision import ImportStopped
from faxes.tokens import Denial
from tests.support.cloud import Cloud
from tests.support.imports import NOW, Imports
from tools.operations import deployed, directory

ALL = """
organizations: [{id: "0003", name: Example Ltd}, {id: "0004"}]
users: [{id: alice, organization: "0003"}, {id: bob, organization: "0003"}, {id: carol, organization: "0004"}]
extensions:
- {number: 0003*210, owner: alice}
- {number: 0003*211, owner: bob}
- {number: 0003*300, owner: bob, type: queue}
- {number: 0004*210, owner: carol}
apps:
- {key: office, owner: alice, context: organization}
- {key: bobs, owner: bob}
- {key: all, owner: carol, context: global}
tokens: [{name: alices, user: alice}, {name: bobs, user: bob}]
"""
# Bob has left, and so has the whole of 0004.
LEFT = """
organizations: [{id: "0003", name: Example Ltd}]
users: [{id: alice, organization: "0003"}]
extensions: [{number: 0003*210, owner: alice}]
apps: [{key: office, owner: alice, context: organization}]
tokens: [{name: alices, user: alice}]
"""
# Who may send goes first, and what others belong to last.
GONE = (
    "app all",
    "app bobs",
    "token bobs",
    "budget of app all",
    "budget of app bobs",
    "extension 0003*211",
    "extension 0003*300",
    "extension 0004*210",
    "user bob",
    "user carol",
    "organization 0004",
)
STAY = 5
CALLER = "arn:aws:sts::123456789012:user/moto"


@pytest.fixture
def load(cloud: Cloud) -> Imports:
    return Imports(cloud)


def keys(load: Imports) -> set[str]:
    return {key for key in load.tables() if not key.startswith("TOKEN#")}


def test_prices_that_a_file_no_longer_has_are_removed(load: Imports, cloud: Cloud) -> None:
    prices = 'prices: [{to: "+49", page: "0.0350", call: "0.01"}, {to: "+", page: "1"}]\n'
    assert load(LEFT + prices).added[1] == "prices"
    assert load(LEFT + prices) == Report((), (), (), STAY + 1, {}, {})
    stored = DynamoDBDirectory(cloud.dynamodb, cloud.names["DirectoryTable"])
    assert stored.prices() == {"+49": Price(35_000, 10_000), "+": Price(1_000_000)}
    assert load(LEFT, prune=True) == Report((), (), (), STAY, {}, {}, ("prices",))
    assert stored.prices() == {}


def test_what_a_file_no_longer_names_is_removed(load: Imports) -> None:
    drawn = load(ALL)
    bobs = load.log_in("bobs", drawn.secrets["bobs"]) or ""
    alices = load.log_in("office", drawn.secrets["office"]) or ""
    assert load(LEFT, prune=True) == Report((), (), (), STAY, {}, {}, GONE)
    assert keys(load) == {"ORG#0003", "USER#alice", "EXT#0003*210", "APP#office", "TOKENNAME#alices"}
    assert load.log_in("bobs", drawn.secrets["bobs"]) is None
    assert (load.caller(bobs), load.caller(drawn.tokens["bobs"])) == (Denial.UNKNOWN, Denial.UNKNOWN)
    assert load.extension("0003", "211") is None
    # And nothing of the others.
    assert load.log_in("office", drawn.secrets["office"])
    assert [getattr(load.caller(token), "user_id", "") for token in (alices, drawn.tokens["alices"])] == ["alice"] * 2
    assert load(LEFT, prune=True) == Report((), (), (), STAY, {}, {})


def test_without_prune_all_of_it_stays(load: Imports) -> None:
    load(ALL)
    before = load.tables()
    assert load(LEFT) == Report((), (), (), STAY, {}, {})
    assert load.tables() == before


def test_an_empty_file_removes_everything(load: Imports) -> None:
    drawn = load(ALL)
    load.log_in("bobs", drawn.secrets["bobs"])
    load("{}", prune=True)
    assert load.tables() == {}


def test_whoever_comes_back_with_the_same_secret_gets_none_of_the_old_tokens(load: Imports) -> None:
    own = "0~H5lJ0R~V_dkMrl-bGWqQ.b8pXw2n7Z"
    text = ALL.replace("key: bobs", f"secret: {own}, key: bobs")
    load(text)
    token = load.log_in("bobs", own) or ""
    load(LEFT, prune=True)
    load(text)
    assert load.caller(token) == Denial.UNKNOWN


def test_a_token_without_a_name_goes_as_well(load: Imports, cloud: Cloud) -> None:
    """As it is left where somebody has deleted the name alone."""
    drawn = load(ALL)
    name = {"pk": {"S": "TOKENNAME#bobs"}, "sk": {"S": "TOKENNAME"}}
    cloud.dynamodb.delete_item(TableName=cloud.names["CredentialTable"], Key=name)
    [gone, *rest] = load(LEFT, prune=True).removed[2:]
    assert gone.startswith("token without a name, of user bob (")
    assert rest == list(GONE[3:])
    assert load.caller(drawn.tokens["bobs"]) == Denial.UNKNOWN


def test_what_is_over_is_left_to_the_table(load: Imports) -> None:
    load(ALL)
    later = NOW + timedelta(days=31)
    assert "token bobs" not in load(LEFT, later, prune=True).removed


# --- the plan --------------------------------------------------------------------------------------------------------


def test_a_plan_is_what_the_import_then_does(load: Imports) -> None:
    load(ALL)
    changed = LEFT.replace("context: organization", "context: user").replace(
        "users: [", 'users: [{id: dave, organization: "0003"}, '
    )
    before, audit = load.tables(), len(load.audit())
    wish = Wish(rotate=["office"], prune=True)
    planned = load.plan(changed, wish=wish)
    outcomes = {name: step.outcome for name, step in planned.steps.items() if step.outcome is not Outcome.UNCHANGED}
    assert outcomes == {"user dave": Outcome.ADDED, "app office": Outcome.ROTATED} | dict.fromkeys(
        GONE, Outcome.REMOVED
    )
    assert (load.tables(), len(load.audit())) == (before, audit)
    done = load(changed, rotate=["office"], prune=True)
    assert (done.added, done.rotated, done.removed) == (("user dave",), ("app office",), GONE)


@pytest.mark.parametrize(
    ("arguments", "gone"),
    [
        (["--plan", "--prune"], [f"    would be removed  {name}" for name in GONE]),
        (["--plan"], [f"    stays     {name}, which the file does not name: PRUNE=1 removes it" for name in GONE]),
    ],
)
def test_the_command_shows_the_plan(
    load: Imports, arguments: list[str], gone: list[str], tmp_path: Any, monkeypatch: Any, capsys: Any
) -> None:
    load(ALL)
    monkeypatch.setattr(deployed, "find", {"fax-api": load.stack}.__getitem__)
    (tmp_path / "directory.yaml").write_text(LEFT.replace("name: Example Ltd", "name: Example plc"))
    before = load.tables()
    command = ["--file", str(tmp_path / "directory.yaml"), "--stack", "fax-api"]
    assert directory.main([*command, *arguments], now=lambda: NOW) == 0
    assert capsys.readouterr().out.splitlines() == [
        "    would be changed  organization 0003",
        *gone,
        f"    unchanged {STAY - 1}",
        "nothing was written",
    ]
    assert load.tables() == before
    assert directory.main([*command, "--prune"], now=lambda: NOW) == 0
    assert capsys.readouterr().out.splitlines() == [
        "    changed   organization 0003",
        *(f"    removed   {name}" for name in GONE),
        f"    unchanged {STAY - 1}",
    ]


# --- the audit log ---------------------------------------------------------------------------------------------------


def test_each_change_leaves_its_lines(load: Imports, cloud: Cloud) -> None:
    drawn = load(ALL)
    known = len(load.audit())
    load(LEFT, prune=True)
    lines = load.audit()[known:]
    assert [(line["state"], line["entry"]) for line in lines] == [
        *(("begun", name) for name in GONE),
        *(("done", name) for name in GONE),
    ]
    assert lines[1] == {
        "action": "directory",
        "state": "begun",
        "time": "2026-11-23T12:30:00.000Z",
        "caller": CALLER,
        "entry": "app bobs",
        "change": "removed",
        "items": {"APP#bobs": None},
    }
    load(LEFT.replace("context: organization", "context: user"))
    begun, done = load.audit()[-2:]
    app = next(item for item in cloud.items("CredentialTable") if item["pk"]["S"] == "APP#office")
    assert begun == {
        **lines[1],
        "entry": "app office",
        "change": "changed",
        "items": {"APP#office": fingerprint(plain(app))},
    }
    assert done == {**begun, "state": "done"}
    # An import that changes nothing leaves none.
    load(LEFT.replace("context: organization", "context: user"))
    assert load.audit()[-1] == done
    written = json.dumps(load.audit())
    assert [secret for secret in (*drawn.secrets.values(), *drawn.tokens.values()) if secret in written] == []


def test_nothing_is_changed_that_the_log_cannot_take(load: Imports) -> None:
    load(ALL)
    before = load.tables()
    logs = load.stack.client("logs")

    def refuse(**_: object) -> None:
        raise StorageFault("PutLogEvents", Effect.NONE, "no log")

    logs.meta.events.register("provide-client-params.logs.PutLogEvents", refuse)
    with pytest.raises(ImportStopped) as stopped:
        load(LEFT, prune=True)
    assert stopped.value.report == Report((), (), (), 0, {}, {})
    assert load.tables() == before


def test_an_import_of_thousands_is_logged_whole(load: Imports) -> None:
    users = ", ".join(f'{{id: user-{n}, organization: "0003"}}' for n in range(600))
    load(f'organizations: [{{id: "0003"}}]\nusers: [{users}]')
    lines = load.audit()
    assert [line["entry"] for line in lines[:601]] == ["organization 0003", *(f"user user-{n}" for n in range(600))]
    assert [line["state"] for line in lines] == ["begun"] * 601 + ["done"] * 601
