"""The embedded AWS: ministack, on 127.0.0.1 alone, with TLS and IAM enforcement.

It runs with an interpreter and packages of its own (CPython 3.13, as the functions need), keeps everything in memory
and below one temporary folder, and ends when the command that started it ends.
"""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import requests
import trustme

from tools import places
from tools.steps import StepFailed, last_lines

REGION = "us-east-1"
# The emulator's root caller. It guards nothing: whoever can reach 127.0.0.1 here can run the emulator as well.
ACCESS_KEY = SECRET_KEY = "test"  # noqa: S105  (see above)
_START_SECONDS = 20
_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def undisturbed(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for what runs on this machine alone: without any of the user's settings of AWS, in variables or in
    files, which could lead the SDK or the SAM CLI elsewhere, and without proxies."""
    env = {
        name: value
        for name, value in environment.items()
        if not name.startswith("AWS_") and name.lower() not in _PROXIES
    }
    env |= {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "SAM_CLI_TELEMETRY": "0",
    }
    # SAM keeps a file of its own there.
    if not env.get("HOME"):
        env["HOME"] = str(places.LOCAL)
    return env


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running emulator. ``ca_bundle`` is None where it serves plain http."""

    url: str
    port: int
    ca_bundle: Path | None
    folder: Path

    def environment(self) -> dict[str, str]:
        """An environment in which AWS commands reach this emulator and nothing else."""
        env = undisturbed(os.environ) | {
            "AWS_ACCESS_KEY_ID": ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
            "AWS_REGION": REGION,
            "AWS_ENDPOINT_URL": self.url,
            "TMPDIR": str(self.folder / "tmp"),
        }
        if self.ca_bundle:
            env["AWS_CA_BUNDLE"] = str(self.ca_bundle)
        return env

    def client(self, service: str) -> Any:
        """An SDK client of one of the emulator's services."""
        return client(service, self.url, self.ca_bundle)

    def log(self) -> Path:
        return self.folder / "emulator.log"


def client(service: str, url: str, ca_bundle: Path | str | None) -> Any:
    """An SDK client of a running emulator's service, with the rights of its root."""
    # The service's name comes as a variable, for which the SDK's stubs have no type.
    with _no_settings():
        make: Any = _session().client
        return make(
            service,
            endpoint_url=url,
            region_name=REGION,
            aws_access_key_id=ACCESS_KEY,
            aws_secret_access_key=SECRET_KEY,
            verify=str(ca_bundle) if ca_bundle else None,
        )


@cache
def _session() -> boto3.session.Session:
    return boto3.session.Session()


@contextmanager
def _no_settings() -> Iterator[None]:
    """The SDK reads its settings and the proxies while it makes a client: it finds none of the user's."""
    before = dict(os.environ)
    os.environ.clear()
    os.environ.update(undisturbed(before))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def emulator(folder: Path, *, tls: bool = True, iam: bool = True, host: str = "127.0.0.1") -> Iterator[Emulator]:
    """Start an emulator that keeps its files below ``folder``; stop it afterwards.

    ``host`` is the address to listen on: 127.0.0.1, or a container bridge's. Raises StepFailed where it does not start.
    """
    port = _free_port(host)
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    ca_bundle = folder / "ca.pem" if tls else None
    url = f"{'https' if tls else 'http'}://{host}:{port}"
    running = Emulator(url=url, port=port, ca_bundle=ca_bundle, folder=folder)
    command = [str(places.EMULATOR_PYTHON), str(Path(__file__).with_name("emulator_process.py"))]
    command.append(f"{host}:{port}")
    env = running.environment() | {
        "GATEWAY_PORT": str(port),
        "MINISTACK_HOST": host,
        "MINISTACK_REGION": REGION,
        "AUTH": "true" if iam else "false",
        "IOT_MTLS_ENABLED": "0",
    }
    del env["AWS_ENDPOINT_URL"]
    if tls:
        command += _certify(host, folder)
        env["USE_SSL"] = "1"
    with running.log().open("wb") as log:
        process = subprocess.Popen(
            command, env=env, cwd=folder, stdin=subprocess.PIPE, stdout=log, stderr=log, start_new_session=True
        )
    try:
        _wait_until_ready(running, process)
        yield running
    finally:
        _stop(process)


def _free_port(host: str) -> int:
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _certify(host: str, folder: Path) -> list[str]:
    """Make a certificate authority and a certificate for ``host``; the files of the chain and of its key."""
    authority = trustme.CA(organization_name="Fax API, local")
    certificate = authority.issue_cert(host, "localhost")
    authority.cert_pem.write_to_path(folder / "ca.pem")
    chain, key = folder / "server.pem", folder / "server.key"
    chain.write_bytes(b"".join(blob.bytes() for blob in certificate.cert_chain_pems))
    key.touch(mode=0o600)
    certificate.private_key_pem.write_to_path(key)
    return [str(chain), str(key)]


def _wait_until_ready(running: Emulator, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    verify = str(running.ca_bundle) if running.ca_bundle else True
    with requests.Session() as direct:
        # No proxy, whatever the environment says.
        direct.trust_env = False
        while process.poll() is None and time.monotonic() < deadline:
            try:
                if direct.get(f"{running.url}/_ministack/health", timeout=2, verify=verify).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
    raise StepFailed(f"the emulator did not start; its last lines:\n{last_lines(running.log())}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    # The end of its input ends it at once; SIGTERM would have it wait for its open connections.
    if process.stdin:
        process.stdin.close()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    # The functions' processes notice that it is gone; there is no need to wait until they do.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
