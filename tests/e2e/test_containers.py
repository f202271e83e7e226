"""The commands that need Docker, in containers: every stored event invoked, and the API for curl."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import docs, requests
from tests.support.commands import ENVIRONMENT, assert_curl_lines_work, run, running, wait_until_up
from tests.support.curl import REQUEST, SEND, Answer, Curl, assert_accepted, curling, refusal
from tests.support.images import HEIGHT, LONG, WIDTH, Page, tiff
from tests.support.template import ROOT
from tools.client import answers
from tools.local import docker, lambda_image
from tools.steps import StepFailed

DOCUMENTS = ROOT / "tests/data/documents"


def needs_a_fax(name: str) -> bool:
    """Whether an event is about a fax that is there already, which a deployment of `make invoke` has not."""
    answer = answers.read(ROOT / "events/answers" / f"{name}.json")
    return requests.read(name).route.function in ("read_faxes", "change_faxes") and answer["statusCode"] in (200, 409)


NAMES = [name for name in requests.names() if not needs_a_fax(name)]


@pytest.fixture(scope="module", autouse=True)
def _image() -> Iterator[None]:
    """The base image: what LAMBDA_IMAGE names, else the stand-in's; afterwards, Docker has nothing that it had not."""
    try:
        daemon = docker.connect()
    except StepFailed as error:
        pytest.skip(str(error))
    before = containers_and_images(daemon)
    if "LAMBDA_IMAGE" in os.environ or daemon.has_image(lambda_image.IMAGE):
        yield
        assert containers_and_images(daemon) - before == set()
        return
    if sys.platform != "linux":
        pytest.skip("the stand-in for Amazon's image is made on Linux alone, and LAMBDA_IMAGE names no other")
    made = run(["make", "--silent", "lambda-image"], ENVIRONMENT)
    assert made.returncode == 0, made.stdout + made.stderr
    yield
    daemon.attempt("image", "rm", lambda_image.IMAGE)
    assert containers_and_images(daemon) - before == set()


def containers_and_images(daemon: docker.Docker) -> set[str]:
    return daemon.lines("ps", "--all", "--quiet") | daemon.lines("image", "ls", "--all", "--quiet")


# --- make invoke -----------------------------------------------------------------------------------------------------


def answered(printed: str) -> list[Any]:
    """The answers that `make invoke` printed."""
    return [json.loads(text) for text in re.findall(r"^\{$.*?^\}$", printed, re.MULTILINE | re.DOTALL)]


def test_invoke_prints_what_the_readme_shows() -> None:
    [block] = [block for block in docs.blocks(ROOT / "docs" / "local.md") if "make invoke" in block.text]
    invoking, _ = docs.commands(block)
    done = run(["sh", "-c", f"MAKEFLAGS=--silent {invoking}"], ENVIRONMENT)
    assert done.returncode == 0, done.stderr
    verdict = done.stderr.splitlines(keepends=True)[-1]
    assert verdict == "    the expected answer: events/answers/curl.json\n"
    drawn = r'"\{\\"id\\": .*\}"'
    shown = re.sub(drawn, "", (ROOT / "docs" / "local.md").read_text())
    assert textwrap.indent(re.sub(drawn, "", done.stdout + verdict), "    ") in shown


