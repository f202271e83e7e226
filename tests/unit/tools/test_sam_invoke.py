"""What `make invoke` makes of the events and SAM's output."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import requests, template
from tests.support.template import ROOT
from tools import places
from tools.local import sam_invoke
from tools.local.docker import Docker
from tools.local.emulator import Emulator
from tools.local.local_stack import Example
from tools.local.sam_containers import SamLocal
from tools.local.sam_invoke import EVENTS_SECRET, Case, function_log, function_of, invoke, problems, read_case
from tools.operations import directory_file
from tools.steps import StepFailed

TEMPLATE = template.load()

FAX_PATH = "/uapi/faxes/{userId}/{extension}"
OLDER_PATH = "/unifiedapi/faxes/{userId}/{extension}"


@pytest.mark.parametrize(
    ("content", "function"),
    [
        ({"resource": FAX_PATH, "httpMethod": "POST"}, "CreateFaxFunction"),
        ({"resource": OLDER_PATH, "httpMethod": "POST"}, "CreateFaxFunction"),
        ({"resource": "/oauth/token.php", "httpMethod": "POST"}, "IssueTokenFunction"),
        ({"resource": FAX_PATH, "httpMethod": "GET"}, "RefuseFunction"),
        ({"resource": OLDER_PATH, "httpMethod": "DELETE"}, "RefuseFunction"),
        ({"resource": "/oauth/token.php", "httpMethod": "OPTIONS"}, "RefuseFunction"),
        ({"resource": "/", "httpMethod": "POST"}, "RefuseFunction"),
        ({"resource": "/{proxy+}", "httpMethod": "GET"}, "RefuseFunction"),
        ({"resource": FAX_PATH, "httpMethod": "POST", "type": "REQUEST"}, "AuthorizeFunction"),
    ],
)
def test_an_event_goes_to_the_function_that_the_gateway_would_call(
    content: dict[str, str], function: str, tmp_path: Path
) -> None:
    assert function_of(TEMPLATE, event(tmp_path, json.dumps(content))) == function


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({}, "the template has no None None."),
        ({"resource": "/uapi/faxes", "httpMethod": "POST"}, "the template has no POST /uapi/faxes."),
    ],
)
def test_an_event_of_no_function_is_refused(content: dict[str, str], said: str, tmp_path: Path) -> None:
    path = event(tmp_path, json.dumps(content))
    with pytest.raises(StepFailed) as caught:
        function_of(TEMPLATE, path)
    assert str(caught.value) == f"{path} is for no function: {said}"


OUTPUT = """\
Invoking app.handler (python3.13)
Mounting /somewhere as /var/task:ro,delegated, inside runtime container
SAM_CONTAINER_ID: eeef4fd0
{"level":"INFO","message":"fax accepted"}
REPORT RequestId: f8a0b98e	Duration: 319.17 ms

