import numpy as np
import pytest

from emsync_engine.midi import vocabulary as v
from emsync_engine.music.harmony_hints import CHORD_LEAN, THIRD_SHARE, HarmonyHint
from emsync_engine.project.notes import LOWEST_PITCH

C, E_FLAT, E, G, A, B = 60, 63, 64, 67, 69, 71


def gains_of(*pitches, valence=1.0, family="piano"):
    hint = HarmonyHint()
    for pitch in pitches:
        hint.take(v.on_token(family, pitch))
    return hint.gains(valence)


def gain(pitch, *sounding, **named):
    return gains_of(*sounding, **named)[pitch - LOWEST_PITCH]


def test_the_third_says_major_or_minor():
    assert gain(E, C, G) == pytest.approx(CHORD_LEAN)
    assert gain(E + 12, C, G) == pytest.approx(CHORD_LEAN), "in every octave"
    assert gain(E_FLAT, C, G) == pytest.approx(-CHORD_LEAN)
    assert gain(E, C, G, valence=-0.5) == pytest.approx(-CHORD_LEAN / 2)
    assert gain(E, C) == pytest.approx(CHORD_LEAN * THIRD_SHARE)
    assert gain(G, C, E) == pytest.approx(CHORD_LEAN)
    assert gain(A, C, E) == pytest.approx(-CHORD_LEAN)
    assert gain(B, E, G) == pytest.approx(-CHORD_LEAN), "E minor"


def test_nothing_sounds_nothing_leans():
    assert not gains_of().any()
    assert not gains_of(C, G, valence=0.0).any()
    assert not gains_of(C, G, family="drums").any()


def test_what_has_ended_counts_no_more():
    hint = HarmonyHint()
    for token in (v.on_token("piano", C), v.on_token("bass", C - 24), v.on_token("piano", G)):
        hint.take(token)
    hint.take(v.on_token("piano", C))  # struck again
    hint.take(v.off_token("piano", C))
    assert hint.gains(1.0)[E - LOWEST_PITCH] == pytest.approx(CHORD_LEAN), "the bass sounds on"
    hint.take(v.off_token("bass", C - 24))
    hint.take(v.off_token("bass", C - 24))  # a lone end does nothing
    assert hint.gains(1.0)[E - LOWEST_PITCH] < CHORD_LEAN


def test_every_key_is_treated_alike():
    for up in range(12):
        shifted = gains_of(C + up, G + up)
        np.testing.assert_allclose(np.roll(shifted, -up)[12:-12], gains_of(C, G)[12:-12], atol=1e-6)
