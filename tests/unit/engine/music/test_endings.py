import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emsync_engine.midi.chords import strong_chords
from emsync_engine.music.endings import (
    BUTTON_LENGTH_S,
    ENDINGS,
    Key,
    prevailing_key,
    voiced,
    with_ending,
)
from emsync_engine.project.notes import FAMILIES, Music, Note

C_MAJOR, A_MINOR = Key(0, False), Key(9, True)
BARS = tuple(2.0 * bar for bar in range(10))


def cadences(*, transposed=0, is_minor=False, duration=20.0, families=("piano", "bass")):
    """I IV V I over and over in bars of 2 s: nobody doubts the key."""
    third = 3 if is_minor else 4
    roots = (0, 5, 7, 0)
    notes = []
    for bar, start in enumerate(BARS):
        root = roots[bar % 4]
        triad = (root, root + (4 if root == 7 else third), root + 7)
        for family in families:
            if family == "bass":
                notes.append(Note(start, start + 1.9, "bass", 36 + root + transposed))
            elif family == "drums":
                notes += [Note(start + beat, start + beat + 0.1, "drums", 36) for beat in (0, 1)]
            else:
                notes += [Note(start, start + 2.0, family, 60 + one + transposed) for one in triad]
    return Music(duration, tuple(sorted(notes)), bar_onsets_s=BARS, programs={"piano": 2})


@pytest.mark.parametrize("transposed", range(-5, 7))
@pytest.mark.parametrize("is_minor", [False, True])
def test_ring_and_button_close_on_the_prevailing_tonic(transposed, is_minor):
    music = cadences(transposed=transposed, is_minor=is_minor)
    key = prevailing_key(music, 18.0)
    assert key == Key(transposed % 12, is_minor)
    for ending in ("ring", "button"):
        ended = with_ending(music, ending, hits_s=(17.5,))
        assert {note.pitch % 12 for note in ended.chord} == set(key.triad)
        bass = [n for n in ended.music.notes if n.family == "bass" and n.onset_s >= 17.4]
        assert [note.pitch % 12 for note in bass] == [key.tonic]


def closing_notes(ended):
    start = ended.chord[0].onset_s
    return [note for note in ended.music.notes if note.end_s > start]


def test_the_ring_lands_on_the_last_hit_and_lasts_to_the_last_frame():
    ended = with_ending(cadences(), "ring", hits_s=(4.0, 16.7))
    assert {(note.onset_s, note.end_s) for note in closing_notes(ended)} == {(16.7, 20.0)}
    assert 16.7 in ended.music.chord_onsets_s
    assert strong_chords(ended.music.notes)[-1][0].onset_s == 16.7


def test_without_a_hit_near_the_end_the_ring_starts_at_the_last_bar_with_room():
    for hits in ((), (3.0,), (19.9,)):
        ended = with_ending(cadences(), "ring", hits_s=hits)
        assert ended.chord[0].onset_s == 18.0
    ended = with_ending(cadences(duration=19.0), "ring")
    assert ended.chord[0].onset_s == 16.0, "18 s leave only one second"


def test_the_button_is_short_and_silence_follows():
    ended = with_ending(cadences(), "button", hits_s=(19.4,))
    assert ended.chord[0].onset_s == 19.4
    assert max(note.end_s for note in ended.music.notes) == pytest.approx(19.4 + BUTTON_LENGTH_S)


@pytest.mark.parametrize("ending", ["ring", "button"])
def test_nothing_sounds_against_the_closing_chord(ending):
    music = cadences(families=("piano", "strings", "bass", "drums"))
    ended = with_ending(music, ending, hits_s=(17.3,))
    start = ended.chord[0].onset_s
    late = closing_notes(ended)
    assert all(note.onset_s == start for note in late)
    assert {note.pitch % 12 for note in late if note.family != "drums"} <= {0, 4, 7}
    assert {note.family for note in late} == {"piano", "strings", "bass", "drums"}
    stumbling = [n for n in ended.music.notes if start - 0.06 < n.onset_s < start]
    assert not stumbling
    earlier = [note for note in music.notes if note.end_s <= start - 0.1]
    assert set(earlier) <= set(ended.music.notes), "what was before stays"


