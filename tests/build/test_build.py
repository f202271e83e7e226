"""What ships, as `sam build` makes it for each architecture."""

import ast
import hashlib
import inspect
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from botocore import xform_name
from botocore.loaders import Loader

from faxes.bootstrap import clients
from tests.support import template
from tests.support.builds import MACHINES, PACKAGES
from tests.support.template import ROOT
from tools import places
from tools.local.render import FONTS

TEMPLATE = template.load()


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


def of_function(folder: Path, function: str) -> Path:
    """Where a function was built: those of a stack inside the stack lie in that one's folder."""
    places = [folder / function, *(folder / stack / function for stack in template.parts(TEMPLATE))]
    return next(place for place in places if place.exists())


def test_a_function_ships_its_handler_alone(built: tuple[str, Path]) -> None:
    for function in template.functions(TEMPLATE):
        assert [path.name for path in of_function(built[1], function).iterdir()] == ["app.py"]


def test_the_core_layer_ships_the_package_alone(built: tuple[str, Path]) -> None:
    files = {path.relative_to(built[1] / "CoreLayer/python") for path in (built[1] / "CoreLayer").rglob("*.py")}
    assert files == {path.relative_to(ROOT / "layers/core") for path in (ROOT / "layers/core").rglob("*.py")}


def services_of_our_clients() -> set[str]:
    """Asked of what makes them: the functions of their module that give a client."""
    makers = [
        each
        for each in vars(clients).values()
        if str(getattr(each, "__annotations__", {}).get("return")).endswith("Client")
    ]
    with mock.patch("boto3.client") as client:
        for make in makers:
            make()
    return {call.args[0] for call in client.call_args_list}


def methods_that_our_code_calls() -> set[str]:
    """Of whatever is called a client, and what it is asked a paginator for."""
    found = set()
    for path in (ROOT / "layers/core").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                if ast.unparse(node.func.value).endswith("client"):
                    found.add(node.func.attr)
                if node.func.attr == "get_paginator" and isinstance(node.args[0], ast.Constant):
                    found.add(ast.literal_eval(node.args[0]))
    return found


def of_the_sdk(service: str, data: Path | None = None) -> dict[str, Any]:
    """How the SDK describes a service, without documentation; our own copy of it, or a layer's."""
    loader = Loader(extra_search_paths=[str(data)] if data else None, include_default_search_paths=not data)

    def without(value: Any) -> Any:
        if isinstance(value, dict):
            told = {key for key, each in value.items() if key == "documentation" and isinstance(each, str)}
            return {key: without(each) for key, each in value.items() if key not in told}
        return value

    described: dict[str, Any] = without(loader.load_service_model(service, "service-2"))
    return described


def made_of(described: dict[str, Any], value: Any) -> dict[str, Any]:
    """All shapes that are named in a value, or in one of these."""
    found: dict[str, Any] = {}
    left = [value]
    while left:
        match left.pop():
            case {"shape": str(name), **rest}:
                left += rest.values()
                if name not in found:
                    found[name] = described["shapes"][name]
                    left.append(found[name])
            case dict(each):
                left += each.values()
            case list(each):
                left += each
    return found


def test_the_sdk_still_describes_each_operation_that_our_code_calls(built: tuple[str, Path]) -> None:
    data = built[1] / "BaseLayer/python/botocore/data"
    services = services_of_our_clients()
    assert {folder.name for folder in data.iterdir() if folder.is_dir()} == services
    called = methods_that_our_code_calls()
    assert {"put_object", "delete_objects", "get_item", "query", "transact_write_items"} <= called
    for service in services:
        ours, all_of_it = of_the_sdk(service, data), of_the_sdk(service)
        operations = {name: each for name, each in all_of_it["operations"].items() if xform_name(name) in called}
        assert operations
        assert operations.items() <= ours["operations"].items()
        assert made_of(ours, operations) == made_of(all_of_it, operations)
        errors = {name: shape for name, shape in all_of_it["shapes"].items() if shape.get("exception")}
        assert errors.items() <= ours["shapes"].items()
        # Less than a sixth of it, or hardly anything was pruned.
        assert len(ours["operations"]) * 6 < len(all_of_it["operations"])


