"""Leaves of the SDK's data what our code calls: `python3.13 prune_sdk.py <folder of packages> <our package>...`.

botocore describes 400 services with all their operations, and reads whole files of that when a client is made: four
fifths of that time, and most of a layer, are for what is never called. Which services and operations are, is read from
our code: a service is the literal first argument of ``client(...)``, an operation any name or string that is the name
of its method. What the SDK itself calls of a service is kept as well (S3's HeadBucket, where a bucket lies elsewhere),
and so are all of its errors, since any of them may be an answer.

Of what is kept, only the documentation is emptied. Everything that is not as expected, as a newer version of the SDK
may be, ends the build: a service without the files below, files that are not known here, an operation whose shapes are
not there, a client that cannot be made of what is left.
"""

import ast
import gzip
import json
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

_MODEL, _RULES, _PAGINATORS, _WAITERS, _EXAMPLES = (
    *("service-2", "endpoint-rule-set-1", "paginators-1", "waiters-2"),
    "examples-1",
)
_EXTRAS = frozenset({"service-2.sdk-extras", "paginators-1.sdk-extras"})
_NEEDED, _KNOWN = {_MODEL, _RULES}, {_MODEL, _RULES, _PAGINATORS, _WAITERS, _EXAMPLES, *_EXTRAS}
# What every client reads, whatever its service is.
_OF_ALL = frozenset({"endpoints.json", "partitions.json", "sdk-default-configuration.json", "_retry.json"})


class NotPruned(Exception):
    """The SDK's data or our code are not what this script knows."""