[ERROR] [1795441265105] LAMBDA_RUNTIME Failed to get next invocation. No Response from endpoint
Traceback (most recent call last):
"""


def test_the_log_is_what_the_function_wrote() -> None:
    assert function_log(OUTPUT).splitlines() == [
        '{"level":"INFO","message":"fax accepted"}',
        "REPORT RequestId: f8a0b98e	Duration: 319.17 ms",
    ]


def test_output_without_the_marks_is_all_kept() -> None:
    assert function_log("one\ntwo") == "one\ntwo"


def event(folder: Path, text: str = "{}") -> Path:
    path = folder / "event.json"
    path.write_text(text)
    return path


def test_an_event_without_an_expected_answer(tmp_path: Path) -> None:
    path = event(tmp_path)
    assert read_case(path) == Case(path, tmp_path / "answers" / "event.json", None)


def test_an_event_with_an_expected_answer(tmp_path: Path) -> None:
    answer = {"statusCode": 204, "headers": {}, "body": None}
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "event.json").write_text(json.dumps(answer))
    assert read_case(event(tmp_path)).expected == answer


@pytest.mark.parametrize(
    ("text", "words"),
    [("no json", "event.json is not JSON: "), ("[]", "event.json is not an event: "), ("\udcff", "is not JSON: ")],
)
def test_a_file_that_is_no_event(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(text, errors="surrogateescape")
    with pytest.raises(StepFailed, match=words):
        read_case(path)


def test_an_event_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match=r"event\.json cannot be read: No such file or directory"):
        read_case(tmp_path / "event.json")


@pytest.mark.parametrize("text", ["{}", "no json"])
def test_an_expected_answer_with_a_mistake(text: str, tmp_path: Path) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "event.json").write_text(text)
    with pytest.raises(StepFailed, match=r"answers/event\.json is not an expected answer: "):
        read_case(event(tmp_path))


@pytest.mark.parametrize(
    ("content", "answer", "found"),
    [
        ({"type": "REQUEST"}, {"principalId": "alice", "policyDocument": {}}, []),
        ({"type": "REQUEST"}, {"principalId": "alice"}, ["it has no policyDocument"]),
        ({"type": "REQUEST"}, {"statusCode": 200}, ["it has no principalId", "it has no policyDocument"]),
        ({"type": "REQUEST"}, None, ["it has no principalId", "it has no policyDocument"]),
        ({}, {"principalId": "alice", "policyDocument": {}}, ["it has no statusCode"]),
        ({}, {"statusCode": 204}, []),
    ],
)
def test_an_authorizers_answer_is_a_policy(
    content: dict[str, str], answer: Any, found: list[str], tmp_path: Path
) -> None:
    assert problems(event(tmp_path, json.dumps(content)), answer) == found


def test_no_event_says_how() -> None:
    with pytest.raises(StepFailed, match=r"make invoke EVENT=events/NAME\.json"):
        invoke([])


def test_the_app_of_the_stored_events_can_log_in() -> None:
    assert requests.EXAMPLE.secret == EVENTS_SECRET
    entries = directory_file.parse((ROOT / "directory.example.yaml").read_text())
    assert entries.apps[0].key == requests.EXAMPLE.key


def test_every_stored_event_can_be_used() -> None:
    events = sorted((ROOT / "events").glob("*.json"))
    assert events
    assert [path.name for path in events if read_case(path).expected is None] == []
    for path in events:
        function_of(TEMPLATE, path)


# Its arguments: local invoke FUNCTION --event PATH. What it does with the event of a name stands in a file beside it.
SAM = """#!/bin/sh
echo x >>"$5.times"
. "$5.sh"
"""
ANSWERS = 'echo "{\\"statusCode\\": $(wc -l <"$5.times"), \\"body\\": \\"$3\\"}"'
TAKEN = "echo 'Bind for 127.0.0.1:5555 failed: port is already allocated' >&2; exit 1"

type Invoke = Callable[..., int]


@pytest.fixture
def invoking(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Invoke:
    """`make invoke` with a SAM that does what a script says: ``invoking(one=script, two=script)``, an event each."""
    (tmp_path / "sam").write_text(SAM)
    (tmp_path / "sam").chmod(0o755)
    (tmp_path / "template.yaml").write_text(json.dumps(TEMPLATE))
    monkeypatch.setattr(places, "SAM", tmp_path / "sam")
    monkeypatch.setattr(sam_invoke, "_AT_A_TIME", 2)

    @contextmanager
    def started(secret: str | None = None) -> Iterator[SamLocal]:
        aws = Emulator(url="", port=0, ca_bundle=None, folder=tmp_path)
        yield SamLocal(Docker("", ""), aws, tmp_path / "template.yaml", "an-image", Example("", {}, "", ""))

    monkeypatch.setattr(sam_invoke, "sam_local", started)
    monkeypatch.setattr(Docker, "has_image", lambda *_: True)

    def call(**scripts: str) -> int:
        events = [tmp_path / f"{name}.json" for name in scripts]
        for path, script in zip(events, scripts.values(), strict=True):
            path.write_text(json.dumps({"resource": FAX_PATH, "httpMethod": "POST"}))
            path.with_name(f"{path.name}.sh").write_text(script)
        return invoke(events)

    return call


def test_answers_come_in_the_order_of_the_events(
    invoking: Invoke, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The first is over when the second is.
    first = f'until [ -e "{tmp_path}/two.json.times" ]; do sleep 0.01; done; {ANSWERS}'
    assert invoking(one=first, two=ANSWERS.replace("$3", "two"), three=ANSWERS.replace("$3", "three")) == 0
    printed = capsys.readouterr()
    answered = [{"statusCode": 1, "body": body} for body in ("CreateFaxFunction", "two", "three")]
    assert printed.out == "".join(f"{json.dumps(answer, indent=2)}\n" for answer in answered)
    assert [line for line in printed.err.splitlines() if line.startswith("==> /")] == [
        f"==> {tmp_path / name}.json to CreateFaxFunction" for name in ("one", "two", "three")
    ]
    assert printed.err.endswith("\n3 of 3 events were answered as they should be\n")


def test_one_wrong_answer_is_a_failure(invoking: Invoke, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers/two.json").write_text(json.dumps({"statusCode": 204, "headers": {}, "body": None}))
    assert invoking(one=ANSWERS, two='echo "{\\"statusCode\\": 200}"') == 1
    assert capsys.readouterr().err.splitlines()[-4:] == [
        f"    not the expected answer: {tmp_path}/answers/two.json",
        "      statusCode: expected 204, got 200",
        "",
        "1 of 2 events were answered as they should be",
    ]


def test_a_port_that_another_took_is_drawn_again(invoking: Invoke, capsys: pytest.CaptureFixture[str]) -> None:
    assert invoking(one=f'[ "$(wc -l <"$5.times")" -gt 2 ] || {{ {TAKEN}; }}; {ANSWERS}') == 0
    assert json.loads(capsys.readouterr().out) == {"statusCode": 3, "body": "CreateFaxFunction"}


@pytest.mark.parametrize(("script", "times"), [(TAKEN, 3), ("echo out of disk >&2; exit 1", 1)])
def test_what_does_not_pass_is_told(script: str, times: int, invoking: Invoke, tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as caught:
        invoking(one=script)
    said = "Bind for 127.0.0.1:5555 failed: port is already allocated" if times == 3 else "out of disk"
    assert str(caught.value) == f"sam local ended; its last lines:\n    {said}"
    assert (tmp_path / "one.json.times").read_text() == "x\n" * times