def test_a_family_that_fell_silent_stays_silent():
    music = cadences()
    early = (Note(0.0, 1.0, "strings", 72), Note(1.0, 2.0, "strings", 74))
    ended = with_ending(Music(20.0, tuple(sorted(music.notes + early)), bar_onsets_s=BARS), "ring")
    assert {note.family for note in closing_notes(ended)} == {"piano", "bass"}


def test_voices_move_as_little_as_they_can():
    assert voiced((59, 62, 67), C_MAJOR, "piano", wants_root=False) == (60, 64, 67)
    assert voiced((60, 65, 69), A_MINOR, "strings", wants_root=False) == (60, 64, 69)
    assert voiced((60, 64, 67), C_MAJOR, "guitar", wants_root=True) == (60, 64, 67)


@given(
    st.lists(st.integers(21, 108), min_size=1, max_size=4),
    st.integers(0, 11),
    st.booleans(),
    st.sampled_from(["guitar", "piano", "strings"]),
    st.booleans(),
)
@settings(deadline=None)
def test_any_closing_chord_is_the_whole_triad(before, tonic, is_minor, family, wants_root):
    key = Key(tonic, is_minor)
    pitches = voiced(before, key, family, wants_root=wants_root)
    assert {pitch % 12 for pitch in pitches} == set(key.triad)
    assert len(set(pitches)) == len(pitches) >= 3
    assert all(21 <= pitch <= 108 for pitch in pitches)


def test_the_fade_leaves_the_notes_alone():
    music = cadences()
    assert with_ending(music, "fade", hits_s=(17.0,)).music is music


def test_the_loop_ends_where_a_bar_would_begin():
    music = cadences(duration=19.3)  # bars of 2 s: a line at 18, the next at 20
    ended = with_ending(music, "loop", hits_s=(6.0,))
    at_end = [bar for bar in ended.music.bar_onsets_s if bar > 18.5]
    assert at_end in ([], [pytest.approx(19.3)])
    lengths = [
        b - a for a, b in zip(ended.music.bar_onsets_s, ended.music.bar_onsets_s[1:], strict=False)
    ]
    last = 19.3 - ended.music.bar_onsets_s[-1] or lengths[-1]
    assert last == pytest.approx(2.0 * (19.3 - 6.0) / (20.0 - 6.0), abs=1e-6)
    assert [n for n in ended.music.notes if n.end_s <= 6.0] == [
        n for n in music.notes if n.end_s <= 6.0
    ], "what lies before the last hit is not moved"


def test_a_loop_that_would_be_heard_to_bend_is_left_alone():
    music = cadences(duration=19.3)
    assert with_ending(music, "loop", hits_s=(18.5,)).music is music


def test_an_ending_does_not_touch_a_locked_span():
    music = cadences()
    for ending in ("ring", "button"):
        assert with_ending(music, ending, locked=((15.0, 20.0),)).music is music


def test_another_ending_is_refused():
    with pytest.raises(ValueError, match="ring, button, fade, loop"):
        with_ending(cadences(), "coda")


@st.composite
def musics(draw):
    duration = draw(st.floats(0.04, 40))
    note = st.builds(
        lambda onset, length, family, pitch: Note(
            onset, min(onset + length, duration), family, pitch
        ),
        st.floats(0, duration * 0.99),
        st.floats(0.01, 4),
        st.sampled_from(FAMILIES),
        st.integers(21, 108),
    )
    bars = sorted(draw(st.sets(st.floats(0, duration), max_size=12)))
    notes = tuple(sorted(draw(st.lists(note, max_size=25))))
    return Music(duration, notes, bar_onsets_s=tuple(bars))


@given(musics(), st.sampled_from(list(ENDINGS)), st.lists(st.floats(0, 40), max_size=4))
@settings(max_examples=200, deadline=None)
def test_any_music_ends_inside_the_film(music, ending, hits):
    hits = [hit for hit in hits if hit < music.duration_s]
    ended = with_ending(music, ending, hits_s=hits).music
    assert ended.duration_s == music.duration_s
    for note in ended.notes:
        assert 0 <= note.onset_s <= note.end_s <= music.duration_s + 1e-9
    assert list(ended.bar_onsets_s) == sorted(ended.bar_onsets_s)
    assert set(ended.families) <= set(music.families)


def test_voices_that_lie_far_apart_find_a_whole_triad_as_well():
    key = Key(11, is_minor=False)
    pitches = voiced([21, 44, 76], key, "guitar", wants_root=False)
    assert {pitch % 12 for pitch in pitches} == set(key.triad)
