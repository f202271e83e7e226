"""The gates of `make template` pass the template and fail a broken one; no exemption lacks a reason or a need."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support import template
from tests.support.template import ROOT

MAIN, STORAGE, RIGHTS = "template.yaml", "storage.yaml", "rights.yaml"
# By their names; the one of all others first.
SOURCES = {
    name: text
    for name in (MAIN, *sorted(path.name for path in ROOT.glob("*.yaml") if path.name != MAIN))
    if "\nAWSTemplateFormatVersion" in f"\n{(text := (ROOT / name).read_text())}"
}
BIN = ROOT / ".local/venvs/gates/bin"
# Without credentials, and with nothing of the make that may have started these tests.
ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith(("AWS_", "FULL", "MAKE", "MFLAGS", "PYTEST_"))
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A text of a template's (a pattern), what takes its place, what each gate that sees it says, by target, and the
    template's name."""

    pattern: str
    replacement: str
    findings: dict[str, str]
    template: str = MAIN


def own(name: str) -> dict[str, str]:
    """What a failed test of ours is called in the output."""
    return {"template-tests": f"FAILED tests/template/{name}"}


NAMED = {
    "public bucket": Fault(
        r"^      PublicAccessBlockConfiguration:\n(?:        .*\n)+",
        "",
        {"checkov": "CKV_AWS_54"} | own("test_storage.py::test_the_bucket_is_private_encrypted_and_forgets"),
        STORAGE,
    ),
    "star action": Fault(
        r"(Sid: StoreFiles, .*Action:) s3:PutObject\b",
        r"\1 s3:*",
        own("test_roles.py::test_each_role_holds_exactly_these_actions_on_exactly_these_resources"),
        RIGHTS,
    ),
    "no log retention": Fault(
        r"(  CreateFaxLogGroup:\n    Type: .*\n    Properties:.*\n(?:      .*\n)*?)      RetentionInDays: .*",
        r"\1      LogGroupClass: STANDARD",
        {"checkov": "CKV_AWS_66"} | own("test_log_groups.py::test_every_log_group_forgets"),
    ),
    "no gateway response": Fault(
        r"^        MISSING_AUTHENTICATION_TOKEN: .*\n",
        "",
        own("test_gateway_answers.py::test_every_answer_that_the_gateway_can_make_is_ours"),
    ),
    "plain http": Fault(
        r"^  FileBucketPolicy:\n(?:(?:    .*)?\n)+?(?=  \S)",
        "",
        own("test_storage.py::test_the_bucket_refuses_plain_http"),
        STORAGE,
    ),
}
OTHERS = {
    "unencrypted bucket": Fault(
        r"^      BucketEncryption:\n(?:        .*\n)+",
        "",
        own("test_storage.py::test_the_bucket_is_private_encrypted_and_forgets"),
        STORAGE,
    ),
    "no point-in-time recovery": Fault(
        r"PointInTimeRecoveryEnabled: true",
        "PointInTimeRecoveryEnabled: false",
        {"checkov": "CKV_AWS_28"} | own("test_storage.py::test_tables_are_on_demand_recoverable_and_forget[FaxTable]"),
        STORAGE,
    ),
    "a role of SAM's": Fault(
        r"^      Role: !GetAtt Rights.Outputs.IssueTokenRoleArn\n",
        "",
        own("test_transform.py::test_the_transform_adds_no_role_and_no_policy"),
    ),
    "unused parameter": Fault(
        r"^Parameters:\n",
        "Parameters:\n  Unused: { Type: String, Default: '' }\n",
        own("test_template.py::test_every_parameter_is_in_a_group_and_used"),
    ),
    "managed policy": Fault(
        r"(^  RefuseRole:\n    Type: AWS::IAM::Role\n    Properties:\n)",
        r"\1      ManagedPolicyArns: [arn:aws:iam::aws:policy/AdministratorAccess]\n",
        own("test_roles.py::test_refuse_has_no_rights"),
        RIGHTS,
    ),
}


type Texts = dict[str, str]


