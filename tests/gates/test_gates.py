"""The gates of `make template` pass the template and fail a broken one; no exemption lacks a reason or a need."""

import json
import os
import re
import shutil
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

SOURCE = (ROOT / "template.yaml").read_text()
BIN = ROOT / ".local/venvs/gates/bin"
# Without credentials, and with nothing of the make that may have started these tests.
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "MAKE", "MFLAGS", "PYTEST_"))
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A text of the template's (a pattern), what takes its place, and what each gate that sees it says, by target."""

    pattern: str
    replacement: str
    findings: dict[str, str]


def own(name: str) -> dict[str, str]:
    """What a failed test of ours is called in the output."""
    return {"template-tests": f"FAILED tests/template/{name}"}


NAMED = {
    "public bucket": Fault(
        r"^      PublicAccessBlockConfiguration:\n(?:        .*\n)+",
        "",
        {"checkov": "CKV_AWS_54"} | own("test_template.py::test_the_bucket_is_private_encrypted_and_forgets"),
    ),
    "star action": Fault(
        r"Action: s3:PutObject$",
        "Action: s3:*",
        own("test_template.py::test_each_role_holds_exactly_these_actions_on_exactly_these_resources"),
    ),
    "no log retention": Fault(
        r"(  CreateFaxLogGroup:\n    Type: .*\n    Properties:\n(?:      .*\n)*?)      RetentionInDays: .*",
        r"\1      LogGroupClass: STANDARD",
        {"checkov": "CKV_AWS_66"} | own("test_template.py::test_every_log_group_forgets"),
    ),
    "no gateway response": Fault(
        r"^        MISSING_AUTHENTICATION_TOKEN: .*\n",
        "",
        own("test_template.py::test_every_answer_that_the_gateway_can_make_is_ours"),
    ),
    "plain http": Fault(
        r"^  FileBucketPolicy:\n(?:(?:    .*)?\n)+?(?=  \S)",
        "",
        own("test_template.py::test_the_bucket_refuses_plain_http"),
    ),
}
OTHERS = {
    "unencrypted bucket": Fault(
        r"^      BucketEncryption:\n(?:        .*\n)+",
        "",
        own("test_template.py::test_the_bucket_is_private_encrypted_and_forgets"),
    ),
    "no point-in-time recovery": Fault(
        r"PointInTimeRecoveryEnabled: true",
        "PointInTimeRecoveryEnabled: false",
        {"checkov": "CKV_AWS_28"} | own("test_template.py::test_tables_are_on_demand_recoverable_and_forget[FaxTable]"),
    ),
    "a role of SAM's": Fault(
        r"^      Role: !GetAtt IssueTokenRole.Arn\n",
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
        own("test_template.py::test_refuse_has_no_rights"),
    ),
}


def broken(text: str, fault: Fault) -> str:
    changed, times = re.subn(fault.pattern, fault.replacement, text, flags=re.MULTILINE)
    assert times > 0, f"{fault.pattern} is no longer in the template"
    return changed


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    """Gates take seconds of a processor's time: two at a time."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


Done = subprocess.CompletedProcess[str]


def make(arguments: list[str], copy: Path, text: str) -> Done:
    """make, on a copy of the template that has this text."""
    copy.parent.mkdir()
    copy.write_text(text)
    # Which it names.
    shutil.copy(ROOT / "monitoring.yaml", copy.parent)
    command = ["make", *arguments, f"TEMPLATE={copy}"]
    return subprocess.run(
        command, env=ENVIRONMENT, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


@pytest.fixture(scope="module")
def runs(pool: ThreadPoolExecutor, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Future[Done]]:
    """All runs of gates, begun at once: of the whole, of all faults together, and of each named fault by our tests."""
    folder = tmp_path_factory.mktemp("copies")
    everything = SOURCE
    for fault in (NAMED | OTHERS).values():
        everything = broken(everything, fault)
    asked = {"whole": (["template"], SOURCE), "everything": (["template"], everything)}
    # All of the named are told by the tests of one file: the others' seconds are not spent on each.
    one = ["template-tests", "ONLY=test_template.py"]
    asked |= {name: (one, broken(SOURCE, fault)) for name, fault in NAMED.items()}
    return {
        name: pool.submit(make, arguments, folder / name.replace(" ", "-") / "template.yaml", text)
        for name, (arguments, text) in asked.items()
    }


def test_the_template_passes(runs: dict[str, Future[Done]]) -> None:
    done = runs["whole"].result()
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
    planned = subprocess.run(["make", "-n", "check"], env=ENVIRONMENT, cwd=ROOT, capture_output=True, text=True).stdout
    begun = re.findall(r'^echo "==> (sam validate --lint|cfn-lint|checkov|tests/template)"', planned, re.MULTILINE)
    assert begun == ["sam validate --lint", "cfn-lint", "checkov", "tests/template"]


CONFIGURED = {".cfnlintrc.yaml": "ignore_checks", ".checkov.yaml": "skip-check"}


def exempted(file: str) -> list[str]:
    """The rules that a file of settings exempts all templates from."""
    rules: list[str] = yaml.safe_load((ROOT / file).read_text())[CONFIGURED[file]]
    return rules


def exempted_resources(gate: str) -> dict[str, Any]:
    """What a gate's part of the Metadata says, by logical id."""
    resources = template.load(ROOT / "template.yaml")["Resources"].items()
    return {name: resource["Metadata"][gate] for name, resource in resources if gate in resource.get("Metadata", {})}


def test_every_exemption_has_its_reason() -> None:
    # Read as text, since YAML leaves comments out.
    settings = "".join((ROOT / file).read_text() for file in CONFIGURED)
    of_cfn_lint = [rule for said in exempted_resources("cfn-lint").values() for rule in said["config"]["ignore_checks"]]
    for rule in [*exempted(".cfnlintrc.yaml"), *exempted(".checkov.yaml"), *of_cfn_lint]:
        lines = re.findall(rf"^ *- {rule}\b(.*)$", settings + SOURCE, re.MULTILINE)
        assert lines
        assert [line for line in lines if not re.fullmatch(r"  # \S.{20,}", line)] == [], rule
    for said in exempted_resources("checkov").values():
        assert [skip for skip in said["skip"] if len(skip.get("comment", "")) <= 20] == []


def test_no_exemption_is_superfluous(pool: ThreadPoolExecutor, tmp_path: Path) -> None:
    # Without them, each rule complains.
    bare = tmp_path / "template.yaml"
    exemptions = r"^    Metadata:\n(?:      (?:cfn-lint|checkov):\n(?:        .*\n)+)+"
    bare.write_text(re.sub(exemptions, "", SOURCE, flags=re.MULTILINE))
    metadata = [resource.get("Metadata", {}) for resource in template.load(bare)["Resources"].values()]
    assert [said for said in metadata if {"cfn-lint", "checkov"} & set(said)] == []

    def findings(*command: str) -> Any:
        # Where it lies, there are no settings.
        done = subprocess.run(command, env=ENVIRONMENT, cwd=tmp_path, capture_output=True, text=True)
        return json.loads(done.stdout)

    lint = pool.submit(
        findings, f"{BIN}/cfn-lint", "--append-rules", "cfn_lint_serverless.rules", "--format", "json", "--", str(bare)
    )
    scan = pool.submit(
        findings, f"{BIN}/checkov", "--framework", "cloudformation", "--skip-download", "-o", "json", "-f", str(bare)
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
