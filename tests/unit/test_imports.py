"""Each import contract of pyproject.toml is broken by a module that does what it forbids; and what they do not see."""

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.support.template import ROOT

LINTER: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
ROOMS = ("layers/core/faxes", "functions", "tools", "tests/support")

# What breaks each contract: a module's path, what it imports, and what is then said of it.
BREAKING = {
    "Imports point one way, and each module of faxes has its place": [
        ("layers/core/faxes/nowhere.py", "os.path", "- faxes.nowhere"),
        ("layers/core/faxes/formats/above.py", "faxes.tokens", "faxes.formats.above -> faxes.tokens (l.1)"),
    ],
    "No use case imports another": [
        (
            "layers/core/faxes/provisioning/provision.py",
            "faxes.erasure",
            "faxes.provisioning.provision -> faxes.erasure",
        ),
    ],
    "What ships knows neither the tools nor the tests": [
        ("layers/core/faxes/adapters/tool.py", "tools.places", "faxes.adapters.tool -> tools.places (l.1)"),
        ("functions/refuse/tested.py", "tests.support", "functions.refuse.tested -> tests.support (l.1)"),
        ("tools/tested.py", "tests.support", "tools.tested -> tests.support (l.1)"),
    ],
    "No function imports another": [
        ("functions/refuse/other.py", "functions.authorize.app", "functions.refuse.other -> functions.authorize.app"),
    ],
    "No kind of document imports another": [
        ("layers/core/faxes/formats/png.py", "re", "- faxes.formats.png"),
        ("layers/core/faxes/formats/txt.py", "faxes.formats.jpg", "faxes.formats.txt -> faxes.formats.jpg"),
    ],
    "The SDK is for bootstrap and adapters alone": [
        ("layers/core/faxes/bootstrap/sdk.py", "boto3", "faxes.bootstrap.sdk -> boto3 (l.1)"),
        ("functions/refuse/sdk.py", "botocore", "functions.refuse.sdk -> botocore (l.1)"),
    ],
    "Powertools is for the edge and for observability alone": [
        ("layers/core/faxes/adapters/log.py", "aws_lambda_powertools", "faxes.adapters.log -> aws_lambda_powertools"),
    ],
    "requests-toolbelt is for multipart alone": [
        ("layers/core/faxes/formats/form.py", "requests_toolbelt", "faxes.formats.form -> requests_toolbelt (l.1)"),
        ("functions/refuse/http.py", "requests", "functions.refuse.http -> requests (l.1)"),
    ],
    "No kind of drawing imports another": [
        ("layers/core/faxes/rendering/png.py", "re", "- faxes.rendering.png"),
        ("layers/core/faxes/rendering/txt.py", "faxes.rendering.jpg", "faxes.rendering.txt -> faxes.rendering.jpg"),
    ],
    "Who starts a confined process does not import what runs in it": [
        ("layers/core/faxes/confinement/beside.py", "re", "- faxes.confinement.beside"),
        ("layers/core/faxes/confinement/outside.py", "faxes.confinement.inside", "faxes.confinement.outside ->"),
    ],
    "Pillow is for rendering alone": [
        ("layers/core/faxes/pages/drawn.py", "PIL", "faxes.pages.drawn -> PIL (l.1)"),
    ],
    "The environment is for bootstrap alone": [
        ("layers/core/faxes/bootstrap/region.py", "os", "faxes.bootstrap.region -> os (l.1)"),
    ],
    "The operator's tools are composition roots, and no other tool sees an adapter": [
        ("tools/client/store.py", "faxes.adapters.s3", "tools.client.store -> faxes.adapters.s3 (l.1)"),
        ("tools/local/store.py", "faxes.adapters.dynamodb.items", "tools.local.store -> faxes.adapters.dynamodb.items"),
        ("tools/operations/made.py", "faxes.bootstrap", "tools.operations.made -> faxes.bootstrap (l.1)"),
    ],
}


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says of a tree."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = {"PYTHONPATH": f"{tree}:{tree / 'layers/core'}", "COLUMNS": "500"}
    return subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(name="tree")
