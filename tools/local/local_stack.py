"""The production template, deployed to the embedded emulator: build, deploy, and what the emulator leaves out."""

import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from faxes.tokens import digest_of
from tools import places
from tools.local import stack_file
from tools.local.emulator import REGION, Emulator, emulator, undisturbed
from tools.local.stack_file import LocalStack
from tools.operations import directory, directory_file
from tools.operations.deployed import Stack
from tools.steps import StepFailed, run, step

STACK_NAME = "fax-api"
# In the emulator's own answers two of the gateway's variables stay words. The first is the same as another here; of the
# second, whose value is the authorizer's, is said what holds for all of them.
_VARIABLES = {
    "$context.extendedRequestId": "$context.requestId",
    "$context.authorizer.denial": (
        "The Authorization header holds no access token that works; why, the emulator does not tell. Log in at "
        "/oauth/token.php, and send Authorization: Bearer and the token that it issues."
    ),
}
_PACKAGE_BUCKET = "fax-api-packages"
_SECONDS_BETWEEN_LINES = 3
# The extension of directory.example.yaml that can send.
EXAMPLE_EXTENSION = "0003*210"


@contextmanager
def local_stack(
    home: Path,
    built: Path | None = None,
    parameters: Mapping[str, str] | Callable[[Emulator], Mapping[str, str]] = MappingProxyType({}),
) -> Iterator[LocalStack]:
    """Build, start, deploy, import the example directory, and tell what runs in ``home/stack.json``; afterwards, stop.

    Everything lies below ``home``; of what is made here, only the build is left when this ends. ``built`` is the
    template of a build for this machine's architecture that takes the place of one of its own; ``parameters`` are given
    to the stack where they are to differ from its own, or are what prepares the emulator and gives them.
    """
    architecture = places.architecture()
    with ExitStack() as cleanup:
        cleanup.callback(remove_traces, home)
        remove_traces(home)
        template = built or home / "build" / "template.yaml"
        # The emulator starts beside the build. The thread ends with that: while it lives, it and not the main thread is
        # told when the emulator ends.
        with ThreadPoolExecutor(1) as pool:
            starting = pool.submit(cleanup.enter_context, emulator(home / "run"))
            if built is None:
                with step(f"building the template for {architecture} with sam build"):
                    # The functions run on this machine itself, which on macOS cannot load what is built for Lambda.
                    build(home / "build", home / "build.log", architecture, platform=places.own_platform())
            with step("starting the embedded AWS (ministack) on 127.0.0.1, with TLS and IAM enforcement"):
                running = starting.result()
        with step("deploying the template with sam deploy"):
            given = parameters(running) if callable(parameters) else parameters
            outputs = deploy(running, template, architecture, given)
        with step("importing directory.example.yaml"):
            stack = _with_example_directory(running, outputs, home / "ca.pem")
        stack_file.write(stack, home / "stack.json")
        yield stack


def remove_traces(home: Path) -> None:
    """Remove what a stack leaves in its folder, but for what was built."""
    for name in ("stack.json", "ca.pem", "trusted-curl.pem", "trusted-requests.pem"):
        (home / name).unlink(missing_ok=True)
    # Of each process of a function, its code and the packed layers: after a load test, that is a gigabyte.
    unpacked = list((home / "run" / "tmp").glob("ministack-lambda-*"))
    if unpacked:
        with step(f"removing what {len(unpacked)} processes of functions had unpacked"):
            said = time.monotonic()
            # Side by side, since each file is waited for.
            with ThreadPoolExecutor(8) as pool:
                removals = pool.map(partial(shutil.rmtree, ignore_errors=True), unpacked)
                for number, _ in enumerate(removals, start=1):
                    if time.monotonic() - said > _SECONDS_BETWEEN_LINES:
                        said = time.monotonic()
                        print(f"    {number} of {len(unpacked)}", flush=True)
    shutil.rmtree(home / "run", ignore_errors=True)


def _with_example_directory(running: Emulator, outputs: Mapping[str, str], ca_bundle: Path) -> LocalStack:
    example = import_example_directory(running, outputs)
    shutil.copy(str(running.ca_bundle), ca_bundle)
    return LocalStack(
        apiUrl=api_url(running, outputs),
        caBundle=str(ca_bundle),
        appKey=example.app_key,
        appSecret=example.app_secrets[example.app_key],
        appSecrets=example.app_secrets,
        token=example.token,
        userId=example.user_id,
        extension=EXAMPLE_EXTENSION,
        bucket=outputs["FileBucketName"],
        faxTable=outputs["FaxTableName"],
        directoryTable=outputs["DirectoryTableName"],
        credentialTable=outputs["CredentialTableName"],
        auditLogGroup=outputs["AuditLogGroupName"],
        appPlan=outputs["AppPlanId"],
        endpointUrl=running.url,
        region=REGION,
    )