def broken(texts: Texts, fault: Fault) -> Texts:
    changed, times = re.subn(fault.pattern, fault.replacement, texts[fault.template], flags=re.MULTILINE)
    assert times > 0, f"{fault.pattern} is no longer in {fault.template}"
    return texts | {fault.template: changed}


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    """Gates take seconds of a processor's time: two at a time."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


Done = subprocess.CompletedProcess[str]


def make(arguments: list[str], folder: Path, texts: Texts) -> Done:
    """make, on copies of the templates that have these texts."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    command = ["make", *arguments, f"TEMPLATE={' '.join(str(folder / name) for name in texts)}"]
    return subprocess.run(
        command, env=ENVIRONMENT, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.fixture(scope="module")
def runs(pool: ThreadPoolExecutor, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[Done]]:
    """Runs of gates, begun at once: of all faults together, and of each named fault by our tests."""
    home = tmp_path_factory.mktemp("copies")
    everything = SOURCES
    for fault in (NAMED | OTHERS).values():
        everything = broken(everything, fault)
    asked = {"everything": (["template"], everything)}
    for name, fault in NAMED.items():
        # By the file of the test that tells it: the others' seconds are not spent on each.
        told_by = fault.findings["template-tests"].removeprefix("FAILED tests/template/").partition("::")[0]
        asked[name] = (["template-tests", f"ONLY={told_by}"], broken(SOURCES, fault))
    return {
        name: pool.submit(make, arguments, home / name.replace(" ", "-"), texts)
        for name, (arguments, texts) in asked.items()
    }


# Which are the steps of `make check`, of the template itself.
@pytest.mark.full
def test_the_template_passes(tmp_path: Path) -> None:
    done = make(["template"], tmp_path / "whole", SOURCES)
    assert done.returncode == 0, done.stdout
    gates = ["sam validate --lint", "cfn-lint", "checkov", "tests/template"]
    assert re.findall(r"^==> (.*)", done.stdout, re.MULTILINE) == gates


@pytest.mark.parametrize("name", NAMED)
def test_a_broken_template_fails(runs: dict[str, Future[Done]], name: str) -> None:
    done = runs[name].result()
    assert done.returncode != 0
    assert NAMED[name].findings["template-tests"] in done.stdout


@pytest.mark.parametrize("name", NAMED | OTHERS)
def test_every_gate_complains_of_what_it_sees_before_make_fails(runs: dict[str, Future[Done]], name: str) -> None:
    done = runs["everything"].result()
    assert done.returncode != 0
    output = dict(re.findall(r"^==> (\S+).*\n((?:(?!==> ).*\n)*)", done.stdout, re.MULTILINE))
    headings = {"template-tests": "tests/template"}
    findings = (NAMED | OTHERS)[name].findings
    assert {gate: said for gate, said in findings.items() if said not in output[headings.get(gate, gate)]} == {}


def test_make_check_holds_the_gates() -> None:
    """Each once; the template's tests are among all the others."""
    command = ["make", "-n", "check", "STEPS=/dev/null"]
    planned = subprocess.run(command, env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True).stdout
    begun = re.findall(r"^sh tools/step.sh '?(sam validate --lint|cfn-lint|checkov|tests/template)\b", planned, re.M)
    assert begun == ["sam validate --lint", "cfn-lint", "checkov"]
    [suite] = re.findall(r"^\S*python -m pytest (.*)", planned, re.MULTILINE)
    assert not re.search(r"tests/|--ignore|--deselect|-k", suite)


CONFIGURED = {".cfnlintrc.yaml": "ignore_checks", ".checkov.yaml": "skip-check"}


def exempted(file: str) -> list[str]:
    """The rules that a file of settings exempts all templates from."""
    rules: list[str] = yaml.safe_load((ROOT / file).read_text())[CONFIGURED[file]]
    return rules


def exempted_resources(gate: str) -> dict[str, Any]:
    """What a gate's part of the Metadata says, by logical id."""
    resources = [item for name in SOURCES for item in template.load(ROOT / name)["Resources"].items()]
    return {name: resource["Metadata"][gate] for name, resource in resources if gate in resource.get("Metadata", {})}


def test_every_exemption_has_its_reason() -> None:
    # Read as text, since YAML leaves comments out.
    settings = "".join((ROOT / file).read_text() for file in (*CONFIGURED, *SOURCES))
    of_cfn_lint = [rule for said in exempted_resources("cfn-lint").values() for rule in said["config"]["ignore_checks"]]
    for rule in [*exempted(".cfnlintrc.yaml"), *exempted(".checkov.yaml"), *of_cfn_lint]:
        lines = re.findall(rf"^ *- {rule}\b(.*)$", settings, re.MULTILINE)
        assert lines
        assert [line for line in lines if not re.fullmatch(r"  # \S.{20,}", line)] == [], rule
    for said in exempted_resources("checkov").values():
        assert [skip for skip in said["skip"] if len(skip.get("comment", "")) <= 20] == []


def test_no_exemption_is_superfluous(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    # Without them, each rule complains.
    exemptions = r"^    Metadata:(?: &([\w-]+))?\n(?:      (?:cfn-lint|checkov):\n(?:        .*\n)+)+"
    for name, text in SOURCES.items():
        shared = [each for each in re.findall(exemptions, text, flags=re.MULTILINE) if each]
        again = "".join(rf"|^    Metadata: \*{each}\n" for each in shared)
        (tmp_path / name).write_text(re.sub(exemptions + again, "", text, flags=re.MULTILINE))
    bare = [str(tmp_path / name) for name in SOURCES]
    left = [
        resource.get("Metadata", {}) for path in bare for resource in template.load(Path(path))["Resources"].values()
    ]
    assert [said for said in left if {"cfn-lint", "checkov"} & set(said)] == []

    def findings(*command: str) -> Any:
        # Where it lies, there are no settings.
        done = subprocess.run(command, env=ENVIRONMENT, cwd=tmp_path, capture_output=True, text=True)
        return json.loads(done.stdout)

    lint = pool.submit(
        findings, f"{BIN}/cfn-lint", "--append-rules", "cfn_lint_serverless.rules", "--format", "json", "--", *bare
    )
    scan = pool.submit(
        findings, f"{BIN}/checkov", "--framework", "cloudformation", "--skip-download", "-o", "json", "-f", *bare
    )
    complained = {(finding["Rule"]["Id"], finding["Location"]["Path"][1]) for finding in lint.result()}
    failed = scan.result()["results"]["failed_checks"]
    complained |= {(finding["check_id"], finding["resource"].split(".")[-1]) for finding in failed}
    anywhere = {rule for file in CONFIGURED for rule in exempted(file)}
    somewhere = {
        (rule, name)
        for name, said in exempted_resources("cfn-lint").items()
        for rule in said["config"]["ignore_checks"]
    } | {(skip["id"], name) for name, said in exempted_resources("checkov").items() for skip in said["skip"]}
    assert anywhere - {rule for rule, _ in complained} == set()
    assert somewhere - complained == set()
