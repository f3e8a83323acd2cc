import pytest

from emsync_engine.music.hits import describe, hit_report
from emsync_engine.project.notes import Music, Note

FRAME_S = 1 / 24


def music_with_chord_at(*onsets, length_s=2.0, count=3):
    notes = [
        Note(onset, onset + length_s, "strings", 60 + 4 * number)
        for onset in onsets
        for number in range(count)
    ]
    return Music(30.0, tuple(sorted(notes)))


@pytest.mark.parametrize(
    ("error_s", "status"),
    [
        (0.0, "exact"),
        (0.02, "exact"),
        (-0.02, "exact"),
        (0.03, "near"),
        (-0.1, "near"),
        (0.2, "missed"),
    ],
)
def test_a_hit_is_judged_by_the_nearest_strong_chord(error_s, status):
    (hit,) = hit_report(music_with_chord_at(10.0 + error_s), [10.0], frame_s=FRAME_S)
    assert hit.status == status
    assert hit.error_ms == pytest.approx(error_s * 1000, abs=1e-6)
    assert hit.error_frames == pytest.approx(error_s * 24, abs=1e-6)
    assert hit.landed_s == pytest.approx(10.0 + error_s)


def test_notes_that_are_no_strong_chord_do_not_land():
    for music in (music_with_chord_at(10.0, count=2), music_with_chord_at(10.0, length_s=0.3)):
        (hit,) = hit_report(music, [10.0], frame_s=FRAME_S)
        assert (hit.status, hit.landed_s, hit.error_ms) == ("missed", None, None)


def test_a_chord_far_away_does_not_count_as_landing():
    (hit,) = hit_report(music_with_chord_at(13.0), [10.0], frame_s=FRAME_S)
    assert hit.landed_s is None
    assert "no strong chord" in hit.what


def test_a_chord_is_described_by_families_and_pitches():
    chord = [Note(0, 2, "strings", 60), Note(0, 2, "strings", 64), Note(0, 2, "piano", 67)]
    assert describe(chord) == "chord of strings and piano (C E G)"
