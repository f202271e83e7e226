"""The commands, as a person types them.

Longer than 350 lines: one run of make run is told for all of them.
"""

import hashlib
import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image

from faxes.pages import tiff
from tests.support.builds import shared_build
from tests.support.commands import (
    ENVIRONMENT,
    assert_curl_lines_work,
    curl_lines,
    run,
    running,
    sender_environment,
    wait_until_up,
)
from tests.support.curl import DENIED
from tests.support.template import ROOT
from tools import places
from tools.local import run as tools_run
from tools.local.stack_file import LocalStack
from tools.operations import directory

DOCUMENTS = ROOT / "tests/data/documents"


def make_send(environment: dict[str, str], files: str, to: str) -> subprocess.CompletedProcess[str]:
    return run(["make", "--silent", "send", f"FILE={files}", f"TO={to}"], environment)


def without_id(printed: str) -> str:
    """What was printed, the request's id in it being another one each time."""
    return re.sub(r"\(requestId [A-Za-z0-9=_-]+\)", "(requestId ID)", printed)


def test_send_prints_the_answer(stack: LocalStack) -> None:
    files = "tests/data/documents/letter.pdf tests/data/documents/note.txt"
    done = make_send(sender_environment(stack), files, "7778888 0003*211")
    assert done.returncode == 0
    assert re.fullmatch(r'200 \{"id": "[0-9]+", "uid": "[0-9a-f]{32}"\}\n', done.stdout)
    assert re.fullmatch(r"sent [0-9,]+ bytes\nto 7778888, 0003\*211\n", done.stderr)


def test_send_prints_the_errors_code_and_message(stack: LocalStack) -> None:
    done = make_send(sender_environment(stack), "tests/data/documents/picture.png", "7778888")
    assert done.returncode != 0
    assert without_id(done.stdout) == (
        "400 fx_file_invalid: File 1 of 1, picture.png, is a PNG image; allowed are jpg, tif, pdf and txt. "
        "(requestId ID)\n"
    )


def test_send_says_that_a_token_is_wrong(stack: LocalStack) -> None:
    done = make_send(sender_environment(stack, FAX_API_TOKEN="x" * 20), "tests/data/documents/note.txt", "210")
    assert done.returncode != 0
    assert without_id(done.stdout) == f"401 access_denied: {DENIED.body['error']['message']} (requestId ID)\n"


def test_send_says_that_a_file_is_missing(stack: LocalStack) -> None:
    done = make_send(sender_environment(stack), "no-such-file.pdf", "7778888")
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == "no-such-file.pdf cannot be read: No such file or directory"


def test_send_says_that_nobody_answers(stack: LocalStack) -> None:
    done = make_send(sender_environment(stack, FAX_API_URL="https://127.0.0.1:9"), "LICENSE", "7778888")
    assert done.returncode != 0
    assert done.stderr.startswith("https://127.0.0.1:9 gave no answer. Nothing was sent: ")


def logging_in(stack: LocalStack, key: str, **changes: str) -> dict[str, str]:
    """The environment of somebody who has an app's key and secret, and no token."""
    app = {"FAX_API_KEY": key, "FAX_API_SECRET": stack.appSecrets[key]}
    environment = sender_environment(stack) | app | changes
    del environment["FAX_API_TOKEN"]
    return environment


def test_send_logs_an_app_in_where_it_has_no_token(stack: LocalStack) -> None:
    bobs = {"FAX_API_USER": "bob", "FAX_API_EXTENSION": "0003*212"}
    done = make_send(logging_in(stack, "example-office", **bobs), "tests/data/documents/note.txt", "7778888")
    assert done.returncode == 0
    assert re.fullmatch(r'200 \{"id": "[0-9]+", "uid": "[0-9a-f]{32}"\}\n', done.stdout)


WRONG = "401 invalid_client: The app key or its secret is wrong, or the app is disabled."


def test_send_says_that_an_app_cannot_log_in(stack: LocalStack) -> None:
    wrong = logging_in(stack, "example-app", FAX_API_SECRET="x" * 43)
    done = make_send(wrong, "tests/data/documents/note.txt", "7778888")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == f"{stack.apiUrl} issued no token: {WRONG}"


