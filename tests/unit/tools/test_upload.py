"""Sending what no form holds: announced, uploaded over lines that break, and asked for until it is decided."""

from pathlib import Path
from typing import Any

import pytest

from tests.support.upload_service import ACCEPTED, CONTENT, SHA256, UPLOADING, Service, running
from tools.client import send, upload
from tools.client.send import Unsent


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is waited for, and little fits into a form."""
    monkeypatch.setattr(upload, "FORM_BYTES", 100_000)
    monkeypatch.setattr(upload, "_PAUSE", 0.0)
    monkeypatch.setattr(upload, "_LOOK", 0.0)


@pytest.fixture
def long(tmp_path: Path) -> Path:
    path = tmp_path / "long.txt"
    path.write_bytes(CONTENT)
    return path


FAX = "/uapi/faxes/@me/0003*210"
POST, PUT, GET = ("POST", FAX), ("PUT", "/uploads/1159/1"), ("GET", f"{FAX}/1159")
RENEW = ("PUT", f"{FAX}/1159")


def test_what_is_too_large_for_a_form_is_announced_and_uploaded(long: Path) -> None:
    service, told = Service(), []
    with running(service) as to:
        answer = send.send(to, [long], ["7778888"], lambda *bytes_: told.append(bytes_), {"rendering": "photo"})
    assert service.calls == [POST, PUT, GET]
    file = {"name": "long.txt", "size": len(CONTENT), "type": "application/octet-stream", "sha256": SHA256}
    assert service.announced == [{"recipients": ["7778888"], "files": [file], "rendering": "photo"}]
    assert service.received == [CONTENT]
    assert told[-1] == (len(CONTENT), len(CONTENT))
    announced, put, _ = service.headers
    assert announced["authorization"] == "Bearer a-token"
    assert announced["idempotency-key"]
    assert (put["if-none-match"], put["content-length"]) == ("*", str(len(CONTENT)))
    # The address is the right.
    assert "authorization" not in put
    assert send.describe(answer) == '200 {"id": "1159", "uid": "5d8e", "status": "accepted"}'


def test_what_a_form_holds_goes_in_one(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("x")
    service = Service()
    with running(service) as to, pytest.raises(Unsent):
        # The server reads JSON alone.
        send.send(to, [tmp_path / "note.txt"], ["7778888"], lambda *_: None)
    assert service.announced == []


@pytest.mark.parametrize(
    ("puts", "calls"),
    [
        ([None, 200], [POST, PUT, PUT, GET]),
        # It got through, and the answer was lost.
        ([None, 412], [POST, PUT, PUT, GET]),
        ([409, 503, 200], [POST, PUT, PUT, PUT, GET]),
        ([403, 200], [POST, PUT, RENEW, PUT, GET]),
    ],
    ids=["broken", "there-already", "busy", "ended-address"],
)
def test_an_upload_that_fails_is_sent_again(long: Path, puts: list[int | None], calls: list[tuple[str, str]]) -> None:
    service = Service(puts=puts)
    with running(service) as to:
        answer = send.send(to, [long], ["7778888"], lambda *_: None)
    assert (service.calls, answer.json()) == (calls, ACCEPTED)


@pytest.mark.parametrize(("puts", "times"), [([None], 5), ([400], 1)], ids=["always-broken", "refused"])
def test_a_file_that_does_not_get_through_is_told(long: Path, puts: list[int | None], times: int) -> None:
    service = Service(puts=puts)
    with running(service) as to, pytest.raises(Unsent, match=r"^long.txt was not uploaded, so the fax 1159 was not"):
        send.send(to, [long], ["7778888"], lambda *_: None)
    assert service.calls == [POST, *[PUT] * times]


@pytest.mark.parametrize(
    ("ends", "said"),
    [
        (
            UPLOADING
            | {"status": "refused", "files": [], "refusal": {"code": "fx_file_invalid", "message": "It is cut off."}},
            "refused: fx_file_invalid: It is cut off.\n",
        ),
        (UPLOADING | {"status": "expired", "files": []}, '200 {"id": "1159", "uid": "5d8e", "status": "expired"}\n'),
    ],
    ids=["refused", "expired"],
)
def test_a_fax_that_is_not_accepted_ends_the_command_as_failed(
    long: Path, ends: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    service = Service(ends=ends)
    with running(service) as to:
        for name, value in {
            "FAX_API_URL": to.url,
            "FAX_API_TOKEN": "a-token",
            "FAX_API_EXTENSION": "0003*210",
            "FAX_API_USER": "@me",
        }.items():
            monkeypatch.setenv(name, value)
        assert send.main(["--file", str(long), "--to", "7778888"]) == 1
    assert capsys.readouterr().out == said