def test_the_imaging_layer_ships_the_fonts_beside_the_packages(built: tuple[str, Path]) -> None:
    layer = built[1] / "ImagingLayer"
    fonts = {path.name: path.read_bytes() for path in (ROOT / "layers/imaging/fonts").iterdir()}
    assert {path.name: path.read_bytes() for path in (layer / "fonts").iterdir()} == fonts
    assert {path.name.split(".")[0] for path in (layer / "python/PIL").glob("*.so")} >= {"_imaging", "_imagingft"}


def started(test: Callable[..., None]) -> Callable[..., None]:
    """A test that starts what is built: on the kind of processor that it is for, and on Linux alone."""
    on_linux = pytest.mark.skipif(platform.system() != "Linux", reason="what is built starts on Linux alone")
    own: Callable[..., None] = on_linux(pytest.mark.parametrize("built", [places.architecture()], indirect=True)(test))
    return own


SDK = {"aws_lambda_powertools", "boto3", "botocore", "dateutil", "jmespath", "s3transfer", "six", "urllib3"}
# One module, no folder.
SDK |= {"typing_extensions"}
FORMS = {"certifi", "charset_normalizer", "idna", "pybase64", "requests", "requests_toolbelt"}


BASE = {"BaseLayer": SDK, "CoreLayer": {"faxes"}}
# What each function's start imports of its layers. PDFium is for a process of its own, and for who sends a PDF.
STARTS: dict[str, dict[str, set[str]]] = {
    "CreateFaxFunction": BASE | {"DocumentsLayer": FORMS},
    "ReadFaxesFunction": BASE,
    "ChangeFaxesFunction": BASE,
    "FaxPageFunction": BASE,
    "AuthorizeFunction": BASE,
    "IssueTokenFunction": BASE | {"DocumentsLayer": FORMS},
    "CarrierReportFunction": BASE | {"ReportsLayer": {"_cffi_backend", "nacl"}},
    "RefuseFunction": {},
    "QueueFaxFunction": BASE,
    # The SDK takes certificates of certifi's where that is there.
    "RenderFaxFunction": BASE | {"DocumentsLayer": {"certifi"}, "ImagingLayer": {"PIL"}},
    "SendFaxFunction": BASE,
    "SweepFunction": BASE,
    "CheckUploadFunction": BASE | {"DocumentsLayer": {"certifi"}},
}
TELNYX = {"Carrier": "telnyx", "TelnyxKeySecret": "arn", "TelnyxConnectionId": "1", "TelnyxNumber": "+12025550100"}


@started
@pytest.mark.parametrize("function", template.functions(TEMPLATE))
def test_a_functions_start_imports_these_and_the_standard_library_alone(built: tuple[str, Path], function: str) -> None:
    folder = built[1]
    tables = ("FaxTable", "DirectoryTable", "CredentialTable")
    names = {name: name for name in ("FileBucket", *tables, "RenderQueue", "SendQueue", "UploadQueue")} | TELNYX
    names["TelnyxPublicKey"] = "A" * 43 + "="
    # It asks for what is not there when it starts; here, nothing answers.
    environment = template.environment(TEMPLATE, function, names) | {
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_ENDPOINT_URL": "https://127.0.0.1:9",
    }
    layers = [layer["Ref"] for layer in template.functions(TEMPLATE)[function]["Properties"].get("Layers", [])]
    paths = [str(of_function(folder, function)), *(str(folder / layer / "python") for layer in layers)]
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
    assert imported == STARTS[function]


