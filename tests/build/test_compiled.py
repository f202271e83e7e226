"""What ships is compiled, and of what others wrote nothing else ships."""

import importlib.util
import marshal
import re
from collections.abc import Iterator
from pathlib import Path
from types import CodeType

import pytest

from tests.support.builds import PACKAGES
from tests.support.template import ROOT


def test_every_module_of_ours_ships_compiled_beside_its_source(built: tuple[str, Path]) -> None:
    sources = list((built[1] / "CoreLayer").rglob("*.py"))
    assert len(sources) > 100
    for source in sources:
        is_never_compared(source.parent / "__pycache__" / f"{source.stem}.cpython-313.pyc")


@pytest.mark.parametrize("layer", PACKAGES)
def test_what_others_wrote_ships_compiled_alone(built: tuple[str, Path], layer: str) -> None:
    files = [path for path in (built[1] / layer).rglob("*") if path.is_file()]
    left = {name for path in files for name in (path.suffix, path.name, path.parent.name)}
    assert left.isdisjoint({".py", ".pyi", "py.typed", "RECORD", "__pycache__"})
    modules = [path for path in files if path.suffix == ".pyc"]
    assert len(modules) > 10
    for module in modules:
        is_never_compared(module)


def is_never_compared(compiled: Path) -> None:
    """That Python takes it as it is: flags 0b01, so that the times that a zip rewrites do not matter. It is of the
    runtime's Python, or nothing would start."""
    head = compiled.read_bytes()[:8]
    assert head == importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little"), compiled


def test_licences_ship_with_what_they_are_for(built: tuple[str, Path]) -> None:
    for layer in PACKAGES:
        for folder in (built[1] / layer / "python").glob("*.dist-info"):
            licences = [path for path in folder.rglob("*") if re.search("licen[cs]e|copying", path.name.lower())]
            assert licences, folder


UTILITIES = "aws_lambda_powertools.utilities."


def names(code: CodeType) -> Iterator[str]:
    """The names in compiled code, those of the modules that it imports among them."""
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from names(inner)


def test_of_powertools_utilities_those_ship_that_are_imported(built: tuple[str, Path]) -> None:
    """Asked of our code, and of what ships of Powertools."""
    folder = built[1] / "BaseLayer/python/aws_lambda_powertools"
    # What was built here, of packages whose hashes were compared.
    codes = [marshal.loads(path.read_bytes()[16:]) for path in folder.rglob("*.pyc")]  # noqa: S302
    codes += [
        compile(path.read_bytes(), path.name, "exec")
        for code in ("layers/core", "functions")
        for path in (ROOT / code).rglob("*.py")
    ]
    imported = {name.split(".")[2] for code in codes for name in names(code) if name.startswith(UTILITIES)}
    ships = {path.name.removesuffix(".pyc") for path in (folder / "utilities").iterdir()}
    assert imported <= ships
    assert "data_classes" in imported
