"""`make deploy GRADUAL=...`: what SAM makes of the template that it derives, and when that publishes a version."""

import subprocess
from pathlib import Path
from typing import Any

import pytest
from samtranslator.model.preferences import deployment_preference_collection as sam

from tests.support import template
from tests.support.transform import processed
from tools.operations import gradual

FUNCTIONS = [
    f"{name}Function"
    for name in ("Authorize", "CarrierReport", "ChangeFaxes", "CreateFax", "FaxPage", "IssueToken", "ReadFaxes")
]
NAME = "0123456789abcdef"


def made(preference: str | None) -> dict[str, Any]:
    resources: dict[str, Any] = processed(gradual.gradual(template.load(), NAME, preference))["Resources"]
    return resources


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: resource for name, resource in resources.items() if resource["Type"] == kind}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return made("Canary10Percent5Minutes")


def test_by_default_there_is_no_alias() -> None:
    plain = processed(template.load())["Resources"]
    for kind in ("AWS::Lambda::Alias", "AWS::Lambda::Version", "AWS::CodeDeploy::DeploymentGroup"):
        assert of_type(plain, kind) == {}


def test_every_function_with_our_code_publishes_a_version_of_the_releases_name(resources: dict[str, Any]) -> None:
    versions = of_type(resources, "AWS::Lambda::Version")
    assert sorted(versions) == [f"{function}Version{NAME[:10]}" for function in FUNCTIONS]
    # What an alias can be turned back to.
    assert {version["DeletionPolicy"] for version in versions.values()} == {"Retain"}
    aliases = of_type(resources, "AWS::Lambda::Alias")
    assert {name: alias["Properties"] for name, alias in aliases.items()} == {
        f"{function}Aliaslive": {
            "Name": "live",
            "FunctionName": {"Ref": function},
            "FunctionVersion": {"Fn::GetAtt": [f"{function}Version{NAME[:10]}", "Version"]},
        }
        for function in FUNCTIONS
    }


def test_the_api_calls_the_aliases(resources: dict[str, Any]) -> None:
    body = resources["Api"]["Properties"]["Body"]
    called = {
        operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].split("/functions/")[1]
        for operations in body["paths"].values()
        for operation in operations.values()
    }
    assert called == {
        "${CreateFaxFunctionAliaslive}/invocations",
        "${ReadFaxesFunctionAliaslive}/invocations",
        "${ChangeFaxesFunctionAliaslive}/invocations",
        "${FaxPageFunctionAliaslive}/invocations",
        "${IssueTokenFunctionAliaslive}/invocations",
        "${CarrierReportFunctionAliaslive}/invocations",
        "${RefuseFunction.Arn}/invocations",
    }
    guard = body["components"]["securitySchemes"]["BearerToken"]
    uri = guard["x-amazon-apigateway-authorizer"]["authorizerUri"]["Fn::Sub"]
    assert uri[1] == {"__FunctionArn__": {"Ref": "AuthorizeFunctionAliaslive"}}
    # Who may call an alias is asked of the alias.
    targets = [str(it["Properties"]["FunctionName"]) for it in of_type(resources, "AWS::Lambda::Permission").values()]
    assert {target for target in targets if "Refuse" not in target} == {
        str({"Ref": f"{function}Aliaslive"}) for function in FUNCTIONS
    }


def test_the_traffic_is_shifted_as_asked_and_back_on_an_alarm(resources: dict[str, Any]) -> None:
    groups = of_type(resources, "AWS::CodeDeploy::DeploymentGroup")
    assert sorted(groups) == [f"{function}DeploymentGroup" for function in FUNCTIONS]
    for group in groups.values():
        properties = group["Properties"]
        assert properties["DeploymentConfigName"] == {
            "Fn::Sub": ["CodeDeployDefault.Lambda${ConfigName}", {"ConfigName": "Canary10Percent5Minutes"}]
        }
        assert properties["AlarmConfiguration"] == {
            "Enabled": True,
            "Alarms": [{"Name": {"Fn::GetAtt": ["Monitoring", f"Outputs.{alarm}"]}} for alarm in gradual.ALARMS],
        }
        assert properties["AutoRollbackConfiguration"]["Enabled"] is True
        assert "DEPLOYMENT_STOP_ON_ALARM" in properties["AutoRollbackConfiguration"]["Events"]
    for name, alias in of_type(resources, "AWS::Lambda::Alias").items():
        group = {"Ref": f"{name.removesuffix('Aliaslive')}DeploymentGroup"}
        assert alias["UpdatePolicy"]["CodeDeployLambdaAliasUpdate"]["DeploymentGroupName"] == group


def test_the_alarms_are_the_ones_that_monitoring_hands_back() -> None:
    monitoring = template.part("monitoring.yaml")
    assert list(gradual.ALARMS) == list(monitoring["Outputs"])


def test_the_preferences_are_sams() -> None:
    assert set(gradual.PREFERENCES) == set(sam.CODEDEPLOY_PREDEFINED_CONFIGURATIONS_LIST)


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A build's folder, as far as a release is concerned."""
    for name in ("template.yaml", "CoreLayer/python/faxes/edge/events.py", "CreateFaxFunction/app.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    return tmp_path


@pytest.mark.parametrize("name", ["template.yaml", "CoreLayer/python/faxes/edge/events.py", "CreateFaxFunction/app.py"])
def test_a_changed_file_is_another_release(build: Path, name: str) -> None:
    before = gradual.release(build, b"")
    (build / name).write_text("another")
    assert gradual.release(build, b"")[:10] != before[:10]


def test_a_moved_file_and_a_changed_setting_are_other_releases(build: Path) -> None:
    before = gradual.release(build, b"MaxFilesPerFax=5")
    assert gradual.release(build, b"MaxFilesPerFax=4")[:10] != before[:10]
    (build / "CreateFaxFunction").rename(build / "AuthorizeFunction")
    assert gradual.release(build, b"MaxFilesPerFax=5")[:10] != before[:10]


def test_the_same_is_the_same_release(build: Path) -> None:
    before = gradual.release(build, b"")
    # What an earlier call derived is no part of it.
    (build / "gradual.yaml").write_text("derived")
    assert gradual.release(build, b"") == before


def test_make_deploys_what_is_derived_with_the_settings_that_name_it() -> None:
    # Where a template is named, SAM would look for samconfig.toml beside it.
    command = ["make", "--silent", "--dry-run", "deploy", "GRADUAL=AllAtOnce"]
    planned = subprocess.run(command, cwd=template.ROOT, capture_output=True, text=True, check=True).stdout
    derive, deploy = planned.replace("\\\n", "").splitlines()[-2:]
    assert derive.endswith(" -m tools.operations.gradual 'AllAtOnce'")
    derived = (gradual.BUILD / gradual.DERIVED).relative_to(template.ROOT)
    assert deploy.split() == [
        ".local/venvs/sam/bin/sam",
        "deploy",
        "--config-file",
        '"$PWD/samconfig.toml"',
        "--no-fail-on-empty-changeset",
        "--template-file",
        str(derived),
    ]


def test_an_unknown_preference_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert gradual.main(["Canary"]) == 1
    assert capsys.readouterr().err == (
        "GRADUAL=Canary is none of AllAtOnce, Canary10Percent5Minutes, Canary10Percent10Minutes, "
        "Canary10Percent15Minutes, Canary10Percent30Minutes, Linear10PercentEvery1Minute, "
        "Linear10PercentEvery2Minutes, Linear10PercentEvery3Minutes, Linear10PercentEvery10Minutes.\n"
    )
