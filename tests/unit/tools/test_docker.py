"""Docker that is not there, and where its containers reach us."""

import json
from pathlib import Path

import pytest

from tools.local.docker import connect, gateway
from tools.steps import StepFailed


def docker_that(folder: Path, script: str) -> str:
    """A folder with a docker command of that script, as a search path."""
    command = folder / "docker"
    command.write_text(f"#!/bin/sh\n{script}\n")
    command.chmod(0o755)
    return str(folder)


def test_no_docker_command_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as caught:
        connect(str(tmp_path))
    assert str(caught.value) == (
        "This needs Docker, and there is no docker command: install Docker (`make run` needs no Docker)."
    )


def test_no_daemon_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(StepFailed) as caught:
        connect(docker_that(tmp_path, "echo Cannot connect to the Docker daemon >&2; exit 1"))
    assert str(caught.value) == (
        "This needs Docker, and its daemon does not answer: start Docker (`make run` needs no Docker)."
    )


def test_the_daemon_is_the_one_of_the_current_context(tmp_path: Path) -> None:
    script = "case $1 in version) echo 29.0.1;; context) echo unix:///somewhere/docker.sock;; esac"
    daemon = connect(docker_that(tmp_path, script))
    assert (daemon.command, daemon.host) == (str(tmp_path / "docker"), "unix:///somewhere/docker.sock")


def test_a_failing_command_says_why(tmp_path: Path) -> None:
    script = "case $1 in version) echo 29.0.1;; network) echo no such network >&2; exit 1;; esac"
    daemon = connect(docker_that(tmp_path, script))
    with pytest.raises(StepFailed, match=r"^docker network failed: no such network$"):
        daemon.output("network", "inspect", "bridge")


@pytest.mark.parametrize(
    ("pools", "address"),
    [
        ([{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}], "172.17.0.1"),
        ([{"Subnet": "10.9.0.0/24", "Gateway": "10.9.0.254"}], "10.9.0.254"),
        ([{"Subnet": "172.17.0.0/16"}], "172.17.0.1"),
        ([{"Subnet": "fd00::/64", "Gateway": "fd00::1"}, {"Subnet": "172.18.0.0/16"}], "172.18.0.1"),
    ],
)
def test_gateway(pools: list[dict[str, str]], address: str) -> None:
    assert gateway(json.dumps([{"IPAM": {"Config": pools}}])) == address


def test_a_bridge_without_ipv4() -> None:
    with pytest.raises(StepFailed, match="no IPv4 address"):
        gateway(json.dumps([{"IPAM": {"Config": [{"Subnet": "fd00::/64"}]}}]))
