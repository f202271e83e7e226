"""Erasing a fax that waits for its files, or ended without them: nothing of it is left, whatever comes later."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from faxes.erasure import Erased
from tests.support.erasing import KEY, announced, assert_nothing_is_left, begun, erased, expired, refused, uploaded
from tests.support.faulty_uploads import LETTER, NOTE, Uploading, started
from tests.support.inspecting import PDF
from tools.operations import deployed as found_stack
from tools.operations import erase
from tools.operations.erase import NotErased


@pytest.fixture(scope="module", name="shared")
def _shared() -> Iterator[Uploading]:
    with started() as uploading:
        yield uploading


@pytest.fixture
def deployed(shared: Uploading, monkeypatch: pytest.MonkeyPatch) -> Uploading:
    return begun(shared, monkeypatch)


STATES: dict[str, Callable[[Uploading], tuple[str, str]]] = {
    "uploading": announced,
    "uploaded": uploaded,
    "refused": refused,
    "expired": expired,
}


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
