"""The commands, started as a person starts them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.template import ROOT
from tools.local.stack_file import LocalStack

ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
ENVIRONMENT["PYTHONPATH"] = f"{ROOT}{os.pathsep}{ROOT / 'layers/core'}"


def sender_environment(stack: LocalStack, **changes: str) -> dict[str, str]:
    named = {
        "FAX_API_URL": stack.apiUrl,
        "FAX_API_TOKEN": stack.token,
        "FAX_API_EXTENSION": stack.extension,
        "FAX_API_CA_BUNDLE": stack.caBundle,
    }
    return ENVIRONMENT | named | changes


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=120)


@contextmanager
def running(tool: list[str], log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A tool, by its module and arguments, that runs until it is ended."""
    command = [sys.executable, "-u", "-m", *tool]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=ENVIRONMENT | environment, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until_up(process: subprocess.Popen[bytes], log: Path) -> None:
    while process.poll() is None and "Stop it with ctrl-C." not in log.read_text():
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)


def curl_lines(printed: str) -> list[str]:
    """The curl lines to paste, each whole."""
    return re.findall(r"^curl .*?[^\\]$", printed, re.MULTILINE | re.DOTALL)


def assert_curl_lines_work(printed: str) -> None:
    """The one that logs in and the one that sends do, the latter with the token in it and with the one of now."""
    logging_in, sending = curl_lines(printed)
    done = run(["sh", "-c", logging_in], ENVIRONMENT)
    issued = json.loads(done.stdout)
    assert issued == {"access_token": issued["access_token"], "token_type": "Bearer", "expires_in": 3600}
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", issued["access_token"])
    for line in (sending, re.sub(r"Bearer [^']+", f"Bearer {issued['access_token']}", sending)):
        done = run(["sh", "-c", line], ENVIRONMENT)
        assert re.fullmatch(r'\{"id": "[0-9]+", "uid": "[0-9a-f]{32}"\}', done.stdout)
