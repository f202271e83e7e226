"""Docker, as the commands around `sam local` need it: is it there, where do its containers reach us, what is left."""

import ipaddress
import json
import os
import shutil
import socket
import subprocess
from dataclasses import dataclass

from tools.steps import StepFailed

_ANSWER_SECONDS = 20
# The name by which containers reach a host whose Docker runs in a virtual machine (Docker Desktop, Colima).
_HOST_OF_A_VIRTUAL_MACHINE = "host.docker.internal"
_INSTEAD = "`make run` needs no Docker"


@dataclass(frozen=True, slots=True)
class Docker:
    """A Docker whose daemon answers. ``host`` is the daemon's address, as DOCKER_HOST has it."""

    command: str
    host: str

    def output(self, *arguments: str) -> str:
        """What a docker command prints. Raises StepFailed with docker's own words where it fails."""
        done = subprocess.run([self.command, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise StepFailed(f"docker {arguments[0]} failed: {done.stderr.strip()}")
        return done.stdout

    def lines(self, *arguments: str) -> set[str]:
        return set(self.output(*arguments).split())

    def has_image(self, name: str) -> bool:
        """Is there an image of this name on the machine?"""
        return bool(_answer(self.command, "image", "inspect", "--format", "{{.Id}}", name))

    def attempt(self, *arguments: str) -> str:
        """What a docker command prints, or nothing where it fails: for tidying up."""
        return _answer(self.command, *arguments)


def connect(search_path: str | None = None) -> Docker:
    """Find the docker command on ``search_path`` (default: PATH) and its daemon. Raises StepFailed with one line."""
    command = shutil.which("docker", path=search_path)
    if command is None:
        raise StepFailed(f"This needs Docker, and there is no docker command: install Docker ({_INSTEAD}).")
    if not _answer(command, "version", "--format", "{{.Server.Version}}"):
        raise StepFailed(f"This needs Docker, and its daemon does not answer: start Docker ({_INSTEAD}).")
    # SAM does not know the docker command's contexts, so it is told what the current one means.
    context = _answer(command, "context", "inspect", "--format", "{{.Endpoints.docker.Host}}")
    return Docker(command, context or os.environ.get("DOCKER_HOST", ""))


def _answer(command: str, *arguments: str) -> str:
    """What a docker command prints, or nothing where it fails or hangs."""
    try:
        done = subprocess.run(
            [command, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=_ANSWER_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def meeting_point(docker: Docker) -> tuple[str, str]:
    """Where to listen so that containers reach us and the network does not, and the name containers have for it."""
    bridge = gateway(docker.output("network", "inspect", "bridge"))
    if _can_listen_on(bridge):
        return bridge, bridge
    # The bridge is inside a virtual machine, which passes this name on to our own loopback address.
    return "127.0.0.1", _HOST_OF_A_VIRTUAL_MACHINE


def gateway(inspected: str) -> str:
    """This host's address on a container network, from what ``docker network inspect`` prints.

    Docker leaves it out where it chose it itself; it is then the network's first address.
    """
    for pool in json.loads(inspected)[0]["IPAM"]["Config"]:
        network = ipaddress.ip_network(pool["Subnet"])
        if network.version == 4:
            return str(pool.get("Gateway") or network[1])
    raise StepFailed("Docker's bridge network has no IPv4 address, so containers could not reach the embedded AWS.")


def _can_listen_on(address: str) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
        return True
