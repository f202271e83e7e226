"""The functions in containers, as SAM runs them, against an embedded AWS: `make invoke` and `make local-api`.

Both build the production template, start an emulator of their own, deploy the template to it for its bucket, tables and
names, and import directory.example.yaml. `sam local` then runs a copy of the built template in which the functions'
environment has the emulator's address and the real names: it passes on only variables that the template declares, and
would pass a resource's logical id for its name.

Containers reach this machine by the container bridge's address, so the emulator listens there, on plain http and
without IAM, for as long as the command runs; whoever can run a container here can reach it. `make run` is the place for
TLS and IAM.

What `sam local` does not do as AWS does (seen with SAM CLI 1.170):

- The template's gateway responses are not read: a wrong token is 403 and a missing one 401, both in SAM's words.
- A path's ANY takes the methods away that other functions have on it; see ``local_template``.
- The authorizer runs at each request; its answer is never cached.
- start-api decodes the path before the function sees it, so %2540me passes as @me. A stored event arrives as it is.
- The request id in the log is the same for all requests of one start-api.
- A container's port is drawn, and found taken only when it starts: of two at a time, one may draw the other's. Then it
  is invoked again.
- The API's address has no stage in it, and functions' roles play no part.
"""

import argparse
import copy
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Any

import yaml

from tools import names, places
from tools.client import answers, login, send
from tools.local import docker, lambda_image
from tools.local.docker import Docker
from tools.local.emulator import Emulator, emulator
from tools.local.local_stack import EXAMPLE_EXTENSION, STACK_NAME, Example, build, deploy, import_example_directory
from tools.steps import StepFailed, fail, last_lines, step

# What the app of the stored events logs in with. It opens nothing but the stack that an event is played against.
EVENTS_SECRET = "an-example-secret~that-opens~nothing-anywhere"  # noqa: S105
_FAX = places.ROOT / "tests/data/documents/letter.pdf"
_STOP_SECONDS = 15
# More than half of an invocation's time is waiting for its container to come and go.
_AT_A_TIME = 2 * (os.process_cpu_count() or 1)
# Docker's words for a port that is another container's, and for one that is another program's.
_PORT_TAKEN = ("port is already allocated", "address already in use")
# As SAM names it for the template's runtime, but for the architecture.
_AMAZONS_IMAGE = "public.ecr.aws/lambda/python:3.13"
_NO_IMAGE = "If the base image cannot be pulled here, run `make lambda-image`: it builds a stand-in for Amazon's."
_SAMS_IMAGE = re.compile(r"samcli/lambda-python:|.+:(?:[0-9.]+-)?rapid-(?:x86_64|arm64)$")
# What tells an authorizer's event from a proxy event.
_TO_AUTHORIZER = "REQUEST"
_ANY = "ANY"
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


@dataclass(frozen=True, slots=True)
class Case:
    """A stored event, and the answer that is expected, where there is one beside it."""

    event: Path
    answer_file: Path
    expected: Mapping[str, Any] | None


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


# --- what both commands start ----------------------------------------------------------------------------------------


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
        endpoint = f"http://{name}:{aws.port}"
        derived = local_template(yaml.safe_load(template.read_text()), endpoint, _names(aws))
        # Beside the built one, since the paths in it are relative.
        template = template.with_name("sam-local.yaml")
        template.write_text(yaml.safe_dump(derived, sort_keys=False))
        cleanup.enter_context(_no_traces_in(daemon, endpoint))
        yield SamLocal(daemon, aws, template, image, example)


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


