"""The base image that `make invoke` and `make local-api` run functions on."""

from pathlib import Path

import pytest

from tools import places
from tools.local import docker, sam_containers
from tools.local.docker import Docker
from tools.steps import StepFailed

ASKED = """#!/bin/sh
echo "$*" >>"{folder}/asked"
case "$1" in pull) echo "no route to the registry" >&2 ;; esac
exit 1
"""


@pytest.mark.parametrize(
    ("named", "missing"), [("", f"public.ecr.aws/lambda/python:3.13-{places.architecture()}"), ("an/image", "an/image")]
)
def test_an_image_that_cannot_be_had_is_said_before_anything_is_built(
    named: str, missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = tmp_path / "docker"
    command.write_text(ASKED.format(folder=tmp_path))
    command.chmod(0o755)
    monkeypatch.setattr(docker, "connect", lambda: Docker(str(command), ""))
    monkeypatch.setenv("LAMBDA_IMAGE", named)
    with pytest.raises(StepFailed) as failed, sam_containers.sam_local():
        pass
    assert str(failed.value) == (
        f"FAILED: fetching the base image {missing}\ndocker pull failed: no route to the registry\n\n"
        "If the base image cannot be pulled here, run `make lambda-image`: it builds a stand-in for Amazon's."
    )
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[-2:] == [f"image inspect --format {{{{.Id}}}} {missing}", f"pull --quiet {missing}"]
