from dataclasses import replace

import numpy as np
import pytest
import torch

from emsync_engine.errors import InputUnusableError
from emsync_engine.evaluation import conditionings
from emsync_engine.evaluation.conditionings import (
    VARIANTS,
    Amounts,
    Variant,
    compare_conditionings,
    conditioning_lines,
)
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


def test_the_comparison_trains_measures_and_goes_on(prepared, tmp_path):
    variants = [
        Variant("none", boundary_offsets=False),
        Variant("per-token", boundary_offsets=True),
    ]
    arguments = {
        "variants": variants,
        "amounts": Amounts(seeds=1, seconds=2.0, boundary_seeds=1, per_group=1),
        "find_judge": Judge,
    }
    store = prepared[0].store
    rows = compare_conditionings(store, tmp_path, QUICK, minutes=0.02, **arguments)
    assert [row.variant for row in rows] == ["none", "per-token+offsets"]
    vanilla, told = rows
    assert vanilla.valence_error is None
    assert vanilla.within_1_s is None
    assert 0 < told.valence_error < 2
    assert 0 <= told.within_1_s <= 1
    assert all(row.steps > 0 and row.nll > 0 and row.trained_tokens > 0 for row in rows)
    again = compare_conditionings(store, tmp_path, QUICK, minutes=0.02, **arguments)
    assert [row.steps for row in again] == [row.steps for row in rows]  # the minutes are used up
    table = conditioning_lines(rows)
    assert len(table) == 3
    assert (tmp_path / conditionings.KEPT).is_file()


def test_a_comparison_of_nothing_is_refused(prepared, tmp_path):
    store = prepared[0].store
    with pytest.raises(InputUnusableError, match="published layout"):
        compare_conditionings(store, tmp_path, replace(QUICK, model=TOY), minutes=1)
    with pytest.raises(InputUnusableError, match="minutes"):
        compare_conditionings(store, tmp_path, QUICK, minutes=0)


def test_all_ways_are_compared_with_and_without_offsets():
    assert len(VARIANTS) == 10
    assert {variant.conditioning for variant in VARIANTS} == set(CONDITIONING_KINDS)
