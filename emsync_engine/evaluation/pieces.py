"""Writing the pieces that are measured, and keeping them: a long evaluation can stop and go on."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Iterator, Sequence
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
    from emsync_engine.music.brief import Brief
    from emsync_engine.music.layouts import Composer

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
        from emsync_engine.music.brief import Brief

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


Asked = tuple[Wish, int]
"""A wish and the seed that it is written with."""


class WritesPieces(Protocol):
    """Whoever writes what is wished for."""

    def write(self, asked: Sequence[Asked], *, monitor: Monitor = SILENT) -> list[Music]:
        """One piece for each wish and seed, in their order."""


class PieceWriter:
    """Pieces of one model, kept in a file of the folder if there is one.

    What was written before with the same weights, wish, seed and version is read from there.
    Without a folder nothing is kept. The gate of ``compose_with`` is not applied: what is measured
    is the model as it samples.
    """

    def __init__(
        self, model: Composer, *, weights_sha256: str = "", folder: Path | None = None
    ) -> None:
        self._model, self._weights = model, weights_sha256
        self._file = folder / KEPT if folder is not None else None
        self._kept: dict[str, list[int]] = _read_kept(self._file)

    def write(self, asked: Sequence[Asked], *, monitor: Monitor = SILENT) -> list[Music]:
        """One piece for each wish and seed; each is kept as soon as it is finished."""
        keys = [self._key(wish, seed) for wish, seed in asked]
        missing = [number for number, key in enumerate(keys) if key not in self._kept]
        done = len(asked) - len(missing)
        monitor.advance("evaluate", done, len(asked))
        watched = _Counting(monitor, done, len(asked))
        briefs = [(asked[number][0].brief, asked[number][1]) for number in missing]
        for place, tokens in written_together(self._model, briefs, monitor=watched):
            self._keep(keys[missing[place]], tokens)
            watched.done += 1
        return [
            replace(
                decode(self._kept[key], duration_s=wish.seconds),
                programs=dict(ensemble_named(wish.settings.ensemble).programs),
            )
            for key, (wish, _) in zip(keys, asked, strict=True)
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


def written_together(
    model: Composer, asked: Sequence[tuple[Brief, int]], *, monitor: Monitor = SILENT
) -> Iterator[tuple[int, list[int]]]:
    """Place and tokens of every piece as it is finished, with the model's passes kept full.

    Where a piece ends the next one begins in its rows. Each is what ``write_best`` gives for its
    brief and seed, whatever is written beside it.
    """
    from emsync_engine.music.branching import branches_of, write_best
    from emsync_engine.music.decoding import ROWS
    from emsync_engine.music.generation import next_rows
    from emsync_engine.music.layouts import decoder_for
    from emsync_engine.music.token_writer import TokenWriter

    decoder = decoder_for(model)
    writers: dict[int, TokenWriter] = {}
    for number, (brief, seed) in enumerate(asked):
        if branches_of(model, brief.settings) > 1:
            monitor.advance("compose", number)
            yield number, list(write_best(model, brief, seed=seed, monitor=monitor))
        else:
            writers[number] = TokenWriter(decoder, brief, seed=seed)
    for rows in sorted({writer.rows for writer in writers.values()}):
        waiting = [number for number, writer in writers.items() if writer.rows == rows]
        writing: list[int] = []
        while waiting or writing:
            while waiting and (len(writing) + 1) * rows <= ROWS:
                writing.append(waiting.pop(0))
                writers[writing[-1]].begin()
            monitor.advance("compose", len(writing))
            active = [writers[number] for number in writing]
            for writer, own in zip(active, next_rows(decoder, active), strict=True):
                writer.draw(own)
            for number in [number for number in writing if writers[number].is_done]:
                writing.remove(number)
                yield number, writers.pop(number).tokens


class _Counting:
    """Passes on the word to stop, and shows how many pieces are done."""

    def __init__(self, monitor: Monitor, done: int, total: int) -> None:
        self._monitor, self.done, self._total = monitor, done, total

    def advance(self, stage: str, done: float, total: float | None = None) -> None:
        self._monitor.advance("evaluate", self.done, self._total)


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
