"""Asking for a fax by hand: what is shown, how long is waited, and how the commands end."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests

from tests.support.local import LOCAL
from tests.support.template import ROOT
from tools.client import fax, login, send, status, wait
from tools.client.login import Deployment
from tools.client.send import Sender
from tools.client.status import Unanswered

TO = Sender("https://fax.example/v1", "a-token", "@me", "@self", True)


def kept(name: str) -> dict[str, Any]:
    """What a kept event is answered."""
    body: dict[str, Any] = json.loads((ROOT / "events" / "answers" / f"{name}.json").read_text())["body"]
    return body


ACCEPTED, ENDED, HISTORY = kept("read-fax-accepted"), kept("read-fax"), kept("read-history")


def answer(code: int, body: object = "", etag: str = "") -> requests.Response:
    response = requests.Response()
    response.status_code = code
    response._content = (body if isinstance(body, str) else json.dumps(body)).encode()
    response.encoding = "utf-8"
    response.headers.update({"ETag": etag} if etag else {})
    return response


@dataclass
class Service:
    """What answers, one after the other; ``asked`` is what for, with which If-None-Match. Time passes by waiting."""

    answers: list[requests.Response | Exception]
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def get(self, url: str, headers: dict[str, str], **_: object) -> requests.Response:
        assert headers["Authorization"] == "Bearer a-token"
        self.asked.append((url, headers.get("If-None-Match")))
        answered = self.answers.pop(0)
        if isinstance(answered, Exception):
            raise answered
        return answered

    def wait(self, seconds: float = 600) -> dict[str, Any] | None:
        return status.wait(
            TO, "12", seconds, self.said.append, sleep=self.waited.append, clock=lambda: float(sum(self.waited))
        )


@pytest.fixture(name="serve")
def _serve(monkeypatch: pytest.MonkeyPatch) -> Any:
    def serve(*answers: requests.Response | Exception) -> Service:
        service = Service(list(answers))
        monkeypatch.setattr(login, "session", lambda url: service)
        return service

    return serve


def test_waiting_asks_with_the_etag_after_a_second_and_after_twice_as_long_up_to_thirty(serve: Any) -> None:
    service = serve(answer(200, ACCEPTED, '"one"'), *[answer(304)] * 6, answer(200, ENDED, '"two"'))
    assert service.wait() == ENDED
    url = "https://fax.example/v1/uapi/faxes/@me/%40self/12"
    assert service.asked == [(url, None), *[(url, '"one"')] * 7]
    assert service.waited == [1, 2, 4, 8, 16, 30, 30]
    assert service.said == ["accepted: 2 waiting", "partially_sent: 1 sent, 1 failed"]


def test_what_passes_is_waited_for(serve: Any) -> None:
    passing = [answer(code) for code in (429, 500, 502, 503, 504)]
    service = serve(requests.ConnectionError(), requests.Timeout(), *passing, answer(200, ENDED, '"two"'))
    assert service.wait() == ENDED
    assert len(service.waited) == 7


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (answer(404, {"error": {"code": "fax_not_found", "message": "No."}}), "404 fax_not_found: No."),
        (answer(401, {"error": {"code": "access_denied", "message": "No."}}), "401 access_denied: No."),
        (answer(200, "<html>"), "200 <html>"),
    ],
)
def test_what_does_not_pass_is_told_at_once(serve: Any, refused: requests.Response, said: str) -> None:
    service = serve(refused)
    with pytest.raises(Unanswered, match=said):
        service.wait()
    assert service.waited == []


def test_waiting_ends_in_time_with_what_was_answered_last(serve: Any) -> None:
    service = serve(answer(200, ACCEPTED, '"one"'), *[answer(304)] * 4)
    assert service.wait(8) == ACCEPTED
    # The last wait is no longer than what is left.
    assert service.waited == [1, 2, 4, 1]
    assert serve(*[requests.Timeout()] * 2).wait(1) is None


@pytest.mark.parametrize(
    ("ended", "code"),
    [
        ("sent", 0),
        ("failed", 1),
        ("canceled", 1),
        ("partially_sent", 5),
        ("accepted", 6),
        ("sending", 6),
        ("of_a_later_release", 6),
    ],
)
def test_a_command_ends_as_the_fax_did(ended: str, code: int) -> None:
    assert status.end({**ENDED, "status": ended}) == code


def test_without_an_answer_it_is_not_final() -> None:
    assert status.end(None) == 6


SHOWN = """\
fax 115937093837901: partially_sent
  from 0003*210 of alice, 1 page, accepted 2026-11-23 09:30:15 UTC
  ended 2026-11-23 09:33:20 UTC
  to 7778888: sent, 1 page sent
    attempt 1, 2026-11-23 09:30:17 UTC to 2026-11-23 09:30:23 UTC: ended, busy (User busy)
    attempt 2, 2026-11-23 09:32:24 UTC to 2026-11-23 09:33:20 UTC: ended
  to +4930123456: failed, number_invalid, 0 pages sent
    attempt 1, 2026-11-23 09:30:17 UTC to 2026-11-23 09:30:19 UTC: ended, number_invalid (Unallocated number)
