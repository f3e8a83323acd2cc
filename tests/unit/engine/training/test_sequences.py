"""What the transformer sees in training: chunks, splices, and chunks that know their future."""

from dataclasses import replace

import numpy as np
import pytest

from emsync_engine.midi import vocabulary as v
from emsync_engine.training.batches import BatchSampler, Mixture
from emsync_engine.training.excerpts import (
    closing_offs,
    read_piece,
    stepped_emotion,
    transposed,
)
from emsync_engine.training.sequences import make_fill_in, make_sequence, make_splice

SHIFTS = np.array([v.shift_steps(t) if v.is_shift(t) else 0 for t in range(v.SIZE)])


def times_of(tokens):
    return np.cumsum(SHIFTS[tokens]) * v.STEP_S


def open_notes(tokens):
    """Notes left sounding, and OFF tokens of notes that do not sound."""
    sounding, lone = set(), 0
    for token in tokens.tolist():
        if v.is_on(token):
            sounding.add(v.note_of(token))
        elif v.is_off(token):
            lone += v.note_of(token) not in sounding
            sounding.discard(v.note_of(token))
    return sounding, lone


def contains(whole, part):
    """Whether a list holds another as one run."""
    return any(whole[i : i + len(part)] == part for i in range(len(whole) - len(part) + 1))


@pytest.fixture
def pieces(prepared):
    """Two ensembles for the same families, as they are read."""
    store = prepared[0].store
    found = [entry for entry in store.split("train") if entry.group == "freedoom"]
    entries = [entry for entry in found if int(entry.piece[-1]) % 2 == 0][:2]  # both in major
    return [read_piece(store, entry, None) for entry in entries]


def test_offsets_look_to_the_next_kept_chord(prepared):
    store = prepared[0].store
    entry = next(entry for entry in store.entries if entry.chords > 4)
    sequence = make_sequence(read_piece(store, entry, None), 0, 400, None)
    steps = np.array([v.shift_steps(t) if v.is_shift(t) else 0 for t in sequence.tokens])
    times = np.cumsum(steps) * v.STEP_S
    chords = times[sequence.tokens == v.CHORD]
    for place in range(len(sequence.offset_s)):
        reached = int((sequence.tokens[: place + 1] == v.CHORD).sum())
        if reached < len(chords):
            expected = min(chords[reached] - times[place], 8.0)
            assert sequence.offset_s[place] == pytest.approx(expected, abs=1e-4)


def test_removed_chords_take_their_boundaries_along(prepared):
    store = prepared[0].store
    entry = next(entry for entry in store.entries if entry.chords > 4)
    rng = np.random.default_rng(0)
    piece = read_piece(store, entry, rng, chords_dropped=1.0)
    sequence = make_sequence(piece, 0, 300, rng)
    assert v.CHORD not in sequence.tokens
    assert (sequence.offset_s == 8.0).all()


def test_a_chunk_from_the_middle_keeps_its_leading_token(prepared):
    store = prepared[0].store
    entry = store.entries[0]
    sequence = make_sequence(read_piece(store, entry, None), 200, 65, None)
    assert len(sequence.tokens) == 65
    assert sequence.tokens[0] in (v.FEWER_INSTRUMENTS, v.MORE_INSTRUMENTS)
    assert sequence.tokens[1:].tolist() == store.tokens_of(entry)[200:264].tolist()


def test_transposition_moves_pitches_but_no_drums():
    tokens = np.array([v.on_token("piano", 60), v.on_token("drums", 38), v.shift_token(3)])
    assert transposed(tokens, 2).tolist() == [
        v.on_token("piano", 62),
        v.on_token("drums", 38),
        v.shift_token(3),
    ]
    top = np.array([v.on_token("piano", 108)])
    assert transposed(top, 1).tolist() == top.tolist()


def test_emotion_steps_hold_the_mean_of_their_stretch():
    labels = np.arange(16, dtype=np.float32).reshape(-1, 1).repeat(2, axis=1) / 16
    labels[3, 0] = np.nan
    stepped = stepped_emotion(labels, None)
    assert stepped[0, 1] == pytest.approx(labels[:8, 1].mean())
    assert stepped[0, 0] == pytest.approx(np.nanmean(labels[:8, 0]))
    assert len(np.unique(stepped[:, 1])) == 2


def test_wide_gaps_keep_chords_apart(prepared):
    store = prepared[0].store
    entry = max(store.entries, key=lambda entry: entry.chords)
    for seed in range(5):
        piece = read_piece(store, entry, np.random.default_rng(seed), wide_gaps=1.0)
        assert len(piece.chord_times_s) > 1
        assert np.diff(piece.chord_times_s).min() >= 2.0


