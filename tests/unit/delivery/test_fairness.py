"""One organization's ten thousand faxes, and how long another's first one waits for them: less than a minute, by far.

In simulated time, with the real sweep, plan and dispatch. A queue with groups lets quiet ones pass; a sweep takes the
organizations by turns.
"""

from datetime import timedelta

import pytest

from tests.support.busy import MESSAGE, MINUTE, Busy

MANY = 10_000
NUMBER = "8880001"
SECOND = timedelta(seconds=1)


def first_of_another(busy: Busy, crowd: int, *, swept: bool) -> timedelta:
    """How long a fax of an organization's waits that comes a second after so many of another's; ``swept``: all that
    they were told by was lost, so that only the sweep finds them."""
    for n in range(crowd):
        fax_id = busy.world.accept(f"777{n:05}", organization_id="0004")
        if swept:
            busy.lost.add(fax_id)
        busy.queue(fax_id)
    busy.pass_by(SECOND)
    fax_id = busy.world.accept(NUMBER)
    if swept:
        busy.lost.add(fax_id)
    busy.queue(fax_id)
    return busy.begun(fax_id, within=timedelta(hours=1))


@pytest.mark.parametrize("takes", [MESSAGE, 14 * SECOND], ids=["as measured", "a carrier that answers late"])
def test_a_first_fax_passes_another_organizations_ten_thousand(takes: timedelta) -> None:
    alone = first_of_another(Busy(takes), 0, swept=False)
    # It is one message, and its recipient another; all workers may have begun with others just now.
    assert first_of_another(Busy(takes), MANY, swept=False) - alone < min(2 * takes + SECOND, MINUTE)


def test_it_is_the_groups_that_let_it_pass() -> None:
    crowd = 1_500
    waited = [first_of_another(Busy(fair=fair), crowd, swept=False) for fair in (True, False)]
    assert waited[0] < SECOND < waited[1]


def test_a_sweep_finds_it_beside_another_organizations_ten_thousand() -> None:
    alone = first_of_another(Busy(), 0, swept=True)
    assert first_of_another(Busy(), MANY, swept=True) - alone < MINUTE
