"""What the pages tell a reader to type, typed: the samples of docs/api, and every command of every page.

They are typed as they stand, in a shell that has read `make env` of the deployed stack.
"""

import re
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from tests.support import docs, openapi
from tests.support.commands import run, sender_environment
from tests.support.curl import DENIED
from tests.support.samples import (
    BUSY,
    CURL_ALONE,
    LOGGING_IN,
    LOST,
    NOT_STORED,
    REFUSED,
    SAMPLES,
    SENDING,
    SENDING_AGAIN,
    STATUS,
    THROTTLED,
    TIMED_OUT,
    TRUSTING,
    UPLOADING,
    WAITING,
    Between,
    Instead,
    Sample,
    named,
)
from tools.local.stack_file import LocalStack

FAX = re.compile(r'\{"id": "[0-9]+", "uid": "[0-9a-f]{32}"\}')
TOKEN = re.compile(r'\{"access_token": "[A-Za-z0-9_-]{43}", "token_type": "Bearer", "expires_in": 3600\}')


def test_the_page_has_each_call_in_each_language() -> None:
    assert [block.language for block in SENDING if block.page.name == "send.md"] == ["sh", "python", "js"]
    assert [block.language for block in SENDING_AGAIN] == ["sh", "python", "js"]
    assert [block.language for block in LOGGING_IN] == ["sh", "python", "js"]
    assert [block.language for block in WAITING] == ["sh", "python", "js"]
    assert {block.name for block in SAMPLES} == {block.name for block in [*SENDING, *UPLOADING, *STATUS, *LOGGING_IN]}


@pytest.mark.parametrize("block", SENDING, ids=named)
def test_a_sample_sends_one_fax(sample: Sample, faxes: Callable[[], int], block: docs.Block) -> None:
    before = faxes()
    done = sample(block)
    assert (done.returncode, faxes() - before) == (0, 1), done.stderr
    # curl alone shows the body alone.
    assert re.fullmatch(FAX.pattern if block in CURL_ALONE else f"200 {FAX.pattern}\n", done.stdout)


@pytest.mark.parametrize("block", LOGGING_IN, ids=named)
def test_a_sample_logs_in(sample: Sample, block: docs.Block) -> None:
    done = sample(block)
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(TOKEN.pattern if block.language == "sh" else f"200 {TOKEN.pattern}\n", done.stdout)


@pytest.mark.parametrize("block", SENDING, ids=named)
def test_a_sample_says_what_is_wrong(sample: Sample, block: docs.Block) -> None:
    done = sample(block, TOKEN="an-unknown-token")  # noqa: S106  (it opens nothing)
    # curl alone shows the answer, and ends as it does with any.
    assert (done.returncode == 0) == (block in CURL_ALONE)
    said = done.stdout + done.stderr
    assert "access_denied" in said
    assert DENIED.body["error"]["message"] in said


@pytest.mark.parametrize("block", LOGGING_IN, ids=named)
def test_a_sample_says_why_there_is_no_token(sample: Sample, block: docs.Block) -> None:
    done = sample(block, SECRET="wrong")  # noqa: S106  (it is)
    assert (done.returncode == 0) == (block.language == "sh")
    assert "invalid_client" in done.stdout + done.stderr


# --- samples that send again, over a way on which something goes wrong ---------------------------------------------


type Through = Callable[[docs.Block, Sequence[Instead]], tuple[subprocess.CompletedProcess[str], Between]]


