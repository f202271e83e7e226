"""The commands that need Docker, as the README has them: a stored event, and the API for curl, in containers."""

import json
import re
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_commands import ENVIRONMENT, assert_curl_lines_work, run, running, wait_until_up
from tests.support.template import ROOT
from tools import answers, docker, lambda_image
from tools.steps import StepFailed


@pytest.fixture(scope="module", autouse=True)
def _image() -> Iterator[None]:
    """Amazon's image cannot be pulled everywhere, so the stand-in's; it is gone afterwards where it was not there."""
    if sys.platform != "linux":
        pytest.skip("the stand-in for Amazon's image is made on Linux alone")
    try:
        daemon = docker.connect()
    except StepFailed as error:
        pytest.skip(str(error))
    if daemon.has_image(lambda_image.IMAGE):
        yield
        return
    made = run(["make", "--silent", "lambda-image"], ENVIRONMENT)
    assert made.returncode == 0, made.stdout + made.stderr
    yield
    daemon.attempt("image", "rm", lambda_image.IMAGE)


def test_invoke_gives_a_stored_events_answer() -> None:
    done = run(["make", "--silent", "invoke", "EVENT=events/curl.json events/file-png.json"], ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    for name in ("curl", "file-png"):
        assert f"    the expected answer: events/answers/{name}.json\n" in done.stderr
    answered = [json.loads(text) for text in re.findall(r"^\{$.*?^\}$", done.stdout, re.MULTILINE | re.DOTALL)]
    expected = [answers.read(ROOT / f"events/answers/{name}.json") for name in ("curl", "file-png")]
    assert [answers.differences(*pair) for pair in zip(expected, answered, strict=True)] == [[], []]


def test_local_api_prints_curl_lines_that_work_when_pasted(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = tmp_path / "log"
    with running(["tools.sam_local", "api", "--port", str(port)], log) as process:
        wait_until_up(process, log)
        assert_curl_lines_work(log.read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
