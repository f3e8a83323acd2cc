from hypothesis import given, settings
from hypothesis import strategies as st

from emsync_engine.midi import vocabulary as v
from emsync_engine.midi.tokenizer import decode, encode, quantise
from emsync_engine.project.notes import FAMILIES, Music, Note

notes = st.builds(
    lambda onset, length, family, pitch: Note(onset, onset + length, family, pitch),
    st.floats(0, 12),
    st.floats(0.001, 4),
    st.sampled_from(FAMILIES),
    st.integers(15, 115),
)


def music_of(found: list[Note], bars: list[float], chords: list[float]) -> Music:
    return Music(
        duration_s=max((note.end_s for note in found), default=1.0),
        notes=tuple(sorted(found)),
        bar_onsets_s=tuple(sorted(bars)),
        chord_onsets_s=tuple(sorted(chords)),
    )


def heard(music: Music) -> list[tuple[float, float, str, int]]:
    return [(note.onset_s, note.end_s, note.family, note.pitch) for note in music.notes]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(notes, min_size=1, max_size=40),
    st.lists(st.floats(0, 12), max_size=6),
    st.lists(st.integers(0, 39), max_size=6),
)
def test_tokens_to_notes_to_tokens_is_the_identity(found, bars, chord_notes):
    chords = [found[place % len(found)].onset_s for place in chord_notes]
    music = quantise(music_of(found, bars, chords))
    tokens = encode(music)
    read = decode(tokens, duration_s=music.duration_s)
    assert heard(read) == heard(music)
    assert encode(quantise(read)) == tokens


@settings(max_examples=40, deadline=None)
@given(st.lists(notes, min_size=1, max_size=40), st.lists(st.integers(0, 39), max_size=6))
def test_quantising_twice_changes_nothing(found, chord_notes):
    chords = [found[place % len(found)].onset_s for place in chord_notes]
    once = quantise(music_of(found, [], chords))
    assert quantise(once) == once


def test_vocabulary_has_the_1011_tokens_of_the_thesis():
    assert v.SIZE == 1011
    assert len(set(v.NAMES)) == v.SIZE
    assert v.token_name(v.on_token("piano", 60)) == "ON_piano_60"
    assert v.note_of(v.off_token("strings", 108)) == ("strings", 108)
    assert v.shift_steps(v.shift_token(125)) == 125


def test_order_at_one_time_is_off_bar_chord_on():
    struck = [Note(0.0, 1.0, "piano", 60), Note(1.0, 3.0, "piano", 60), Note(1.0, 3.0, "bass", 40)]
    music = Music(3.0, tuple(sorted(struck)), bar_onsets_s=(1.0,), chord_onsets_s=(1.0,))
    names = [v.token_name(token) for token in encode(quantise(music))]
    place = names.index("OFF_piano_60")
    assert names[place : place + 5] == [
        "OFF_piano_60",
        "BAR",
        "CHORD",
        "ON_bass_40",
        "ON_piano_60",
    ]
    assert names[:2] == ["FEWER_INSTRUMENTS", "START"]


def test_chord_notes_start_together_before_the_next_shift():
    spread = [
        Note(1.0 + late, 4.0, "strings", 60 + 4 * n) for n, late in enumerate((0, 0.02, 0.03))
    ]
    tokens = encode(quantise(Music(4.0, tuple(spread), chord_onsets_s=(1.0,))))
    chord = tokens.index(v.CHORD)
    assert all(v.is_on(token) for token in tokens[chord + 1 : chord + 4])


def test_notes_that_still_sound_are_closed_at_the_end():
    tokens = [v.FEWER_INSTRUMENTS, v.START, v.on_token("piano", 60), v.shift_token(100)]
    assert heard(decode(tokens, duration_s=2.0)) == [(0.0, 2.0, "piano", 60)]


def test_a_lone_off_does_nothing():
    assert decode([v.START, v.off_token("piano", 60), v.shift_token(10)]).notes == ()
