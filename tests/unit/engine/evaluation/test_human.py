import numpy as np
import pytest

from emsync_engine.errors import InputUnusableError
from emsync_engine.evaluation.human import (
    HumanExcerpt,
    distance_lines,
    distances_of_rows,
    human_excerpts,
    human_music,
    wasserstein,
)
from emsync_engine.evaluation.measures import NAMES
from emsync_engine.midi.tokenizer import encode, quantise
from emsync_engine.project.notes import Music, Note
from emsync_engine.training.store import open_store, write_store


def rows(count, *, centre=0.0, seed=0):
    return np.random.default_rng(seed).normal(centre, 1.0, (count, len(NAMES)))


def human(count=60, **options):
    return [
        HumanExcerpt(f"piece {number // 2}", tuple(row))
        for number, row in enumerate(rows(count, **options))
    ]


def test_wasserstein_is_how_far_numbers_are_moved():
    assert wasserstein(np.array([0.0, 1.0]), np.array([0.0, 1.0])) == 0
    assert wasserstein(np.array([0.0, 1.0]), np.array([2.0, 3.0])) == pytest.approx(2)


def test_music_of_the_same_kind_lies_as_near_as_human_music():
    found = distances_of_rows(rows(40, seed=9), human())
    assert [distance.measure for distance in found] == list(NAMES)
    assert all(distance.is_reached for distance in found)
    assert np.mean([distance.ratio for distance in found]) == pytest.approx(1.0, abs=0.25)
    assert np.mean([distance.pair_ratio for distance in found]) == pytest.approx(1.0, abs=0.15)
    assert len(distance_lines(found)) == len(NAMES) + 1


def test_music_of_another_kind_lies_farther():
    shifted = rows(40, centre=1.5, seed=9)
    found = distances_of_rows(shifted, human())
    assert not any(distance.is_reached for distance in found)
    assert all(distance.composed_mean > distance.human_mean + 1 for distance in found)


def test_music_that_is_always_the_same_is_no_human_music_either():
    found = distances_of_rows(np.zeros((40, len(NAMES))), human())
    assert min(distance.ratio for distance in found) > 1.5
    assert max(distance.pair_ratio for distance in found) < 1.0  # pairs alone would not see it


def test_unknown_values_are_left_out():
    some = rows(40, seed=9)
    some[:30, 0] = np.nan
    found = distances_of_rows(some, human())
    assert np.isfinite(found[0].ratio)
    nothing = distances_of_rows(np.full((4, len(NAMES)), np.nan), human())
    assert np.isnan(nothing[0].ratio)
    assert not nothing[0].is_reached


def piece(number, seconds=30.0):
    rng = np.random.default_rng(number)
    notes = tuple(
        Note(
            3 + k * 0.25,
            3.2 + k * 0.25,
            ("bass", "piano", "strings")[k % 3],
            int(rng.integers(40, 80)),
        )
        for k in range(int((seconds - 4) * 4))
    )
    return quantise(Music(seconds, notes))


def store_of(folder, count):
    drawn = []
    for number in range(count):
        music = piece(number)
        tokens = np.array(encode(music), dtype=np.uint16)
        facts = {
            "source": "ours",
            "piece": f"p{number}",
            "group": "ours+ensemble",
            "split": "validation",
            "families": music.families,
            "has_bars": False,
            "chords": 0,
            "duration_s": music.duration_s,
        }
        drawn.append((facts, tokens, np.zeros((30, 6), dtype=np.float32)))
    write_store(folder, drawn)
    return open_store(folder)


def test_human_music_is_drawn_from_held_out_ensembles(tmp_path):
    store = store_of(tmp_path, 6)
    found = human_excerpts(store, seconds=20.0, count=9)
    assert len(found) == 9
    assert {item.piece.split("/")[0] for item in found} == {"ours"}
    again = human_excerpts(store, seconds=20.0, count=9)
    assert [item.piece for item in again] == [item.piece for item in found]
    np.testing.assert_equal([item.row for item in again], [item.row for item in found])
    assert human_music(store, store.entries[0]).notes[0].onset_s == 0.0
    density = found[0].row[NAMES.index("notes_per_s")]
    assert density == pytest.approx(4.0, abs=0.3)


def test_too_few_held_out_pieces_are_refused(tmp_path):
    with pytest.raises(InputUnusableError, match="held-out ensembles of 60 s"):
        human_excerpts(store_of(tmp_path, 6), seconds=60.0, count=4)
