"""Makes a page of openapi.yaml: `make docs`. One folder, .local/docs, that needs nothing from outside to be read.

The renderer is Scalar's API reference (npm, MIT), pinned with its hash in requirements/api-page.txt; its one script is
taken out of the package and put beside the page. The samples of code are those of docs/api.
"""

import argparse
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import yaml

from tools import npm, places
from tools.steps import StepFailed, fail, step

PIN = places.ROOT / "requirements" / "api-page.txt"
_SCRIPT = "package/dist/browser/standalone.js"
_LANGUAGES = {"sh": ("shell", "curl"), "python": ("python", "Python"), "js": ("javascript", "JavaScript")}
# What a sample does beyond its operation, by what only such a sample has in it.
_MORE = {"idempotency-key": ": again", "etag": ": until it ends"}
# The pages of docs/api that have samples, in the order in which they are shown.
_SAMPLED = ("send.md", "log-in.md", "send-again.md", "status.md")
_PATH, _OLDER_PATH = "/uapi/", "/unifiedapi/"
# A page's fenced code: its language, and its text.
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)

# No fonts, telemetry, proxy or assistant of Scalar's, and nothing that would send from a browser: the API has no CORS.
_OPTIONS = {
    "withDefaultFonts": False,
    "telemetry": False,
    "agent": {"disabled": True},
    "mcp": {"disabled": True},
    "hideClientButton": True,
    "hideTestRequestButton": True,
    "hiddenClients": True,
    "showDeveloperTools": "never",
    "hideModels": True,
    "documentDownloadType": "none",
    "defaultOpenAllTags": True,
    "expandAllSchemaProperties": True,
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>%(title)s</title>
<link rel="icon" href="data:,">
<style>
/* An error's message is a sentence, and every status has its answer: both are to be seen without scrolling. */
pre, pre code, pre span { white-space: pre-wrap !important; overflow-wrap: anywhere }
pre { width: auto !important }
.tab-list { flex-wrap: wrap !important; overflow: visible !important }
/* A status tells its codes below its example, in full. */
.response-card, .response-description-markdown { max-height: none !important }
.response-card-footer { overflow: visible !important }
</style>
</head>
<body>
<div id="page"></div>
<!-- %(package)s, MIT licence, https://github.com/scalar/scalar -->
<noscript>This page needs JavaScript. <a href="openapi.yaml">openapi.yaml</a> says the same.</noscript>
<script src="scalar.js"></script>
<script>
Scalar.createApiReference("#page", %(options)s)
</script>
</body>
</html>
"""


def document() -> dict[str, Any]:
    """openapi.yaml as the page shows it, each operation with the samples that docs/api has of it."""
    api: dict[str, Any] = yaml.safe_load((places.ROOT / "openapi.yaml").read_text(encoding="utf-8"))
    pages = [(places.ROOT / "docs" / "api" / name).read_text(encoding="utf-8") for name in _SAMPLED]
    blocks = [block for page in pages for block in FENCE.findall(page)]
    api["info"]["description"] += "\nThis page is made of [openapi.yaml](openapi.yaml), which lies beside it.\n"
    # The renderer hides all forms but the first behind a switch; the description lists them.
    del api["components"]["schemas"]["Recipient"]["anyOf"]
    for path, item in api["paths"].items():
        for method in item.keys() & {"get", "post", "put"}:
            item[method]["x-codeSamples"] = [
                {
                    "lang": _LANGUAGES[language][0],
                    "label": _LANGUAGES[language][1] + more,
                    "source": text.rstrip("\n").replace(_PATH, _OLDER_PATH if path.startswith(_OLDER_PATH) else _PATH),
                }
                for language, text in blocks
                for more in (_more(text),)
                if language in _LANGUAGES and _is_of(text, more, path, method)
            ]
    return api


def _more(text: str) -> str:
    return next((label for word, label in _MORE.items() if word in text.lower()), "")


def _is_of(text: str, more: str, path: str, method: str) -> bool:
    """Whether a sample shows this operation. One that waits for the end of a fax sends it first."""
    if more == _MORE["etag"]:
        return method == "get" and path.endswith("{faxId}")
    values = {"userId": "@me", "extension": "0003*210", "faxId": "$ID"}
    # What no sample names stays as it is.
    sampled = re.sub(r"\{(\w+)\}", lambda name: values.get(name[1], name[0]), path).replace(_OLDER_PATH, _PATH)
    others = method == "post" or ("-X PUT" in text) == (method == "put")
    return others and re.search(re.escape(sampled) + "[\"`']", text) is not None


def build(folder: Path) -> Path:
    """Make the page in ``folder``, in place of an older one. Returns the file to open. Raises StepFailed."""
    api = document()
    script = npm.file(npm.package(PIN), _SCRIPT)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scalar.js").write_bytes(script)
    shutil.copy(places.ROOT / "openapi.yaml", folder)
    # In a script, < would be able to end it.
    options = json.dumps({"content": api, **_OPTIONS}, ensure_ascii=False).replace("<", "\\u003c")
    page = folder / "index.html"
    of_the_page = {"title": api["info"]["title"], "package": npm.pinned(PIN)[0], "options": options}
    page.write_text(_PAGE % of_the_page, encoding="utf-8")
    return page


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make docs", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--folder", type=Path, default=places.LOCAL / "docs", help="where to make the page")
    options = parser.parse_args(arguments)
    try:
        with step("making the API's page"):
            page = build(options.folder)
    except StepFailed as error:
        return fail(error)
    print(f"Open {places.shown(page)} in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
