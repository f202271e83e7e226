"""Erasing a fax that waits for its files, or ended without them: nothing of it is left, whatever happens meanwhile or
comes later. Where a check may be copying its files just then, the erasure says when it is to be done again."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from faxes.erasure import Erased
from tests.support import faulty
from tests.support.cloud import cloud
from tests.support.faulty_uploads import LETTER, NOTE, Uploading
from tests.support.inspecting import PDF
from tools.operations import deployed as found_stack
from tools.operations import erase
from tools.operations.deployed import Stack
from tools.operations.erase import NotErased

KEY = "kanarienvogel-key"
# Of the check by which a fax of two files is accepted, and of an erasure that finds one.
CHECK_CALLS, ERASE_CALLS = 7, 22


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Uploading]:
    with cloud() as made:
        made.import_example()
        uploading = Uploading(made)
        with faulty.clock_of(uploading):
            uploading.start()
            yield uploading


@pytest.fixture
def deployed(shared: Uploading, monkeypatch: pytest.MonkeyPatch) -> Uploading:
    shared.begin(monkeypatch)
    # The audit log takes no line of another week.
    shared.clock = datetime.now(UTC).replace(microsecond=0)
    return shared


def announced(uploading: Uploading) -> tuple[str, str]:
    """A fax that waits for two files, none of which came: its id and uid."""
    made = uploading.announce(NOTE, LETTER, key=KEY)
    return made["id"], made["uid"]


def uploaded(uploading: Uploading) -> tuple[str, str]:
    """One whose two files are there, and whose first was looked into."""
    fax_id, uid = announced(uploading)
    for position, content in ((1, NOTE), (2, LETTER)):
        uploading.upload(fax_id, position, content)
    uploading.check(fax_id, 1)
    uploading.made.clear()
    return fax_id, uid


def refused(uploading: Uploading) -> tuple[str, str]:
    fax_id, uid = announced(uploading)
    uploading.upload(fax_id, 1, NOTE * 2)
    uploading.check(fax_id, 1)
    return fax_id, uid


def expired(uploading: Uploading) -> tuple[str, str]:
    fax_id, uid = announced(uploading)
    uploading.clock += timedelta(minutes=91)
    uploading.check(fax_id)
    return fax_id, uid


STATES: dict[str, Callable[[Uploading], tuple[str, str]]] = {
    "uploading": announced,
    "uploaded": uploaded,
    "refused": refused,
    "expired": expired,
}


def erased(uploading: Uploading, uid: str, stack: Stack | None = None) -> Erased:
    return erase.erase(stack or uploading.cloud.stack(), uid, uploading.now)


def erased_to_its_end(uploading: Uploading, uid: str) -> None:
    """As an operator does who is told to do it again; once more, where it had come to its end already."""
    uploading.clock += timedelta(minutes=3)
    with suppress(NotErased):
        erased(uploading, uid)


def hooked(uploading: Uploading, hook: Callable[[int], object]) -> Stack:
    """The stack, of which ``hook`` is told the number of each call before it is made."""
    stack, made = uploading.cloud.stack(), list[str]()

    def seen(model: Any, **_: object) -> None:
        made.append(model.name)
        hook(len(made))

    def client(service: str) -> Any:
        made_client = stack.client(service)
        made_client.meta.events.register("provide-client-params", seen)
        return made_client

    return replace(stack, client=client)


def assert_nothing_is_left(uploading: Uploading) -> None:
    assert [f"{item['pk']} {item['sk']}" for item in uploading.items() if item["sk"] != "ERASED"] == []
    assert uploading.cloud.objects() == {}


# --- what goes, and what comes later ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("state", "files", "size"), [
    ("uploading", 0, 0), ("uploaded", 2, len(NOTE + LETTER)), ("refused", 0, 0), ("expired", 0, 0),
])  # fmt: skip
def test_all_that_was_announced_goes(deployed: Uploading, state: str, files: int, size: int) -> None:
    fax_id, uid = STATES[state](deployed)
    assert erased(deployed, uid) == Erased(fax_id, files, size, announced=True)
    assert_nothing_is_left(deployed)
    said = [(line["state"], line["id"], line["files"], line["bytes"], line["record"]) for line in audited(deployed)]
    assert said == [(each, fax_id, files, size, False) for each in ("begun", "done")]
    with pytest.raises(NotErased, match=r"^There is nothing of fax "):
        erased(deployed, uid)


def audited(uploading: Uploading) -> list[dict[str, Any]]:
    """The audit log's lines of the last erasure."""
    return uploading.cloud.audit()[-2:]


