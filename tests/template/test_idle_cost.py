"""What a stack costs while nobody sends, counted from the template: the pages say it as it is."""

import re

from benchmarks import idle
from tests.support import template
from tests.support.metrics import counted

ROOT = template.ROOT
ITEMS = idle.items(template.load())


def test_the_readme_promises_no_less_than_it_costs() -> None:
    [promised] = re.findall(r"costs at most \$(\d+) a month", (ROOT / "README.md").read_text())
    assert sum(item.dollars for item in ITEMS) <= int(promised) == 6


def test_the_page_has_what_is_counted() -> None:
    assert "\n".join(idle.table(ITEMS)) in (ROOT / "docs/operations/deploy.md").read_text()


def test_the_page_says_what_our_own_metrics_cost() -> None:
    number = len(counted() | {"UnsentByReason"})
    said = " ".join((ROOT / "docs/operations/deploy.md").read_text().split())
    assert f"There are {number} metrics " in said
    assert f"at all hours {number * 0.30:.2f} a month" in said
