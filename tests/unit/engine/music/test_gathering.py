import pytest

from emsync_engine.music.gathering import LIFT_S, TOGETHER_S, gathered, lifted
from emsync_engine.project.notes import Music, Note

CHORD = tuple(Note(4.0, 6.0, "piano", pitch) for pitch in (60, 64, 67))


def music(*notes):
    return Music(8.0, tuple(sorted([*CHORD, *notes])))


def of_others(gathered_music):
    return [note for note in gathered_music.notes if note not in CHORD]


@pytest.mark.parametrize("slip_s", [-0.04, -0.008, 0.016, 0.044])
def test_what_starts_a_moment_off_starts_with_the_chord(slip_s):
    drum, bass = Note(4 + slip_s, 4.3, "drums", 38), Note(4 + slip_s, 5.0, "bass", 36)
    together = gathered(music(drum, bass), [CHORD])
    assert {(note.onset_s, note.end_s) for note in of_others(together)} == {(4.0, 4.3), (4.0, 5.0)}
    assert set(CHORD) <= set(together.notes)


def test_a_note_that_would_be_too_short_keeps_its_length():
    (grace,) = of_others(gathered(music(Note(3.97, 4.01, "strings", 70)), [CHORD]))
    assert grace.onset_s == 4.0
    assert grace.end_s == pytest.approx(4.06)


def test_what_is_further_off_and_what_lies_elsewhere_stays():
    far = Note(4 - TOGETHER_S - 0.01, 4.5, "bass", 36)
    elsewhere = Note(2.02, 2.5, "drums", 38)
    before = music(far, elsewhere)
    assert gathered(before, [CHORD]) == before
    assert gathered(before, []) == before


def test_a_slip_on_a_key_of_the_chord_is_left_out():
    slip = Note(3.98, 4.0, "piano", 60)
    twice = [Note(3.98, 3.99, "bass", 40), Note(3.99, 4.4, "bass", 40)]
    together = gathered(music(slip, *twice), [CHORD])
    assert len(together.notes) == 4
    assert [note.pitch for note in of_others(together)] == [40]


def test_a_rolled_chord_stays_rolled():
    rolled = tuple(Note(4.0 + 0.01 * k, 6.0, "piano", 60 + 4 * k) for k in range(3))
    before = Music(8.0, rolled)
    assert gathered(before, [rolled]) == before


def test_locked_notes_do_not_move():
    before = music(Note(3.98, 4.5, "drums", 38))
    assert gathered(before, [CHORD], locked=[(0.0, 3.99)]) == before
    assert gathered(before, [CHORD], locked=[(4.0, 8.0)]) == before


@pytest.mark.parametrize("end_s", [3.87, 4.0, 4.07])
def test_what_leads_into_a_hit_is_lifted_before_it(end_s):
    leading = Note(3.0, end_s, "strings", 72)
    (note,) = of_others(lifted(music(leading), [CHORD]))
    assert note.end_s == pytest.approx(4 - LIFT_S)


def test_a_short_note_keeps_half_of_its_length():
    (note,) = of_others(lifted(music(Note(3.8, 4.0, "bass", 36)), [CHORD]))
    assert note.end_s == pytest.approx(3.9)


def test_drums_held_notes_and_what_ends_elsewhere_are_not_lifted():
    before = music(
        Note(3.0, 4.0, "drums", 38),
        Note(3.0, 4.2, "strings", 72),
        Note(3.0, 3.8, "bass", 36),
        Note(4.0, 4.05, "guitar", 50),
    )
    assert lifted(before, [CHORD]) == before
    assert lifted(before, []) == before


def test_locked_notes_are_not_lifted():
    before = music(Note(3.0, 4.0, "strings", 72))
    assert lifted(before, [CHORD], locked=[(0.0, 3.5)]) == before
    assert lifted(before, [CHORD], locked=[(4.0, 8.0)]) == before
