import numpy as np
import pytest

from emsync_engine.emotion.cues import CUES, LIMIT, explain, read_axis

ALL = {cue.feature: 1.0 for cue in CUES}


def read(axis, evidence=ALL, **cues):
    return read_axis(axis, {name: cues.get(name, 0.0) for name in ALL}, evidence)


@pytest.mark.parametrize("axis", ["valence", "arousal"])
def test_weights_of_an_axis_add_up_to_one(axis):
    assert sum(cue.weight(axis) for cue in CUES) == pytest.approx(1)


def test_usual_values_are_neutral():
    for cue in CUES:
        assert cue.standardise(np.array([cue.usual]))[0] == 0
    assert read("arousal").value == 0
    assert read("valence").value == 0


def test_octaves_and_limits():
    motion = next(cue for cue in CUES if cue.feature == "motion")
    up, down = motion.standardise(np.array([motion.usual * 2, motion.usual / 2]))
    assert up == pytest.approx(-down) == pytest.approx(1 / motion.spread)
    np.testing.assert_array_equal(motion.standardise(np.array([0.0, 1e9])), [-LIMIT, LIMIT])


@pytest.mark.parametrize("axis", ["valence", "arousal"])
def test_every_cue_moves_its_axis_the_way_of_its_sign(axis):
    for cue in CUES:
        value = read(axis, **{cue.feature: 1.0}).value
        assert value > 0 if cue.weight(axis) else value == 0


def test_values_stay_in_the_mapped_range():
    extremes = dict.fromkeys(ALL, LIMIT)
    assert 0.7 < read("arousal", **extremes).value <= 0.8


def test_little_evidence_stays_near_the_middle():
    faint = read("valence", dict.fromkeys(ALL, 0.05), lightness=2, picture_valence=2)
    full = read("valence", lightness=2, picture_valence=2)
    assert 0 < faint.value < full.value / 2
    assert faint.evidence == pytest.approx(0.05)
    assert read("valence", {}).value == 0


def test_cues_that_cancel_out_do_not_agree():
    together = read("arousal", loudness_db=1, motion=1)
    apart = read("arousal", loudness_db=1, motion=-1)
    assert together.agreement == pytest.approx(1)
    assert apart.agreement < 0.3


def test_words_name_the_strongest_reasons():
    cues = dict.fromkeys(ALL, 0.0) | {"loudness_db": -2, "motion": -1.5, "mode": 1, "lightness": 1}
    text = explain((read("arousal", **cues), read("valence", **cues)), cues)
    assert text == "quiet, still: low arousal; bright, major harmony: positive valence"


def test_a_cue_without_evidence_is_no_reason():
    cues = dict.fromkeys(ALL, 0.0) | {"motion": 2.0, "cut_rate": 2.0}
    reading = read("arousal", ALL | {"cut_rate": 0.01}, **cues)
    assert explain((reading,), cues) == "fast movement: high arousal"


def test_words_for_conflicting_and_for_unremarkable_cues():
    cues = dict.fromkeys(ALL, 0.0) | {"loudness_db": 1.2, "motion": -1.2}
    assert explain((read("arousal", **cues),), cues) == "still but loud: medium arousal"
    assert explain((read("valence"),), {}) == "nothing marked: neutral valence"
