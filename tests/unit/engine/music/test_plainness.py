import pytest

from emsync_engine.music.plainness import LEAST_NOTES, USUAL_BITS, bits_lacking
from emsync_engine.project.notes import Music, Note


def music(pitches, *, family="piano", start_s=2.0):
    notes = [
        Note(start_s + 0.25 * n, start_s + 0.25 * n + 0.2, family, p) for n, p in enumerate(pitches)
    ]
    return Music(12.0, tuple(notes))


@pytest.mark.parametrize(
    ("pitches", "bits"),
    [
        ([60] * 16, 0.0),
        ([60, 72] * 8, 0.0),  # the same class
        ([60, 67] * 8, 1.0),
        ([60, 62, 64, 65] * 4, 2.0),
        (list(range(60, 68)) * 2, USUAL_BITS),
    ],
)
def test_what_few_pitch_classes_lack(pitches, bits):
    assert bits_lacking(music(pitches), 8.0) == pytest.approx(USUAL_BITS - bits)


def test_drums_few_notes_and_what_was_long_ago_do_not_count():
    assert bits_lacking(music([40] * 16, family="drums"), 8.0) == 0
    assert bits_lacking(music([60] * (LEAST_NOTES - 1)), 8.0) == 0
    assert bits_lacking(music([60] * 16), 14.1) == 0
    assert bits_lacking(music([60] * 16), 2.0) == 0
