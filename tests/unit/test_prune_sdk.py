"""What a build leaves of the SDK's data, on a small SDK that is made here; and what ends the build."""

import gzip
import json
import re
import sys
from pathlib import Path
from typing import Any

import botocore
import pytest
from botocore import xform_name

from layers import prune_sdk
from layers.prune_sdk import NotPruned, prune

CODE = """
boto3.client("store", config=config)
boto3.client("table")
def use(client):
    client.put_thing(Name="a")
    client.get_paginator("list_things")
"""
# What the SDK itself does, where a thing lies elsewhere.
SDK = "def redirect(client):\n    client.head_box()\n"

SHAPES: dict[str, Any] = {
    "Name": {"type": "string", "documentation": "<p>What it is called.</p>"},
    "Tags": {"type": "map", "key": {"shape": "Name"}, "value": {"shape": "Values"}},
    "Values": {"type": "list", "member": {"shape": "Name"}},
    "PutThing": {
        "type": "structure",
        "members": {
            "documentation": {"shape": "Name", "documentation": "A member of this name."},
            "T": {"shape": "Tags"},
        },
    },
    # It is made of itself.
    "Things": {"type": "structure", "members": {"More": {"shape": "Things"}}},
    "Box": {"type": "structure", "members": {}},
    "Lost": {"type": "structure", "members": {}},
    "Gone": {"type": "structure", "exception": True, "members": {"Why": {"shape": "Reason"}}},
    "Reason": {"type": "string"},
}
OPERATIONS: dict[str, Any] = {
    "PutThing": {"name": "PutThing", "input": {"shape": "PutThing"}, "documentation": "Puts."},
    "ListThings": {"name": "ListThings", "output": {"shape": "Things"}},
    "HeadBox": {"name": "HeadBox", "input": {"shape": "Box"}},
    "LoseThing": {"name": "LoseThing", "input": {"shape": "Lost"}, "errors": [{"shape": "Gone"}]},
}
MODEL = {"metadata": {"uid": "store"}, "operations": OPERATIONS, "shapes": SHAPES}
RULES = {"version": "1.0", "rules": [{"documentation": "stays"}]}
ENDPOINTS = {
    "version": 3,
    "partitions": [
        {"defaults": {}, "regions": {"eu-west-1": {}}, "services": {"store": {"a": 1}, "table": {}, "other": {}}},
        {"defaults": {}, "regions": {}, "services": {"other": {}}},
    ],
}


@pytest.fixture(name="sdk")
def _sdk(tmp_path: Path) -> Path:
    sdk, data = tmp_path / "sdk", tmp_path / "sdk/data"
    for service in ("store", "table", "other"):
        for version in ("2006-01-01", "2012-01-01"):
            folder = data / service / version
            folder.mkdir(parents=True)
            (folder / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(MODEL).encode()))
            (folder / "endpoint-rule-set-1.json.gz").write_bytes(gzip.compress(json.dumps(RULES).encode()))
            (folder / "examples-1.json").write_text("{}")
            (folder / "paginators-1.json").write_text('{"pagination": {"ListThings": 1, "LoseThings": 1}}')
            waiters = {name: {"operation": name} for name in ("PutThing", "LoseThing")}
            (folder / "waiters-2.json").write_text(json.dumps({"version": 2, "waiters": waiters}))
    for name in ("partitions", "sdk-default-configuration", "_retry"):
        (data / f"{name}.json").write_text("{}")
    (data / "endpoints.json").write_text(json.dumps(ENDPOINTS))
    (sdk / "utils.py").write_text(SDK)
    return sdk


@pytest.fixture(name="code")
def _code(tmp_path: Path) -> Path:
    (tmp_path / "code").mkdir()
    (tmp_path / "code/adapter.py").write_text(CODE)
    return tmp_path / "code"


def kept(sdk: Path) -> dict[str, Any]:
    """Every file of the data, but for the ones that stay as they are."""
    files = {str(path.relative_to(sdk / "data")): path for path in (sdk / "data").rglob("*") if path.is_file()}
    return {name: json.loads(path.read_text()) for name, path in files.items() if path.read_text() != "{}"}


