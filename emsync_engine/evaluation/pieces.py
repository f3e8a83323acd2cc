"""Writing the pieces that are measured, and keeping them: a long evaluation can stop and go on."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from emsync_engine import __version__
from emsync_engine.midi.tokenizer import decode
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.project.model import GenerationSettings, VAPoint
from emsync_engine.project.notes import Music

if TYPE_CHECKING:
    from emsync_engine.music.generation import Brief
    from emsync_engine.music.transformer import MusicTransformer

KEPT = "pieces.jsonl"


@dataclass(frozen=True, slots=True)
class Wish:
    """What a piece is written for.

    ``emotion`` holds (start in seconds, valence, arousal) of each stretch, the first at 0. The
    settings name the ensemble.
    """

    seconds: float
    emotion: tuple[tuple[float, float, float], ...]
    hits_s: tuple[float, ...] = ()
    settings: GenerationSettings = field(default_factory=GenerationSettings)

    def point_at(self, time_s: float) -> VAPoint:
        """The VA point told at a time: it steps, without a slope."""
        stretch = bisect_right(self.emotion, time_s, key=lambda stretch: stretch[0]) - 1
        _, valence, arousal = self.emotion[max(stretch, 0)]
        return VAPoint(valence, arousal)

    @property
    def brief(self) -> Brief:
        from emsync_engine.music.generation import Brief

        families = ensemble_named(self.settings.ensemble).families
        return Brief(self.seconds, self.point_at, self.hits_s, families, self.settings)


def steady(
    valence: float,
    arousal: float,
    seconds: float,
    *,
    hits_s: tuple[float, ...] = (),
    settings: GenerationSettings | None = None,
) -> Wish:
    """A wish for one emotion throughout."""
    return Wish(seconds, ((0.0, valence, arousal),), hits_s, settings or GenerationSettings())


class WritesPieces(Protocol):
    """Whoever writes what is wished for, one piece for each seed."""

    def write(
        self,
        wish: Wish,
        seeds: Sequence[int],
        *,
        monitor: Monitor = SILENT,
        progress: tuple[float, float] = (0, 1),
    ) -> list[Music]:
        """One piece for each seed, in their order; ``progress`` is shown meanwhile."""


class PieceWriter:
    """Pieces of one model, kept in a file of the folder if there is one.

    What was written before with the same weights, wish, seed and version is read from there.
    Without a folder nothing is kept. The gate of ``compose_with`` is not applied: what is measured
    is the model as it samples.
    """

    def __init__(
        self, model: MusicTransformer, *, weights_sha256: str = "", folder: Path | None = None
    ) -> None:
        self._model, self._weights = model, weights_sha256
        self._file = folder / KEPT if folder is not None else None
        self._kept: dict[str, list[int]] = _read_kept(self._file)

    def write(
        self,
        wish: Wish,
        seeds: Sequence[int],
        *,
        monitor: Monitor = SILENT,
        progress: tuple[float, float] = (0, 1),
    ) -> list[Music]:
        """One piece for each seed, in their order; those not kept yet are written together."""
        monitor.advance("evaluate", *progress)
        keys = {seed: self._key(wish, seed) for seed in seeds}
        missing = [seed for seed in seeds if keys[seed] not in self._kept]
        if missing:
            written = self._written(wish, missing, _Listening(monitor, progress))
            for seed, tokens in zip(missing, written, strict=True):
                self._keep(keys[seed], tokens)
        programs = dict(ensemble_named(wish.settings.ensemble).programs)
        return [
            replace(decode(self._kept[keys[seed]], duration_s=wish.seconds), programs=programs)
            for seed in seeds
        ]

    def _written(self, wish: Wish, seeds: Sequence[int], monitor: Monitor) -> list[list[int]]:
        from emsync_engine.music.generation import write_tokens

        return [
            list(write_tokens(self._model, wish.brief, seed=seed, monitor=monitor))
            for seed in seeds
        ]

    def _key(self, wish: Wish, seed: int) -> str:
        facts = json.dumps([self._weights, __version__, asdict(wish), seed], sort_keys=True)
        return hashlib.sha256(facts.encode()).hexdigest()[:24]

    def _keep(self, key: str, tokens: list[int]) -> None:
        self._kept[key] = tokens
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                file.write("\n" + json.dumps([key, tokens]))  # a line cut off before stays alone


class _Listening:
    """Passes on the word to stop, but shows the progress of the whole, not of single pieces."""

    def __init__(self, monitor: Monitor, progress: tuple[float, float]) -> None:
        self._monitor, self._progress = monitor, progress

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        self._monitor.advance("evaluate", *self._progress)


def _read_kept(file: Path | None) -> dict[str, list[int]]:
    """Kept pieces; a last line that was cut off by a power failure is left out."""
    if file is None or not file.is_file():
        return {}
    kept: dict[str, list[int]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        try:
            key, tokens = json.loads(line)
        except ValueError:
            continue
        kept[key] = tokens
    return kept
