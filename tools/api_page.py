"""Makes a page of openapi.yaml: `make docs`. One folder, .local/docs, that needs nothing from outside to be read.

The renderer is Scalar's API reference (npm, MIT), pinned with its hash in requirements/api-page.txt; its one script is
taken out of the package and put beside the page. The samples of code are those of docs/api.
--renderer-alone fetches the package and makes nothing: what is needed from outside, for later.
"""

import argparse
import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import yaml

from tools import places
from tools.steps import StepFailed, fail, step

_PIN = places.ROOT / "requirements" / "api-page.txt"
_PACKAGES = places.LOCAL / "npm"
_SCRIPT = "package/dist/browser/standalone.js"
_NO_NPM = "npm is not installed; it fetches the page's renderer. Install Node.js, which has it."

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


class RendererMissing(StepFailed):
    """The renderer is not here, and could not be fetched."""


def pin() -> tuple[str, str]:
    """The renderer's package, with its version, and its integrity: ``sha512-`` and base64."""
    (line,) = [line for line in _PIN.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    package, integrity = line.split()
    return package, integrity


def renderer() -> Path:
    """The renderer's package on this machine, fetched by npm where it is not here yet.

    Raises RendererMissing where that cannot be, StepFailed where it is another one than the pinned.
    """
    package, integrity = pin()
    name = package.removeprefix("@").replace("/", "-")
    # As npm calls it: scalar-api-reference-1.72.1.tgz
    path = _PACKAGES / f"{'-'.join(name.rsplit('@', 1))}.tgz"
    if not path.exists():
        _PACKAGES.mkdir(parents=True, exist_ok=True)
        npm = shutil.which("npm")
        if npm is None:
            raise RendererMissing(_NO_NPM)
        command = [npm, "pack", "--loglevel=error", "--fetch-retries=1", "--fetch-timeout=60000"]
        command += ["--pack-destination", str(_PACKAGES), package]
        done = subprocess.run(command, cwd=_PACKAGES, capture_output=True, text=True)
        if done.returncode != 0 or not path.exists():
            said = done.stderr.strip()[-500:]
            raise RendererMissing(f"npm pack {package} ended with status {done.returncode}: {said}")
    found = "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode("ascii")
    if found != integrity:
        path.unlink()
        raise StepFailed(f"{package} is not what {places.shown(_PIN)} says: {found}, not {integrity}.")
    return path


def _script(package: Path) -> bytes:
    with tarfile.open(package) as opened:
        try:
            script = opened.extractfile(_SCRIPT)
        except KeyError:
            script = None
        if script is None:
            raise StepFailed(f"{package.name} has no file {_SCRIPT}.")
        return script.read()


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
    sampled = path.format(userId="@me", extension="0003*210", faxId="$ID").replace(_OLDER_PATH, _PATH)
    others = method == "post" or ("-X PUT" in text) == (method == "put")
    return others and re.search(re.escape(sampled) + "[\"`']", text) is not None


def build(folder: Path) -> Path:
    """Make the page in ``folder``, in place of an older one. Returns the file to open. Raises StepFailed."""
    api = document()
    script = _script(renderer())
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scalar.js").write_bytes(script)
    shutil.copy(places.ROOT / "openapi.yaml", folder)
    # In a script, < would be able to end it.
    options = json.dumps({"content": api, **_OPTIONS}, ensure_ascii=False).replace("<", "\\u003c")
    page = folder / "index.html"
    of_the_page = {"title": api["info"]["title"], "package": pin()[0], "options": options}
    page.write_text(_PAGE % of_the_page, encoding="utf-8")
    return page


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make docs", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--folder", type=Path, default=places.LOCAL / "docs", help="where to make the page")
    parser.add_argument("--renderer-alone", action="store_true", help="fetch the renderer, and make nothing")
    options = parser.parse_args(arguments)
    try:
        if options.renderer_alone:
            renderer()
            return 0
        with step("making the API's page"):
            page = build(options.folder)
    except StepFailed as error:
        return fail(error)
    print(f"Open {places.shown(page)} in a browser.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
