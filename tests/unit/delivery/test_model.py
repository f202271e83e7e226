"""The model of delivery (tests.support.delivery_model), in memory; its schedules run on the deployed stack as well
(tests/e2e/test_schedules.py)."""

from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.support.delivery_model import Delivering
from tests.support.full import size


def test_whatever_happens_paper_and_records_agree() -> None:
    # To look for a shorter way into the same failure takes minutes; Phase.shrink beside these does so. Some schedules
    # end before their 50 steps.
    schedules = settings(max_examples=size(64, 3_400), stateful_step_count=50, phases=[Phase.generate])
    Delivering.steps = 0
    run_state_machine_as_test(Delivering, settings=schedules)
    assert Delivering.steps >= size(2_000, 100_000)
