"""The commands where people work: a folder with blanks and umlauts, proxies, settings of AWS, no home. Minutes each.

They run in a copy of this project, from nothing: the packages come from the index, or from what is cached of it.
"""

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer

import pytest

from tests.support.template import ROOT

FAX = re.compile(r'200 \{"id": "[0-9]+", "uid": "[0-9a-f]{32}"\}')


class Tunnel(StreamRequestHandler):
    """One CONNECT of a client's, passed on, and noted."""

    server: "Proxy"

    def handle(self) -> None:
        host, _, port = self.rfile.readline().split()[1].decode().rpartition(":")
        while self.rfile.readline().strip():
            pass
        self.server.hosts.append(host)
        with socket.create_connection((host, int(port)), timeout=60) as there, suppress(OSError):
            self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            to = {self.connection: there, there: self.connection}
            while True:
                readable, _, _ = select.select(list(to), [], [], 60)
                for each in readable:
                    data = each.recv(65536)
                    if not data:
                        return
                    to[each].sendall(data)


class Proxy(ThreadingTCPServer):
    """A proxy for https on this machine. ``hosts``: whom it was asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.hosts: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@pytest.fixture(scope="module")
def proxy() -> Iterator[Proxy]:
    with Proxy() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This project, in a folder that is named as folders are."""
    made = tmp_path_factory.mktemp("Bob's Bücher & Faxe") / "fax api"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).exists():
            (made / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, made / name)
    shutil.copy(ROOT / "tests/data/documents/letter.pdf", made / "Brief an die Ämter.pdf")
    return made


@pytest.fixture(scope="module")
def environment(proxy: Proxy) -> dict[str, str]:
    """What leads astray whoever heeds it; and no HOME."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "FAX_API_"))}
    for name in ("HOME", "PYTHONPATH", "XDG_CACHE_HOME", "UV_CACHE_DIR", "NO_PROXY", "no_proxy"):
        plain.pop(name, None)
    return plain | {
        "HTTP_PROXY": proxy.url,
        "HTTPS_PROXY": proxy.url,
        "https_proxy": proxy.url,
        "AWS_PROFILE": "nobody",
        "AWS_ENDPOINT_URL": "https://127.0.0.1:9",
        "AWS_ENDPOINT_URL_S3": "https://127.0.0.1:9",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
        "AWS_USE_FIPS_ENDPOINT": "true",
        "AWS_CONFIG_FILE": "/no/where",
        "AWS_CA_BUNDLE": "/no/where",
        "AWS_REGION": "eu-central-1",
    }


@pytest.fixture(scope="module")
def up(
    folder: Path, environment: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`make run` there, from nothing, when it is up: its process, and what it printed."""
    log = tmp_path_factory.mktemp("log") / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run"], env=environment, cwd=folder, stdout=output, stderr=output, start_new_session=True
        )
    try:
        while process.poll() is None and "Stop it with ctrl-C." not in log.read_text():
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.5)
        assert process.poll() is None, log.read_text()
        yield process, log
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


type Up = tuple[subprocess.Popen[bytes], Path]


def make(folder: Path, environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "-s", *arguments], env=environment, cwd=folder, capture_output=True, text=True, timeout=900
    )


def test_run_ends_with_a_fax(up: Up, proxy: Proxy) -> None:
    printed = up[1].read_text()
    assert FAX.search(printed), printed
    # What it downloads comes by the proxy, and what is on this machine does not.
    assert proxy.hosts
    assert [host for host in proxy.hosts if host in ("127.0.0.1", "localhost")] == []
    # No package manager's words.
    assert "warning" not in printed.lower()


def test_runs_curl_line_works_when_pasted(up: Up, folder: Path, environment: dict[str, str]) -> None:
    logging_in, sending = re.findall(r"^curl .*?[^\\]$", up[1].read_text(), re.MULTILINE | re.DOTALL)
    for line, member in ((logging_in, "access_token"), (sending, "uid")):
        done = subprocess.run(["sh", "-c", line], env=environment, cwd=folder, capture_output=True, text=True)
        assert json.loads(done.stdout)[member], done.stderr


@pytest.mark.parametrize("files", ["Brief an die Ämter.pdf", "'Brief an die Ämter.pdf' LICENSE"])
def test_send_takes_a_name_with_blanks(up: Up, folder: Path, environment: dict[str, str], files: str) -> None:
    done = make(folder, environment, "send", f"FILE={files}", "TO=7778888")
    assert (done.returncode, bool(FAX.fullmatch(done.stdout.strip()))) == (0, True), done.stdout + done.stderr


def test_the_samples_variables_work(up: Up, folder: Path, environment: dict[str, str]) -> None:
    script = 'eval "$(make -s env)"; curl -sS "https://$HOST/oauth/token.php" -d grant_type=client_credentials'
    script += ' -d "client_id=$KEY" -d "client_secret=$SECRET"'
    done = subprocess.run(["sh", "-c", script], env=environment, cwd=folder, capture_output=True, text=True)
    assert json.loads(done.stdout)["access_token"], done.stderr


def test_one_unit_test_runs(up: Up, folder: Path, environment: dict[str, str]) -> None:
    done = make(folder, environment, "unit", "ARGS=tests/unit/test_numbers.py -q")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^[0-9]+ passed", done.stdout, re.MULTILINE)


def test_tests_run(up: Up, folder: Path, environment: dict[str, str]) -> None:
    done = make(folder, environment, "test", "ARGS=-q tests/e2e/test_gateway_answers.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^[0-9]+ passed", done.stdout, re.MULTILINE)


def test_invoke_gets_an_answer(up: Up, folder: Path, environment: dict[str, str]) -> None:
    answers = subprocess.run(["docker", "info"], capture_output=True) if shutil.which("docker") else None
    if answers is None or answers.returncode != 0:
        pytest.skip("no Docker answers: nothing runs in containers")
    with suppress(KeyError):
        environment = environment | {"DOCKER_HOST": os.environ["DOCKER_HOST"]}
    made = make(folder, environment, "lambda-image")
    assert made.returncode == 0, made.stdout + made.stderr
    done = make(folder, environment, "invoke", "EVENT=events/curl.json")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["statusCode"] == 200


def test_it_stops_and_says_what_it_does(up: Up, folder: Path) -> None:
    process, log = up
    os.killpg(process.pid, signal.SIGINT)
    # make ends by the signal as well, unless whoever started this has it ignored.
    assert process.wait(60) in (0, 2, -signal.SIGINT)
    ending = log.read_text().split("Stop it with ctrl-C.")[1]
    assert re.search(r"^==> removing what [0-9]+ processes of functions had unpacked \.\.\.$", ending, re.MULTILINE)
    assert "stopped; nothing was left behind" in ending
    assert not (folder / ".local/run").exists()
