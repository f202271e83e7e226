"""What ships, as `sam build` makes it for each architecture."""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import template
from tests.support.template import ROOT
from tools import places
from tools.local import local_stack

# ELF's e_machine, at offset 18.
MACHINES = {"x86_64": 62, "arm64": 183}


@pytest.fixture(scope="session", params=sorted(MACHINES))
def built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """An architecture, and the folder of its build."""
    folder = tmp_path_factory.mktemp(request.param)
    local_stack.build(folder / "build", folder / "build.log", request.param)
    return request.param, folder / "build"


def test_every_binary_is_of_the_templates_architecture(built: tuple[str, Path]) -> None:
    architecture, folder = built
    binaries = sorted(folder.rglob("*.so*"))
    assert binaries
    found = {str(path.relative_to(folder)): int.from_bytes(path.read_bytes()[18:20], "little") for path in binaries}
    assert found == dict.fromkeys(found, MACHINES[architecture])
    # Without its extension, pybase64 falls back to slow Python in silence.
    assert any("pybase64" in name for name in found)
    assert any(name.endswith("/libpdfium.so") for name in found)


def test_the_built_template_has_one_line_that_says_the_architecture(built: tuple[str, Path]) -> None:
    # `make build` writes there what it built for.
    assert (built[1] / "template.yaml").read_text().splitlines().count("    Default: arm64") == 1


def test_every_module_of_the_layers_ships_compiled(built: tuple[str, Path]) -> None:
    sources = [path for layer in ("DependenciesLayer", "CoreLayer") for path in (built[1] / layer).rglob("*.py")]
    assert len(sources) > 100
    for source in sources:
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        # Flags 0b01: checked by nothing, so that the times that a zip rewrites do not matter.
        assert compiled.read_bytes()[4:8] == (1).to_bytes(4, "little"), source


def test_what_ships_is_what_is_pinned(built: tuple[str, Path]) -> None:
    lock = (ROOT / "layers/dependencies/requirements.txt").read_text()
    pinned = dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE))
    shipped = {}
    for folder in (built[1] / "DependenciesLayer/python").glob("*.dist-info"):
        name, version = folder.name.removesuffix(".dist-info").rsplit("-", 1)
        shipped[name.replace("_", "-").lower()] = version
    assert shipped == pinned


def test_a_function_ships_its_handler_alone(built: tuple[str, Path]) -> None:
    for function in template.resources(template.load(), "AWS::Serverless::Function"):
        assert [path.name for path in (built[1] / function).iterdir()] == ["app.py"]


def test_the_core_layer_ships_the_package_alone(built: tuple[str, Path]) -> None:
    files = {path.relative_to(built[1] / "CoreLayer/python") for path in (built[1] / "CoreLayer").rglob("*.py")}
    assert files == {path.relative_to(ROOT / "layers/core") for path in (ROOT / "layers/core").rglob("*.py")}


def started(test: Callable[..., None]) -> Callable[..., None]:
    """A test that starts what is built: on the kind of processor that it is for, and on Linux alone."""
    on_linux = pytest.mark.skipif(platform.system() != "Linux", reason="what is built starts on Linux alone")
    own: Callable[..., None] = on_linux(pytest.mark.parametrize("built", [places.architecture()], indirect=True)(test))
    return own


@started
@pytest.mark.parametrize("function", ["CreateFaxFunction", "AuthorizeFunction", "IssueTokenFunction"])
def test_a_function_starts_with_its_layers_and_the_standard_library_alone(
    built: tuple[str, Path], function: str
) -> None:
    folder = built[1]
    names = {name: name for name in ("FileBucket", "FaxTable", "DirectoryTable", "CredentialTable")}
    # It asks for what is not there when it starts; here, nothing answers.
    environment = template.environment(template.load(), function, names) | {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": "https://127.0.0.1:9",
    }
    paths = [str(folder / part) for part in (function, "DependenciesLayer/python", "CoreLayer/python")]
    script = (
        f"import json, sys; sys.path[:0] = {paths!r}\n"
        "import app, pybase64\n"
        "files = [getattr(m, '__file__', None) or '' for m in sys.modules.values()]\n"
        "foreign = [file for file in files if 'site-packages' in file]\n"
        "print(json.dumps([callable(app.handler), foreign, pybase64.get_version()]))"
    )
    command = [sys.executable, "-S", "-I", "-W", "error", "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=os.sep)
    assert done.returncode == 0, done.stderr
    callable_handler, foreign, base64_version = json.loads(done.stdout)
    assert callable_handler
    assert foreign == []
    assert "C extension active" in base64_version


@started
def test_a_pdf_is_read_with_the_layers_alone(built: tuple[str, Path]) -> None:
    folder = built[1]
    layers = [str(folder / layer / "python") for layer in ("DependenciesLayer", "CoreLayer")]
    document = ROOT / "tests/data/documents/letter.pdf"
    script = (
        f"import sys; sys.path[:0] = {layers!r}\n"
        "from pathlib import Path\n"
        "from faxes.formats import pdf\n"
        f"print(pdf.count_pages(Path({str(document)!r}).read_bytes(), 200))"
    )
    done = subprocess.run([sys.executable, "-S", "-I", "-W", "error", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
