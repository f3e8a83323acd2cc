from dataclasses import replace

import numpy as np
import pytest
import torch

from emsync_engine.errors import InputUnusableError
from emsync_engine.evaluation import equal_training
from emsync_engine.evaluation.conditionings import (
    VARIANTS,
    Amounts,
    Variant,
    compare_conditionings,
    held_out_side,
)
from emsync_engine.evaluation.equal_training import StepTrainer
from emsync_engine.music.published.conditions import CONDITIONING_KINDS
from emsync_engine.music.published.layout import PublishedConfiguration
from emsync_engine.training.batches import held_out_chunks
from emsync_engine.training.held_out import measure
from emsync_engine.training.loop import Trainer
from emsync_engine.training.recipe import Recipe, read_recipe
from emsync_engine.weights import read_composer, save_composer
from tests.toy import TOY
from tests.unit.engine.training.conftest import prepared
from tests.unit.engine.training.test_loop import RECIPES

__all__ = ["prepared"]  # a fixture of the training tests

SMALL = PublishedConfiguration(
    layers=2, width=32, heads=2, feed_forward=48, context=80, reach=80, vocabulary=1011
)
QUICK = Recipe(model=SMALL, batch=2, length=64, evaluate_every=50, save_every=50, warmup_steps=1)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_every_conditioning_is_trained_by_the_recipe(variant, prepared, tmp_path):
    model = replace(
        SMALL, conditioning=variant.conditioning, boundary_offsets=variant.boundary_offsets
    )
    trainer = Trainer(replace(QUICK, model=model), prepared[0].store, tmp_path / "run")
    told = [
        parameter
        for name, parameter in trainer.model.named_parameters()
        if name.startswith("conditioning.")
    ]
    before = [parameter.clone() for parameter in told]
    losses = [trainer._train_step(trainer.model, 0.0) for _ in range(12)]
    assert np.isfinite(losses).all()
    assert np.mean(losses[-3:]) < losses[0]
    assert bool(told) == (variant.name != "none")
    if told:  # what is told has learned something
        assert any(not torch.equal(a, b) for a, b in zip(before, told, strict=True))


@pytest.mark.parametrize("name", ["conditionings", "published"])
def test_recipes_of_the_published_layout_run_two_steps(name, prepared, tmp_path):
    recipe = read_recipe(next(path for path in RECIPES if path.stem == name))
    assert isinstance(recipe.model, PublishedConfiguration)
    assert recipe.length + 2 <= recipe.model.context
    small = replace(recipe.model, layers=1, width=32, heads=2, feed_forward=48)
    trainer = Trainer(
        replace(recipe, model=small, batch=2, length=120), prepared[0].store, tmp_path / "run"
    )
    assert all(np.isfinite(trainer._train_step(trainer.model, 0.0)) for _ in range(2))


def test_a_published_run_resumes_and_its_weights_are_read_again(prepared, tmp_path):
    store = prepared[0].store
    trainer = Trainer(QUICK, store, tmp_path / "run")
    trainer._train_step(trainer.model, 0.0)
    trainer.save()
    again = Trainer(QUICK, store, tmp_path / "run")
    assert again.step == 1
    save_composer(again.model, tmp_path / "made.safetensors", dtype=torch.float32)
    read = read_composer(tmp_path / "made.safetensors")
    assert read.configuration == SMALL
    chunks = held_out_chunks(store, length=64, per_group=1)
    assert measure(read, chunks, length=64) == measure(trainer.model, chunks, length=64)
    first = Trainer(QUICK, store, tmp_path / "other", first_weights=tmp_path / "made.safetensors")
    assert torch.equal(first.model.head.weight, again.model.head.weight)
    with pytest.raises(InputUnusableError, match="another size"):
        Trainer(
            replace(QUICK, model=replace(SMALL, layers=1)),
            store,
            tmp_path / "third",
            first_weights=tmp_path / "made.safetensors",
        )


class Judge:
    """Reads every window as calm and pleasant."""

    def read_windows(self, music, centres_s, window_s):
        return np.tile([0.5, -0.5], (len(centres_s), 1))


TWO = [Variant("none", boundary_offsets=False), Variant("per-token", boundary_offsets=True)]
FEW = Amounts(per_group=1, grid_seeds=1, grid_seconds=2.0, boundary_seeds=1, boundary_seconds=6.0)
ONE_SEED = {"steps": 3, "training_seeds": 1, "variants": TWO, "find_judge": Judge}


@pytest.fixture
def store(prepared):
    """The prepared store with a piece on its test side."""
    made = prepared[0].store
    first = made.entries[0].piece
    entries = [
        replace(entry, split="test") if entry.piece == first else entry for entry in made.entries
    ]
    return replace(made, entries=tuple(entries))


