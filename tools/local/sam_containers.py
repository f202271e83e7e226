"""What `make invoke` and `make local-api` start: an emulator that containers reach, the stack on it, and `sam local`.

Afterwards nothing of it is left: no process, no container, no image, no file.
"""

import json
import os
import re
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import yaml
from boto3.dynamodb.types import TypeSerializer

from tools import places
from tools.local import docker, lambda_image
from tools.local.docker import Docker
from tools.local.emulator import Emulator, emulator
from tools.local.local_stack import STACK_NAME, Example, build, deploy, import_example_directory
from tools.local.sam_template import local_template
from tools.steps import StepFailed, last_lines, step

_STOP_SECONDS = 15
# As SAM names it for the template's runtime, but for the architecture.
_AMAZONS_IMAGE = "public.ecr.aws/lambda/python:3.13"
_NO_IMAGE = "If the base image cannot be pulled here, run `make lambda-image`: it builds a stand-in for Amazon's."
_SAMS_IMAGE = re.compile(r"samcli/lambda-python:|.+:(?:[0-9.]+-)?rapid-(?:x86_64|arm64)$")


@dataclass(frozen=True, slots=True)
class SamLocal:
    """All that `sam local` needs. ``image`` replaces Amazon's where it is not None; ``example`` is who may send."""

    daemon: Docker
    aws: Emulator
    template: Path
    image: str | None
    example: Example

    @contextmanager
    def start(self, *arguments: str, stdout: IO[bytes], stderr: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
        """Run a `sam local` command; where it still runs afterwards, end it so that it removes its containers."""
        command = [str(places.SAM), "local", *arguments, "--template-file", str(self.template)]
        command += ["--parameter-overrides", f"Architecture={places.architecture()}"]
        command += ["--layer-cache-basedir", str(self.aws.folder / "layers"), *self._image_options()]
        env = self.aws.environment() | {"DOCKER_HOST": self.daemon.host}
        # In a session of its own, ctrl-C at the terminal comes to us alone, and once to SAM.
        process = subprocess.Popen(
            command,
            env=env,
            cwd=self.aws.folder,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            _end(process)

    def _image_options(self) -> list[str]:
        if self.image is None:
            return []
        # What is here already, a stand-in above all, may be nowhere else.
        return ["--invoke-image", self.image, *(["--skip-pull-image"] if self.daemon.has_image(self.image) else [])]

    def failure(self, log: Path) -> StepFailed:
        """Why `sam local` ended: its last words, and what helps where it is Amazon's image that is missing."""
        return StepFailed(
            f"sam local ended; its last lines:\n{last_lines(log)}" + (f"\n\n{_NO_IMAGE}" if self.image is None else "")
        )


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def sam_local(secret: str | None = None) -> Iterator[SamLocal]:
    """Build, start an emulator that containers reach, deploy, import; afterwards, stop and clean up.

    ``secret`` is that of the example's first app; None has one drawn.
    """
    daemon = docker.connect()
    image = _image(daemon)
    address, name = docker.meeting_point(daemon)
    architecture = places.architecture()
    places.LOCAL.mkdir(exist_ok=True)
    with ExitStack() as cleanup:
        # A folder for each run, builds included: two of them, and `make run`, do not get into each other's way.
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="sam-local-", dir=places.LOCAL)))
        with step(f"building the template for {architecture} with sam build"):
            template = build(folder / "build", folder / "build.log", architecture)
        with step(f"starting the embedded AWS (ministack) on {address}, for containers"):
            aws = cleanup.enter_context(emulator(folder, tls=False, iam=False, host=address))
        with step("deploying the template to it with sam deploy, and importing directory.example.yaml"):
            outputs = deploy(aws, template, architecture)
            example = import_example_directory(aws, outputs, secret)
            _keep_faxes(aws, outputs["FaxTableName"])
        endpoint = f"http://{name}:{aws.port}"
        derived = local_template(yaml.safe_load(template.read_text()), endpoint, _names(aws))
        # Beside the built one, since the paths in it are relative.
        template = template.with_name("sam-local.yaml")
        template.write_text(yaml.safe_dump(derived, sort_keys=False))
        cleanup.enter_context(_no_traces_in(daemon, endpoint))
        yield SamLocal(daemon, aws, template, image, example)


def _keep_faxes(aws: Emulator, table: str) -> None:
    """Store the faxes that the events of what is read and changed are about."""
    serialize = TypeSerializer().serialize
    for item in json.loads((places.ROOT / "events/stored/faxes.json").read_text(encoding="utf-8")):
        stored = {name: serialize(value) for name, value in item.items()}
        aws.client("dynamodb").put_item(TableName=table, Item=stored)


def _names(aws: Emulator) -> dict[str, str]:
    """The deployed resources' real names by their logical ids, and what the stacks inside the stack hand back, as the
    template asks for it: ``Storage.Outputs.FaxTableName``."""
    formation = aws.client("cloudformation")
    names: dict[str, str] = {}
    for resource in formation.describe_stack_resources(StackName=STACK_NAME)["StackResources"]:
        logical_id, name = resource["LogicalResourceId"], resource["PhysicalResourceId"]
        names[logical_id] = name
        if resource["ResourceType"] == "AWS::CloudFormation::Stack":
            outputs = formation.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
            names |= {f"{logical_id}.Outputs.{output['OutputKey']}": output["OutputValue"] for output in outputs}
    return names


def _image(daemon: Docker) -> str | None:
    """The base image: what LAMBDA_IMAGE names, else the stand-in where there is one, else Amazon's (None).

    One that is not here is fetched. Raises StepFailed where it cannot be: there is no sense in building then.
    """
    named = os.environ.get("LAMBDA_IMAGE")
    if not named and daemon.has_image(lambda_image.IMAGE):
        return lambda_image.IMAGE
    image = named or f"{_AMAZONS_IMAGE}-{places.architecture()}"
    if not daemon.has_image(image):
        try:
            with step(f"fetching the base image {image}"):
                daemon.output("pull", "--quiet", image)
        except StepFailed as error:
            raise StepFailed(f"{error}\n\n{_NO_IMAGE}") from error
    return named or None


@contextmanager
def _no_traces_in(daemon: Docker, endpoint: str) -> Iterator[None]:
    """Afterwards, remove the images that SAM built, and the containers that it had no time to remove itself."""
    before = _images(daemon)
    try:
        yield
    finally:
        for container in daemon.lines("ps", "--all", "--quiet", "--filter", "label=sam.cli.container.type=lambda"):
            # Those of this run alone: no two runs have the same address of the emulator.
            if f"AWS_ENDPOINT_URL={endpoint}" in daemon.attempt("inspect", container):
                daemon.attempt("rm", "--force", container)
        for image in _images(daemon) - before:
            # SAM puts its runtime emulator into each of its images, so others' are told by that.
            if "aws-lambda-rie" in daemon.attempt("history", "--no-trunc", image):
                daemon.attempt("image", "rm", image)


def _images(daemon: Docker) -> set[str]:
    """The images that SAM builds, and what has no name, as a build leaves it that was interrupted.

    One with layers has a name of SAM's; one without, the base image's, with a tag of SAM's.
    """
    names = daemon.lines("image", "ls", "--format", "{{.Repository}}:{{.Tag}}")
    return {name for name in names if _SAMS_IMAGE.match(name)} | daemon.lines(
        "image", "ls", "--quiet", "--filter", "dangling=true"
    )