"""


@pytest.fixture(name="here")
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    """A local stack, and a token."""
    monkeypatch.setattr(login, "deployment", lambda: Deployment(LOCAL.apiUrl, LOCAL.caBundle, LOCAL))
    monkeypatch.setenv("FAX_API_TOKEN", "a-token")
    for name in ("FAX_API_USER", "FAX_API_EXTENSION"):
        monkeypatch.delenv(name, raising=False)


def test_a_fax_is_shown_with_its_history_from_answer_to_answer(
    serve: Any, here: None, capsys: pytest.CaptureFixture[str]
) -> None:
    first = {
        **HISTORY,
        "entry": HISTORY["entry"][:9],
        "links": {"next": "https://elsewhere.example/x?count=9&cursor=c"},
    }
    last = {**HISTORY, "entry": HISTORY["entry"][9:]}
    service = serve(answer(200, ENDED, '"two"'), answer(200, first), answer(200, last))
    assert fax.main(["--id", "115937093837901"]) == 0
    shown, _, told = capsys.readouterr().out.partition("\n\n")
    assert shown + "\n" == SHOWN
    lines = told.splitlines()
    assert len(lines) == 13
    assert lines[0] == "2026-11-23 09:30:15 UTC  rendering_started"
    assert lines[8] == (
        "2026-11-23 09:30:23 UTC  retried  recipient 7778888  attempt 1  reason busy  again at 2026-11-23 09:32:23 UTC"
    )
    # The token goes to the deployment alone.
    base = f"{LOCAL.apiUrl}/uapi/faxes/@me/%40self/115937093837901"
    assert [url for url, _ in service.asked] == [base, f"{base}/events", f"{base}/events?count=9&cursor=c"]


def test_a_simulated_and_a_canceled_fax_say_so() -> None:
    failure = {"why": "page_blank", "file": 2, "page": 3}
    shown = {**ACCEPTED, "sandbox": True, "failure": failure, "cancelRequestedAt": "2026-11-23T09:30:16.001Z"}
    shown["deliveries"] = [{**shown["deliveries"][0], "nextAt": "2026-11-23T09:32:23.900Z"}]
    assert list(status.described(shown)) == [
        "fax 115937093837905: accepted   SIMULATED: nothing was sent to anybody",
        "  from 0003*210 of alice, 1 page, accepted 2026-11-23 09:30:15 UTC",
        "  its pages could not be made: page_blank, file 2, page 3",
        "  to be canceled since 2026-11-23 09:30:16 UTC",
        "  to 7778888: waiting, 0 pages sent",
        "    again at 2026-11-23 09:32:23 UTC",
    ]


def test_an_attempt_that_resumed_a_call_says_where_it_began() -> None:
    attempt = {"number": 2, "status": "ended", "startedAt": "2026-11-23T09:32:24.000Z", "firstPage": 3, "pagesSent": 1}
    shown = {**ACCEPTED, "deliveries": [{**ACCEPTED["deliveries"][0], "attempts": [attempt]}]}
    assert list(status.described(shown))[-1] == "    attempt 2 from page 3, 2026-11-23 09:32:24 UTC: ended"


def test_waiting_by_hand_shows_the_end(serve: Any, here: None, capsys: pytest.CaptureFixture[str]) -> None:
    serve(answer(200, ENDED, '"two"'))
    assert wait.main(["--id", "115937093837901"]) == 5
    assert capsys.readouterr().out == "partially_sent: 1 sent, 1 failed\n" + SHOWN


@pytest.mark.parametrize("command", [fax.main, wait.main])
def test_what_is_not_there_is_said(serve: Any, here: None, command: Any, capsys: pytest.CaptureFixture[str]) -> None:
    serve(answer(404, {"error": {"code": "fax_not_found", "message": "Fax 1 does not exist."}}))
    assert command(["--id", "1"]) == 1
    assert "404 fax_not_found: Fax 1 does not exist." in capsys.readouterr().err


@pytest.mark.parametrize(("waiting", "code"), [([], 0), (["--wait"], 5)])
def test_sending_waits_where_it_is_asked_to(
    serve: Any, here: None, monkeypatch: pytest.MonkeyPatch, waiting: list[str], code: int
) -> None:
    sent = answer(200, {"id": "115937093837901", "uid": "5d8e"})
    monkeypatch.setattr(send, "send", lambda *_: sent)
    service = serve(answer(200, ENDED, '"two"'))
    path = str(ROOT / "LICENSE")
    assert send.main(["--file", path, "--to", "7778888", *waiting]) == code
    assert len(service.asked) == len(waiting)
    if waiting:
        # From the extension that it was sent from.
        assert service.asked[0][0].endswith("/0003*210/115937093837901")


def test_a_fax_whose_files_are_uploaded_says_which_are_there() -> None:
    waits, refused = kept("read-fax-uploading"), kept("read-fax-refused")
    assert list(status.described(waits)) == [
        "fax 115937093837908: uploading",
        "  from 0003*210 of alice, announced 2026-11-23 09:30:15 UTC",
        "  letter.pdf, 1,573 bytes: there",
        "  scan.tif, 6,291,456 bytes: not there",
    ]
    assert list(status.described(refused)) == [
        "fax 115937093837909: refused",
        "  from 0003*210 of alice, announced 2026-11-23 09:30:15 UTC",
        "  scan.pdf, 249,624,628 bytes: not taken",
        "  fx_file_invalid: File 1 of 1, scan.pdf, is cut off: its end is missing.",
    ]
    assert (status.in_one_line(waits), status.in_one_line(refused)) == ("uploading", "refused")
    assert (status.end(waits), status.end(refused)) == (status.NOT_FINAL, status.FAILED)
