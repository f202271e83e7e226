"""What a view of a fax's public page costs beside the reads that it takes, what its function's start costs, and what a
million views cost.

`python -m benchmarks.page`, in the functions' environment and with a TLS endpoint; prints rows as JSON.
`python -m benchmarks.page --table` starts that endpoint, and prints the rows and the dollars for people.
"""

import json
import os
import subprocess
import sys
import time
from typing import Any

from benchmarks import cost, function
from benchmarks.endpoint import endpoint
from benchmarks.measure import Row, against, printed, row
from benchmarks.shown import UID
from tests.support import requests, template
from tests.support.lambda_context import CONTEXT

_GROUP = "View a fax's public page, 2 pages and 14 recipients"
# fax_page's memory; the seconds that its four reads are waited for, which is assumed; and its log line.
_MEMORY_GB, _WAITING, _LOG_BYTES = 512 / 1024, 0.02, 500
# By the uid, the record with its pages, the recipients, the time zone: of the index and the directory eventually.
_READ_UNITS = 0.5 + 1 + 1 + 0.5
_PICTURES = 2
PROCESSOR = "a view, processor time against theirs"


def environment() -> dict[str, str]:
    """What the template sets for fax_page where faxes have pages; the rest is as create_fax has it."""
    names = {name: name for name in ("FileBucket", "FaxTable", "DirectoryTable")}
    shown = {"PUBLIC_PAGE": "true", "PUBLIC_PAGE_DAYS": "3650"}
    return template.environment(template.load(), "FaxPageFunction", names) | shown


def event() -> dict[str, Any]:
    raw = f"GET /fax/{UID} HTTP/1.1\r\nHost: HOST\r\nAccept-Language: de\r\n\r\n"
    return requests.proxy_event(requests.parse(raw.encode()), "page")


def viewing(app: Any, imported: float) -> list[Row]:
    client = app.showing.faxes._client
    calls: list[dict[str, Any]] = []
    client.meta.events.register("provide-client-params.*.Query", lambda params, **_: calls.append(dict(params)))
    shown = app.handler(event(), CONTEXT)
    assert (shown["statusCode"], len(calls)) == (200, 4), shown
    assert shown["body"].count("<img") == _PICTURES
    asked = list(calls)

    def bare() -> None:
        for each in asked:
            client.query(**each)

    wall = against(lambda: app.handler(event(), CONTEXT), bare, 200)
    processor = against(lambda: app.handler(event(), CONTEXT), bare, 200, time.process_time)
    return [
        row(_GROUP, "a view, against its four bare reads", wall, 1.5),
        row(_GROUP, PROCESSOR, processor, 1.5),
        Row(_GROUP, "start of the function: processor time to import and set up", imported, 0, imported),
    ]


def dollars(processor: float) -> list[str]:
    """A million views, each with its pictures, by ``processor`` seconds a view, in Markdown."""
    taken = processor * cost.PROCESSOR_GB / _MEMORY_GB + _WAITING
    calls = 1 + _PICTURES
    # A picture takes the first two reads and no markup.
    reads = _READ_UNITS + _PICTURES * 1.5
    parts = {
        "API Gateway, the page and 2 pictures": calls * 3.50,
        "Lambda, fax_page": calls * (0.20 + 1e6 * taken * _MEMORY_GB * cost.LAMBDA_GB_SECOND),
        "DynamoDB, reads": reads * cost.READ_UNIT * 1e6,
        "S3, 2 pictures got": _PICTURES * 0.40,
        "CloudWatch Logs": calls * (_LOG_BYTES + 350) / 1e9 * 0.50 * 1e6,
    }
    lines = ["| dollars per million views of 2 pages | |", "| --- | --- |"]
    lines += [f"| {name} | {value:.2f} |" for name, value in parts.items()]
    return [*lines, f"| **together** | **{sum(parts.values()):.2f}** |"]


def main() -> None:
    if "--table" in sys.argv:
        with endpoint() as services:
            env = function.environment() | environment() | {"PYTHONPATH": os.environ["PYTHONPATH"]} | services
            done = subprocess.run([sys.executable, "-m", "benchmarks.page"], env=env, stdout=-1, check=True, text=True)
        rows = [Row(**each) for each in json.loads(done.stdout)]
        for each in rows:
            print(each)
        print("\n".join(dollars(next(each.own for each in rows if each.name == PROCESSOR) / 1000)))
        return
    # Powertools binds its output when it is imported.
    output, sys.stdout = sys.stdout, open(os.devnull, "w")  # noqa: SIM115  (until the process ends)
    before = time.process_time()
    from functions.fax_page import app

    imported = (time.process_time() - before) * 1000
    print(printed(viewing(app, imported)), file=output, flush=True)


if __name__ == "__main__":
    main()
