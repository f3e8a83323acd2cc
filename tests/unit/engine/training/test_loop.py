from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from emsync_engine.errors import InputUnusableError
from emsync_engine.midi import vocabulary as v
from emsync_engine.training.batches import (
    NOTHING_DROPPED,
    BatchSampler,
    held_out_chunks,
    make_sequence,
    stepped_emotion,
    transposed,
)
from emsync_engine.training.loop import Recipe, Trainer, measure, read_recipe, weighted_loss
from tests.toy import TOY

RECIPES = sorted((Path(__file__).parents[4] / "emsync_engine/training/recipes").glob("*.toml"))
QUICK = Recipe(model=TOY, batch=2, length=64, evaluate_every=10, save_every=2, warmup_steps=1)


def test_offsets_look_to_the_next_kept_chord(prepared):
    store = prepared[0].store
    entry = next(entry for entry in store.entries if entry.chords > 4)
    sequence = make_sequence(store, entry, 0, 400, None, NOTHING_DROPPED)
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
    dropouts = replace(NOTHING_DROPPED, chords=1.0)
    sequence = make_sequence(store, entry, 0, 300, np.random.default_rng(0), dropouts)
    assert v.CHORD not in sequence.tokens
    assert (sequence.offset_s == 8.0).all()


def test_a_chunk_from_the_middle_keeps_its_leading_token(prepared):
    store = prepared[0].store
    entry = store.entries[0]
    sequence = make_sequence(store, entry, 200, 65, None)
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


def test_batches_are_the_same_for_the_same_step(prepared):
    sampler = BatchSampler(prepared[0].store, batch=3, length=48, seed=7)
    first, told = sampler.batch_at(5)
    again, told_again = sampler.batch_at(5)
    other, _ = sampler.batch_at(6)
    assert torch.equal(first, again)
    assert torch.equal(told.offset_s.isnan(), told_again.offset_s.isnan())
    assert not torch.equal(first, other)
    assert first.shape == (3, 49)
    assert told.va.shape == (3, 48, 2)


def test_chord_counts_ten_times_and_padding_not_at_all():
    logits = torch.zeros(1, 3, v.SIZE)
    logits[0, 0, v.CHORD] = 2.0
    targets = torch.tensor([[v.CHORD, v.shift_token(1), v.PAD]])
    log_chord = torch.log_softmax(logits[0, 0], 0)[v.CHORD]
    log_other = torch.log_softmax(logits[0, 1], 0)[0]
    expected = -(10 * log_chord + log_other) / 11
    assert float(weighted_loss(logits, targets)) == pytest.approx(float(expected), abs=1e-5)


@pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_runs_two_steps_on_a_toy_model(path, prepared, tmp_path):
    recipe = replace(read_recipe(path), model=TOY, batch=2, length=48)
    trainer = Trainer(recipe, prepared[0].store, tmp_path / "run")
    before = trainer.model.head.weight.clone()
    for _ in range(2):
        loss = trainer._train_step(trainer.model, 0.0)
        assert np.isfinite(loss)
    assert not torch.equal(before, trainer.model.head.weight)


def test_training_learns_and_resumes_to_the_step(prepared, tmp_path):
    store = prepared[0].store
    chunks = held_out_chunks(store, length=64, per_group=2)
    straight = Trainer(QUICK, store, tmp_path / "straight")
    before = measure(straight.model, chunks, length=64)["all"].nll
    for _ in range(30):
        straight._train_step(straight.model, 0.0)
    assert measure(straight.model, chunks, length=64)["all"].nll < before - 0.5

    broken = Trainer(QUICK, store, tmp_path / "broken")
    for _ in range(12):
        broken._train_step(broken.model, 0.0)
    broken.save()
    resumed = Trainer(QUICK, store, tmp_path / "broken")
    assert resumed.step == 12
    for _ in range(18):
        resumed._train_step(resumed.model, 0.0)
    for one, other in zip(straight.model.parameters(), resumed.model.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-4, rtol=1e-3)


def test_a_run_of_another_size_is_not_resumed(prepared, tmp_path):
    Trainer(QUICK, prepared[0].store, tmp_path).save()
    other = replace(QUICK, model=replace(TOY, layers=1))
    with pytest.raises(InputUnusableError, match="another size"):
        Trainer(other, prepared[0].store, tmp_path)


def test_a_recipe_with_an_unknown_setting_is_refused(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_text("speed = 3\n")
    with pytest.raises(InputUnusableError, match="speed"):
        read_recipe(path)
