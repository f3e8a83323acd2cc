"""How long it takes to write a minute of music on this machine."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emsync_engine.evaluation.pieces import steady
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import GenerationSettings

if TYPE_CHECKING:
    from emsync_engine.music.layouts import Composer

GOAL_S = 12.0
GOAL_FOR_S = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """One piece: what it was written with, how long it took."""

    name: str
    seconds: float
    tokens: int
    wall_s: float

    @property
    def tokens_per_s(self) -> float:
        return self.tokens / max(self.wall_s, 1e-9)

    @property
    def times_real(self) -> float:
        """Seconds of music for a second of waiting."""
        return self.seconds / max(self.wall_s, 1e-9)


@dataclass(frozen=True, slots=True)
class SpeedReport:
    """Pieces one by one, batch of one, with nothing else kept from running by us."""

    device: str
    cores: int
    threads: int
    parameters: int
    paces: tuple[Pace, ...]


def measure_speed(
    model: Composer,
    *,
    seconds: float = GOAL_FOR_S,
    seeds: int = 2,
    monitor: Monitor = SILENT,
) -> SpeedReport:
    """Write pieces with the default settings, without guidance, and for a piano alone."""
    import torch

    default = GenerationSettings()
    kinds = (
        ("default settings", default),
        ("without guidance", replace(default, va_guidance=1.0, boundary_guidance=1.0)),
        ("solo piano", replace(default, ensemble="solo-piano")),
    )
    _pace(model, "warm-up", default, min(seconds, 2.0), seed=0)
    paces = []
    for number, (name, settings) in enumerate(kinds):
        for seed in range(seeds):
            monitor.advance("evaluate", number * seeds + seed, len(kinds) * seeds)
            paces.append(_pace(model, name, settings, seconds, seed=seed))
    return SpeedReport(
        device=model.head.weight.device.type,
        cores=os.cpu_count() or 1,
        threads=torch.get_num_threads(),
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        paces=tuple(paces),
    )


def _pace(
    model: Composer, name: str, settings: GenerationSettings, seconds: float, *, seed: int
) -> Pace:
    from emsync_engine.music.branching import write_best

    wish = steady(0.2, 0.4, seconds, hits_s=_hits(seconds), settings=settings)
    started = time.perf_counter()
    tokens = sum(1 for _ in write_best(model, wish.brief, seed=seed))
    return Pace(name, seconds, tokens, time.perf_counter() - started)


def _hits(seconds: float) -> tuple[float, ...]:
    """A hit every 8 s."""
    return tuple(8.0 * number for number in range(1, int(seconds / 8)))
