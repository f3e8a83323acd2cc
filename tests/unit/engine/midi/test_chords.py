from emsync_engine.midi.chords import strong_chords
from emsync_engine.project.notes import Note


def chord_at(onset, length, family="strings", count=3, spread=0.0):
    return [Note(onset + n * spread, onset + length, family, 60 + 3 * n) for n in range(count)]


def test_three_long_notes_make_a_strong_chord():
    found = strong_chords(chord_at(1.0, 2.0) + chord_at(4.0, 2.0, count=2))
    assert [chord[0].onset_s for chord in found] == [1.0]


def test_length_is_two_beats_where_the_beat_is_known():
    notes = chord_at(1.0, 1.1)
    assert len(strong_chords(notes)) == 1
    assert strong_chords(notes, beat_s=lambda time: 0.75) == []
    assert len(strong_chords(notes, beat_s=lambda time: 0.5)) == 1


def test_notes_spread_over_more_than_35_ms_are_no_chord():
    assert len(strong_chords(chord_at(1.0, 2.0, spread=0.015))) == 1
    assert strong_chords(chord_at(1.0, 2.0, spread=0.03)) == []


def test_bass_and_drums_do_not_count():
    assert strong_chords(chord_at(1.0, 2.0, "bass") + chord_at(1.0, 2.0, "drums")) == []