def test_token_prints_a_token_alone_that_send_takes(stack: LocalStack) -> None:
    line = 'FAX_API_TOKEN=$(make -s token APP=example-app) make -s send FILE=LICENSE TO=210 && echo "$FAX_API_TOKEN"'
    done = run(["sh", "-c", line], logging_in(stack, "example-app"))
    assert re.fullmatch(r'200 \{"id": "[0-9]+", "uid": "[0-9a-f]{32}"\}\n\n', done.stdout)
    alone = run(["make", "-s", "token", "APP=example-app"], logging_in(stack, "example-app"))
    assert (alone.returncode, alone.stderr) == (0, "")
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}\n", alone.stdout)


def test_token_says_what_is_wrong(stack: LocalStack) -> None:
    secret = "a-secret-of-somebody"  # noqa: S105  (it opens nothing)
    done = run(["make", "-s", "token", "APP=nobody"], logging_in(stack, "example-app", FAX_API_SECRET=secret))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines()[0] == f"{stack.apiUrl} issued no token: {WRONG}"
    assert secret not in done.stderr


def test_send_asks_for_what_is_missing(stack: LocalStack) -> None:
    done = make_send(sender_environment(stack), "", "7778888")
    assert done.returncode != 0
    assert done.stderr.splitlines()[0] == (
        'Say what to send and to whom: make send FILE="letter.pdf" TO="7778888" (several of each allowed).'
    )


