import numpy as np
import pytest

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.hints import Hints
from emsync_engine.music.key_hints import KeyHint
from emsync_engine.music.keys import Key, key_called, key_fits
from emsync_engine.music.tempo_hints import TempoHint
from emsync_engine.project.key_names import KEYS
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.project.notes import LOWEST_PITCH

ENSEMBLE = ("drums", "bass", "strings")


def even_scores():
    return np.zeros(v.SIZE, dtype=np.float32)


def of_family(scores, family):
    first = v.on_token(family, LOWEST_PITCH)
    return scores[first : first + v.PITCHES]


def mass(scores):
    return float(np.exp(scores.astype(np.float64)).sum())


def playing(hint, pitches):
    for place, pitch in enumerate(pitches):
        hint.take(v.on_token("strings", pitch), place * 10)


def test_names_of_keys_are_keys():
    assert key_called("C major") == Key(0, is_minor=False)
    assert key_called("F# minor") == Key(6, is_minor=True)
    assert {key_called(name).tonic for name in KEYS} == set(range(12))
    assert key_called("A minor").scale == frozenset((9, 11, 0, 2, 4, 5, 7, 8))
    with pytest.raises(ValueError, match="not in tuple"):
        key_called("H major")


def test_the_profile_of_a_key_fits_that_key_best():
    weights = np.zeros((1, 12))
    weights[0, [0, 4, 7, 2, 5, 9, 11]] = (5, 4, 4, 2, 2, 2, 2)
    major, minor = key_fits(weights)
    assert int(major.argmax()) == 0
    assert major.max() > minor.max()


def test_a_named_key_pushes_other_notes_back_whatever_was_heard():
    hint = KeyHint(ENSEMBLE, key=key_called("D major"))
    playing(hint, range(60, 72))
    scores = even_scores()
    hint.shape(scores, 0.0)
    strings = of_family(scores, "strings")
    inside = [
        (pitch + LOWEST_PITCH) % 12 in key_called("D major").scale for pitch in range(v.PITCHES)
    ]
    assert strings[inside].min() > strings[~np.array(inside)].max() + 3
    assert (of_family(scores, "drums") == 0).all()


def test_notes_lean_and_families_stay_as_likely():
    hint = KeyHint(ENSEMBLE)
    playing(hint, (60, 64, 67, 72, 65, 62, 71, 60))
    scores = even_scores()
    hint.shape(scores, -0.8)
    for family in ENSEMBLE:
        assert mass(of_family(scores, family)) == pytest.approx(v.PITCHES, rel=1e-4)
    assert of_family(scores, "strings").std() > 0.1
    others = np.delete(scores, np.s_[v.FIRST_ON : v.FIRST_OFF])
    assert (others == 0).all()


def test_thirds_follow_valence():
    """On the tonic that the notes heard say."""
    gains = {}
    for valence in (-0.8, 0.8):
        hint = KeyHint(ENSEMBLE)
        playing(hint, (60, 67, 60, 67, 62, 60, 67, 72))  # C and G: both modes fit
        scores = even_scores()
        hint.shape(scores, valence)
        strings = of_family(scores, "strings")
        gains[valence] = strings[64 - LOWEST_PITCH] - strings[63 - LOWEST_PITCH]
    assert gains[0.8] > 1
    assert gains[-0.8] < -1


def test_where_ways_are_chosen_degrees_gain_a_share():
    def gains(share):
        hint = KeyHint(ENSEMBLE, degrees_share=share)
        playing(hint, (60, 67, 60, 67, 62, 60, 67, 72))
        scores = even_scores()
        hint.shape(scores, 0.8)
        strings = of_family(scores, "strings")
        return np.diff(strings[np.arange(60, 72) - LOWEST_PITCH])

    register, half, full = gains(0.0), gains(0.5), gains(1.0)
    assert register == pytest.approx(np.full(11, register[0]), abs=1e-5)
    assert half == pytest.approx((register + full) / 2, abs=1e-4)
    assert np.abs(full - register).max() > 0.5


def test_valence_moves_the_register():
    def middle(valence):
        scores = even_scores()
        KeyHint(ENSEMBLE).shape(scores, valence)
        return float(np.average(np.arange(v.PITCHES), weights=np.exp(of_family(scores, "bass"))))

    assert middle(-0.8) < middle(0.0) < middle(0.8)