def test_a_splice_switches_emotion_at_the_seam_and_leaves_no_note_hanging(pieces):
    former, latter = pieces
    former = replace(former, labels=np.full((99, 2), -0.5), kinds=np.full((99, 2), 1))
    latter = replace(latter, labels=np.full((99, 2), 0.7), kinds=np.full((99, 2), 3))
    made = make_splice(former, 40, [(latter, 30)], 300, np.random.default_rng(3))
    assert made is not None
    assert len(made.tokens) <= 300
    seam = int(np.flatnonzero(made.va[:, 0] > 0)[0])
    assert (made.va[:seam] == -0.5).all()
    assert (made.va[seam:] == np.float32(0.7)).all()
    assert (made.kinds[:seam] == 1).all()
    assert (made.kinds[seam:] == 3).all()
    assert 0 < seam < 299
    following = [t for t in made.tokens[seam + 1 : seam + 8].tolist() if not v.is_off(t)]
    assert following[0] in (v.BAR, v.CHORD)
    begin = seam + 1 + made.tokens[seam + 1 :].tolist().index(following[0])
    assert open_notes(made.tokens[:begin]) == (set(), 0)  # everything ends at the seam
    assert open_notes(made.tokens[begin:])[1] == 0  # and nothing ends that has not begun


def test_offsets_and_countdown_of_a_splice_go_on_through_the_seam(pieces):
    made = make_splice(pieces[0], 0, [(pieces[1], 10)], 400, np.random.default_rng(1))
    assert made is not None
    times_s = times_of(made.tokens)
    chords = times_s[made.tokens == v.CHORD]
    for place in range(0, len(made.offset_s), 7):
        reached = int((made.tokens[: place + 1] == v.CHORD).sum())
        if reached < len(chords):
            expected = min(chords[reached] - times_s[place], 8.0)
            assert made.offset_s[place] == pytest.approx(expected, abs=1e-3)
    falling = made.countdown_s[made.countdown_s < 16]
    assert (np.diff(falling) <= 1e-5).all()


def test_no_splice_between_keys_that_do_not_match(pieces):
    former, latter = pieces
    every_pitch = np.array([v.on_token("piano", 48 + k % 12) for k in range(len(latter.tokens))])
    tokens = np.where(latter.tokens == v.BAR, v.BAR, every_pitch)
    chromatic = replace(latter, tokens=tokens)
    assert make_splice(former, 0, [(chromatic, 10)], 300, np.random.default_rng(0)) is None


def test_the_future_stands_first_and_is_what_follows(pieces):
    piece = pieces[0]
    made = make_fill_in(piece, 0, 400, np.random.default_rng(0))
    assert made is not None
    assert len(made.tokens) <= 400
    future = int(made.is_future.sum())
    assert made.is_future[:future].all()
    shown, main = made.tokens[:future], made.tokens[future:]
    assert main[0] in (v.FEWER_INSTRUMENTS, v.MORE_INSTRUMENTS)
    assert np.isnan(made.rejoin_s[:future]).all()
    left_s = times_of(main)[-1] - times_of(main)[:-1]
    assert made.rejoin_s[future:] == pytest.approx(np.minimum(left_s, 16.0), abs=1e-3)
    assert open_notes(shown)[1] == 0
    joined = np.concatenate([main[1:], shown])  # in the order of time, in one transposition
    wanted = [transposed(piece.tokens, semitones).tolist() for semitones in range(-3, 4)]
    assert any(contains(whole, main[1:].tolist()) for whole in wanted)
    stripped = [[t for t in whole if not v.is_off(t)] for whole in wanted]
    assert any(contains(whole, [t for t in joined if not v.is_off(t)]) for whole in stripped)


def test_a_piece_that_ends_too_soon_has_no_future(pieces):
    piece = pieces[0]
    assert make_fill_in(piece, len(piece.tokens) - 20, 400, np.random.default_rng(0)) is None


def test_closing_offs_end_what_sounds():
    tokens = np.array([v.on_token("piano", 60), v.on_token("bass", 40), v.off_token("piano", 60)])
    assert closing_offs(tokens).tolist() == [v.off_token("bass", 40)]


def test_the_mixture_is_drawn_as_asked(prepared):
    sampler = BatchSampler(
        prepared[0].store,
        batch=40,
        length=300,
        seed=1,
        mixture=Mixture(splices=0.4, fill_in=0.4),
    )
    _, told = sampler.batch_at(0)
    filled = int(told.is_future.any(dim=1).sum())
    assert 4 <= filled <= 30
    plain = BatchSampler(prepared[0].store, batch=8, length=300, seed=1)
    assert not plain.batch_at(0)[1].is_future.any()


def test_other_ranks_draw_other_rows(prepared):
    store = prepared[0].store
    first = BatchSampler(store, batch=4, length=64, seed=1, rank=0).batch_at(3)[0]
    second = BatchSampler(store, batch=4, length=64, seed=1, rank=1).batch_at(3)[0]
    assert not (first == second).all()
