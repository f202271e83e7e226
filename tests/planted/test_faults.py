"""Faults that are planted in the product one by one: for each, the tests that are named beside it fail.

So no test that was made faster or moved has stopped guarding what it guarded. Some seconds each.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.template import ROOT

CORE = "layers/core/faxes"
COPIED = ("benchmarks", "docs", "events", "functions", "layers", "requirements", "tests", "tools")


@dataclass(frozen=True, slots=True)
class Fault:
    """A text of a file's, which is there once, what stands in its place, and which tests find it."""

    path: str
    text: str
    instead: str
    tests: str


FAULTS = {
    "a body over the limit is taken": Fault(
        f"{CORE}/edge/events.py",
        'check_size(len(sent) // 4 * 3 - sent[-2:].count("="), max_bytes, smaller)',
        "pass",
        "tests/unit/edge",
    ),
    "damaged base64 is taken": Fault(f"{CORE}/edge/events.py", "validate=True", "validate=False", "tests/unit/edge"),
    "an extension of anybody's may send": Fault(
        f"{CORE}/access.py",
        "extension is None or extension.owner_id != named.id",
        "extension is None",
        "tests/unit/test_access.py",
    ),
    "a queue may send": Fault(
        f"{CORE}/access.py",
        "extension.type is not ExtensionType.PHONE_TERMINAL",
        "extension.type is None",
        "tests/unit/test_access.py",
    ),
    "an extension without fax may send": Fault(
        f"{CORE}/access.py", "if not extension.fax_enabled", "if False", "tests/unit/test_access.py"
    ),
    "anybody's faxes can be read": Fault(
        f"{CORE}/access.py",
        "return self._covers_user(fax) and self._covers_extension(fax)",
        "return self._covers_extension(fax)",
        "tests/unit/test_reach.py",
    ),
    "a former secret never ends": Fault(
        f"{CORE}/tokens.py", "at is None or at < self.former.until", "True", "tests/unit/test_tokens.py"
    ),
    "two Authorization headers are one": Fault(
        f"{CORE}/edge/authorizer.py",
        "case [authorization]:",
        "case [authorization, *_]:",
        "tests/integration/test_authorize.py",
    ),
    "one recipient more than the limit": Fault(
        f"{CORE}/intake/recipients.py",
        "len(recipients) > limits.recipients_per_fax",
        "len(recipients) > limits.recipients_per_fax + 1",
        "tests/unit/intake/test_recipients.py tests/unit/intake/test_submission.py",
    ),
    "one file more than the limit": Fault(
        f"{CORE}/intake/submission.py",
        "len(uploads) > self.limits.files_per_fax",
        "len(uploads) > self.limits.files_per_fax + 1",
        "tests/unit/intake/test_submission.py",
    ),
    "files stay where their record was not written": Fault(
        f"{CORE}/intake/submission.py",
        "        except (StorageFailed, KeyReused):\n            self._discard(keyed, remaining)\n            raise",
        "        except (StorageFailed, KeyReused):\n            raise",
        "tests/unit/intake",
    ),
    "the pages of the files before do not count": Fault(
        f"{CORE}/intake/submission.py",
        "pages_before = sum(document.pages for document in accepted)",
        "pages_before = 0",
        "tests/unit/intake",
    ),
    "a key is not asked again after a fault": Fault(
        f"{CORE}/intake/submission.py",
        "if key and (accepted := claims.accepted_since(name_by_key(principal, key), failed, remaining)):",
        "if False:",
        "tests/unit/intake",
    ),
    "an idempotency record outlives its time": Fault(
        f"{CORE}/adapters/dynamodb/faxes.py",
        'moment(item["expiresAt"]) > now',
        "True",
        "tests/integration/test_fax_store.py",
    ),
    "a record is written over another": Fault(
        f"{CORE}/adapters/dynamodb/faxes.py",
        '[self._put(record, "attribute_not_exists(pk)")]',
        '[self._put(record, "attribute_not_exists(pk) OR attribute_exists(pk)")]',
        "tests/integration/test_fax_store.py",
    ),
    "a lost answer is taken for nothing written": Fault(
        f"{CORE}/adapters/dynamodb/faxes.py",
        "Effect.NONE if self._attempts.refused else Effect.UNKNOWN",
        "Effect.NONE",
        "tests/integration/test_fault_matrix.py",
    ),
    "a file is written over another": Fault(
        f"{CORE}/adapters/s3.py", '            "IfNoneMatch": "*",\n', "", "tests/integration/test_file_store.py"
    ),
    "the first failed file ends the wait for the others": Fault(
        f"{CORE}/adapters/s3.py",
        "failures = [put.exception() for put in puts]",
        "failures = [each for put in puts if (each := put.exception())][:1] if puts[0].exception() else []",
        "tests/integration/test_file_store.py",
    ),
    "a fax is erased before it is said": Fault(
        f"{CORE}/erasure.py",
        "            self.audit.write([line], begun)\n        except StorageFault as fault:\n"
        "            raise NotBegun(fault.said) from fault",
        "            self.audit.write([line], begun)\n        except StorageFault:\n            pass",
        "tests/integration/test_erase.py",
    ),
    "an unexpected exception's text is logged": Fault(
        f"{CORE}/edge/answers.py",
        "logger.append_keys(outcome=code, reason=type(error).__name__, where=where(error))",
        "logger.append_keys(outcome=code, reason=str(error), where=where(error))",
        "tests/unit/edge tests/integration/test_logs.py",
    ),
}


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which faults are planted."""
    copy = tmp_path_factory.mktemp("planted") / "project"
    for name in COPIED:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in [*ROOT.glob("*.yaml"), *ROOT.glob("*.md"), ROOT / "pyproject.toml", ROOT / "Makefile"]:
        shutil.copy(path, copy)
    (copy / ".local").symlink_to(ROOT / ".local")
    return copy


def test_there_are_twenty() -> None:
    assert len(FAULTS) == 20


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_a_fault_is_found(fault: Fault, tree: Path) -> None:
    module = tree / fault.path
    whole = module.read_text()
    assert whole.count(fault.text) == 1, f"{fault.text} is not in {fault.path} once"
    module.write_text(whole.replace(fault.text, fault.instead))
    try:
        # Without what is compiled: of a change within a second that keeps the size, nothing would be seen.
        command = [sys.executable, "-B", "-m", "pytest", "--quiet", "--exitfirst", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, "-m", "not full", *fault.tests.split()], cwd=tree, capture_output=True, text=True
        )
    finally:
        module.write_text(whole)
    # 1: a test failed. Everything else would be a fault of this one.
    assert done.returncode == 1, done.stdout
    assert "1 failed" in done.stdout


def test_without_a_fault_nothing_is_found(tree: Path) -> None:
    command = [sys.executable, "-B", "-m", "pytest", "--quiet", "-p", "no:cacheprovider", "-m", "not full"]
    every = sorted({path for fault in FAULTS.values() for path in fault.tests.split()})
    done = subprocess.run([*command, *every], cwd=tree, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