def _tree(tmp_path: Path) -> Path:
    """A copy of what the contracts are about."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_each_contract_is_broken_by_a_module_that_does_what_it_forbids(tree: Path) -> None:
    assert list(BREAKING) == [contract["name"] for contract in LINTER["contracts"]]
    for modules in BREAKING.values():
        for path, imported, _ in modules:
            with (tree / path).open("a") as module:
                module.write(f"import {imported}\n")
    found = lint(tree)
    assert found.returncode == 1
    sections = re.split(r"^(\S.*)\n-+\n", re.sub("-  +", "- ", found.stdout), flags=re.MULTILINE)
    said = dict(zip(sections[1::2], sections[2::2], strict=True))
    missed = [(name, text) for name, modules in BREAKING.items() for *_, text in modules if text not in said[name]]
    assert not missed, found.stdout


def test_an_exception_that_nothing_needs_is_an_error_and_there_are_few(tree: Path) -> None:
    exceptions = [each for contract in LINTER["contracts"] for each in contract.get("ignore_imports", [])]
    assert len(exceptions) <= 12
    project = tree / "pyproject.toml"
    needless = "faxes.model -> os"
    project.write_text(
        project.read_text().replace('"faxes.confinement.* -> os",', f'"faxes.confinement.* -> os", "{needless}",')
    )
    found = lint(tree)
    assert (found.returncode, needless in found.stdout) == (1, True), found.stdout


# --- what import-linter does not see: folders that are no packages, and names ----------------------------------------


def imported(path: Path) -> set[str]:
    """Every module that a file may import, in full: of ``from a import b``, both a and a.b."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            module = f"{'.' * node.level}{node.module or ''}"
            names |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return names


def is_test(module: str) -> bool:
    """Whether a module holds tests, or fixtures of one folder."""
    last = module.rpartition(".")[2]
    return module.startswith(("tests.", ".")) and (last.startswith("test_") or last == "conftest")


def test_no_test_imports_a_test() -> None:
    found = [
        f"{path.relative_to(ROOT)} imports {module}; what two of them use lives in tests/support"
        for path in sorted((ROOT / "tests").rglob("*.py"))
        for module in sorted(imported(path))
        if is_test(module)
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "from tests.unit.test_ids import NOW",
        "from tests.unit import test_ids",
        "import tests.e2e.conftest",
        "from .test_ids import NOW",
        "from . import conftest",
        "def later():\n    from tests.unit.test_ids import NOW",
    ],
)
def test_an_import_of_a_test_is_seen(line: str, tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(f"import pytest\n{line}\nfrom tests.support import cloud, template\n")
    assert [is_test(name) for name in imported(module)].count(True) >= 1


def test_what_is_no_test_is_not_taken_for_one(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text("from tests.support.cloud import Cloud\nfrom tests.data.requests import make\nimport test_x\n")
    assert [name for name in imported(module) if is_test(name)] == []


@pytest.mark.parametrize("app", sorted((ROOT / "functions").glob("*/app.py")), ids=lambda app: app.parent.name)
def test_a_function_imports_the_bootstrap_module_of_its_own_name(app: Path) -> None:
    own = f"faxes.bootstrap.{app.parent.name}"
    exists = (ROOT / "layers/core/faxes/bootstrap" / f"{app.parent.name}.py").exists()
    found = {name for name in imported(app) if name.startswith("faxes.bootstrap.")}
    # One that needs no settings and no clients has none.
    assert found == ({own} if exists else set())


def test_no_tool_has_the_name_of_a_module_of_the_standard_library() -> None:
    """A script that is run by its path finds what lies beside it first."""
    found = [path for path in (ROOT / "tools").rglob("*") if path.suffix in {"", ".py"}]
    assert len(found) > 20
    assert [str(path) for path in found if path.stem in sys.stdlib_module_names] == []
