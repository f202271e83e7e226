"""PHP's clients read every error of ours, and take no notice of the request's id in it.

As they do it: the answer is decoded to an array where its Content-Type has application/json, `error` tells a failure
from an accepted fax, and its code or its message is shown. Others decode to objects.
"""

import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.support import openapi, template

READER = r"""
foreach (json_decode(stream_get_contents(STDIN), true) as [$type, $text]) {
    $body = strpos($type, 'application/json') !== false ? json_decode($text, true) : $text;
    $object = json_decode($text);
    $read[] = [
        isset($body['error']) ? 'failed' : 'sent',
        $body['error']['code'] ?? null,
        $body['error']['message'] ?? null,
        isset($object->error) ? [$object->error->code, $object->error->message] : [],
    ];
}
echo json_encode($read);
"""


def errors() -> list[dict[str, Any]]:
    """Every error that openapi.yaml has an example of, and each of the gateway's own."""
    found: list[dict[str, Any]] = []

    def look(node: Any) -> None:
        match node:
            case {"value": {"error": {"code": _} as error}}:
                found.append(error)
            case dict():
                for each in node.values():
                    look(each)
            case list():
                for each in node:
                    look(each)

    look(openapi.load())
    source = template.load()
    for answer in source["Resources"]["Api"]["Properties"]["GatewayResponses"].values():
        body = template.resolved(source, answer["ResponseTemplates"]["application/json"], {})
        found.append(json.loads(body)["error"])
    return [{"code": error["code"], "message": error["message"]} for error in found]


@pytest.mark.full
def test_an_error_with_the_requests_id_is_read_like_one_without() -> None:
    if shutil.which("php") is None:
        pytest.skip("PHP is not installed, so its reading of errors was NOT tried")
    known = errors()
    assert len(known) > 40
    ids = {"requestId": "bQ7wEXAMPLE=/+"}
    answers = [
        ("application/json", json.dumps(body))
        for error in known
        for body in ({"error": error}, {"error": error | ids}, {"error": ids | error})
    ]
    answers.append(("application/json", '{"id": "115937093837901", "uid": "a601a53ffbde601d5c4364de92f5bd58"}'))
    done = subprocess.run(["php", "-r", READER], input=json.dumps(answers), capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert json.loads(done.stdout) == [
        ["failed", error["code"], error["message"], [error["code"], error["message"]]]
        for error in known
        for _ in range(3)
    ] + [["sent", None, None, []]]