@dataclass(frozen=True, slots=True)
class Example:
    """Who may send, as directory.example.yaml has it: its first app, the secrets of all apps by key, and a token that
    stands for a user without an app."""

    app_key: str
    app_secrets: Mapping[str, str]
    token: str
    user_id: str


def import_example_directory(running: Emulator, outputs: Mapping[str, str], secret: str | None = None) -> Example:
    """Import directory.example.yaml, and print what that did. ``secret`` is its first app's; None has one drawn."""
    entries = directory_file.parse((places.ROOT / "directory.example.yaml").read_text(encoding="utf-8"))
    own, *others = entries.apps
    if secret is not None:
        entries = replace(entries, apps=(replace(own, secret_digest=digest_of(secret)), *others))
    report = directory.write(entries, Stack(STACK_NAME, outputs, running.client), datetime.now(UTC))
    directory.print_report(report)
    named = entries.tokens[0]
    secrets = {own.key: secret, **report.secrets} if secret is not None else report.secrets
    return Example(own.key, secrets, report.tokens[named.name], named.principal.user_id)


def build(
    folder: Path,
    log: Path,
    architecture: str,
    template: Path = places.ROOT / "template.yaml",
    platform: str | None = None,
) -> Path:
    """``sam build`` for one architecture into ``folder``. Returns the built template.

    The packages are those for Lambda, or for another ``platform``, by uv's name of it.
    """
    env = undisturbed(os.environ)
    # SAM and the layers' Makefiles call python3.13 and look for it on PATH: this command's own interpreter is one.
    env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    env |= {"ARCHITECTURE": architecture, "UV": str(places.UV)}
    if platform is not None:
        env["PLATFORM"] = platform
    # Everything that the layer is made of was downloaded when this was set up.
    env |= {"UV_CACHE_DIR": str(places.WHEELS), "UV_OFFLINE": "1"}
    command = [str(places.SAM), "build", "--template-file", str(template), "--build-dir", str(folder)]
    command += ["--parameter-overrides", f"Architecture={architecture}"]
    run(command, env=env, cwd=places.ROOT, log=log)
    return folder / "template.yaml"


def deploy(
    emulator: Emulator, template: Path, architecture: str, parameters: Mapping[str, str] = MappingProxyType({})
) -> dict[str, str]:
    """``sam deploy`` of a built template to the emulator, with these parameters beside the architecture.

    Returns the stack's outputs by name.
    """
    emulator.client("s3").create_bucket(Bucket=_PACKAGE_BUCKET)
    command = [str(places.SAM), "deploy", "--template-file", str(template), "--stack-name", STACK_NAME]
    command += ["--s3-bucket", _PACKAGE_BUCKET, "--capabilities", "CAPABILITY_IAM"]
    command += ["--no-confirm-changeset", "--no-progressbar", "--parameter-overrides", f"Architecture={architecture}"]
    command += [f"{name}={value}" for name, value in parameters.items()]
    # The emulator is ready at once; by itself, SAM looks after five seconds.
    env = emulator.environment() | {"SAM_CLI_POLL_DELAY": "0.1"}
    run(command, env=env, cwd=emulator.folder, log=emulator.folder / "deploy.log")
    formation = emulator.client("cloudformation")
    stack = formation.describe_stacks(StackName=STACK_NAME)["Stacks"][0]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    _complete_api(emulator, outputs["ApiId"], _stage(outputs), stack["Parameters"])
    _name_api(emulator, api_url(emulator, outputs))
    _bound_workers(emulator)
    return outputs


def _bound_workers(emulator: Emulator) -> None:
    """Have as many workers at a time as this machine can bear, since each is a process. What CloudFormation makes a
    number, the emulator leaves a text, which it then cannot compare."""
    functions = emulator.client("lambda")
    for mapping in functions.list_event_source_mappings()["EventSourceMappings"]:
        if "ScalingConfig" in mapping:
            functions.update_event_source_mapping(
                UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": max(2, (os.cpu_count() or 2) // 2)}
            )


def api_url(emulator: Emulator, outputs: Mapping[str, str]) -> str:
    """The deployed API's address here. The emulator serves it below a path that needs no name resolution."""
    return f"{emulator.url}/restapis/{outputs['ApiId']}/{_stage(outputs)}/_user_request_"


def _stage(outputs: Mapping[str, str]) -> str:
    return outputs["ApiUrl"].rsplit("/", 1)[1]


# --- what the emulator leaves out of the API's body -------------------------------------------------------------------


