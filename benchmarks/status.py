"""What asking for a fax costs beside the one query that it takes, with a real client against a TLS endpoint.

`python -m benchmarks.status`, in the functions' environment and with that endpoint; prints rows as JSON.
"""

import os
import sys
import time
from typing import Any

from benchmarks.measure import Row, against, printed, row
from benchmarks.shown import FAX_ID
from tests.support import requests, template
from tests.support.lambda_context import CONTEXT

_GROUP = "Ask for a fax, a GET whose answer has 10 KB, without the authorizer"


def environment() -> dict[str, str]:
    """What the template sets for read_faxes; the rest is as create_fax has it."""
    return template.environment(template.load(), "ReadFaxesFunction", {"FaxTable": "FaxTable"})


def event(*headers: str) -> dict[str, Any]:
    """The event of a GET, with further headers."""
    lines = [f"GET /uapi/faxes/@me/0003*210/{FAX_ID} HTTP/1.1", "Host: HOST", "Authorization: Bearer TOKEN", *headers]
    return requests.proxy_event(requests.parse("\r\n".join([*lines, "", ""]).encode()), "status")


def asking(app: Any) -> list[Row]:
    client = app.reading.faxes._client
    calls: list[dict[str, Any]] = []
    client.meta.events.register("provide-client-params.*.Query", lambda params, **_: calls.append(dict(params)))
    whole = app.handler(event(), CONTEXT)
    assert (whole["statusCode"], len(calls)) == (200, 1), whole
    assert 9_000 < len(whole["body"]) < 11_000, len(whole["body"])
    asked = calls[0]
    [tag] = whole["multiValueHeaders"]["ETag"]
    unchanged = event(f"If-None-Match: {tag}")
    assert app.handler(unchanged, CONTEXT)["statusCode"] == 304

    def bare() -> None:
        assert client.query(**asked)["Items"]

    wall = against(lambda: app.handler(event(), CONTEXT), bare, 200)
    processor = against(lambda: app.handler(event(), CONTEXT), bare, 200, time.process_time)
    same = against(lambda: app.handler(unchanged, CONTEXT), bare, 200)
    return [
        row(_GROUP, "200, against the bare query", wall, 1.5),
        row(_GROUP, "200, processor time against its", processor, 1.5),
        row(_GROUP, "304, against the bare query", same, 1.5),
    ]


def main() -> None:
    # Powertools binds its output when it is imported.
    output, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115  (until the process ends)
    from functions.read_faxes import app

    print(printed(asking(app)), file=output, flush=True)


if __name__ == "__main__":
    main()
