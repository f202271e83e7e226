"""A file has one job, and can be read at a time: what is longer than that says why."""

import ast
import itertools
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("benchmarks", "functions", "layers", "tests", "tools")
MOST_LINES, MOST_LINES_OF_THE_TEMPLATE = 350, 900
REASON = f"Longer than {MOST_LINES} lines: "


def says_why(text: str, kind: str = ".py") -> bool:
    """Whether a line of the module's docstring, or of a YAML file's first comment, begins with the words above, and
    goes on."""
    if kind == ".py":
        lines = (ast.get_docstring(ast.parse(text)) or "").splitlines()
    else:
        comment = itertools.takewhile(lambda line: line.startswith("#"), text.splitlines())
        lines = [line.removeprefix("#").strip() for line in comment]
    return any(line.startswith(REASON) and line.removeprefix(REASON).strip() for line in lines)


def test_a_file_of_more_lines_says_why() -> None:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")] + list(ROOT.glob("*.yaml"))
    assert len(paths) > 200
    long = {path: text for path in paths if (text := path.read_text()).count("\n") > MOST_LINES}
    assert [str(path.relative_to(ROOT)) for path, text in sorted(long.items()) if not says_why(text, path.suffix)] == []


def test_the_template_is_not_longer_than_it_may_be() -> None:
    assert (ROOT / "template.yaml").read_text().count("\n") <= MOST_LINES_OF_THE_TEMPLATE


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        (f'"""What it does.\n\n{REASON}one table.\n"""\n', True),
        (f'"""What it does.\n\n{REASON}\n"""\n', False),
        (f'"""What it does."""\n\n# {REASON}one table.\n', False),
        ("x = 1\n", False),
    ],
)
def test_a_reason_is_a_line_of_the_docstring(text: str, is_told: bool) -> None:
    assert says_why(text) == is_told


@pytest.mark.parametrize(
    ("text", "is_told"),
    [
        (f"# What it is.\n# {REASON}one list.\na: 1\n", True),
        (f"# {REASON}\na: 1\n", False),
        (f"a: 1\n# {REASON}one list.\n", False),
    ],
)
def test_a_reason_is_a_line_of_a_yaml_files_first_comment(text: str, is_told: bool) -> None:
    assert says_why(text, ".yaml") == is_told
