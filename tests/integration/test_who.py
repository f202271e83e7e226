"""Who may send, as it is listed, and who sent a fax."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from faxes.adapters.dynamodb.faxes import DynamoDBFaxStore
from tests.support import faxes
from tests.support.cloud import Cloud
from tests.support.imports import NOW, Imports
from tools.operations import deployed, who

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


@pytest.fixture
def load(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Imports:
    """Imports into the stack that the command finds."""
    made = Imports(cloud)
    monkeypatch.setattr(deployed, "find", {"fax-api": made.stack}.__getitem__)
    return made


# --- who may send ----------------------------------------------------------------------------------------------------


def test_who_may_send_is_listed(load: Imports, capsys: Any) -> None:
    drawn = load(ALL)
    load(ALL.replace("{key: bobs, owner: bob}", "{key: bobs, owner: bob, enabled: false}"))
    load(
        ALL.replace("{key: bobs, owner: bob}", "{key: bobs, owner: bob, enabled: false}"),
        NOW,
        ["all"],
        timedelta(hours=1),
    )
    assert who.main(["--stack", "fax-api"], now=lambda: NOW) == 0
    shown = capsys.readouterr().out
    assert shown.splitlines() == [
        "organization 0003, Example Ltd",
        "    alice, from 0003*210",
        "        app office, as everyone of 0003",
        "        token alices, as alice, until 2026-12-23 12:30:00 UTC",
        "    bob, from 0003*211",
        "        app bobs, as bob, disabled",
        "        token bobs, as bob, until 2026-12-23 12:30:00 UTC",
        "    app all, as everyone, its former secret until 2026-11-23 13:30:00 UTC; it is carol's",
        "organization 0004",
        "    carol, from 0004*210",
        "        app all, as everyone, its former secret until 2026-11-23 13:30:00 UTC",
    ]
    assert [secret for secret in (*drawn.secrets.values(), *drawn.tokens.values()) if secret in shown] == []
    assert who.main(["--stack", "fax-api", "--organization", "0004"], now=lambda: NOW + timedelta(hours=1)) == 0
    assert capsys.readouterr().out.splitlines() == [
        "organization 0004",
        "    carol, from 0004*210",
        "        app all, as everyone",
    ]
    assert who.main(["--stack", "fax-api", "--organization", "3"]) == 1
    assert capsys.readouterr().err == "There is no organization 3; there are 0003, 0004.\n"


def test_what_is_left_of_somebody_without_a_place_in_the_directory_is_listed(
    load: Imports, cloud: Cloud, capsys: Any
) -> None:
    load(ALL)
    cloud.clear("DirectoryTable")
    assert who.main(["--stack", "fax-api", "--organization", "0004"], now=lambda: NOW) == 0
    assert capsys.readouterr().out.splitlines() == [
        "organization 0004 (not in the directory)",
        "    carol (not in the directory), from no extension",
        "        app all, as everyone",
    ]


# --- who sent a fax --------------------------------------------------------------------------------------------------

FAX = replace(faxes.fax(1), app_key="office", pages=1)


def command(name: str) -> int:
    return who.main(["--stack", "fax-api", "--fax", name], now=lambda: FAX.created_at)


@pytest.mark.parametrize("name", [FAX.id, FAX.uid])
def test_who_sent_a_fax_is_told_by_its_id_and_by_its_uid(load: Imports, cloud: Cloud, capsys: Any, name: str) -> None:
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(FAX)
    assert command(name) == 0
    assert capsys.readouterr().out == (
        f"fax 1001, accepted {FAX.created_at:%Y-%m-%d %H:%M:%S} UTC\n"
        "    from 0003*210, as alice of organization 0003\n"
        "    by app office\n"
        "    1 file, 1 page, 1 recipient\n"
    )


def test_a_fax_of_a_users_token_names_no_app(load: Imports, cloud: Cloud, capsys: Any) -> None:
    fax = replace(faxes.fax(1), recipients=("7778888", "0003*211"), pages=2)
    DynamoDBFaxStore(cloud.dynamodb, cloud.names["FaxTable"]).insert(fax)
    assert command(fax.id) == 0
    assert capsys.readouterr().out.splitlines()[2:] == [
        "    by a token of the user's, without an app",
        "    1 file, 2 pages, 2 recipients",
    ]


@pytest.mark.parametrize("name", ["1002", "0" * 32])
def test_a_fax_that_is_not_there_is_looked_for_elsewhere(load: Imports, capsys: Any, name: str) -> None:
    assert command(name) == 1
    assert capsys.readouterr().err == (
        f"There is no fax {name} any more, or there never was. The functions' log has the app of each id for "
        "LogRetentionDays; the audit log has who erased it.\n"
    )


@pytest.mark.parametrize("name", ["", "0", "x", "12345678901234567", "A" * 32, f"{'0' * 32} "])
def test_what_is_no_id_and_no_uid_is_refused(name: str, capsys: Any) -> None:
    assert command(name) == 1
    assert capsys.readouterr().err == (
        f"FAX is {name!r}; it must be a fax's id (a number), or its uid (32 of 0-9 and a-f).\n"
    )


def test_a_table_that_cannot_be_read_is_said(load: Imports, cloud: Cloud, capsys: Any) -> None:
    def fail(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://127.0.0.1")

    cloud.dynamodb.meta.events.register("before-call.dynamodb.GetItem", fail)
    assert command("1001") == 1
    assert capsys.readouterr().err == (
        'It cannot be read. AWS said: Could not connect to the endpoint URL: "https://127.0.0.1"\n'
    )