def test_run_shows_the_functions_log_where_its_fax_fails(
    stack: LocalStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    started = datetime.now(UTC)
    somebody_elses = replace(stack, extension="0003*999")
    assert not tools_run.log_in_and_send(somebody_elses, tmp_path)
    tools_run.show_log(somebody_elses, started)
    answer, log = capsys.readouterr().out.split("\nWhat the functions wrote:\n\n")
    code = re.search(r"^400 (\w+): ", answer, re.MULTILINE)
    assert code
    assert re.search(rf"^\S+ \S+  CreateFax   INFO  request answered .* outcome={code[1]} ", log, re.MULTILINE)


def make_run(
    home: Path, log: Path, *arguments: str, **environment: str
) -> AbstractContextManager[subprocess.Popen[bytes]]:
    return running(["tools.local.run", "--home", str(home), *arguments], log, **environment)


def processes_below(folder: Path) -> list[str]:
    """The command lines of this machine's processes that name ``folder``."""
    listed = subprocess.run(["ps", "-Aww", "-o", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(folder) in line and " -m tools.local.run " not in line]


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What spares `make run` the build, where it is not what a test is about."""
    shared = shared_build(tmp_path_factory)
    return [] if shared is None else ["--built", str(shared)]


@pytest.fixture(scope="module")
def narrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str, subprocess.Popen[bytes]]]:
    """`make run`, up: its folder, what it printed, and its process."""
    home = tmp_path_factory.mktemp("home")
    log = tmp_path_factory.mktemp("log") / "run.log"
    with make_run(home, log) as process:
        wait_until_up(process, log)
        yield home, log.read_text(), process


def test_run_prints_curl_lines_that_work_when_pasted(
    narrated: tuple[Path, str, subprocess.Popen[bytes]],
) -> None:
    printed = narrated[1]
    assert_curl_lines_work(printed)


def test_the_curl_line_with_a_picture_gets_the_readmes_answer(
    narrated: tuple[Path, str, subprocess.Popen[bytes]],
) -> None:
    _, sending = curl_lines(narrated[1])
    refused = run(["sh", "-c", sending.replace("letter.pdf", "picture.png")], ENVIRONMENT)
    shown = re.search(r"\n    (.+), (\"requestId\": \")[^\"]+(\"}}\n)", (ROOT / "docs" / "local.md").read_text())
    assert shown
    assert re.fullmatch('{}, {}[^"]+{}'.format(*map(re.escape, shown.groups())), f"{refused.stdout}\n")
    mended = run(["sh", "-c", sending.replace("letter.pdf", "scan.tif")], ENVIRONMENT)
    assert re.fullmatch(r'\{"id": "[0-9]+", "uid": "[0-9a-f]{32}"\}', mended.stdout)


def test_run_shows_the_login_and_its_answer(narrated: tuple[Path, str, subprocess.Popen[bytes]]) -> None:
    printed = narrated[1]
    told = json.loads((narrated[0] / "stack.json").read_text())
    assert f"client_id={told['appKey']} " in printed
    assert f"client_secret={told['appSecret']} " in printed
    [token] = re.findall(
        r'^200 \{"access_token": "(\S+)", "token_type": "Bearer", "expires_in": 3600\}$', printed, re.M
    )
    assert f"-H 'Authorization: Bearer {token}'" in printed


def test_run_shows_where_the_fax_lies(narrated: tuple[Path, str, subprocess.Popen[bytes]]) -> None:
    printed = narrated[1]
    answer = re.search(r'200 \{"id": "([0-9]+)", "uid": "([0-9a-f]{32})"\}', printed)
    assert answer
    fax_id, uid = answer.groups()
    record = json.loads(printed[printed.index("\n{\n") : printed.index("\n}\n") + 2])
    letter, note = (DOCUMENTS / "letter.pdf").stat().st_size, (DOCUMENTS / "note.txt").stat().st_size
    assert f"{letter:>9} bytes  faxes/{uid}/1.pdf" in printed
    assert f"{note:>9} bytes  faxes/{uid}/2.txt" in printed
    assert (record["id"], record["uid"], record["status"]) == (fax_id, uid, "sent")


def test_run_shows_the_faxs_pages(narrated: tuple[Path, str, subprocess.Popen[bytes]]) -> None:
    home, printed, _ = narrated
    uid = re.findall(r'"uid": "([0-9a-f]{32})"', printed)[0]
    [(size, digest)] = re.findall(rf"^ +(\d+) bytes  faxes/{uid}/pages\.tif  sha256 ([0-9a-f]{{64}})$", printed, re.M)
    record = json.loads(printed[printed.index("\n{\n") : printed.index("\n}\n") + 2])
    assert (record["rendered"]["tiff"]["size"], record["rendered"]["tiff"]["sha256"]) == (int(size), digest)
    shown = re.findall(r"^page (\d) of 2 +2,287 rows +[\d,]+ bytes +[\d.]+ s  fine  (\S+)$", printed, re.M)
    assert [int(number) for number, _ in shown] == [1, 2]
    for number, path in shown:
        assert (ROOT / path).resolve() == (home / "pages" / f"page-{number}.png").resolve()
        with Image.open(ROOT / path) as picture:
            assert picture.size == (864, 1144)


def test_run_shows_how_the_fax_was_sent(narrated: tuple[Path, str, subprocess.Popen[bytes]]) -> None:
    printed = narrated[1]
    seen = re.findall(r"^[0-9:]{8}\.[0-9]{3}  (\w+: .+)$", printed, re.M)
    assert (seen[0], seen[-1]) == ("accepted: 2 waiting", "sent: 2 sent")
    time = "[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{8} UTC"
    assert re.search(rf"^{time}  rendering_started\n{time}  pages_ready  pages 2\n", printed, re.M)
    of_each = (rf"sent  recipient {recipient}  attempt 1  pages 2" for recipient in ("7778888", r"0003\*211"))
    for told in (*of_each, "ended_sent"):
        assert re.search(rf"^{time}  {told}$", printed, re.M)


def test_run_keeps_what_came_out_of_the_machines(narrated: tuple[Path, str, subprocess.Popen[bytes]]) -> None:
    printed = narrated[1]
    [digest] = re.findall(r"  faxes/[0-9a-f]{32}/pages\.tif  sha256 ([0-9a-f]{64})$", printed, re.M)
    shown = dict(re.findall(r"^(\S+) +2 pages  (\S+)$", printed, re.M))
    machine, extension = ((ROOT / shown[number]).resolve() for number in ("7778888", "0003*211"))
    folder = (narrated[0] / "received").resolve()
    assert (machine, extension) == (folder / "1-7778888.tif", folder / "2-0003-211.tif")
    # The extension has the same file, to the bit; what a machine printed has its header line on each page.
    assert hashlib.sha256(extension.read_bytes()).hexdigest() == digest
    printed_there, stored = (tiff.read(path.read_bytes()) for path in (machine, extension))
    assert [page.rows for page in printed_there] == [page.rows for page in stored]
    assert all(there.t6 != page.t6 for there, page in zip(printed_there, stored, strict=True))


def test_run_tells_other_commands_what_runs(narrated: tuple[Path, str, subprocess.Popen[bytes]]) -> None:
    told = json.loads((narrated[0] / "stack.json").read_text())
    names = "apiUrl caBundle appKey appSecret appSecrets token userId extension bucket faxTable directoryTable "
    assert list(told) == [*names.split(), "credentialTable", "auditLogGroup", "appPlan", "endpointUrl", "region"]
    assert list(told["appSecrets"]) == ["example-app", "example-office", "example-provider"]
    assert (told["appKey"], told["appSecret"]) == next(iter(told["appSecrets"].items()))
    assert (narrated[0] / "stack.json").stat().st_mode & 0o777 == 0o600


def test_directory_imports_into_the_running_stack(
    narrated: tuple[Path, str, subprocess.Popen[bytes]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(places, "STACK_FILE", narrated[0] / "stack.json")
    assert directory.main(["--file", str(ROOT / "directory.example.yaml")]) == 0
    assert capsys.readouterr().out == "    unchanged 15\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            [],
            "Say which: make directory FILE=directory.example.yaml [STACK=name] [PLAN=1] [PRUNE=1] "
            '[ROTATE="app keys"] [KEEP=24].\n',
        ),
        (["FILE=nowhere.yaml"], "nowhere.yaml cannot be read: [Errno 2] No such file or directory: 'nowhere.yaml'\n"),
        (
            ["FILE=.gitignore"],
            ".gitignore was not imported; nothing was written.\nthe file must be a mapping with the sections ",
        ),
        (
            ["FILE=directory.example.yaml", "STACK=fax-api"],
            "directory.example.yaml was not imported; nothing was written. AWS said: Unable to locate credentials\n",
        ),
    ],
)
def test_directory_says_what_is_missing(arguments: list[str], said: str, tmp_path: Path) -> None:
    nobody = {"HOME": str(tmp_path), "AWS_DEFAULT_REGION": "eu-west-1", "AWS_EC2_METADATA_DISABLED": "true"}
    done = run(["make", "--silent", "directory", *arguments], ENVIRONMENT | nobody)
    assert done.returncode != 0
    assert done.stderr.startswith(said)


def test_a_second_run_of_the_same_folder_is_refused(
    narrated: tuple[Path, str, subprocess.Popen[bytes]], tmp_path: Path
) -> None:
    with make_run(narrated[0], tmp_path / "log") as second:
        assert second.wait(30) == 1
    assert (tmp_path / "log").read_text() == "A local stack of this folder is running already; stop it first.\n"


def test_run_leaves_nothing_behind_when_it_is_stopped(
    narrated: tuple[Path, str, subprocess.Popen[bytes]],
) -> None:
    home, _, process = narrated
    assert processes_below(home)
    process.send_signal(signal.SIGINT)
    assert process.wait(20) == 0
    assert sorted(path.name for path in home.iterdir()) == [
        "build",
        "build.log",
        "build.toml",
        "lock",
        "pages",
        "received",
    ]
    assert processes_below(home) == []


def test_run_says_that_the_emulator_ended(tmp_path: Path, ready: list[str]) -> None:
    with make_run(tmp_path / "home", tmp_path / "log", *ready) as process:
        wait_until_up(process, tmp_path / "log")
        listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
        (emulator,) = [pid for pid, parent in map(str.split, listed.splitlines()) if parent == str(process.pid)]
        os.kill(int(emulator), signal.SIGKILL)
        assert process.wait(20) == 1
    assert "The embedded AWS ended by itself; its last lines:\n" in (tmp_path / "log").read_text()


def test_a_run_that_was_to_end_by_itself_has_failed_when_it_is_stopped(tmp_path: Path) -> None:
    with make_run(tmp_path / "home", tmp_path / "log", ONCE="1") as process:
        while process.poll() is None and "==> " not in (tmp_path / "log").read_text():
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 1
    assert (tmp_path / "log").read_text().endswith("\nstopped; nothing was left behind\n")


def test_run_says_which_step_failed(tmp_path: Path) -> None:
    # A build folder that cannot be made.
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "build").write_text("in the way")
    with make_run(tmp_path / "home", tmp_path / "log", ONCE="1") as process:
        assert process.wait(60) == 1
    printed = (tmp_path / "log").read_text()
    assert "FAILED: building the template" in printed
    assert "sam ended with status" in printed