def test_one_whose_time_is_over_goes_too(deployed: Uploading) -> None:
    """The table removes it up to days later."""
    fax_id, uid = refused(deployed)
    deployed.cloud.dynamodb.update_item(
        TableName=deployed.table,
        Key={"pk": {"S": f"UPLOAD#{fax_id}"}, "sk": {"S": "UPLOAD"}},
        UpdateExpression="SET expiresAt = :over",
        ExpressionAttributeValues={":over": {"N": str(int(deployed.clock.timestamp()) - 1)}},
    )
    erased(deployed, uid)
    assert_nothing_is_left(deployed)


@pytest.mark.parametrize("state", STATES)
def test_what_comes_later_changes_nothing(deployed: Uploading, state: str) -> None:
    """The addresses are good for half an hour more, and messages may lie in the queue."""
    fax_id, uid = STATES[state](deployed)
    erased(deployed, uid)
    for position, content in ((1, NOTE), (2, LETTER)):
        deployed.upload(fax_id, position, content)
        assert deployed.check(fax_id, position)
        assert_nothing_is_left(deployed)
    deployed.upload(fax_id, 1, NOTE)
    assert deployed.check(fax_id)
    assert_nothing_is_left(deployed)
    assert (deployed.renew(fax_id)["answered"], deployed.renew(fax_id)["error"]["code"]) == (404, "fax_not_found")
    deployed.clock += timedelta(minutes=20)
    deployed.invoke(deployed.sweep, {})
    assert deployed.messages("UploadQueue") == []
    assert_nothing_is_left(deployed)
    # Its key is free.
    again = deployed.announce(NOTE, LETTER, key=KEY)
    assert (again["replayed"], again["id"] == fax_id, deployed.waiting()) == (False, False, [again["id"]])


def test_another_fax_that_has_the_key_by_now_stays(deployed: Uploading) -> None:
    _, uid = refused(deployed)
    other = deployed.announce(NOTE, LETTER, key=KEY)
    before = len(deployed.items())
    erased(deployed, uid)
    assert deployed.waiting() == [other["id"]]
    # What was announced of the first went, what keeps it out came.
    assert len(deployed.items()) == before
    assert deployed.announce(NOTE, LETTER, key=KEY)["id"] == other["id"]


def test_a_search_over_every_store_queue_and_log_finds_nothing(
    deployed: Uploading, capsys: pytest.CaptureFixture[str]
) -> None:
    name, phone = "kanarienvogel.pdf", "4915550192839"
    body = {"recipients": [phone], "files": [{"name": name, "size": len(PDF), "uploadIdentifier": "canary-4711"}]}
    made = deployed.asked(body, KEY)
    deployed.upload(made["id"], 1, PDF[:-1] + b"!")
    secrets = (name, phone, "canary-4711", made["uid"], made["id"], KEY)
    found = kept(deployed)
    # The search finds what there is; the key is kept nowhere.
    assert [secret for secret in secrets if secret not in found] == [KEY]
    capsys.readouterr()
    erased(deployed, made["uid"])
    deployed.upload(made["id"], 1, PDF)
    deployed.check(made["id"], 1)
    assert [secret for secret in secrets if secret in kept(deployed)] == []
    lines = json.dumps(deployed.cloud.audit()) + "".join(capsys.readouterr())
    # By its id an operator finds a fax in the logs.
    assert [secret for secret in secrets if secret in lines] == [made["id"]]


def kept(uploading: Uploading) -> str:
    """All that tables, the bucket and queues have, as text."""
    tables = [uploading.cloud.items(table) for table in ("FaxTable", "DirectoryTable", "CredentialTable")]
    objects = {key: held.decode("latin-1") for key, held in uploading.cloud.objects().items()}
    queues = [uploading.messages(queue) for queue in ("UploadQueue", "RenderQueue", "SendQueue")]
    return json.dumps([tables, objects, queues])


# --- what happens meanwhile ------------------------------------------------------------------------------------------


def test_every_call_is_tried(deployed: Uploading) -> None:
    fax_id, uid = uploaded(deployed)
    deployed.check(fax_id, 2)
    assert len(deployed.made) == CHECK_CALLS
    made: list[int] = []
    _, uid = uploaded(deployed)
    erased(deployed, uid, hooked(deployed, made.append))
    assert made[-1] == ERASE_CALLS


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("n", range(1, CHECK_CALLS + 1))
def test_an_erasure_between_two_calls_of_a_check(deployed: Uploading, n: int, killed: bool) -> None:
    """The fax is erased, or the erasure says that it is to be done again; so, too, where the check ends there."""
    fax_id, uid = uploaded(deployed)
    said: list[str] = []

    def erases() -> None:
        try:
            erased(deployed, uid)
        except NotErased as error:
            said.append(str(error))
        if killed:
            raise Killed

    deployed.meanwhile[n] = erases
    with suppress(Killed):
        deployed.check(fax_id, 2)
    assert deployed.meanwhile == {}
    # The message comes again where it was not taken.
    deployed.check(fax_id, 2)
    if said:
        assert said == [
            f"Fax {uid} was not erased to its end: it was just being accepted. It cannot be any more, but its files "
            f"may still be copied. Erase it again after {deployed.clock + timedelta(minutes=3):%H:%M:%S} UTC."
        ]
        assert [record["id"] for record in deployed.records()] == []
        deployed.clock += timedelta(minutes=3)
        erased(deployed, uid)
    # From the moment that both files were looked into to the one that it is accepted in.
    assert bool(said) == (n in (4, 5, 6))
    assert_nothing_is_left(deployed)


