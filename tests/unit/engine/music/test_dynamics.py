from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from emsync_engine.music.dynamics import BEFORE_HIT, HUMANISING, PICKUP, shape_velocities
from emsync_engine.project.notes import FAMILIES, Music, Note

NOTES = tuple(
    Note(0.5 * step, 0.5 * step + 0.4, family, 48 + step)
    for step in range(8)
    for family in FAMILIES
)
MUSIC = Music(5.0, NOTES)


def test_same_seed_same_velocities_other_seed_others():
    first = shape_velocities(MUSIC, lambda _: 0.2, seed=7)
    assert first == shape_velocities(MUSIC, lambda _: 0.2, seed=7)
    assert first != shape_velocities(MUSIC, lambda _: 0.2, seed=8)


def test_only_velocities_change():
    shaped = shape_velocities(MUSIC, lambda _: 0.9, seed=1)
    unshaped = tuple(replace(note, velocity=80) for note in shaped.notes)
    assert replace(shaped, notes=unshaped) == MUSIC


def test_arousal_is_loudness_at_the_time_of_the_note():
    shaped = shape_velocities(MUSIC, lambda t: 0.8 if t >= 2 else -0.8, seed=3)
    early = [note.velocity for note in shaped.notes if note.onset_s < 2]
    late = [note.velocity for note in shaped.notes if note.onset_s >= 2]
    assert sum(late) / len(late) > sum(early) / len(early) + 25


def test_a_strong_chord_stands_out():
    plain = shape_velocities(MUSIC, lambda _: 0.0, seed=3)
    marked = shape_velocities(replace(MUSIC, chord_onsets_s=(1.0,)), lambda _: 0.0, seed=3)
    for before, after in zip(plain.notes, marked.notes, strict=True):
        is_accented = before.onset_s == 1.0 and before.family in ("guitar", "piano", "strings")
        assert (after.velocity > before.velocity + 8) == is_accented


def test_a_chord_note_up_to_35_ms_late_is_accented_too():
    late = Music(3.0, (Note(1.03, 2.5, "strings", 60),), chord_onsets_s=(1.0,))
    plain = replace(late, chord_onsets_s=())
    accented, bare = (shape_velocities(m, lambda _: 0.0, seed=1).notes[0] for m in (late, plain))
    assert accented.velocity > bare.velocity


def test_a_note_keeps_its_velocity_when_others_change():
    whole = shape_velocities(MUSIC, lambda _: 0.0, seed=5)
    half = shape_velocities(replace(MUSIC, notes=MUSIC.notes[20:]), lambda _: 0.0, seed=5)
    assert half.notes == whole.notes[20:]


def test_the_hand_is_uneven_but_light():
    shaped = shape_velocities(MUSIC, lambda _: 0.0, seed=2)
    piano = [note.velocity for note in shaped.notes if note.family == "piano"]
    assert 0 < max(piano) - min(piano) <= 2 * HUMANISING


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(0, 2**63))
def test_velocities_are_playable(arousal, seed):
    shaped = shape_velocities(MUSIC, lambda _: arousal, seed=seed)
    assert all(1 <= note.velocity <= 127 for note in shaped.notes)


def test_all_that_starts_on_a_hit_stands_out_and_what_leads_to_it_gives_way():
    even = replace(MUSIC, notes=tuple(note for note in MUSIC.notes if note.family == "bass"))
    plain = shape_velocities(even, lambda _: 0.0, seed=3)
    marked = shape_velocities(even, lambda _: 0.0, seed=3, hits_s=(2.0,))
    gains = {
        before.onset_s: after.velocity - before.velocity
        for before, after in zip(plain.notes, marked.notes, strict=True)
    }
    assert gains[2.0] > 20
    assert BEFORE_HIT <= gains[1.5] < 0
    assert all(gain == 0 for onset_s, gain in gains.items() if onset_s not in (1.5, 2.0))


def test_a_note_that_runs_into_a_hit_is_not_taken_for_it():
    pickup, earlier = Note(1.9, 2.0, "piano", 60), Note(1.8, 1.9, "piano", 62)
    music = replace(MUSIC, notes=(earlier, pickup, Note(2.0, 3.0, "piano", 64)))
    plain = shape_velocities(music, lambda _: 0.0, seed=3).notes
    marked = shape_velocities(music, lambda _: 0.0, seed=3, hits_s=(2.0,)).notes
    gains = [after.velocity - before.velocity for before, after in zip(plain, marked, strict=True)]
    assert gains[1] <= PICKUP
    assert PICKUP < gains[0] < 0 < gains[2]


def test_a_chord_on_a_hit_is_louder_than_any_other():
    chords = replace(MUSIC, chord_onsets_s=(1.0, 2.0))
    shaped = shape_velocities(chords, lambda _: 0.0, seed=3, hits_s=(2.0,))
    loudness = {
        onset_s: [n.velocity for n in shaped.notes if n.onset_s == onset_s and n.family == "piano"]
        for onset_s in (1.0, 2.0)
    }
    assert min(loudness[2.0]) > max(loudness[1.0])
