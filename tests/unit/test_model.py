"""The values' package, whose modules are imported with the first of their names that is asked for."""

import json
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest

from faxes import model
from tests.support.template import ROOT


def test_every_name_is_the_one_of_its_module() -> None:
    assert sorted(model._MODULES) == model.__all__
    for name, module in model._MODULES.items():
        found: Any = getattr(model, name)
        assert found is getattr(import_module(f"faxes.model.{module}"), name)
        assert found.__module__ == f"faxes.model.{module}"


def test_every_module_is_there() -> None:
    files = (ROOT / "layers/core/faxes/model").glob("*.py")
    assert {file.stem for file in files} == {"__init__", *model._NAMES}


def test_an_unknown_name_is_none_of_them() -> None:
    with pytest.raises(AttributeError, match=r"^module 'faxes\.model' has no attribute 'Nothing'$"):
        model.Nothing  # type: ignore[attr-defined]  # noqa: B018


def test_what_is_asked_for_is_imported_alone() -> None:
    script = "import json, sys\nfrom faxes.model import Principal\nprint(json.dumps(sorted(sys.modules)))"
    command = [sys.executable, "-S", "-c", script]
    path = {"PYTHONPATH": str(ROOT / "layers/core")}
    done = subprocess.run(command, env=path, capture_output=True, text=True, check=True)
    of_values = [name for name in json.loads(done.stdout) if name.startswith("faxes.model")]
    assert of_values == ["faxes.model", "faxes.model.people"]
