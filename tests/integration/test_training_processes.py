"""Two processes that train together, as ``accelerate launch`` starts them on several GPUs."""

import os
import subprocess
import sys

import pytest
import torch

from emsync_engine.training.loop import CHECKPOINT, Trainer
from emsync_engine.training.recipe import read_recipe
from emsync_engine.training.store import open_store
from tests.conftest import REPOSITORY
from tests.data.make_music import make_archive, song

RECIPE = """
batch = 2
length = 64
warmup_steps = 1
evaluate_every = 1000
save_every = 1000

[model]
layers = 1
width = 32
heads = 2
feed_forward = 48
context = 96
"""


@pytest.fixture
def work(tmp_path):
    from emsync_engine.training.prepare import prepare

    families = ("drums", "bass", "piano", "strings")
    make_archive(
        tmp_path, "freedoom", {f"p{n}": song(seed=n, families=families) for n in range(30)}
    )
    prepare(tmp_path, tmp_path / "work", sources=("freedoom",), workers=1)
    (tmp_path / "recipe.toml").write_text(RECIPE)
    return tmp_path / "work"


@pytest.mark.slow
def test_accelerate_trains_in_two_processes_and_one_goes_on(work):
    pytest.importorskip("accelerate")
    recipe = work.parent / "recipe.toml"
    train = ["train", "music", str(work), "--recipe", str(recipe), "--hours", "0.0003"]
    # accelerate launch starts the processes through this module where they have a GPU each
    launch = ["torch.distributed.run", "--standalone", "--nproc_per_node", "2"]
    done = subprocess.run(
        [sys.executable, "-m", *launch, "-m", "emsync_engine.cli", *train],
        env={**os.environ, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"},
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    state = torch.load(work / "run" / CHECKPOINT, weights_only=True)
    assert state["step"] > 0
    assert state["tokens"] > 2 * 64 * state["step"]  # of both processes together
    alone = Trainer(read_recipe(recipe), open_store(work / "store"), work / "run")
    assert alone.step == state["step"]
    alone.run(hours=alone.seconds / 3600 + 0.0003)
    assert alone.step > state["step"]
