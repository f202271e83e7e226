"""`make deploy GRADUAL=...`: the built template with an alias to which CodeDeploy shifts the traffic bit by bit.

Each deployment publishes a version of the three functions that a fax goes through, and takes it back when one of the
alarms of monitoring.yaml goes off. SAM would publish one only where a function's own folder changed: not for a layer,
which all our code is in, and not for a parameter. So the version is named after everything that it is made of: the
build, and samconfig.toml with the parameters' values (docs/decisions/0013-an-alias-only-where-it-is-asked-for.md).
"""

import argparse
import copy
import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tools import places
from tools.steps import StepFailed, fail

BUILD = places.ROOT / ".aws-sam" / "build"
ALIAS = "live"
# How CodeDeploy shifts it, by SAM's names: so many percent, then the rest or so many more, after so many minutes.
PREFERENCES = (
    "AllAtOnce",
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
)
# What a new version can have broken, and shows within a minute. CodeDeploy takes ten alarms at most.
ALARMS = (
    "StorageFailedAlarm",
    "OutcomeUnknownAlarm",
    "DeploymentFaultAlarm",
    "UnexpectedFaultAlarm",
    "CreateFaxErrorsAlarm",
    "AuthorizerErrorsAlarm",
    "IssueTokenErrorsAlarm",
    "ServerErrorsAlarm",
)
_TEMPLATE = "template.yaml"
# As the Makefile hands it to sam deploy.
DERIVED = "gradual.yaml"


def release(build: Path, settings: bytes) -> str:
    """The name of what would be deployed: a SHA-256, in hex, of a build's files and the deployment's settings."""
    digest = hashlib.sha256()
    for file in sorted(build.rglob("*")):
        if file.is_file() and file.name != DERIVED:
            # Lengths, so that nothing passes from one into the other.
            for part in (str(file.relative_to(build)).encode(), file.read_bytes()):
                digest.update(len(part).to_bytes(8))
                digest.update(part)
    digest.update(settings)
    return digest.hexdigest()


def gradual(built: Mapping[str, Any], name: str, preference: str | None) -> dict[str, Any]:
    """A built template -> one whose functions publish the version ``name`` behind an alias, which the API calls.

    The traffic is shifted to it as ``preference`` says; None has it shifted at once, without CodeDeploy.
    """
    template = copy.deepcopy(dict(built))
    for resource in template["Resources"].values():
        # Those with our code; the one that refuses has neither a layer nor a parameter.
        if resource["Type"] == "AWS::Serverless::Function" and "Layers" in resource["Properties"]:
            resource["Properties"] |= {"AutoPublishAlias": ALIAS, "AutoPublishCodeSha256": name}
            if preference:
                alarms = [{"Fn::GetAtt": ["Monitoring", f"Outputs.{alarm}"]} for alarm in ALARMS]
                resource["Properties"]["DeploymentPreference"] = {"Type": preference, "Alarms": alarms}
    for authorizer in template["Resources"]["Api"]["Properties"]["Auth"]["Authorizers"].values():
        authorizer["FunctionArn"] = {"Ref": f"{authorizer['FunctionArn']['Fn::GetAtt'][0]}.Alias"}
    return template


def derive(build: Path, settings: bytes, preference: str | None) -> Path:
    """Write the derived template into a build folder, beside the built one, whose paths it shares. Returns its path."""
    built = yaml.safe_load((build / _TEMPLATE).read_text())
    derived = build / DERIVED
    derived.write_text(yaml.safe_dump(gradual(built, release(build, settings), preference), sort_keys=False))
    return derived


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make deploy", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("preference")
    preference = parser.parse_args(arguments).preference
    try:
        if preference not in PREFERENCES:
            raise StepFailed(f"GRADUAL={preference} is none of {', '.join(PREFERENCES)}.")
        derive(BUILD, (places.ROOT / "samconfig.toml").read_bytes(), preference)
    except (StepFailed, OSError) as error:
        return fail(error)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