@started
def test_time_zones_are_known_where_the_system_has_none(built: tuple[str, Path]) -> None:
    script = (
        f"import sys; sys.path.insert(0, {str(built[1] / 'BaseLayer/python')!r})\n"
        "import datetime, zoneinfo\nzoneinfo.reset_tzpath(to=[])\n"
        "print(datetime.datetime(2026, 7, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')).strftime('%z'))"
    )
    command = [sys.executable, "-S", "-I", "-W", "error", "-c", script]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "+0200\n"


@started
def test_base64_is_decoded_by_the_extension(built: tuple[str, Path]) -> None:
    # Without it, pybase64 falls back to slow Python in silence.
    script = f"import sys; sys.path.insert(0, {str(built[1] / 'DocumentsLayer/python')!r})\nimport pybase64\n"
    command = [sys.executable, "-S", "-I", "-W", "error", "-c", script + "print(pybase64.get_version())"]
    assert "C extension active" in subprocess.run(command, capture_output=True, text=True, check=True).stdout


@started
@pytest.mark.parametrize("name", ["letter.pdf", "scan.tif", "photo.jpg"])
def test_a_document_is_read_with_the_layers_alone(built: tuple[str, Path], name: str) -> None:
    folder = built[1]
    layers = [str(folder / layer / "python") for layer in ("DocumentsLayer", "CoreLayer")]
    document = ROOT / "tests/data/documents" / name
    script = (
        f"import sys; sys.path[:0] = {layers!r}\n"
        "from pathlib import Path\n"
        "from faxes.intake import documents\n"
        "from faxes.model import Limits, Upload\n"
        f"limits = Limits(**{{**dict.fromkeys(Limits.__dataclass_fields__, 10**9), 'pages_per_fax': 200}})\n"
        f"print(documents.inspect(Upload({name!r}, Path({str(document)!r}).read_bytes()), 1, 1, limits).pages > 0)"
    )
    done = subprocess.run([sys.executable, "-S", "-I", "-W", "error", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "True\n", "")


# Pillow lays text out by a library of the system's where it finds one, which Lambda may lack; ours does without.
RIGHT_TO_LEFT = "\u0633\u0644\u0627\u0645 abc \u05e9\u05dc\u05d5\u05dd 123\n".encode()


def drawn_text(fonts: Path) -> list[str]:
    """A digest of each page of that text, drawn in this process, and whether the system's library is in it."""
    from faxes.model import Kind
    from faxes.rendering import child, txt
    from faxes.rendering.render import Source, render

    digests = []

    def draw(plan: Any, content: bytes) -> Iterator[Any]:
        for drawing in txt.Txt(plan).pages(content):
            digests.append(hashlib.sha256(drawing.image.tobytes()).hexdigest())
            yield child.Rows(bytes(216), plan.resolution)

    with mock.patch.object(child, "draw", draw):
        render([Source(Kind.TXT, RIGHT_TO_LEFT, 1)], fonts=fonts)
    return [*digests, str("fribidi" in Path("/proc/self/maps").read_text())]


@started
def test_text_from_right_to_left_is_drawn_without_the_systems_library(built: tuple[str, Path], tmp_path: Path) -> None:
    layers = [str(built[1] / layer / "python") for layer in ("DocumentsLayer", "ImagingLayer", "CoreLayer")]
    script = (
        f"import sys; sys.path[:0] = {layers!r}\n"
        "import hashlib\nfrom collections.abc import Iterator\nfrom pathlib import Path\n"
        "from typing import Any\nfrom unittest import mock\n"
        f"RIGHT_TO_LEFT = {RIGHT_TO_LEFT!r}\n{inspect.getsource(drawn_text)}"
        f"print(drawn_text(Path({str(built[1] / 'ImagingLayer/fonts')!r})))"
    )
    # What is found first is no library, so that there is none.
    for name in ("libfribidi.so", "libfribidi.so.0"):
        (tmp_path / name).touch()
    environment = {"LD_LIBRARY_PATH": str(tmp_path)}
    command = [sys.executable, "-S", "-I", "-W", "error", "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    digest, _ = drawn_text(FONTS)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{[digest, 'False']}\n", "")
