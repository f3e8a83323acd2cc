from itertools import pairwise

import numpy as np
import pytest

from emsync_engine.evaluation.measures import (
    as_row,
    distinct_onsets,
    excerpt,
    groove_similarity,
    measures_of_piece,
    pitch_class_entropy,
    polyphony,
    repetition,
)
from emsync_engine.evaluation.structure import structure_indicators
from emsync_engine.project.notes import Music, Note


def line(pitches, *, step=0.5, family="piano", length=0.4):
    notes = tuple(
        Note(k * step, k * step + length, family, int(pitch)) for k, pitch in enumerate(pitches)
    )
    return Music(len(notes) * step, notes)


def test_entropy_of_one_and_of_twelve_pitch_classes():
    assert pitch_class_entropy(line([60] * 16)) == 0
    assert pitch_class_entropy(line(list(range(48, 60)) * 2, step=1 / 3)) == pytest.approx(
        np.log2(12)
    )
    assert pitch_class_entropy(line([60, 72, 48, 84] * 4)) == 0
    assert np.isnan(pitch_class_entropy(line([36] * 8, family="drums")))


def test_the_same_groove_in_every_bar_is_wholly_alike():
    assert groove_similarity(line([60] * 32)) == 1.0
    bars = tuple(np.arange(0, 17, 2.0).tolist())
    even = Music(16.0, tuple(Note(t / 2, t / 2 + 0.2, "piano", 60) for t in range(32)), bars)
    assert groove_similarity(even) == 1.0
    rng = np.random.default_rng(0)
    odd = Music(
        16.0,
        tuple(sorted(Note(float(t), float(t) + 0.1, "piano", 60) for t in rng.uniform(0, 16, 64))),
        bars,
    )
    assert groove_similarity(odd) < 0.8
    assert np.isnan(groove_similarity(Music(1.0, ())))


def test_polyphony_counts_what_sounds_while_anything_does():
    notes = (
        Note(0, 4, "strings", 60),
        Note(0, 4, "strings", 64),
        Note(2, 4, "piano", 67),
        Note(0, 9, "drums", 36),
    )
    assert polyphony(Music(20.0, notes)) == pytest.approx(2.5)


def test_chords_are_one_onset():
    notes = [Note(1.0, 2, "piano", 60), Note(1.02, 2, "piano", 64), Note(1.5, 2, "piano", 67)]
    assert distinct_onsets(notes) == [1.0, 1.5]


def test_repetition_finds_transposed_phrases():
    phrase = [60, 62, 64, 60]
    assert repetition(line(phrase * 8)) > 0.8
    assert repetition(line([p + k for k in range(8) for p in phrase])) > 0.5
    rng = np.random.default_rng(1)
    assert repetition(line(rng.integers(30, 100, 64))) < 0.1


def test_structure_tells_a_song_from_a_ramble():
    rng = np.random.default_rng(2)
    verse, chorus = rng.integers(48, 72, 20), rng.integers(48, 72, 20)
    song = line(np.concatenate([verse, chorus] * 3))  # sections of 10 s, 60 s in all
    ramble = line(rng.integers(48, 72, 120))
    short, mid, long = structure_indicators(song)
    for indicator, other in zip((short, mid, long), structure_indicators(ramble), strict=True):
        assert 0 <= other < indicator <= 1
    assert mid > 0.7
    assert np.isnan(structure_indicators(line([60] * 20))[2])  # 10 s hold no section of 15 s twice


def test_an_excerpt_cuts_held_notes_and_moves_bars():
    music = Music(
        20.0,
        (Note(0, 12, "strings", 60), Note(9, 11, "piano", 62), Note(15, 16, "piano", 64)),
        (8.0, 10.0, 12.0),
        (9.0,),
    )
    cut = excerpt(music, 8.0, 4.0)
    assert [(note.onset_s, note.end_s) for note in cut.notes] == [(0.0, 4.0), (1.0, 3.0)]
    assert cut.bar_onsets_s == (0.0, 2.0)
    assert cut.chord_onsets_s == (1.0,)
    assert cut.duration_s == 4.0
    assert all(a <= b for a, b in pairwise(cut.notes))


def test_every_measure_of_an_empty_piece_is_zero_or_unknown():
    row = as_row(measures_of_piece(Music(30.0, ())))
    assert all(np.isnan(value) or value == 0 for value in row)
