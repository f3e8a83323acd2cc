"""Runs of equally many steps: what is compared has seen the same batches, whatever the machine."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from emsync_engine.errors import InputUnusableError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.layouts import Composer
from emsync_engine.training.loop import Trainer
from emsync_engine.training.recipe import Recipe

ASKED = "asked.json"


class StepTrainer(Trainer):
    """A training run that ends after so many steps, where ``Trainer`` ends after so many hours."""

    def begin_like(self, model: Composer) -> None:
        """Before the first step, take the weights of whatever parts the other model has as well."""
        if self.step:
            return
        own = self.model.state_dict()
        alike = {
            name: weights
            for name, weights in model.state_dict().items()
            if name in own and own[name].shape == weights.shape
        }
        self.model.load_state_dict(own | alike)

    def run_steps(self, steps: int, *, monitor: Monitor = SILENT) -> None:
        """Train until the run has so many steps in all, the last part of it cooling down."""
        while self.step < steps:
            started = time.monotonic()
            self._train_step(self.model, self.step / steps)
            self.seconds += time.monotonic() - started
            monitor.advance("train", self.step, steps)
            if self.step % self.recipe.save_every == 0:
                self.save()
        self.save()


def claim(folder: Path, recipe: Recipe, steps: int) -> None:
    """Make the folder that of this recipe and length, so that no run goes on as another.

    InputUnusableError if it is already that of others. The seed and the model's conditions are
    left out: they are what differs between the runs of one folder.
    """
    asked = _without_what_differs(recipe) | {"steps": steps}
    file = folder / ASKED
    if not file.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(asked, indent=1), encoding="utf-8")
    elif json.loads(file.read_text(encoding="utf-8")) != asked:
        raise InputUnusableError(
            f"{folder} holds runs of another recipe or length; move it away to begin anew."
        )


def _without_what_differs(recipe: Recipe) -> dict[str, object]:
    facts = json.loads(json.dumps(asdict(recipe)))  # as it reads when it was kept
    del facts["seed"]
    for name in ("conditioning", "boundary_offsets"):
        facts["model"].pop(name, None)
    return dict(facts)


class InParts:
    """Shows the parts of a long job as one: so many of so many done, and how far this one is."""

    def __init__(self, monitor: Monitor, stage: str, total: int) -> None:
        self._monitor, self._stage, self._total = monitor, stage, total
        self.done = 0

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        share = min(done / total, 1.0) if total else 0.0
        self._monitor.advance(self._stage, self.done + share, self._total)

    def run(self, part: Callable[[], None]) -> None:
        """Do one part and count it."""
        self._monitor.advance(self._stage, self.done, self._total)
        part()
        self.done += 1