def assert_invoke_gives_the_answers_of(events: list[Path]) -> None:
    named = " ".join(str(path.relative_to(ROOT)) for path in events)
    # Some seconds an event, on a machine that has other things to do.
    done = subprocess.run(
        ["make", "--silent", "invoke", f"EVENT={named}"],
        env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True, timeout=300 + 30 * len(events),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told = re.findall(r"^==> (events/\S+) to |^    the expected answer: (\S+)$", done.stderr, re.MULTILINE)
    assert told == [
        pair for path in events for pair in ((f"events/{path.name}", ""), ("", f"events/answers/{path.name}"))
    ]
    assert done.stderr.endswith(f"\n{len(events)} of {len(events)} events were answered as they should be\n")
    expected = [answers.read(ROOT / "events/answers" / path.name) for path in events]
    different = [answers.differences(*pair) for pair in zip(expected, answered(done.stdout), strict=True)]
    assert different == [[]] * len(events)


# SAM starts anew for each event, which takes seconds. tests/integration replays them all, without containers.
@pytest.mark.full
def test_invoke_gives_every_stored_events_answer() -> None:
    assert_invoke_gives_the_answers_of([ROOT / f"events/{name}.json" for name in NAMES])


def test_invoke_gives_the_answer_of_an_event_of_each_function() -> None:
    first = {requests.read(name).route.function: name for name in reversed(NAMES)}
    # It has had one, for the page.
    del first["create_fax"]
    assert sorted(first) == ["change_faxes", "issue_token", "read_faxes", "refuse"]
    assert_invoke_gives_the_answers_of([ROOT / f"events/{name}.json" for name in first.values()])


# --- make local-api --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LocalApi:
    """`make local-api`, up: its process, its log, what it printed to paste, and curl with the token in that."""

    process: subprocess.Popen[bytes]
    log: Path
    printed: str
    curl: Curl

    def logged(self, fax_id: str) -> dict[str, Any]:
        """What the function logged of an accepted fax, when that has come here."""
        for _ in range(100):
            for line in self.log.read_text().splitlines():
                if f'"fax_id":"{fax_id}"' in line:
                    return dict(json.loads(line))
            with pytest.raises(subprocess.TimeoutExpired):
                self.process.wait(0.2)
        raise AssertionError(f"nothing was logged of fax {fax_id}")


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalApi]:
    """Afterwards: ctrl-C ended it as it should."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("api") / "log"
    with running(["tools.local.sam_local", "api", "--port", str(port)], log) as process:
        wait_until_up(process, log)
        printed = log.read_text()
        [token] = re.findall(r"Bearer ([^']+)'", printed)
        yield LocalApi(process, log, printed, curling(f"http://127.0.0.1:{port}", token, identified=False))
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0


def test_local_api_prints_curl_lines_that_work_when_pasted(api: LocalApi) -> None:
    assert_curl_lines_work(api.printed)


def attached(*files: Path) -> list[str]:
    return [argument for file in files for argument in ("-F", f"files=@{file}")]


@pytest.mark.parametrize("path", [SEND, "/unifiedapi/faxes/@me/0003*210"])
def test_local_api_takes_files_of_each_kind(api: LocalApi, path: str) -> None:
    files = [DOCUMENTS / name for name in ("letter.pdf", "note.txt", "scan.tif", "photo.jpg")]
    answer = api.curl(path, *REQUEST, *attached(*files))
    assert_accepted(answer)
    assert_logged(api, answer, files, pages=4)


def test_local_api_takes_a_large_file_whole(api: LocalApi, tmp_path: Path) -> None:
    """Eight pages as they come from a scanner, not compressed: 4 MB, in which no two strips are the same."""
    width, height = 1728, 2292
    size = {WIDTH: (LONG, [width]), HEIGHT: (LONG, [height])}
    strips = [b"%08d" % page * (width // 8 * height // 8) for page in range(8)]
    large = tmp_path / "large.tif"
    large.write_bytes(tiff(*(Page(size, [strip]) for strip in strips)))
    assert large.stat().st_size > 3_900_000
    answer = api.curl(SEND, *REQUEST, *attached(large))
    assert_accepted(answer)
    assert_logged(api, answer, [large], pages=8)


def assert_logged(api: LocalApi, answer: Answer, files: list[Path], pages: int) -> None:
    logged = api.logged(answer.body["id"])
    told = {name: logged[name] for name in ("outcome", "status", "files", "pages", "bytes")}
    size = sum(file.stat().st_size for file in files)
    assert told == {"outcome": "accepted", "status": 200, "files": len(files), "pages": pages, "bytes": size}


PNG = "File 2 of 2, picture.png, is a PNG image; allowed are jpg, tif, pdf and txt."
FORM = [*REQUEST, *attached(DOCUMENTS / "note.txt")]


@pytest.mark.parametrize(
    ("path", "arguments", "expected"),
    [
        (SEND, [*FORM, *attached(DOCUMENTS / "picture.png")], refusal(400, "fx_file_invalid", PNG)),
        (
            SEND,
            ["-X", "DELETE"],
            refusal(501, "request_not_implemented", "This path does not take this method."),
        ),
        ("/uapi/faxes", FORM, refusal(404, "resource_not_found", "There is no such path.")),
    ],
    ids=["a file of another kind", "another method", "another path"],
)
def test_local_api_refuses(api: LocalApi, path: str, arguments: list[str], expected: Answer) -> None:
    assert api.curl(path, *arguments) == expected


def test_local_api_logs_an_app_in_whose_token_sends(api: LocalApi) -> None:
    [secret] = re.findall(r"client_secret=(\S+)", api.printed)
    app = ["-d", "grant_type=client_credentials", "-d", "client_id=example-app"]
    refused = api.curl("/oauth/token.php", *app, "-d", "client_secret=wrong", token=None)
    said = "The app key or its secret is wrong, or the app is disabled."
    assert refused == Answer(401, "application/json", {"error": "invalid_client", "error_description": said})
    login = api.curl("/oauth/token.php", *app, "-d", f"client_secret={secret}", token=None)
    token = login.body["access_token"]
    assert login == Answer(200, "application/json", {"access_token": token, "token_type": "Bearer", "expires_in": 3600})
    assert_accepted(api.curl(SEND, *FORM, token=token))


def test_local_api_denies_a_token_in_the_words_of_sam(api: LocalApi) -> None:
    """As docs/local.md says; the template's own answer is not read."""
    denied = api.curl(SEND, *FORM, token="x" * 43)
    assert denied == Answer(403, "application/json", {"message": "User is not authorized to access this resource"})