def test_the_comparison_trains_measures_and_goes_on(store, tmp_path):
    rows = compare_conditionings(store, tmp_path, QUICK, amounts=FEW, **ONE_SEED)
    assert [(row.variant, row.seed) for row in rows] == [("none", 1), ("per-token+offsets", 1)]
    vanilla, told = rows
    assert vanilla.written.valence_error is None
    assert 0 < told.written.error < 2
    assert 0 <= told.written.within_1_s <= 1
    assert all(row.steps == 3 and row.foretold.nll > 0 for row in rows)
    assert vanilla.foretold.tokens == told.foretold.tokens > 0
    assert vanilla.foretold.trained_tokens == told.foretold.trained_tokens > 0
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.*")}
    again = compare_conditionings(store, tmp_path, QUICK, amounts=FEW, **ONE_SEED)
    assert again == rows
    assert (tmp_path / equal_training.ASKED) in kept
    assert all(path.stat().st_mtime_ns == when for path, when in kept.items())  # nothing anew


def test_more_seeds_go_on_from_those_that_there_are(store, tmp_path):
    silent = replace(FEW, grid_seeds=0)
    one = compare_conditionings(store, tmp_path, QUICK, amounts=silent, **ONE_SEED)
    two = compare_conditionings(
        store, tmp_path, QUICK, amounts=silent, **{**ONE_SEED, "training_seeds": 2}
    )
    assert two[:2] == one
    assert all(row.written is None for row in two)
    assert two[2].foretold.nll != one[0].foretold.nll


def test_a_run_that_was_cut_off_ends_as_if_it_had_not_been(store, tmp_path):
    recipe = replace(QUICK, save_every=1)

    class StoppedError(Exception):
        pass

    class Impatient:
        def advance(self, stage, done, total=None):
            if stage == "train" and done >= 2:
                raise StoppedError

    with pytest.raises(StoppedError):
        StepTrainer(recipe, store, tmp_path / "cut").run_steps(4, monitor=Impatient())
    trainers = [StepTrainer(recipe, store, tmp_path / name) for name in ("cut", "whole")]
    assert trainers[0].step > 0
    for trainer in trainers:
        trainer.run_steps(4)
    cut, whole = (trainer.model.state_dict() for trainer in trainers)
    assert all(torch.allclose(cut[name], whole[name], atol=1e-5) for name in whole)


def test_runs_of_one_seed_begin_with_the_same_weights(store, tmp_path):
    models = [
        replace(SMALL, conditioning=kind, boundary_offsets=offsets)
        for kind, offsets in (("none", False), ("per-token", True))
    ]
    vanilla, told = (
        StepTrainer(replace(QUICK, model=model), store, tmp_path / model.conditioning)
        for model in models
    )
    assert not torch.equal(vanilla.model.blocks[1].up.weight, told.model.blocks[1].up.weight)
    told.begin_like(vanilla.model)
    alike = [
        name
        for name, weights in vanilla.model.state_dict().items()
        if torch.equal(weights, told.model.state_dict()[name])
    ]
    assert len(alike) == len(vanilla.model.state_dict())
    told.run_steps(1)
    assert not torch.equal(vanilla.model.head.weight, told.model.head.weight)
    after = told.model.head.weight.clone()
    told.begin_like(vanilla.model)  # a run that has begun goes on as it is
    assert torch.equal(told.model.head.weight, after)


def test_all_are_measured_on_the_test_side_and_measured_anew_on_another(store, tmp_path):
    chunks = held_out_side(store, length=64, per_group=None)
    test = [entry for entry in store.entries if entry.split == "test"]
    assert sum(len(chunk.tokens) - 1 for _, chunk in chunks) <= sum(e.tokens for e in test)
    assert {group for group, _ in chunks} == {entry.group for entry in test}
    silent = replace(FEW, grid_seeds=0)
    before = compare_conditionings(store, tmp_path, QUICK, amounts=silent, **ONE_SEED)
    other = replace(
        store, entries=tuple(replace(entry, split="test") for entry in store.entries[-2:])
    )
    other = replace(other, entries=(*store.split("train")[:4], *other.entries))
    after = compare_conditionings(other, tmp_path, QUICK, amounts=silent, **ONE_SEED)
    assert before[0].foretold.nll != after[0].foretold.nll


def test_runs_of_another_recipe_are_not_gone_on_with(store, tmp_path):
    silent = replace(FEW, grid_seeds=0)
    compare_conditionings(store, tmp_path, QUICK, amounts=silent, **ONE_SEED)
    with pytest.raises(InputUnusableError, match="another recipe"):
        compare_conditionings(store, tmp_path, replace(QUICK, batch=3), amounts=silent, **ONE_SEED)
    with pytest.raises(InputUnusableError, match="another recipe"):
        compare_conditionings(store, tmp_path, QUICK, amounts=silent, **{**ONE_SEED, "steps": 5})


def test_a_comparison_of_nothing_is_refused(store, tmp_path):
    with pytest.raises(InputUnusableError, match="published layout"):
        compare_conditionings(store, tmp_path, replace(QUICK, model=TOY), steps=1)
    with pytest.raises(InputUnusableError, match="steps"):
        compare_conditionings(store, tmp_path, QUICK, steps=0)
    without = replace(store, entries=store.split("train"))
    with pytest.raises(InputUnusableError, match="test side"):
        compare_conditionings(without, tmp_path, QUICK, steps=1)


def test_all_ways_are_compared_with_and_without_offsets():
    assert len(VARIANTS) == 10
    assert {variant.conditioning for variant in VARIANTS} == set(CONDITIONING_KINDS)
