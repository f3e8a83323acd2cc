from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from emsync_engine.errors import InputUnusableError
from emsync_engine.midi import vocabulary as v
from emsync_engine.training.batches import BatchSampler, held_out_chunks
from emsync_engine.training.contrast import Contrast
from emsync_engine.training.held_out import measure
from emsync_engine.training.loop import Trainer, weighted_loss
from emsync_engine.training.recipe import Recipe, read_recipe
from emsync_engine.weights import read_composer, save_composer
from tests.toy import TOY, toy_model

RECIPES = sorted((Path(__file__).parents[4] / "emsync_engine/training/recipes").glob("*.toml"))
QUICK = Recipe(model=TOY, batch=2, length=64, evaluate_every=10, save_every=2, warmup_steps=1)


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
    asked = read_recipe(path)
    toy = replace(
        TOY,
        context=256,
        fills_in=asked.model.fills_in,
        knows_kinds=asked.model.knows_kinds,
    )
    recipe = replace(asked, model=toy, batch=4, length=200)
    trainer = Trainer(recipe, prepared[0].store, tmp_path / "run")
    before = {name: value.clone() for name, value in trainer.model.state_dict().items()}
    for _ in range(2):
        loss = trainer._train_step(trainer.model, 0.0)
        assert np.isfinite(loss)
    after = trainer.model.state_dict()
    moved = {name for name, value in before.items() if not torch.equal(value, after[name])}
    assert "head.weight" in moved


@pytest.mark.parametrize("step", range(3))
def test_pairs_are_the_same_for_the_same_step(prepared, step):
    sampler = BatchSampler(prepared[0].store, batch=2, length=64, seed=7)
    contrast = Contrast(share=1.0, length=24)
    made, again = (sampler.pairs_at(step, contrast) for _ in range(2))
    assert torch.equal(made.tokens, again.tokens)
    assert torch.equal(made.axes, again.axes)
    assert made.own.va.shape == (2, 24, 2)
    known = ~made.own.va.isnan()
    assert known.any()
    moved = (made.own.va != made.mirrored.va) & known
    rows = torch.arange(2)
    assert not moved[rows, :, 1 - made.axes].any()


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


def test_a_run_starts_from_weights_that_never_filled_in(prepared, tmp_path):
    model = toy_model()
    save_composer(model, tmp_path / "first.safetensors")
    filling = replace(QUICK, model=replace(TOY, fills_in=True, knows_kinds=True))
    trainer = Trainer(
        filling, prepared[0].store, tmp_path / "run", first_weights=tmp_path / "first.safetensors"
    )
    tokens, conditions = trainer.sampler.batch_at(0)
    trainer.model.eval()
    with torch.no_grad():
        expected = read_composer(tmp_path / "first.safetensors")(tokens[:, :-1], conditions)
        torch.testing.assert_close(trainer.model(tokens[:, :-1], conditions), expected)
    with pytest.raises(InputUnusableError, match="another size"):
        Trainer(
            replace(QUICK, model=replace(TOY, layers=1)),
            prepared[0].store,
            tmp_path / "other",
            first_weights=tmp_path / "first.safetensors",
        )


def test_a_recipe_with_an_unknown_setting_is_refused(tmp_path):
    path = tmp_path / "odd.toml"
    path.write_text("speed = 3\n")
    with pytest.raises(InputUnusableError, match="speed"):
        read_recipe(path)