def differs(uploading: Uploading, fax_id: str) -> None:
    uploading.upload(fax_id, 2, NOTE * 3)
    uploading.check(fax_id, 2)


MEANWHILE: dict[str, Callable[[Uploading, str], object]] = {
    "it is accepted": lambda uploading, fax_id: uploading.check(fax_id),
    "new addresses": lambda uploading, fax_id: uploading.renew(fax_id),
    "a sweep": lambda uploading, _: uploading.invoke(uploading.sweep, {}),
    "a file is not what was announced": differs,
}
_LIKELY = ("it is accepted",)


def calls(*likely: int) -> list[Any]:
    """Each of an erasure's; those where something is likely to break in `make check` as well."""
    numbers = range(1, ERASE_CALLS + 1)
    return [pytest.param(n, marks=[] if n in likely else [pytest.mark.full]) for n in numbers]


# From where it is found to where what was announced is gone.
@pytest.mark.parametrize("n", calls(*range(4, 18)))
@pytest.mark.parametrize("what", [pytest.param(w, marks=[] if w in _LIKELY else [pytest.mark.full]) for w in MEANWHILE])
def test_between_two_calls_of_an_erasure(deployed: Uploading, what: str, n: int) -> None:
    fax_id, uid = uploaded(deployed)
    happened = []

    def hook(number: int) -> None:
        if number == n:
            happened.append(n)
            MEANWHILE[what](deployed, fax_id)

    fax = erased(deployed, uid, hooked(deployed, hook))
    assert happened == [n]
    assert fax.fax_id == fax_id
    # What was uploaded while it was erased has its message.
    deployed.check(fax_id)
    assert_nothing_is_left(deployed)


@pytest.mark.parametrize(
    "n", [pytest.param(n, marks=[] if n in (11, 12) else [pytest.mark.full]) for n in range(9, 14)]
)
def test_the_same_announcement_between_two_calls_of_an_erasure(deployed: Uploading, n: int) -> None:
    """It gives the fax more time, for which it writes the whole item; or its key is free, and it is another fax."""
    fax_id, uid = announced(deployed)
    deployed.clock += timedelta(minutes=40)

    def hook(number: int) -> None:
        if number == n:
            deployed.announce(NOTE, LETTER, key=KEY)

    erased(deployed, uid, hooked(deployed, hook))
    kept = [item for item in deployed.items() if item["sk"] != "ERASED"]
    assert [item for item in kept if fax_id in str(item) or uid in str(item)] == []


# Before and behind the write by which it ends, and of each kind that deletes.
@pytest.mark.parametrize("n", calls(9, 12, 13, 14, 17, 18))
def test_an_erasure_that_is_interrupted_is_done_again(deployed: Uploading, n: int) -> None:
    _, uid = uploaded(deployed)

    def hook(number: int) -> None:
        if number == n:
            raise EndpointConnectionError(endpoint_url="https://127.0.0.1")

    with pytest.raises((NotErased, EndpointConnectionError)):
        erased(deployed, uid, hooked(deployed, hook))
    with suppress(NotErased):
        erased(deployed, uid)
    assert_nothing_is_left(deployed)


def test_what_is_changed_time_and_again(deployed: Uploading) -> None:
    fax_id, uid = uploaded(deployed)
    stack = deployed.cloud.stack()

    def client(service: str) -> Any:
        made = stack.client(service)
        made.meta.events.register(
            "provide-client-params.dynamodb.TransactWriteItems", lambda **_: deployed.renew(fax_id) and None
        )
        return made

    with pytest.raises(NotErased, match=r"was not erased to its end\. AWS said: what was announced is changed time"):
        erased(deployed, uid, replace(stack, client=client))
    assert deployed.waiting() == [fax_id]


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_says_what_it_did(
    deployed: Uploading, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(found_stack, "find", lambda _: deployed.cloud.stack())
    fax_id, uid = uploaded(deployed)
    capsys.readouterr()
    assert erase.main(["--fax", uid], deployed.now) == 0
    assert capsys.readouterr().out == (
        f"erased fax {fax_id}: 2 files, {len(NOTE + LETTER)} bytes, and what was announced; it was never accepted\n"
        "point-in-time recovery can bring what was announced back for up to 35 days, the files never;\n"
        "make restore leaves it out\n"
        "the audit line: in log group audit\n"
    )
