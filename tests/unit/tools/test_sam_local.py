"""What `make invoke` and `make local-api` make of the template, the events and SAM's output."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.template import ROOT
from tools.sam_local import Case, function_log, invoke, local_template, read_case
from tools.steps import StepFailed

ENDPOINT = "http://172.17.0.1:4566"
NAMES = {"FileBucket": "fax-api-filebucket-1", "Api": "a1b2c3"}


def built(**variables: Any) -> dict[str, Any]:
    """A built template of one function with those variables, and one without any."""
    return {
        "Globals": {"Function": {"Environment": {"Variables": {"POWERTOOLS_LOG_LEVEL": {"Ref": "LogLevel"}}}}},
        "Resources": {
            "One": {"Type": "AWS::Serverless::Function", "Properties": {"Environment": {"Variables": variables}}},
            "Two": {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "Two"}},
            "FileBucket": {"Type": "AWS::S3::Bucket"},
        },
    }


def test_references_to_resources_become_their_names_and_the_rest_stays() -> None:
    template = built(
        FILE_BUCKET={"Ref": "FileBucket"},
        RETENTION_DAYS={"Ref": "RetentionDays"},
        ARN={"Fn::GetAtt": ["FileBucket", "Arn"]},
        TEXT="text",
    )
    before = json.dumps(template)
    local = local_template(template, ENDPOINT, NAMES)
    assert local["Globals"]["Function"]["Environment"]["Variables"] == {
        "POWERTOOLS_LOG_LEVEL": {"Ref": "LogLevel"},
        "AWS_ENDPOINT_URL": ENDPOINT,
    }
    assert local["Resources"]["One"]["Properties"]["Environment"]["Variables"] == {
        "FILE_BUCKET": "fax-api-filebucket-1",
        "RETENTION_DAYS": {"Ref": "RetentionDays"},
        "ARN": {"Fn::GetAtt": ["FileBucket", "Arn"]},
        "TEXT": "text",
    }
    assert local["Resources"]["Two"] == {"Type": "AWS::Serverless::Function", "Properties": {"CodeUri": "Two"}}
    assert json.dumps(template) == before


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


def test_no_event_says_how() -> None:
    with pytest.raises(StepFailed, match=r"make invoke EVENT=events/NAME\.json"):
        invoke([])


def test_every_stored_event_can_be_used() -> None:
    events = sorted((ROOT / "events").glob("*.json"))
    assert events
    assert [path.name for path in events if read_case(path).expected is None] == []
