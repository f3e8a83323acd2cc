import numpy as np
import pytest

from emsync_engine.project.notes import Note
from emsync_engine.render.breath import DEPTH, EARLIER, breaths_s, draw_back, risen
from emsync_engine.render.synthesizer import SAMPLE_RATE


def attack_s(family, pitch):
    return {"strings": 0.02 if pitch > 80 else 0.1, "piano": 0.005}.get(family, 0.0)


def test_a_family_breathes_where_it_strikes_with_slow_voices():
    notes = (
        Note(3.0, 9.0, "strings", 50),
        Note(5.0, 7.0, "piano", 60),
        Note(5.02, 7.0, "strings", 64),
        Note(8.0, 9.0, "piano", 64),
        Note(10.0, 12.0, "strings", 84),
        Note(12.0, 13.0, "strings", 40),
    )
    assert breaths_s(notes, [8.0, 5.0, 10.0], attack_s) == {"strings": (5.0,)}


def test_most_of_its_voices_decide():
    chord = [Note(5.0, 7.0, "strings", pitch) for pitch in (60, 82, 84)]
    assert breaths_s(chord, [5.0], attack_s) == {}
    assert breaths_s(chord[:1], [5.0], attack_s) == {"strings": (5.0,)}


def test_without_hits_nobody_breathes():
    assert breaths_s([Note(5.0, 7.0, "strings", 60)], [], attack_s) == {}


def test_slow_voices_start_earlier_still():
    assert risen(attack_s)("strings", 60) == pytest.approx(0.1 * EARLIER)
    assert risen(attack_s)("strings", 84) == 0.02
    assert risen(attack_s)("piano", 60) == 0.005


def test_the_level_falls_before_the_hit_and_is_back_on_it():
    samples = np.ones((SAMPLE_RATE, 2), np.float32)
    draw_back(samples, [0.5])
    level = samples[:, 0]
    at = {ms: level[round((0.5 + ms / 1000) * SAMPLE_RATE)] for ms in (-210, -100, -30, -9, 10)}
    assert at[-210] == at[10] == 1.0
    assert at[-100] == at[-30] == pytest.approx(DEPTH)
    assert at[-9] == pytest.approx((1 + DEPTH) / 2, abs=0.01)
    assert np.abs(np.diff(level)).max() < 0.002  # no click
    assert np.array_equal(samples[:, 0], samples[:, 1])


@pytest.mark.parametrize("hit_s", [0.0, 0.05, 1.0, 1.1, 5.0])
def test_hits_at_the_ends_of_the_film_stay_within_it(hit_s):
    samples = np.ones((SAMPLE_RATE, 2), np.float32)
    draw_back(samples, [hit_s])
    assert samples.min() >= DEPTH - 1e-6
    assert samples.max() == 1.0
