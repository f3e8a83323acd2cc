import numpy as np
import pytest

from emsync_engine.project.notes import Note
from emsync_engine.render.attack import Attack, _half_rise_s, envelope, spoken_in_time
from emsync_engine.render.synthesizer import SAMPLE_RATE


def swell(seconds, *, length_s=1.0):
    """A tone that grows on a straight line for so long, then stays."""
    time = np.arange(round(length_s * SAMPLE_RATE)) / SAMPLE_RATE
    tone = np.sin(2 * np.pi * 440 * time) * np.clip(time / max(seconds, 1e-9), 0, 1)
    return np.stack([tone, tone], axis=1).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.3, 0.6])
def test_the_attack_of_a_swell_is_half_of_it(seconds):
    assert _half_rise_s(envelope(swell(seconds))) == pytest.approx(seconds / 2, abs=0.006)


def test_the_level_is_the_root_mean_square():
    level = envelope(np.full((4800, 2), 0.25, np.float32))
    assert len(level) == 100
    assert level[20:80] == pytest.approx(0.25, abs=1e-6)


def test_silence_has_no_attack():
    assert _half_rise_s(envelope(np.zeros((4800, 2), np.float32))) == 0.0


def test_between_measured_pitches_the_attack_lies_between():
    attack = Attack((36, 60), (0.2, 0.1))
    assert [attack.at(pitch) for pitch in (21, 36, 48, 60, 108)] == pytest.approx(
        [0.2, 0.2, 0.15, 0.1, 0.1]
    )


def attack_s(family, pitch):
    return {"strings": 0.08, "piano": 0.005}.get(family, 0.0)


def test_each_note_of_an_accent_starts_earlier_by_its_own_attack():
    notes = (
        Note(5.0, 7.0, "piano", 60),
        Note(5.0, 7.0, "strings", 64),
        Note(5.03, 7.0, "strings", 67),
        Note(5.0, 5.2, "drums", 36),
    )
    moved = spoken_in_time(notes, [5.0], attack_s)
    onsets = {(note.family, note.pitch): note.onset_s for note in moved}
    assert onsets["piano", 60] == pytest.approx(4.995)
    assert onsets["strings", 64] == pytest.approx(4.92)
    assert onsets["strings", 67] == pytest.approx(4.95)
    assert onsets["drums", 36] == 5.0
    assert sorted(note.end_s for note in moved) == sorted(note.end_s for note in notes)
    assert list(moved) == sorted(moved)


def test_other_notes_stay():
    notes = (Note(4.9, 6.0, "strings", 60), Note(5.05, 6.0, "strings", 62))
    assert spoken_in_time(notes, [5.0], attack_s) == notes
    assert spoken_in_time(notes, [], attack_s) == notes


def test_a_note_waits_for_the_one_before_it_on_its_key():
    notes = (Note(3.0, 4.97, "strings", 60), Note(5.0, 7.0, "strings", 60))
    assert spoken_in_time(notes, [5.0], attack_s)[1].onset_s == 4.97
    notes = (Note(3.0, 5.0, "strings", 60), Note(5.0, 7.0, "strings", 60))
    assert spoken_in_time(notes, [5.0], attack_s) == notes


def test_nothing_starts_before_the_film():
    (note,) = spoken_in_time((Note(0.03, 2.0, "strings", 60),), [0.03], attack_s)
    assert note.onset_s == 0.0
