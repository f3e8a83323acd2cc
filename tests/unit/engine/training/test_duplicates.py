import numpy as np
import pytest

from emsync_engine.errors import InputUnusableError
from emsync_engine.training.duplicates import (
    SAME_SHARE,
    melody_fragments,
    same_music,
    shared_melody,
)

BASS, PIANO, STRINGS = 1, 3, 4


def walk(seed, notes=160):
    """Onsets and pitches of a melody that nobody else has."""
    rng = np.random.default_rng(seed)
    steps = rng.choice([-7, -5, -4, -3, -2, -1, 1, 2, 3, 4, 5, 7], notes)
    return np.arange(notes) * 0.3, 66 + (np.cumsum(steps) % 24)


def alone(melody):
    return melody_fragments(*melody, np.zeros(len(melody[0])))


def with_accompaniment(melody, seed, *, below=24):
    """The melody on strings over broken chords and a bass of another's."""
    onsets_s, pitches = melody
    rng = np.random.default_rng(1000 + seed)
    piano = np.arange(2 * len(onsets_s)) * 0.15
    chords = (
        66
        - below
        + np.resize([0, 4, 7, 4], len(piano))
        + np.repeat(rng.integers(0, 5, len(onsets_s)), 2)
    )
    bass = onsets_s[::2]
    lowest = 30 + rng.integers(0, 12, len(bass))
    return melody_fragments(
        np.concatenate([onsets_s, piano, bass]),
        np.concatenate([pitches, chords, lowest]),
        np.repeat([STRINGS, PIANO, BASS], [len(onsets_s), len(piano), len(bass)]),
    )


def test_another_key_tempo_octave_and_unevenness_are_the_same_music():
    onsets_s, pitches = walk(1)
    uneven = onsets_s * 1.4 + np.random.default_rng(2).uniform(-0.01, 0.01, len(onsets_s))
    pieces = [alone((onsets_s, pitches)), alone((uneven, pitches + 5 - 12)), alone(walk(2))]
    groups = same_music(pieces)
    assert groups[0] == groups[1] != groups[2]


def test_an_arrangement_for_others_is_the_same_music():
    melody = walk(3)
    groups = same_music(
        [alone(melody), with_accompaniment(melody, 4), with_accompaniment(walk(5), 5)]
    )
    assert groups[0] == groups[1] != groups[2]


def test_an_edition_of_a_movement_only_is_the_same_music():
    onsets_s, pitches = walk(6, notes=600)
    groups = same_music([alone((onsets_s, pitches)), alone((onsets_s[200:300], pitches[200:300]))])
    assert groups[0] == groups[1]


def test_chords_struck_not_quite_together_are_one_moment():
    onsets_s, pitches = walk(7)
    rng = np.random.default_rng(8)
    thick = np.repeat(onsets_s, 3) + rng.uniform(0, 0.03, 3 * len(onsets_s))
    chords = np.stack([pitches, pitches - 8, pitches - 15], 1).ravel()
    order = rng.permutation(len(thick))
    pieces = [alone((onsets_s, pitches)), alone((thick[order], chords[order]))]
    assert len(set(same_music(pieces))) == 1


def test_what_everybody_plays_makes_no_pieces_the_same():
    def studies(pattern, seed):
        """A piece of its own with much of a common figure."""
        own, other = walk(seed, notes=120)[1], np.resize(pattern, 400) + 60
        pitches = np.concatenate([own, other])
        return alone((np.arange(len(pitches)) * 0.2, pitches))

    alberti, trill, scale = [0, 7, 4, 7], [0, 1], [0, 2, 4, 5, 7, 9, 11, 12, 14, 16, 17, 19]
    pieces = [
        studies(p, 10 + n) for n, p in enumerate((alberti, alberti, trill, trill, scale, scale))
    ]
    assert len(set(same_music(pieces))) == 6


def test_a_tune_that_many_pieces_quote_does_not_glue_them():
    quoted = walk(20, notes=40)[1]
    pieces = []
    for number in range(9):
        pitches = np.concatenate([walk(30 + number, notes=200)[1], quoted])
        pieces.append(alone((np.arange(len(pitches)) * 0.25, pitches)))
    assert len(set(same_music(pieces))) == 9


def test_the_share_is_that_of_the_smaller_piece():
    onsets_s, pitches = walk(40, notes=400)
    small = alone((onsets_s[:100], pitches[:100]))
    ((one, other, share),) = shared_melody([alone((onsets_s, pitches)), small])
    assert (one, other) == (0, 1)
    assert share > 0.95 > SAME_SHARE
    assert shared_melody([alone(walk(41)), alone(walk(42))]) == []


def test_what_is_linked_through_a_third_is_one_group():
    onsets_s, pitches = walk(50, notes=500)
    first, middle, last = slice(0, 250), slice(125, 375), slice(250, 500)
    pieces = [alone((onsets_s[part], pitches[part])) for part in (first, middle, last)]
    assert len(set(same_music(pieces))) == 1
    assert len(set(same_music(pieces[::2]))) == 2


def test_too_little_melody_is_the_same_as_nothing():
    nothing = melody_fragments(np.zeros(0), np.zeros(0, dtype=np.int64), [])
    short = tuple(values[:20] for values in walk(60))
    drone = np.arange(300) * 0.2, np.full(300, 60)
    pieces = [nothing, nothing, alone(short), alone(short), alone(drone), alone(drone)]
    assert len(nothing) == len(pieces[4]) == 0
    assert len(set(same_music(pieces))) == 6
    assert same_music([]) == []


def test_notes_without_a_part_are_refused():
    onsets_s, pitches = walk(70)
    with pytest.raises(InputUnusableError, match="equally many"):
        melody_fragments(onsets_s, pitches, [0, 0])
