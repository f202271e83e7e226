"""An alias follows each deployment: `make deploy GRADUAL=...`, on the emulator, which has no CodeDeploy to shift with.

SAM would publish a new version only where a function's own folder changed, and the old one would go on answering.
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import requests

from tests.support.builds import built
from tests.support.template import ROOT
from tools import places
from tools.local.emulator import emulator
from tools.local.local_stack import EXAMPLE_EXTENSION, api_url, build, deploy, import_example_directory
from tools.operations import gradual

SOURCES = (*(path.name for path in ROOT.glob("*.yaml")), "functions", "layers")
type Deploy = Callable[..., tuple[str, str]]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a deployment is made of, to be changed."""
    folder = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def deployed(sources: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deploy]:
    """Deploy with these parameters, once the sources are built anew or as they were built before: the version that the
    alias has then, and what is answered to a fax with six files."""
    home = tmp_path_factory.mktemp("home")
    architecture = places.architecture()
    # The sources are still the project's.
    shutil.copytree(built(tmp_path_factory, architecture), home / "build")
    template = home / "build" / "template.yaml"
    tokens: list[str] = []
    with emulator(home / "run") as running:

        def call(parameters: Mapping[str, str], anew: bool = False) -> tuple[str, str]:
            if anew:
                build(home / "build", home / "build.log", architecture, sources / "template.yaml")
            settings = json.dumps(dict(parameters)).encode()
            derived = gradual.derive(template.parent, settings, None)
            outputs = deploy(running, derived, architecture, parameters)
            if not tokens:
                # It is shown once.
                tokens.append(import_example_directory(running, outputs).token)
            alias = running.client("lambda").get_alias(
                FunctionName=outputs["CreateFaxFunctionName"], Name=gradual.ALIAS
            )
            answer = requests.post(
                f"{api_url(running, outputs)}/uapi/faxes/@me/{EXAMPLE_EXTENSION}",
                headers={"Authorization": f"Bearer {tokens[0]}"},
                files=[("request", (None, '{"recipients":["7778888"]}'))]
                + [("files", (f"{number}.txt", b"Good morning.\n")) for number in range(6)],
                verify=str(running.ca_bundle),
                timeout=60,
            )
            return alias["FunctionVersion"], answer.json()["error"]["message"]

        yield call


def test_the_answer_follows_a_line_of_the_package(sources: Path, deployed: Deploy) -> None:
    assert deployed({}) == ("1", "The fax has 6 files; the limit is 5.")

    module = sources / "layers/core/faxes/intake/submission.py"
    line = "The fax has {len(uploads)} files"
    assert module.read_text().count(line) == 1
    module.write_text(module.read_text().replace(line, "This fax has {len(uploads)} files"))
    assert deployed({}, anew=True) == ("2", "This fax has 6 files; the limit is 5.")


@pytest.mark.full
def test_the_version_stays_where_nothing_is_new(sources: Path, deployed: Deploy) -> None:
    """After the test above: a build and two deployments more."""
    version, message = deployed({"MaxFilesPerFax": "4"})
    assert message.endswith(" fax has 6 files; the limit is 4.")
    # What is built of the same sources is the same.
    assert deployed({"MaxFilesPerFax": "4"}, anew=True) == (version, message)
