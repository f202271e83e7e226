"""What create_fax does of a form and a text that nobody sent, before the first that somebody sends."""

import json
import subprocess
import sys

from tests.support.template import ROOT

_SCRIPT = """
import json, sys
from faxes.intake import documents, multipart, rehearsal
from faxes.model import Limits, Upload

limits = Limits(**dict.fromkeys(Limits.__dataclass_fields__, 10**9) | {"pages_per_fax": 200})
before = set(sys.modules)
popen = []
sys.addaudithook(lambda event, _: popen.append(event) if event in ("subprocess.Popen", "os.posix_spawn") else None)
rehearsal.rehearse(limits)
imported = set(sys.modules) - before
rehearsed = set(sys.modules)
form = multipart.parse(rehearsal._FORM.replace(b"rehearsal", b"form"), "multipart/form-data; boundary=form")
documents.inspect(form.uploads[0], 1, 1, limits)
from faxes.formats import pdf
left = set(sys.modules) - rehearsed
print(json.dumps([sorted(name for name in imported if name.startswith("faxes.formats")), sorted(left), popen]))
"""


def test_the_first_fax_imports_nothing_more_and_no_process_was_started() -> None:
    path = {"PYTHONPATH": f"{ROOT / 'layers/core'}"}
    done = subprocess.run([sys.executable, "-c", _SCRIPT], env=path, capture_output=True, text=True)
    assert done.stderr == ""
    imported, left, started = json.loads(done.stdout)
    assert {"faxes.formats.pdf", "faxes.formats.process", "faxes.formats.txt"} <= set(imported)
    # Those of pictures cost as much again, and are fewer.
    assert {"faxes.formats.tif", "faxes.formats.jpg", "faxes.formats.decoding"}.isdisjoint(imported)
    assert left == []
    assert started == []
