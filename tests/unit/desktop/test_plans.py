"""What Generate writes: never what is locked, never what is still right."""

import pytest

from emsync_desktop.plans import Plan, plan_of, whole_plan
from emsync_engine.music.parts import with_provenance
from tests.unit.desktop.films import take, timeline

MADE = with_provenance(take(), timeline())


@pytest.mark.parametrize(
    ("states", "wanted"),
    [
        (("fresh",) * 4, Plan("take")),
        (("fresh", "stale", "stale", "tacet"), Plan("parts", (1, 2), are_stale=True)),
        (("stale",) * 4, Plan("take")),
        (("stale", "tacet", "stale", "stale"), Plan("take")),
        (("stale", "locked", "stale", "stale"), Plan("parts", (0, 2, 3), are_stale=True)),
        (("fresh", "locked", "fresh", "tacet"), Plan("parts", (0, 2))),
        (("locked", "locked", "tacet", "locked"), Plan("nothing")),
    ],
)
def test_generate_fills_what_is_stale_and_keeps_what_is_locked(states, wanted):
    assert plan_of(states, MADE) == wanted


def test_without_a_take_or_without_knowing_what_it_was_for_all_is_written():
    assert plan_of(("stale",) * 4, None) == Plan("take")
    assert plan_of(("locked", *("stale",) * 3), take()) == Plan("take")


def test_a_new_take_keeps_locked_segments():
    assert whole_plan(("fresh", "stale", "fresh", "tacet"), MADE) == Plan("take")
    assert whole_plan(("fresh", "locked", "stale", "tacet"), MADE) == Plan("parts", (0, 2))


def test_the_button_says_how_many_parts_it_writes():
    assert plan_of(("fresh", "stale", "stale", "fresh"), MADE).words == "Generate stale parts (2)"
    assert plan_of(("fresh",) * 4, MADE).words == "Generate"
    assert plan_of(("fresh", "locked", "fresh", "fresh"), MADE).words == "Generate all but locked"