def test_the_register_is_not_pushed_on_for_ever():
    scores = even_scores()
    KeyHint(ENSEMBLE).shape(scores, 0.8)
    strings = of_family(scores, "strings")
    octaves = [strings[pitch - LOWEST_PITCH] for pitch in (60, 72, 84, 96)]
    assert octaves[0] < octaves[1] < octaves[2] == octaves[3]


def test_what_is_forbidden_stays_forbidden():
    hint = KeyHint(ENSEMBLE)
    scores = np.full(v.SIZE, -np.inf, dtype=np.float32)
    scores[v.on_token("strings", 60)] = 0.0
    hint.shape(scores, 0.5)
    assert np.isfinite(scores).sum() == 1
    assert scores[v.on_token("strings", 60)] == pytest.approx(0.0, abs=1e-6)


def tempo_hint(bpm, *, bar_drawn_at=0):
    hint = TempoHint(bpm)
    hint.take(v.BAR, bar_drawn_at)
    return hint


def test_times_that_end_on_a_sixteenth_gain():
    hint = tempo_hint(120)  # a sixteenth is 15.6 steps
    scores = even_scores()
    hint.shape(scores, 0)
    shifts = scores[v.FIRST_SHIFT :]
    assert shifts[15] > shifts[11] + 3  # 16 steps against 12
    assert shifts[-1] == pytest.approx(shifts[:-1].max(), abs=1e-4)  # the first of several
    assert mass(shifts) == pytest.approx(v.MAX_SHIFT_STEPS, rel=1e-4)


def test_a_bar_line_is_drawn_where_a_bar_is_full_after_what_ends():
    hint = tempo_hint(120)
    scores = even_scores()
    hint.shape(scores, 250)  # 2 s
    assert np.isfinite(scores[v.BAR])
    assert np.isfinite(scores[v.FIRST_OFF : v.FIRST_SHIFT]).all()
    assert np.isfinite(scores).sum() == 1 + v.FIRST_SHIFT - v.FIRST_OFF
    assert mass(scores) == pytest.approx(v.SIZE, rel=1e-4)
    hint.take(v.BAR, 250)
    scores = even_scores()
    hint.shape(scores, 250)
    assert scores[v.BAR] == -np.inf
    assert np.isfinite(scores[v.on_token("strings", 60)])


def test_no_time_passes_beyond_a_bar_line():
    hint = tempo_hint(120)
    scores = even_scores()
    hint.shape(scores, 240)
    assert np.isfinite(scores[v.FIRST_SHIFT :]).sum() == 10
    assert scores[v.BAR] == -np.inf


@pytest.mark.parametrize("bpm", [40, 97, 133.3, 220])
def test_every_bar_line_can_be_reached(bpm):
    """Walking by the longest time allowed meets every bar line at the step where it is due."""
    hint = tempo_hint(bpm)
    bar_steps = 240 / bpm / v.STEP_S
    step, lines = 0, []
    while len(lines) < 20:
        scores = even_scores()
        hint.shape(scores, step)
        if np.isfinite(scores[v.BAR]):
            lines.append(step)
            hint.take(v.BAR, step)
            continue
        step += int(np.isfinite(scores[v.FIRST_SHIFT :]).sum())
    assert lines == [round(bar_steps * number) for number in range(1, 21)]


def test_a_hit_that_is_reached_is_a_first_beat():
    hint = tempo_hint(120)
    hint.restart(100)
    scores = even_scores()
    hint.shape(scores, 350)
    assert np.isfinite(scores[v.BAR])


def test_without_names_and_leaning_nothing_changes():
    hints = Hints(ENSEMBLE, GenerationSettings(), leans=False)
    scores = even_scores()
    hints.take(v.on_token("strings", 60), 0)
    hints.restart(0)
    hints.shape(scores, 10, VAPoint(0.9, 0.0))
    assert (scores == 0).all()


def test_a_named_key_holds_where_valence_does_not_lean():
    hints = Hints(ENSEMBLE, GenerationSettings(key="D major"), leans=False)
    scores = even_scores()
    hints.shape(scores, 10, VAPoint(0.0, 0.0))
    assert of_family(scores, "strings").std() > 1