def test_what_is_called_is_left_with_its_shapes_and_all_errors(sdk: Path, code: Path) -> None:
    operations = ["HeadBox", "ListThings", "PutThing"]
    assert prune(sdk, [code], xform_name) == {"store": operations, "table": operations}
    model = {
        "metadata": {"uid": "store"},
        "operations": {
            "PutThing": {"name": "PutThing", "input": {"shape": "PutThing"}, "documentation": ""},
            "ListThings": {"name": "ListThings", "output": {"shape": "Things"}},
            "HeadBox": {"name": "HeadBox", "input": {"shape": "Box"}},
        },
        "shapes": {
            "Name": {"type": "string", "documentation": ""},
            **{name: SHAPES[name] for name in ("Tags", "Values", "Things", "Box", "Gone", "Reason")},
            "PutThing": {
                "type": "structure",
                "members": {"documentation": {"shape": "Name", "documentation": ""}, "T": {"shape": "Tags"}},
            },
        },
    }
    of_service = {
        "service-2.json": model,
        "endpoint-rule-set-1.json": RULES,
        "paginators-1.json": {"pagination": {"ListThings": 1}},
        "waiters-2.json": {"version": 2, "waiters": {"PutThing": {"operation": "PutThing"}}},
    }
    of_all = [
        {"defaults": {}, "regions": {"eu-west-1": {}}, "services": {"store": {"a": 1}, "table": {}}},
        {"defaults": {}, "regions": {}, "services": {}},
    ]
    assert kept(sdk) == {
        f"{service}/2012-01-01/{name}": content
        for service in ("store", "table")
        for name, content in of_service.items()
    } | {"endpoints.json": {"version": 3, "partitions": of_all}}


def changed(sdk: Path, change: dict[str, Any]) -> None:
    path = sdk / "data/store/2012-01-01/service-2.json.gz"
    path.write_bytes(gzip.compress(json.dumps(MODEL | change).encode()))


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("data/store/2012-01-01/service-3.json", "{}", "store has ['service-3'], which are not known"),
        (
            "data/index.json",
            "{}",
            "beside the services, there are the files ['_retry.json', 'endpoints.json', 'index.json'",
        ),
        ("data/endpoints.json", '{"version": 4, "partitions": [{}]}', "endpoints.json is not of version 3"),
        ("data/store/2012-01-01/waiters-2.json", '{"version": 3}', "waiters-2.json has no waiters"),
        ("../code/adapter.py", "client.put_thing()", "no client is made in our code"),
        ("../code/adapter.py", "boto3.client('queue').put_thing()", "there is no service queue"),
        (
            "../code/adapter.py",
            "boto3.client(name)",
            "in line 1 of a module, client() is called without a literal name",
        ),
        (
            "../code/adapter.py",
            "boto3.client('store')",
            "our code makes a client of store and calls none of its operations",
        ),
    ],
)
def test_what_is_not_known_ends_the_build(sdk: Path, code: Path, name: str, content: str, why: str) -> None:
    (sdk / name).write_text(content)
    with pytest.raises(NotPruned, match=re.escape(why)):
        prune(sdk, [code], xform_name)


def test_a_service_without_its_model_ends_the_build(sdk: Path, code: Path) -> None:
    (sdk / "data/store/2012-01-01/service-2.json.gz").unlink()
    with pytest.raises(NotPruned, match=re.escape("store lacks ['service-2']")):
        prune(sdk, [code], xform_name)


def test_a_shape_that_is_not_there_ends_the_build(sdk: Path, code: Path) -> None:
    changed(sdk, {"shapes": {name: shape for name, shape in SHAPES.items() if name != "Values"}})
    with pytest.raises(NotPruned, match="the shape Values is named, and is not there"):
        prune(sdk, [code], xform_name)


def test_no_other_sdk_than_the_layers_is_pruned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the layer has none, Python would import the one beside the build's own tools."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    with pytest.raises(NotPruned, match=re.escape(f"botocore is imported from {botocore.__file__}")):
        prune_sdk.main(str(tmp_path))
