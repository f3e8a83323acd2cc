import numpy as np

from emsync_engine.affect.roll import BANDS, FRAMES, rolls
from emsync_engine.affect.sounding import arrays_of
from emsync_engine.project.notes import Music, Note
from tests.data.make_music import song


def test_a_note_stands_in_its_band_its_class_and_its_time():
    music = Music(12.0, (Note(6.0, 9.0, "piano", 61), Note(6.0, 6.1, "drums", 40)))
    roll = rolls(arrays_of(music), np.array([6.0]))[0]
    assert roll[2, 1].nonzero()[0].tolist() == list(range(62, 94))
    assert roll[BANDS + 2, 1].nonzero()[0].tolist() == [62]
    assert (roll[2 * BANDS, :, 62] == 1).all()
    assert roll.sum() == 32 + 1 + 12


def test_a_note_from_before_sounds_but_does_not_start():
    music = Music(30.0, (Note(0.0, 30.0, "strings", 72),))
    roll = rolls(arrays_of(music), np.array([15.0]))[0]
    assert roll[3, 0].sum() == FRAMES
    assert roll[BANDS:].sum() == 0


def test_a_narrow_window_has_silence_around_it():
    roll = rolls(arrays_of(song(bars=16)), np.array([16.0]), 4.0)[0]
    heard = roll.any(axis=(0, 1)).nonzero()[0]
    assert heard.min() >= FRAMES // 3 - 1
    assert heard.max() <= FRAMES * 2 // 3 + 1
