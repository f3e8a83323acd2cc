import itertools

import numpy as np
import pytest

from emsync_engine.features.sequences import StepGrid
from emsync_engine.music.dynamics import LOUDEST, SOFTEST, with_picture_loudness
from emsync_engine.music.dynamics_curve import MOST_DB, loudness_curve, sound_levels
from emsync_engine.project.notes import Music, Note

STILL, MOVING = 0.002, 0.1
QUIET, LOUD = -50.0, -12.0


def curve(motion, sound=None):
    measured = {"motion": np.array(motion), "cut_rate": np.full(len(motion), 0.2)}
    if sound is not None:
        measured["loudness_db"] = np.array(sound)
    return loudness_curve(measured)


def test_music_is_louder_where_much_moves_and_sounds():
    found = curve([STILL] * 20 + [MOVING] * 20, [QUIET] * 20 + [LOUD] * 20)
    assert found[5] < -1.5
    assert found[35] > 1.5
    assert np.mean(found) == pytest.approx(0.0, abs=0.05)
    assert max(map(abs, found)) <= MOST_DB
    assert all(later >= earlier for earlier, later in itertools.pairwise(found))


def test_an_even_film_stays_even_and_a_silent_one_goes_by_its_movement():
    assert curve([MOVING] * 10, [LOUD] * 10) == (0.0,) * 10
    silent = curve([STILL] * 20 + [MOVING] * 20)
    assert silent[35] - silent[5] > 3.0


def test_the_level_of_a_sound_is_its_root_mean_square():
    rate = 8000
    sine = 0.5 * np.sin(2 * np.pi * 440 * np.arange(rate) / rate)
    audio = np.concatenate([sine, np.zeros(rate)]).astype(np.float32)
    levels = sound_levels(audio, rate, StepGrid(3.0))
    np.testing.assert_allclose(levels, [-9.03, -80, -80], atol=0.01)


def test_velocities_follow_the_curve():
    notes = tuple(Note(at, at + 0.5, "piano", 60, 80) for at in (0.0, 0.5, 1.0, 1.5, 9.0))
    music = Music(10.0, notes)
    assert with_picture_loudness(music, ()) is music
    louder = with_picture_loudness(music, (-2.0, 2.0))
    assert [note.velocity for note in louder.notes] == [71, 71, 80, 89, 89]
    limits = [with_picture_loudness(music, (db,)).notes[0].velocity for db in (-40.0, 12.0)]
    assert limits == [SOFTEST, LOUDEST]
