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
from tests.support.builds import built
from tests.support.template import ROOT
from tools import places

# ELF's e_machine, at offset 18.
MACHINES = {"x86_64": 62, "arm64": 183}
TEMPLATE = template.load()
PACKAGES = {"BaseLayer": "base.in", "DocumentsLayer": "documents.in"}
LAYERS = (*PACKAGES, "CoreLayer")


@pytest.fixture(scope="session", name="built", params=sorted(MACHINES))
def _built(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """An architecture, and the folder of its build."""
    return request.param, built(tmp_path_factory, request.param)


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
    sources = [path for layer in LAYERS for path in (built[1] / layer).rglob("*.py")]
    assert len(sources) > 100
    for source in sources:
        compiled = source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc"
        # Flags 0b01: checked by nothing, so that the times that a zip rewrites do not matter.
        assert compiled.read_bytes()[4:8] == (1).to_bytes(4, "little"), source


def shipped(layer: Path) -> dict[str, str]:
    """The versions of the packages in a built layer, by their names."""
    found = [folder.name.removesuffix(".dist-info").rsplit("-", 1) for folder in (layer / "python").glob("*.dist-info")]
    return {name.replace("_", "-").lower(): version for name, version in found}


def test_what_ships_is_what_is_pinned_each_in_one_layer(built: tuple[str, Path]) -> None:
    lock = (ROOT / "layers/requirements.txt").read_text()
    pinned = re.findall(r"^([a-z0-9-]+)==(\S+)", lock, re.MULTILINE)
    ships = [package for layer in PACKAGES for package in shipped(built[1] / layer).items()]
    assert sorted(ships) == sorted(pinned)


@pytest.mark.parametrize("layer", PACKAGES)
def test_a_layer_ships_what_it_is_for(built: tuple[str, Path], layer: str) -> None:
    named = re.findall(r"^([a-z0-9-]+)", (ROOT / "layers" / PACKAGES[layer]).read_text(), re.MULTILINE)
    assert named
    assert set(named) <= set(shipped(built[1] / layer))


def test_a_function_ships_its_handler_alone(built: tuple[str, Path]) -> None:
    for function in template.resources(TEMPLATE, "AWS::Serverless::Function"):
        assert [path.name for path in (built[1] / function).iterdir()] == ["app.py"]


def test_the_core_layer_ships_the_package_alone(built: tuple[str, Path]) -> None:
    files = {path.relative_to(built[1] / "CoreLayer/python") for path in (built[1] / "CoreLayer").rglob("*.py")}
    assert files == {path.relative_to(ROOT / "layers/core") for path in (ROOT / "layers/core").rglob("*.py")}


def started(test: Callable[..., None]) -> Callable[..., None]:
    """A test that starts what is built: on the kind of processor that it is for, and on Linux alone."""
    on_linux = pytest.mark.skipif(platform.system() != "Linux", reason="what is built starts on Linux alone")
    own: Callable[..., None] = on_linux(pytest.mark.parametrize("built", [places.architecture()], indirect=True)(test))
    return own


SDK = {"aws_lambda_powertools", "boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
# One module, no folder.
SDK |= {"typing_extensions"}
FORMS = {"certifi", "charset_normalizer", "idna", "pybase64", "requests", "requests_toolbelt"}


@started
@pytest.mark.parametrize(
    ("function", "imports"),
    [
        # PDFium is for a process of its own, and for who sends a PDF.
        ("CreateFaxFunction", {"BaseLayer": SDK, "DocumentsLayer": FORMS, "CoreLayer": {"faxes"}}),
        ("AuthorizeFunction", {"BaseLayer": SDK, "CoreLayer": {"faxes"}}),
        ("IssueTokenFunction", {"BaseLayer": SDK, "DocumentsLayer": FORMS, "CoreLayer": {"faxes"}}),
        ("RefuseFunction", {}),
    ],
)
def test_a_functions_start_imports_these_and_the_standard_library_alone(
    built: tuple[str, Path], function: str, imports: dict[str, set[str]]
) -> None:
    folder = built[1]
    names = {name: name for name in ("FileBucket", "FaxTable", "DirectoryTable", "CredentialTable")}
    # It asks for what is not there when it starts; here, nothing answers.
    environment = template.environment(TEMPLATE, function, names) | {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": "https://127.0.0.1:9",
    }
    layers = [layer["Ref"] for layer in TEMPLATE["Resources"][function]["Properties"].get("Layers", [])]
    paths = [str(folder / function), *(str(folder / layer / "python") for layer in layers)]
    script = (
        f"import json, sys; sys.path[:0] = {paths!r}\n"
        "import app\n"
        "print(json.dumps([callable(app.handler), [getattr(m, '__file__', None) or '' for m in sys.modules.values()]]))"
    )
    command = [sys.executable, "-S", "-I", "-W", "error", "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=os.sep)
    assert done.returncode == 0, done.stderr
    callable_handler, files = json.loads(done.stdout)
    assert callable_handler
    assert [file for file in files if "site-packages" in file] == []
    imported: dict[str, set[str]] = {}
    for file in map(Path, files):
        for layer in layers:
            if file.is_relative_to(folder / layer / "python"):
                name = file.relative_to(folder / layer / "python").parts[0].partition(".")[0]
                # What charset_normalizer was compiled to lies beside it, under a name that is a digest.
                if not name.endswith("__mypyc"):
                    imported.setdefault(layer, set()).add(name)
    assert imported == imports


@started
def test_base64_is_decoded_by_the_extension(built: tuple[str, Path]) -> None:
    # Without it, pybase64 falls back to slow Python in silence.
    script = f"import sys; sys.path.insert(0, {str(built[1] / 'DocumentsLayer/python')!r})\nimport pybase64\n"
    command = [sys.executable, "-S", "-I", "-W", "error", "-c", script + "print(pybase64.get_version())"]
    assert "C extension active" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


@started
def test_a_pdf_is_read_with_the_layers_alone(built: tuple[str, Path]) -> None:
    folder = built[1]
    layers = [str(folder / layer / "python") for layer in ("DocumentsLayer", "CoreLayer")]
    document = ROOT / "tests/data/documents/letter.pdf"
    script = (
        f"import sys; sys.path[:0] = {layers!r}\n"
        "from pathlib import Path\n"
        "from faxes.formats import pdf\n"
        f"print(pdf.count_pages(Path({str(document)!r}).read_bytes(), 200))"
    )
    done = subprocess.run([sys.executable, "-S", "-I", "-W", "error", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1\n", "")
