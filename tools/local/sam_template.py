"""The template that `sam local` runs, out of the one that was built."""

import copy
from collections.abc import Collection, Iterator, Mapping
from typing import Any

ANY = "ANY"
_STACK = "AWS::CloudFormation::Stack"
_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


def local_template(built: Mapping[str, Any], endpoint: str, names: Mapping[str, str]) -> dict[str, Any]:
    """A built template -> one whose functions call ``endpoint``, and the resources there by their ``names``.

    Of a function's own variables, those that are a reference to a resource, or an output of a stack inside the stack,
    get its name; the others stay. A path's ANY becomes the methods that no other function has on it: start-api would
    give it those as well. The stacks inside the stack go: no request reaches their functions, and start-api would start
    them, which it cannot where their layers are parameters.
    """
    template = copy.deepcopy(dict(built))
    template["Resources"] = {name: it for name, it in template["Resources"].items() if it["Type"] != _STACK}
    template["Globals"]["Function"]["Environment"]["Variables"]["AWS_ENDPOINT_URL"] = endpoint
    taken = set(routes(built))
    for function in functions(template).values():
        variables = function.get("Environment", {}).get("Variables", {})
        for variable, value in variables.items():
            variables[variable] = names.get(_asked_for(value), value)
        if "Events" in function:
            function["Events"] = dict(_without_any(function["Events"], taken))
    return template


def _asked_for(value: object) -> str:
    """What a reference names: a resource, or an output of a stack inside the stack. Empty where it is no reference."""
    match value:
        case {"Ref": str(resource)}:
            return resource
        case {"Fn::GetAtt": [str(resource), str(attribute)]}:
            return f"{resource}.{attribute}"
        case _:
            return ""


def _without_any(events: Mapping[str, Any], taken: Collection[tuple[str, str]]) -> Iterator[tuple[str, Any]]:
    for name, event in events.items():
        path = event["Properties"]["Path"]
        if event["Properties"]["Method"].upper() != ANY:
            yield name, event
            continue
        for method in _METHODS:
            if (path, method) not in taken:
                properties = event["Properties"] | {"Method": method.lower()}
                yield f"{name}{method.capitalize()}", event | {"Properties": properties}


def functions(template: Mapping[str, Any]) -> dict[str, Any]:
    """The functions' properties by logical id."""
    found = {name: it for name, it in template["Resources"].items() if it["Type"] == "AWS::Serverless::Function"}
    return {name: function["Properties"] for name, function in found.items()}


def routes(template: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    """Which function API Gateway calls: its logical id by path and method, ANY where it is for all others."""
    return {
        (event["Properties"]["Path"], event["Properties"]["Method"].upper()): name
        for name, function in functions(template).items()
        for event in function.get("Events", {}).values()
    }