@pytest.fixture
def through(stack: LocalStack, sample: Sample, tmp_path: Path) -> Through:
    """Run a sample, without waits of its own, against the stack with something between: what it printed, what came."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "between.pem")

    def call(block: docs.Block, script: Sequence[Instead]) -> tuple[subprocess.CompletedProcess[str], Between]:
        at_once = re.sub(r"\b1(,?) 2\1 4\1 8\1 (0|None|null)", r"0\1 0\1 0\1 0\1 \2", block.text)
        assert at_once != block.text
        with Between(stack, authority, script) as between:
            threading.Thread(target=between.serve_forever, daemon=True).start()
            trusted = dict.fromkeys(TRUSTING, str(tmp_path / "between.pem"))
            done = sample(replace(block, text=at_once), HOST=between.host, **trusted)
            between.shutdown()
        return done, between

    return call


@pytest.mark.parametrize("block", SENDING_AGAIN, ids=named)
@pytest.mark.parametrize(
    "script",
    [[LOST], [REFUSED], [NOT_STORED], [BUSY], [TIMED_OUT], [LOST, BUSY, REFUSED, NOT_STORED]],
    ids=["lost", "refused", "not stored", "busy", "timed out", "all of them"],
)
def test_a_sample_sends_again_and_it_is_one_fax(
    through: Through, faxes: Callable[[], int], block: docs.Block, script: list[Instead]
) -> None:
    before = faxes()
    done, between = through(block, script)
    assert (done.returncode, len(between.keys), faxes() - before) == (0, len(script) + 1, 1), done.stderr
    # One key for all, and nothing is printed but the last answer.
    assert len(set(between.keys)) == 1
    assert re.fullmatch(r"[0-9a-f-]{32,36}", str(between.keys[0]))
    assert done.stdout.endswith(between.last)
    assert re.fullmatch(f"200 {FAX.pattern}\n", between.last)


@pytest.mark.parametrize("block", SENDING_AGAIN, ids=named)
def test_a_sample_waits_as_long_as_it_is_told(through: Through, faxes: Callable[[], int], block: docs.Block) -> None:
    before = faxes()
    done, between = through(block, [THROTTLED])
    assert (done.returncode, len(between.times), faxes() - before) == (0, 2, 1), done.stderr
    assert THROTTLED.retry_after is not None
    assert between.times[1] - between.times[0] >= THROTTLED.retry_after


@pytest.mark.parametrize("block", SENDING_AGAIN, ids=named)
def test_a_sample_gives_up_after_five_tries_and_says_what_it_got(
    through: Through, faxes: Callable[[], int], block: docs.Block
) -> None:
    before = faxes()
    done, between = through(block, [BUSY] * 9)
    assert (len(between.keys), faxes() - before) == (5, 0)
    assert done.stdout == "503 <html>busy</html>\n"
    assert done.returncode != 0


@pytest.mark.parametrize("block", SENDING_AGAIN, ids=named)
@pytest.mark.parametrize(
    "answer",
    [Instead(401, '{"error": {"code": "access_denied", "message": "No."}}'), Instead(403, '{"message":"Forbidden"}')],
    ids=["denied", "of another shape"],
)
def test_a_sample_does_not_send_again_what_is_refused(through: Through, block: docs.Block, answer: Instead) -> None:
    done, between = through(block, [answer])
    assert len(between.keys) == 1
    assert done.stdout == f"{answer.status} {answer.body}\n"
    assert done.returncode != 0


# --- every command of every page ------------------------------------------------------------------------------------

# `make check`, which is all of CI, types these itself, or runs what they run.
TYPED_BY_CI = {"make run", "make test", "make unit"}
# They need Docker: tests/e2e/test_containers.py types them.
IN_CONTAINERS = ("make invoke ", "make local-api")
# What a reader has of their own.
DEPLOYED = "https://abc123.execute-api.eu-west-1.amazonaws.com/v1"
OWN = {
    "directory.yaml": "directory.example.yaml",
    "FILE=letter.pdf": "FILE=tests/data/documents/letter.pdf",
    "@letter.pdf": "@tests/data/documents/letter.pdf",
    # The other apps' secrets are other tests'.
    'ROTATE="example-app example-office"': "ROTATE=example-provider",
    "ROTATE=example-app\n": "ROTATE=example-provider STACK=fax-api\n",
    # The log has what all tests did, errors too.
    "make logs": ">/dev/null make logs STACK=fax-api",
    "make stuck": "make stuck STACK=fax-api",
    "make faxes": "make faxes STACK=fax-api",
}


def scripts() -> list[docs.Block]:
    """The shell blocks of all pages but the samples; of each what neither another runs nor a real account alone."""
    found = []
    for block in (each for page in [*docs.PAGES, openapi.PATH] for each in docs.blocks(page)):
        if block.language == "sh" and block not in SAMPLES:
            commands = [command for command in docs.commands(block) if command not in TYPED_BY_CI]
            script = "\n".join(command for command in commands if not command.startswith(IN_CONTAINERS))
            if script:
                found.append(replace(block, text=script + "\n"))
    return found


@pytest.mark.parametrize("block", scripts(), ids=lambda block: block.name)
def test_a_pages_commands_work(stack: LocalStack, told: dict[str, str], block: docs.Block) -> None:
    script = block.text.replace(DEPLOYED, stack.apiUrl)
    for theirs, here in OWN.items():
        script = script.replace(theirs, here)
    [key] = {app for app in stack.appSecrets if f"APP={app}" in script} or {stack.appKey}
    operators = {
        "FAX_API_KEY": key,
        "FAX_API_SECRET": stack.appSecrets[key],
        # The SDK's, as in an account.
        "AWS_ENDPOINT_URL": stack.endpointUrl,
        "AWS_DEFAULT_REGION": stack.region,
        "AWS_CA_BUNDLE": stack.caBundle,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "MAKEFLAGS": "--no-print-directory",
    }
    environment = sender_environment(stack) | told | operators
    done = run(["sh", "-e", "-c", script], environment)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "error" not in done.stdout
    # The page shows what is printed: of a file of this project, its size as well.
    [shown, *_] = [*re.findall("sent [0-9,]+ bytes", following(block)), ""]
    assert shown in done.stderr


def following(block: docs.Block) -> str:
    """A page's text from a block to the next."""
    text = block.page.read_text(encoding="utf-8").split("\n")[block.line - 1 :]
    return "\n".join(text).split("```")[1]
