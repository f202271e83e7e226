"""The production template, deployed to the embedded emulator: build, deploy, and what the emulator leaves out."""

import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from tools import directory, places, stack_file
from tools.emulator import REGION, Emulator, emulator
from tools.stack_file import LocalStack
from tools.steps import run, step

STACK_NAME = "fax-api"
_PACKAGE_BUCKET = "fax-api-packages"
# The extension of directory.example.yaml that can send.
EXAMPLE_EXTENSION = "0003*210"


@contextmanager
def local_stack(home: Path) -> Iterator[LocalStack]:
    """Build, start, deploy, import the example directory, and tell what runs in ``home/stack.json``; afterwards, stop.

    Everything lies below ``home``; of what is made here, only the build is left when this ends.
    """
    architecture = places.architecture()
    with ExitStack() as cleanup:
        cleanup.callback(_remove_traces, home)
        _remove_traces(home)
        with step(f"building the template for {architecture} with sam build"):
            template = build(home / "build", home / "build.log", architecture)
        with step("starting the embedded AWS (ministack) on 127.0.0.1, with TLS and IAM enforcement"):
            running = cleanup.enter_context(emulator(home / "run"))
        with step("deploying the template with sam deploy"):
            outputs = deploy(running, template, architecture)
        with step("importing directory.example.yaml"):
            stack = _with_example_directory(running, outputs, home / "ca.pem")
        stack_file.write(stack, home / "stack.json")
        yield stack


def _remove_traces(home: Path) -> None:
    for name in ("stack.json", "ca.pem"):
        (home / name).unlink(missing_ok=True)
    shutil.rmtree(home / "run", ignore_errors=True)


def _with_example_directory(running: Emulator, outputs: Mapping[str, str], ca_bundle: Path) -> LocalStack:
    user, token = import_example_directory(running, outputs)
    shutil.copy(str(running.ca_bundle), ca_bundle)
    return LocalStack(
        apiUrl=api_url(running, outputs),
        caBundle=str(ca_bundle),
        token=token,
        userId=user,
        extension=EXAMPLE_EXTENSION,
        bucket=outputs["FileBucketName"],
        faxTable=outputs["FaxTableName"],
        directoryTable=outputs["DirectoryTableName"],
        credentialTable=outputs["CredentialTableName"],
        endpointUrl=running.url,
        region=REGION,
    )


def import_example_directory(running: Emulator, outputs: Mapping[str, str]) -> tuple[str, str]:
    """Import directory.example.yaml, and print what that did. Returns the user who may send, and their token."""
    entries = directory.parse((places.ROOT / "directory.example.yaml").read_text(encoding="utf-8"))
    tables = outputs["DirectoryTableName"], outputs["CredentialTableName"]
    report = directory.write(entries, running.client("dynamodb"), *tables, datetime.now(UTC))
    directory.print_report(report)
    sender = entries.tokens[0]
    return sender.principal.user_id, report.tokens[sender.name]


def build(folder: Path, log: Path, architecture: str, template: Path = places.ROOT / "template.yaml") -> Path:
    """``sam build`` for one architecture into ``folder``. Returns the built template."""
    env = dict(os.environ)
    # SAM and the layers' Makefiles call python3.13 and look for it on PATH: this command's own interpreter is one.
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    env |= {"ARCHITECTURE": architecture, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": REGION}
    # Everything that the layer is made of was downloaded when this was set up.
    env |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(places.WHEELS)}
    command = [str(places.SAM), "build", "--template-file", str(template), "--build-dir", str(folder)]
    command += ["--parameter-overrides", f"Architecture={architecture}"]
    run(command, env=env, cwd=places.ROOT, log=log)
    return folder / "template.yaml"


def deploy(emulator: Emulator, template: Path, architecture: str) -> dict[str, str]:
    """``sam deploy`` of a built template to the emulator. Returns the stack's outputs by name."""
    emulator.client("s3").create_bucket(Bucket=_PACKAGE_BUCKET)
    command = [str(places.SAM), "deploy", "--template-file", str(template), "--stack-name", STACK_NAME]
    command += ["--s3-bucket", _PACKAGE_BUCKET, "--capabilities", "CAPABILITY_IAM"]
    command += ["--no-confirm-changeset", "--no-progressbar", "--parameter-overrides", f"Architecture={architecture}"]
    run(command, env=emulator.environment(), cwd=emulator.folder, log=emulator.folder / "deploy.log")
    formation = emulator.client("cloudformation")
    stack = formation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    processed = formation.get_template(StackName=STACK_NAME, TemplateStage="Processed")["TemplateBody"]
    _apply_gateway_responses(emulator.client("apigateway"), outputs["ApiId"], _stage(outputs), processed)
    return outputs


def api_url(emulator: Emulator, outputs: Mapping[str, str]) -> str:
    """The deployed API's address here. The emulator serves it below a path that needs no name resolution."""
    return f"{emulator.url}/restapis/{outputs['ApiId']}/{_stage(outputs)}/_user_request_"


def _stage(outputs: Mapping[str, str]) -> str:
    return outputs["ApiUrl"].rsplit("/", 1)[1]


def _apply_gateway_responses(gateway: Any, api_id: str, stage: str, processed: Any) -> None:
    """Give the deployed API the template's gateway responses, which the emulator does not read from an API's body."""
    template = processed if isinstance(processed, dict) else yaml.safe_load(processed)
    bodies = [
        resource["Properties"]["Body"]
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::ApiGateway::RestApi"
    ]
    for body in bodies:
        for kind, answer in body.get("x-amazon-apigateway-gateway-responses", {}).items():
            gateway.put_gateway_response(
                restApiId=api_id,
                responseType=kind,
                statusCode=str(answer["statusCode"]),
                responseParameters=answer.get("responseParameters", {}),
                responseTemplates=answer.get("responseTemplates", {}),
            )
    gateway.create_deployment(restApiId=api_id, stageName=stage)