def local_template(built: Mapping[str, Any], endpoint: str, names: Mapping[str, str]) -> dict[str, Any]:
    """A built template -> one whose functions call ``endpoint``, and the resources there by their ``names``.

    Of a function's own variables, those that are a reference to a resource, or an output of a stack inside the stack,
    get its name; the others stay. A path's ANY becomes the methods that no other function has on it: start-api would
    give it those as well.
    """
    template = copy.deepcopy(dict(built))
    template["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = endpoint
    taken = set(_routes(built))
    for function in _functions(template).values():
        variables = function.get("Environment", {}).get("Variables", {})
        for variable, value in variables.items():
            variables[variable] = names.get(_asked_for(value), value)
        if "Events" in function:
            function["Events"] = dict(_without_any(function["Events"], taken))
    return template


def _asked_for(value: object) -> str:
    """What a reference names: a resource, or an output of a stack inside the stack. Empty where it is no reference."""
    match value:
        case {"Ref": str(resource)}:
            return resource
        case {"Fn::GetAtt": [str(resource), str(attribute)]}:
            return f"{resource}.{attribute}"
        case _:
            return ""


def _without_any(events: Mapping[str, Any], taken: Collection[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    for name, event in events.items():
        path = event["Properties"]["Path"]
        if event["Properties"]["Method"].upper() != _ANY:
            yield name, event
            continue
        for method in _METHODS:
            if (path, method) not in taken:
                properties = event["Properties"] | {"Method": method.lower()}
                yield f"{name}{method.capitalize()}", event | {"Properties": properties}


def _functions(template: Mapping[str, Any]) -> dict[str, Any]:
    """The functions' properties by logical id."""
    found = {name: it for name, it in template["Resources"].items() if it["Type"] == "AWS::Serverless::Function"}
    return {name: function["Properties"] for name, function in found.items()}


def _routes(template: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Which function API Gateway calls: its logical id by path and method, ANY where it is for all others."""
    return {
        (event["Properties"]["Path"], event["Properties"]["Method"].upper()): name
        for name, function in _functions(template).items()
        for event in function.get("Events", {}).values()
    }


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


# --- make invoke -----------------------------------------------------------------------------------------------------


def read_case(event: Path) -> Case:
    """Find out before anything is started whether an event, and its expected answer, can be used."""
    try:
        if not isinstance(json.loads(event.read_bytes()), dict):
            raise StepFailed(f"{event} is not an event: it must hold a JSON object.")
    except OSError as error:
        raise StepFailed(f"{event} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise StepFailed(f"{event} is not JSON: {error}.") from error
    answer_file = event.parent / "answers" / event.name
    try:
        return Case(event, answer_file, answers.read(answer_file) if answer_file.exists() else None)
    except ValueError as error:
        raise StepFailed(f"{answer_file} is not an expected answer: {error}.") from error


def invoke(events: Sequence[Path]) -> int:
    """Invoke its function with each event: the answers on stdout, all else on stderr. Returns the exit status.

    Two run at a time for each processor; they are told of in the order of the events.
    """
    if not events:
        raise StepFailed("Say which: make invoke EVENT=events/NAME.json (several in quotes, with spaces between them).")
    cases = [read_case(event) for event in events]
    with ExitStack() as cleanup:
        with redirect_stdout(sys.stderr):
            local = cleanup.enter_context(sam_local(EVENTS_SECRET))
            template = yaml.safe_load(local.template.read_text())
            functions = [function_of(template, case.event) for case in cases]
        print(f"==> invoking with sam local invoke ({len(cases)}) ...", file=sys.stderr, flush=True)
        pool = ThreadPoolExecutor(_AT_A_TIME)
        # Where it is stopped, what runs comes to its end, and nothing is begun.
        cleanup.callback(pool.shutdown, cancel_futures=True)
        invoked = pool.map(partial(_invoke, local), cases, functions)
        good = [_tell(*told) for told in zip(cases, functions, invoked, strict=True)]
    if len(cases) > 1:
        print(f"\n{good.count(True)} of {len(cases)} events were answered as they should be", file=sys.stderr)
    return 0 if all(good) else 1


def function_of(template: Mapping[str, Any], event: Path) -> str:
    """The logical id of the function that API Gateway calls with an event. Raises StepFailed where there is none."""
    read = json.loads(event.read_bytes())
    if read.get("type") == _TO_AUTHORIZER:
        [authorizer] = template["Resources"]["Api"]["Properties"]["Auth"]["Authorizers"].values()
        return str(authorizer["FunctionArn"]["Fn::GetAtt"][0])
    routes = _routes(template)
    resource, method = read.get("resource"), read.get("httpMethod")
    found = routes.get((resource, method)) or routes.get((resource, _ANY))
    if found is None:
        raise StepFailed(f"{event} is for no function: the template has no {method} {resource}.")
    return found


@dataclass(frozen=True, slots=True)
class _Invoked:
    """What came of one `sam local invoke`: what it printed on stdout, and on stderr."""

    answer: str
    output: str


def _invoke(local: SamLocal, case: Case, function: str) -> _Invoked:
    """Invoke a function with one event. Raises StepFailed where `sam local invoke` fails, which a function cannot make
    it do."""
    folder = Path(tempfile.mkdtemp(prefix="invoke-", dir=local.aws.folder))
    answer_file, log = folder / "answer.json", folder / "log"
    for last in (False, False, True):
        with (
            answer_file.open("wb") as stdout,
            log.open("wb") as stderr,
            local.start(
                "invoke", function, "--event", str(case.event.resolve()), stdout=stdout, stderr=stderr
            ) as process,
        ):
            status = process.wait()
        output = log.read_text(errors="replace")
        if status == 0:
            return _Invoked(answer_file.read_text(errors="replace"), output)
        if last or not any(words in output for words in _PORT_TAKEN):
            break
    raise local.failure(log)


def _tell(case: Case, function: str, invoked: _Invoked) -> bool:
    """Print an answer and its function's log, and say whether it is what it should be."""
    print(f"\n==> {places.shown(case.event.resolve())} to {function}", file=sys.stderr)
    print(function_log(invoked.output), file=sys.stderr, flush=True)
    answer = _parsed(invoked.answer)
    print(json.dumps(answer, indent=2, ensure_ascii=False), flush=True)
    return _judge(case, answer)


def function_log(output: str) -> str:
    """What the function logged, out of what `sam local invoke` printed.

    SAM's own lines go before it, ending with the container's id. After the report comes the runtime's complaint that
    its container is taken away, which says nothing of the function. Without these marks, it is all kept.
    """
    lines = output.splitlines()
    start = next((number for number, line in enumerate(lines, 1) if line.startswith("SAM_CONTAINER_ID:")), 0)
    end = next((number for number, line in enumerate(lines, 1) if line.startswith("REPORT RequestId:")), len(lines))
    return "\n".join(lines[start:end])


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text.strip() or None


def problems(event: Path, answer: Any) -> list[str]:
    """What keeps an answer from being one that API Gateway takes."""
    if json.loads(event.read_bytes()).get("type") != _TO_AUTHORIZER:
        return answers.problems(answer)
    has = answer if isinstance(answer, dict) else {}
    return [f"it has no {name}" for name in ("principalId", "policyDocument") if name not in has]


def _judge(case: Case, answer: Any) -> bool:
    """Say whether an answer is what it should be."""
    invalid = problems(case.event, answer)
    if invalid:
        print(f"    not an answer that API Gateway could pass on: {'; '.join(invalid)}", file=sys.stderr)
        return False
    if case.expected is None:
        print(f"    compared with nothing: there is no {places.shown(case.answer_file.resolve())}", file=sys.stderr)
        return True
    different = answers.differences(case.expected, answer)
    verdict = "not the expected answer" if different else "the expected answer"
    print(f"    {verdict}: {places.shown(case.answer_file.resolve())}", file=sys.stderr)
    for line in different:
        print(f"      {line}", file=sys.stderr)
    return not different


# --- make local-api --------------------------------------------------------------------------------------------------


def serve(port: int) -> int:
    """Serve the API on 127.0.0.1 until it is interrupted. Returns the exit status."""
    if not _is_free(port):
        raise StepFailed(f"Port {port} is in use; name another one: make local-api PORT={port + 1}")
    with sam_local() as local:
        log = local.aws.folder / "start-api.log"
        options = ["--port", str(port), "--warm-containers", "EAGER"]
        with (
            log.open("wb") as output,
            log.open("r", errors="replace") as shown,
            local.start("start-api", *options, stdout=output, stderr=output) as process,
        ):
            with step("starting the API with sam local start-api"):
                _wait_until_ready(local, process, port, log)
            shown.read()
            print(_how_to_use(f"http://127.0.0.1:{port}", local.example), flush=True)
            while process.poll() is None:
                print(shown.read(), end="", file=sys.stderr, flush=True)
                time.sleep(0.2)
            raise local.failure(log)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _wait_until_ready(local: SamLocal, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    # Without a limit of its own: the first time, Amazon's image may have to be fetched.
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)
    raise local.failure(log)


def _how_to_use(url: str, example: Example) -> str:
    app = login.Deployment(url, verify=True)
    to = send.Sender(url, example.token, "@me", EXAMPLE_EXTENSION, verify=True)
    return f"""
It is up, and its log follows here. In another terminal in this folder, log an app in:

{login.curl_line(app, example.app_key, example.app_secrets[example.app_key])}

and send, with the token that it gets, or with this one:

{send.curl_line(to, [_FAX], ["7778888"])}

Stop it with ctrl-C.
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="tools.local.sam_local", description=(__doc__ or "").split("\n\n")[0])
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("invoke").add_argument("events", nargs="*")
    commands.add_parser("api").add_argument("--port", type=int, default=3000)
    options = parser.parse_args(arguments)
    # SIGTERM ends it in the same orderly way as ctrl-C, which a shell's background job would otherwise ignore.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    try:
        if options.command == "api":
            return serve(options.port)
        return invoke([path for text in options.events for path in names.paths(text)])
    except (StepFailed, ValueError) as error:
        return fail(error)
    except KeyboardInterrupt:
        print("\nstopped; its containers and files are removed", file=sys.stderr, flush=True)
        return 0 if options.command == "api" else 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
