"""template.yaml and its parts as data, and what they say about names: resolved as CloudFormation would, for tests."""

import copy
import os
import re
from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
# `make template TEMPLATE=...` sets it, to hold a copy against the code.
_TEMPLATE = Path(os.environ.get("TEMPLATE_UNDER_TEST") or ROOT / "template.yaml").absolute()
# What AWS knows by itself; the stack's name is the one that samconfig.toml has.
_OF_AWS = {
    "AWS::StackName": "fax-api",
    "AWS::StackId": "arn:aws:cloudformation:eu-west-1:123456789012:stack/fax-api/51af3dc0-da77-11e4-872e-1234567db123",
}
_NO_VALUE = {"Ref": "AWS::NoValue"}


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: ``!Ref X`` becomes ``{"Ref": "X"}``."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def load(path: Path = _TEMPLATE) -> dict[str, Any]:
    """A template, its short forms written out."""
    return copy.deepcopy(_parsed(path.read_text()))


def part(name: str) -> dict[str, Any]:
    """A template that lies beside template.yaml, or beside the copy in its place: a stack inside the stack."""
    return load(_TEMPLATE.with_name(name))


@cache
def _parsed(text: str) -> dict[str, Any]:
    template = yaml.load(text, _Loader)  # noqa: S506  (a SafeLoader)
    assert isinstance(template, dict)
    return template


def resources(template: Mapping[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, by logical id."""
    return {name: resource for name, resource in template["Resources"].items() if resource["Type"] == kind}


def parts(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The stacks inside the stack, by their logical ids."""
    stacks = resources(template, "AWS::CloudFormation::Stack")
    return {name: part(stack["Properties"]["TemplateURL"]) for name, stack in stacks.items()}


def everywhere(template: Mapping[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, of a template and of its parts."""
    return {
        name: it for source in (template, *parts(template).values()) for name, it in resources(source, kind).items()
    }


def chosen(value: Any, true: Collection[str]) -> Any:
    """A part of a template, every Fn::If in it decided: these conditions hold, all others do not."""
    if isinstance(value, list):
        return [item for each in value if (item := chosen(each, true)) != _NO_VALUE]
    if not isinstance(value, dict):
        return value
    if list(value) == ["Fn::If"]:
        condition, then, otherwise = value["Fn::If"]
        return chosen(then if condition in true else otherwise, true)
    return {name: item for name, each in value.items() if (item := chosen(each, true)) != _NO_VALUE}


def functions(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Every function of a template and of its parts, by logical id."""
    return everywhere(template, "AWS::Serverless::Function") | everywhere(template, "AWS::Lambda::Function")


def environment(template: Mapping[str, Any], function: str, names: Mapping[str, str]) -> dict[str, str]:
    """The environment of a function, as it would be deployed: parameters by their defaults, resources by ``names``."""
    for stack, inner in parts(template).items():
        if function in inner["Resources"]:
            handed = template["Resources"][stack]["Properties"]["Parameters"]
            return {
                # What is a parameter there has its value here.
                name: resolved(template, handed[value["Ref"]], names)
                if value in [{"Ref": parameter} for parameter in handed]
                else resolved(inner, value, names)
                for name, value in inner["Resources"][function]["Properties"]["Environment"]["Variables"].items()
            }
    variables: dict[str, Any] = {}
    for source in (template["Globals"]["Function"], template["Resources"][function]["Properties"]):
        # One that calls nothing has none of its own.
        variables |= source.get("Environment", {}).get("Variables", {})
    return {name: resolved(template, value, names) for name, value in variables.items()}


def resolved(template: Mapping[str, Any], value: Any, names: Mapping[str, str]) -> str:
    """A value, a reference to a name, or a text with names in it: parameters by their defaults, others by ``names``.

    An output of a stack inside the stack is what its own template says.
    """

    def named(target: str) -> str:
        known = _OF_AWS | dict(names)
        return known[target] if target in known else str(template["Parameters"][target]["Default"])

    match value:
        case {"Ref": str(target)}:
            return named(target)
        case {"Fn::Sub": str(text)}:
            return re.sub(r"\$\{([^}]+)\}", lambda name: named(name[1]), text)
        case {"Fn::GetAtt": [str(stack), str(attribute)]} if attribute.startswith("Outputs."):
            inner = part(template["Resources"][stack]["Properties"]["TemplateURL"])
            return resolved(inner, inner["Outputs"][attribute.removeprefix("Outputs.")]["Value"], names)
        case {"Fn::Join": [str(between), {"Fn::Split": [str(at), whole]}]}:
            return between.join(resolved(template, whole, names).split(at))
        case {"Fn::Select": [int(position), {"Fn::Split": [str(at), whole]}]}:
            return resolved(template, whole, names).split(at)[position]
        case str() | int():
            return str(value)
        case _:
            raise TypeError(f"{value} is not known before a deployment")
