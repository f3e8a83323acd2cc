from hypothesis import given
from hypothesis import strategies as st

from emsync_engine.music.splicing import EARLY_S, RELEASE_S, Cut, excerpt, inside, outside, spliced
from emsync_engine.project.notes import FAMILIES, Music, Note

FILM_S = 20.0


def music(*notes, bars=(), chords=()):
    return Music(FILM_S, tuple(notes), tuple(bars), tuple(chords))


@st.composite
def played(draw):
    """Notes that do not overlap within their pitch, in order."""
    notes = []
    for family in ("piano", "strings"):
        for pitch in draw(st.sets(st.sampled_from([60, 64, 67]))):
            times = sorted(draw(st.sets(st.integers(0, 400), max_size=8)))
            notes += [
                Note(start * 0.05, end * 0.05, family, pitch, 70)
                for start, end in zip(times[::2], times[1::2], strict=False)
            ]
    notes.sort(key=lambda note: (note.onset_s, FAMILIES.index(note.family), note.pitch))
    return music(*notes)


cuts = st.lists(st.integers(0, 20), min_size=2, max_size=6, unique=True).map(
    lambda edges: Cut(tuple(zip(sorted(edges)[::2], sorted(edges)[1::2], strict=False)), FILM_S)
)


@given(played(), played(), cuts)
def test_what_is_kept_is_kept_to_the_last_bit(kept, new, cut):
    joined = spliced(kept, new, cut)
    assert outside(joined, cut).notes == outside(kept, cut).notes
    assert [n.onset_s for n in joined.notes] == sorted(n.onset_s for n in joined.notes)
    assert {(n.onset_s, n.family, n.pitch) for n in inside(joined, cut).notes} <= {
        (n.onset_s, n.family, n.pitch) for n in inside(new, cut).notes
    }


@given(played(), played(), cuts)
def test_no_pitch_sounds_twice_at_a_time(kept, new, cut):
    last = {}
    for note in spliced(kept, new, cut).notes:
        key = note.family, note.pitch
        assert last.get(key, 0.0) <= note.onset_s
        assert note.end_s > note.onset_s
        last[key] = note.end_s


@given(played(), cuts)
def test_inside_and_outside_are_the_whole(whole, cut):
    notes = (*inside(whole, cut).notes, *outside(whole, cut).notes)
    assert sorted(notes) == sorted(whole.notes)
    assert spliced(whole, whole, Cut((), FILM_S)) == whole


def test_a_chord_a_hair_early_belongs_to_the_segment_that_it_lands_on():
    early = Note(10.0 - EARLY_S / 2, 12.0, "strings", 60)
    cut = Cut(((5.0, 10.0),), FILM_S)
    assert not cut.holds(early.onset_s)
    assert cut.holds(10.0 - 2 * EARLY_S)
    assert Cut(((10.0, 12.0),), FILM_S).holds(early.onset_s)
    assert Cut(((0.0, 5.0),), FILM_S).holds(0.0)
    assert Cut(((5.0, 20.0),), FILM_S).holds(19.999)


def test_a_held_note_rings_on_and_is_not_struck_again():
    held = Note(4.0, 7.0, "strings", 60, 90)
    new = [Note(5.5, 6.0, "strings", 60), Note(6.99, 8.0, "strings", 60), Note(6, 7, "piano", 60)]
    joined = spliced(music(held), music(*new), Cut(((5.0, 10.0),), FILM_S))
    assert joined.notes == (held, Note(6, 7, "piano", 60), Note(7.0, 8.0, "strings", 60))


def test_a_new_note_is_released_where_its_family_goes_on():
    kept = music(Note(10.2, 11.0, "strings", 64), Note(12.0, 13.0, "piano", 64))
    new = music(
        Note(9.0, 15.0, "strings", 60), Note(9.0, 15.0, "piano", 60), Note(9.0, 9.5, "bass", 40)
    )
    joined = spliced(kept, new, Cut(((5.0, 10.0),), FILM_S))
    ends = {(note.family, note.onset_s): note.end_s for note in joined.notes}
    assert ends["strings", 9.0] == 10.2
    assert ends["piano", 9.0] == 10.0 + RELEASE_S
    assert ends["bass", 9.0] == 9.5


def test_a_bar_line_that_crowds_a_kept_one_is_left_out():
    kept, new = music(bars=(4.0, 10.1, 12.0)), music(bars=(6.0, 8.0, 9.9))
    assert spliced(kept, new, Cut(((5.0, 10.0),), FILM_S)).bar_onsets_s == (4.0, 6.0, 8.0, 10.1, 12)


def test_an_excerpt_counts_from_its_own_start():
    whole = music(Note(4.0, 9.0, "piano", 60), Note(6.0, 7.0, "piano", 62), bars=(4.0, 6.0))
    part = excerpt(whole, 5.0, 6.5)
    assert part.notes == (Note(1.0, 1.5, "piano", 62),)
    assert (part.duration_s, part.bar_onsets_s) == (1.5, (1.0,))