def prune(sdk: Path, code: Iterable[Path], method_name: Callable[[str], str]) -> dict[str, list[str]]:
    """Prune the data of ``sdk``, botocore's folder, for what the folders of ``code`` call. ``method_name`` is the
    SDK's own ``xform_name``. Gives the operations that are left, by service. Raises NotPruned."""
    ours = list(_trees(code))
    services = _services(ours)
    _require(bool(services), "no client is made in our code")
    called = _names(ours)
    of_sdk = {node.attr for tree in _trees([sdk]) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    data = sdk / "data"
    files = {path.name for path in data.iterdir() if path.is_file()}
    _require(files == _OF_ALL, f"beside the services, there are the files {sorted(files)}")
    for folder in data.iterdir():
        if folder.is_dir() and folder.name not in services:
            shutil.rmtree(folder)
    left = {}
    for service in sorted(services):
        _require((data / service).is_dir(), f"there is no service {service}")
        versions = sorted((data / service).iterdir())
        for older in versions[:-1]:
            shutil.rmtree(older)
        left[service] = _prune_service(versions[-1], lambda name: method_name(name) in called | of_sdk)
        of_ours = [name for name in left[service] if method_name(name) in called]
        _require(bool(of_ours), f"our code makes a client of {service} and calls none of its operations")
    _prune_endpoints(data / "endpoints.json", services)
    return left


def _require(condition: bool, otherwise: str) -> None:
    if not condition:
        raise NotPruned(otherwise)


# --- what is called --------------------------------------------------------------------------------------------------


def _trees(folders: Iterable[Path]) -> Iterator[ast.Module]:
    for folder in folders:
        for path in sorted(folder.rglob("*.py")):
            yield ast.parse(path.read_bytes())


def _services(trees: Iterable[ast.Module]) -> set[str]:
    """What clients are made of."""
    found = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "client":
                service = node.args[0] if node.args else None
                _require(
                    isinstance(service, ast.Constant) and isinstance(service.value, str),
                    f"in line {node.lineno} of a module, client() is called without a literal name of its service",
                )
                found.add(service.value)  # type: ignore[union-attr]  # as was required
    return found


def _names(trees: Iterable[ast.Module]) -> set[str]:
    """All attributes and strings: ``client.put_item``, and what ``get_paginator`` is called with."""
    found = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                found.add(node.attr)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    return found


# --- a service -------------------------------------------------------------------------------------------------------


def _prune_service(folder: Path, is_kept: Callable[[str], bool]) -> list[str]:
    files = {path.name.removesuffix(".gz").removesuffix(".json"): path for path in folder.iterdir()}
    _require(files.keys() >= _NEEDED, f"{folder.parent.name} lacks {sorted(_NEEDED - files.keys())}")
    _require(files.keys() <= _KNOWN, f"{folder.parent.name} has {sorted(files.keys() - _KNOWN)}, which are not known")
    model = _read(files[_MODEL])
    operations = {name: each for name, each in model["operations"].items() if is_kept(name)}
    errors = [name for name, shape in model["shapes"].items() if shape.get("exception")]
    named = [each[end]["shape"] for each in operations.values() for end in ("input", "output") if end in each]
    named += [error["shape"] for each in operations.values() for error in each.get("errors", [])]
    shapes = _reached(model["shapes"], named + errors)
    _write(files[_MODEL], _without_documentation(model | {"operations": operations, "shapes": shapes}))
    if _PAGINATORS in files:
        _prune_kept(files[_PAGINATORS], "pagination", lambda name, _: name in operations)
    if _WAITERS in files:
        _prune_kept(files[_WAITERS], "waiters", lambda _, waiter: waiter["operation"] in operations)
    if _EXAMPLES in files:
        files[_EXAMPLES].unlink()
    _write(files[_RULES], _read(files[_RULES]))
    return sorted(operations)


def _reached(shapes: dict[str, Any], named: Iterable[str]) -> dict[str, Any]:
    """The shapes that these are made of, themselves included."""
    found: dict[str, Any] = {}
    left = list(named)
    while left:
        name = left.pop()
        if name in found:
            continue
        _require(name in shapes, f"the shape {name} is named, and is not there")
        shape = found[name] = shapes[name]
        members = [
            *shape.get("members", {}).values(),
            *(shape[end] for end in ("member", "key", "value") if end in shape),
        ]
        left += [member["shape"] for member in members]
    return {name: shape for name, shape in shapes.items() if name in found}


def _without_documentation(value: Any) -> Any:
    """The same, with each text of this name empty. A member may be called so as well."""
    if isinstance(value, dict):
        return {
            key: "" if key == "documentation" and isinstance(each, str) else _without_documentation(each)
            for key, each in value.items()
        }
    return [_without_documentation(each) for each in value] if isinstance(value, list) else value


def _prune_kept(path: Path, key: str, is_kept: Callable[[str, Any], bool]) -> None:
    """Keep some of what a file has under a key."""
    content = _read(path)
    _require(key in content, f"{path.name} has no {key}")
    _write(path, content | {key: {name: each for name, each in content[key].items() if is_kept(name, each)}})


def _prune_endpoints(path: Path, services: set[str]) -> None:
    """Keep of each partition what is called. Its regions stay, and what every service has in common."""
    content = _read(path)
    _require(content.get("version") == 3 and bool(content.get("partitions")), f"{path.name} is not of version 3")
    for partition in content["partitions"]:
        partition["services"] = {name: each for name, each in partition["services"].items() if name in services}
    _require(content["partitions"][0]["services"].keys() == services, f"{path.name} does not have all services")
    _write(path, content)


def _read(path: Path) -> Any:
    return json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())


def _write(path: Path, content: Any) -> None:
    """Not compressed: the layer's package is, and reading takes half as long."""
    path.unlink()
    path.with_name(path.name.removesuffix(".gz")).write_text(json.dumps(content, separators=(",", ":")))


def main(packages: str, *code: str) -> None:
    sys.path.insert(0, packages)
    import botocore.session
    from botocore import xform_name

    sdk = Path(packages).resolve() / "botocore"
    _require(Path(botocore.__file__).resolve().parent == sdk, f"botocore is imported from {botocore.__file__}")
    left = prune(sdk, map(Path, code), xform_name)
    for service, operations in left.items():
        # As a function makes it, of what is left.
        session = botocore.session.Session()
        client = session.create_client(
            service,
            "eu-west-1",
            aws_access_key_id="none",
            aws_secret_access_key="none",  # noqa: S106  # no secret
        )
        lacking = [name for name in operations if not hasattr(client, xform_name(name))]
        _require(not lacking, f"a client of {service} lacks {lacking}")
        print(f"{service}: {', '.join(operations)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
