"""The takes on which landing is measured: composed, kept, and bent onto any hits again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from emsync_engine import __version__
from emsync_engine.evaluation.landing_films import Film
from emsync_engine.midi.tokenizer import decode
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.music.emotion_path import emotion_path
from emsync_engine.music.ensembles import ensemble_named
from emsync_engine.music.landing import Landing, landed
from emsync_engine.project.model import GenerationSettings, Take
from emsync_engine.project.notes import Music

if TYPE_CHECKING:
    from emsync_engine.music.layouts import Composer

KEPT_TAKES = "landing-takes.jsonl"


@dataclass(frozen=True, slots=True)
class Piece:
    """What was written for a film: tokens, from which every fit can be made again."""

    film: Film
    seed: int
    settings: GenerationSettings
    tokens: tuple[int, ...]

    @property
    def music(self) -> Music:
        """As it was written, before the fit."""
        programs = dict(ensemble_named(self.settings.ensemble).programs)
        return replace(decode(self.tokens, duration_s=float(self.film.duration)), programs=programs)

    def landed(self, *, film: Film | None = None, sync_percent: float | None = None) -> Landing:
        """Bent onto its own hits, or those of another film, under its own limit or another."""
        film = self.film if film is None else film
        limit = self.settings.sync_percent if sync_percent is None else sync_percent
        return landed(
            self.music,
            film.hits_s,
            settings=replace(self.settings, sync_percent=limit),
            frame_s=film.frame_s,
        )

    def take(self, landing: Landing) -> Take:
        """What is rendered: the music as it lands, with its dynamics."""
        path = emotion_path(self.film.timeline)
        music = landing.played(lambda time_s: path(time_s).arousal, seed=self.seed)
        return Take(
            f"{self.film.name}-{self.seed}",
            *(self.seed, self.settings, self.tokens, music, landing.hits),
            weights_sha256="",
            engine_version=__version__,
        )


class Kept:
    """Values by key, in a file of lines that grows; without a folder, in memory alone.

    A line that was cut off by a power failure is left out.
    """

    def __init__(self, folder: Path | None, name: str) -> None:
        self._file = None if folder is None else folder / name
        self._values: dict[str, Any] = {}
        if self._file is None or not self._file.is_file():
            return
        for line in self._file.read_text(encoding="utf-8").splitlines():
            try:
                key, value = json.loads(line)
            except ValueError:
                continue
            self._values[key] = value

    def get(self, key: str) -> Any:
        """The value of a key; None if there is none."""
        return self._values.get(key)

    def keep(self, key: str, value: Any) -> None:
        """Remember a value, and write it down."""
        self._values[key] = value
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as file:
                file.write("\n" + json.dumps([key, value]))  # a line cut off before stays alone


def key_of(*facts: Any) -> str:
    """A short name for facts that JSON can hold."""
    text = json.dumps([__version__, *facts], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:24]


class TakeWriter:
    """Takes as the program composes them, with its gate; each is kept as soon as it is finished.

    What was composed before by the same weights and version for the same film, settings and seed is
    read from the folder.
    """

    def __init__(
        self, model: Composer, *, weights_sha256: str = "", folder: Path | None = None
    ) -> None:
        self._model, self._weights = model, weights_sha256
        self._kept = Kept(folder, KEPT_TAKES)

    def write(
        self, film: Film, seed: int, *, settings: GenerationSettings, monitor: Monitor = SILENT
    ) -> Piece:
        """One take for a film, with its ensemble."""
        from emsync_engine.music.composer import compose_with
        from emsync_engine.music.layouts import settings_for

        settings = settings_for(self._model, replace(settings, ensemble=film.ensemble))
        key = key_of(self._weights, asdict(film), asdict(settings), seed)
        tokens = self._kept.get(key)
        if tokens is None:
            (take,) = compose_with(
                self._model,
                film.timeline,
                settings=settings,
                seeds=[seed],
                frame_rate=film.frame_rate,
                weights_sha256=self._weights,
                monitor=monitor,
            )
            tokens = list(take.tokens)
            self._kept.keep(key, tokens)
        return Piece(film, seed, settings, tuple(tokens))
