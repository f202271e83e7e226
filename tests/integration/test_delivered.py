"""What a delivered fax takes of AWS, counted on the wire: a message or a write more in each is paid by every fax."""

from benchmarks import rendering
from benchmarks.delivered import PAGES, delivery

# As docs/performance.md has it.
WRITE_UNITS, READ_UNITS, MESSAGES, INVOCATIONS = 75, 12, 3, 5


def test_it_takes_no_more_than_is_said() -> None:
    with delivery() as found:
        record = found.send("report.pdf", rendering.text(PAGES).content)
    assert (record["status"], record["counts"]["sent"]) == ("sent", 1)

    def number(what: str) -> float:
        return sum(held for each in found.wire.counted.values() for name, held in each.items() if name.startswith(what))

    taken = number("write units"), number("read units"), number("SQS messages"), sum(found.invoked.values())
    assert taken == (WRITE_UNITS, READ_UNITS, MESSAGES, INVOCATIONS)
