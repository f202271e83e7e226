"""The API's routes as the template, openapi.yaml and the functions' code each have them, and where these differ."""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.support import openapi, template

# A method in upper case, and a path as the template writes it.
type Route = tuple[str, str]

REFUSE = "refuse"
# What begins so and is a GET reads faxes.
_FAXES = ("/uapi/faxes/", "/unifiedapi/faxes/")
# Whoever calls, and uncounted.
OPEN = {"Authorizer": "NONE", "ApiKeyRequired": False}
# What no client calls: carriers do. openapi.yaml is for clients.
OF_CARRIERS = frozenset({("POST", "/carriers/telnyx/reports")})
# Where the template sends what has no path of ours.
ELSEWHERE = frozenset({"/", "/{proxy+}"})


@dataclass(frozen=True, slots=True)
class Served:
    """Where the template sends a route: to which function, by its folder's name, and whether it asks who is calling."""

    function: str
    guarded: bool


def of_template(deployed: Mapping[str, Any]) -> dict[Route, Served]:
    """Every event of every function."""
    found: dict[Route, Served] = {}
    for function in template.resources(deployed, "AWS::Serverless::Function").values():
        for event in function["Properties"].get("Events", {}).values():
            assert event["Type"] == "Api"
            sent = event["Properties"]
            route = sent["Method"].upper(), sent["Path"]
            assert route not in found
            folder = function["Properties"]["CodeUri"].removeprefix("functions/")
            found[route] = Served(folder, guarded="Auth" not in sent)
            # Without an authorizer, nothing says what a request is counted by.
            assert sent.get("Auth", OPEN) == OPEN
    return found


def of_document(document: Mapping[str, Any]) -> dict[Route, bool]:
    """Every operation of openapi.yaml, and whether it asks for a token."""
    found = {}
    for path, node in document["paths"].items():
        methods = openapi.resolved(document, node)
        for method in [method for method in openapi.METHODS if method in methods]:
            ways = methods[method].get("security", document["security"])
            found[method.upper(), path] = any("bearerToken" in way for way in ways)
    return found


def of_code(source: str) -> set[Route]:
    """The routes of a function's code: ``@app.get("/x/<a_b>")`` is GET /x/{aB}."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(value=ast.Name(id="app"), attr=method), args=[ast.Constant(value=str(path))]
            ) if method in openapi.METHODS:
                found.add((method.upper(), re.sub(r"<(\w+)>", lambda name: f"{{{_camel(name[1])}}}", path)))
    return found


def limits(deployed: Mapping[str, Any]) -> dict[Route, str]:
    """The rate of each route that has one of its own, by its parameter's name."""
    settings = deployed["Resources"]["Api"]["Properties"]["MethodSettings"]
    return {
        (it["HttpMethod"], it["ResourcePath"].replace("~1", "/").replace("//", "/")): it["ThrottlingRateLimit"]["Ref"]
        for it in settings
    }


def sources() -> dict[str, str]:
    """The code of each function, by its folder's name."""
    return {path.parent.name: path.read_text() for path in template.ROOT.glob("functions/*/app.py")}


def differences(
    deployed: Mapping[str, Any], document: Mapping[str, Any], code: Mapping[str, str]
) -> Iterator[tuple[str, Route]]:
    """What one has and another has not, and of which route."""
    sent, documented = of_template(deployed), of_document(document)
    ours = {route: to for route, to in sent.items() if to.function != REFUSE}
    refused = {route: to for route, to in sent.items() if to.function == REFUSE}
    routed = {(folder, route) for folder, source in code.items() for route in of_code(source)}
    for route in sorted(documented.keys() - ours.keys()):
        yield "has no event in the template", route
    for route in sorted(ours.keys() - documented.keys() - OF_CARRIERS):
        yield "is not in openapi.yaml", route
    for route in sorted(ours.keys() & documented.keys()):
        if ours[route].guarded is not documented[route]:
            yield "asks for a token in one alone of the template and openapi.yaml", route
    served = {(to.function, route) for route, to in ours.items()}
    for _, route in sorted(served - routed):
        yield "is not in the code of its function", route
    for _, route in sorted(routed - served):
        yield "does not lead to the function whose code has it", route
    limited = limits(deployed)
    for method, path in sorted(ours):
        if method == "GET" and path.startswith(_FAXES) and limited.get((method, path)) != "ReadRate":
            yield "reads faxes, and does not have ReadRate and ReadBurst in MethodSettings", (method, path)
    for route in sorted(limited.keys() - ours.keys() - {("*", "/*")}):
        yield "has a rate in MethodSettings, and no event", route
    # Whatever else is sent to a path of ours, or to none.
    others = {("ANY", path) for _, path in (*documented, *OF_CARRIERS)} | {("ANY", path) for path in ELSEWHERE}
    for route in sorted(others ^ refused.keys()):
        yield "is refused by the template alone, or not at all", route
    for route in sorted(refused):
        if refused[route].guarded:
            yield "asks for a token, to be refused", route


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.capitalize, others))