def _complete_api(emulator: Emulator, api_id: str, stage: str, parameters: Iterable[Mapping[str, str]]) -> None:
    """Give the deployed API the template's gateway responses and its methods for ANY, and deploy it again."""
    template = _template(emulator)
    body = _api_body(template)
    values = _values(emulator, parameters)
    gateway = emulator.client("apigateway")
    for kind, answer in body["x-amazon-apigateway-gateway-responses"].items():
        gateway.put_gateway_response(
            restApiId=api_id,
            responseType=kind,
            responseParameters={
                name: value
                for name, said in answer.get("responseParameters", {}).items()
                if (value := _decided(said, template["Conditions"], values)) is not None
            },
            responseTemplates={
                of: _without_variables(_resolved(text, values)) for of, text in answer["responseTemplates"].items()
            },
            **({"statusCode": str(answer["statusCode"])} if "statusCode" in answer else {}),
        )
    resources = {item["path"]: item["id"] for item in gateway.get_resources(restApiId=api_id, limit=500)["items"]}
    for path, methods in body["paths"].items():
        method = methods.get("x-amazon-apigateway-any-method")
        if method is not None:
            if method["security"]:
                raise StepFailed(f"ANY of {path} is guarded in the template, and would not be in the emulator.")
            it: dict[str, Any] = {"restApiId": api_id, "resourceId": resources[path], "httpMethod": "ANY"}
            gateway.put_method(**it, authorizationType="NONE")
            uri = _resolved(method["x-amazon-apigateway-integration"]["uri"], values)
            gateway.put_integration(**it, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri)
    gateway.create_deployment(restApiId=api_id, stageName=stage)


def _name_api(emulator: Emulator, url: str) -> None:
    """Tell the functions that make links where callers reach the API: here, no event says so."""
    functions = emulator.client("lambda")
    for function in functions.list_functions()["Functions"]:
        variables = function.get("Environment", {}).get("Variables", {})
        if "PUBLIC_URL" in variables:
            functions.update_function_configuration(
                FunctionName=function["FunctionName"], Environment={"Variables": variables | {"PUBLIC_URL": url}}
            )


def _template(emulator: Emulator) -> Mapping[str, Any]:
    """The template as SAM made it for CloudFormation."""
    formation = emulator.client("cloudformation")
    processed: Any = formation.get_template(StackName=STACK_NAME, TemplateStage="Processed")["TemplateBody"]
    template: Mapping[str, Any] = processed if isinstance(processed, dict) else yaml.safe_load(processed)
    return template


def _api_body(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """The API in it."""
    resources = template["Resources"].values()
    body: Mapping[str, Any]
    (body,) = [item["Properties"]["Body"] for item in resources if item["Type"] == "AWS::ApiGateway::RestApi"]
    return body


def _values(emulator: Emulator, parameters: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """What stands for a name in the body's Fn::Sub: the stack's parameters, its functions' ARNs, and AWS's own."""
    functions = {item["FunctionName"]: item for item in emulator.client("lambda").list_functions()["Functions"]}
    made = emulator.client("cloudformation").describe_stack_resources(StackName=STACK_NAME)["StackResources"]
    return (
        {"AWS::Partition": "aws", "AWS::Region": REGION}
        | {item["ParameterKey"]: item["ParameterValue"] for item in parameters}
        | {
            f"{item['LogicalResourceId']}.Arn": functions[item["PhysicalResourceId"]]["FunctionArn"]
            for item in made
            if item["ResourceType"] == "AWS::Lambda::Function"
        }
    )


def _without_variables(text: str) -> str:
    for variable, instead in _VARIABLES.items():
        text = text.replace(variable, instead)
    return text


def _resolved(value: str | Mapping[str, str], values: Mapping[str, str]) -> str:
    """A text, or ``{"Fn::Sub": text}`` with its names filled in. Raises KeyError for a name that has no value."""
    if isinstance(value, str):
        return value
    return re.sub(r"\$\{([^}]+)\}", lambda name: values[name[1]], value["Fn::Sub"])


def _decided(value: Any, conditions: Mapping[str, Any], values: Mapping[str, str]) -> str | None:
    """A text, or of an ``{"Fn::If": ...}`` the one that holds; None where that is AWS::NoValue."""
    if isinstance(value, str):
        return value
    if value == {"Ref": "AWS::NoValue"}:
        return None
    condition, then, otherwise = value["Fn::If"]
    return _decided(then if _holds(conditions[condition], values) else otherwise, conditions, values)


def _holds(condition: Mapping[str, Any], values: Mapping[str, str]) -> bool:
    """Whether a condition is true: an Fn::Equals of parameters and texts, or an Fn::Not of one."""
    if "Fn::Not" in condition:
        return not _holds(condition["Fn::Not"][0], values)
    one, other = (values[each["Ref"]] if isinstance(each, dict) else str(each) for each in condition["Fn::Equals"])
    return one == other
