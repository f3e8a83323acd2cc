"""Music that people rated, or named for its mood: what the music-emotion models learn from.

Three sets with three kinds of label: VGMIDI (means and a value per measure), MemoMusic (means) and
the mood-named seeds of Tegridy (words in file names, weak). Velocities are never read.
"""

from __future__ import annotations

import csv
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.sounding import NoteArrays, arrays_of
from emsync_engine.errors import InputUnusableError
from emsync_engine.midi.reading import Score, music_of, read_score
from emsync_engine.midi.tokenizer import quantise
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.training.corpus import PERFORMED_TO_A_CLICK, pieces, unpack
from emsync_engine.training.orchestration import Groove, draw
from emsync_engine.training.prepare import read_grooves

FloatArray = NDArray[np.float64]
RatedSet = Literal["vgmidi", "memomusic", "tegridy"]
ARCHIVES: dict[RatedSet, str] = {
    "vgmidi": "vgmidi-labelled",
    "memomusic": "memomusic",
    "tegridy": "tegridy-multi",
}
MOODS = ("Sad", "Melancholic", "Neutral", "Uplifting", "Happy")


@dataclass(frozen=True, slots=True)
class RatedPiece:
    """One piece with what people said of it.

    ``va`` is (2,) the mean valence and arousal in [-1, 1] on the scale of its set, NaN where only
    a mood is known; ``moods`` are places in ``MOODS``. ``times_s`` (K,) are the middles of the
    measures, ``series`` (K, 2) their medians. ``kin`` names what must stay on one side of a split:
    the series of games, or the composer. ``drawing`` is the piece orchestrated for an ensemble, so
    that what is learned from piano music holds for other families too.
    """

    set: RatedSet
    id: str
    kin: str
    notes: NoteArrays
    va: FloatArray
    moods: tuple[int, ...] = ()
    times_s: FloatArray = field(default_factory=lambda: np.zeros(0))
    series: FloatArray = field(default_factory=lambda: np.zeros((0, 2)))
    drawing: NoteArrays | None = None


def read_rated(archives: Path, work: Path, *, monitor: Monitor = SILENT) -> list[RatedPiece]:
    """All rated pieces; InputUnusableError if an archive or a list of labels is missing."""
    unpack(archives, (*ARCHIVES.values(), *PERFORMED_TO_A_CLICK), work)
    labels = archives / "labels"
    grooves = read_grooves(pieces(work, tuple(PERFORMED_TO_A_CLICK)))
    readers = (_vgmidi, _memomusic, _tegridy)
    rows = [row for reader in readers for row in reader(labels, work)]
    found: list[RatedPiece] = []
    for done, (piece, score) in enumerate(rows):
        monitor.advance("rated music", done, len(rows))
        found.append(replace(piece, drawing=_drawn(piece, score, grooves)))
    return found


def _drawn(piece: RatedPiece, score: Score, grooves: list[Groove]) -> NoteArrays:
    """The piece for an ensemble, as songs are drawn; seeded by its name."""
    rng = np.random.default_rng(zlib.crc32(f"{piece.set}/{piece.id}".encode()))
    music = draw(score, "pop909", grooves, rng, honest=score.has_honest_bars, stretch=1.0)
    return arrays_of(quantise(music))


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise InputUnusableError(f"The labels {path.name} are missing beside the archives.") from (
            error
        )


def _notes_of(score: Score) -> NoteArrays:
    return arrays_of(quantise(music_of(score)))


def _va(row: dict[str, str]) -> FloatArray:
    return np.array([float(row["valence"]), float(row["arousal"])])


def _vgmidi(labels: Path, work: Path) -> Iterator[tuple[RatedPiece, Score]]:
    measures = {row["id"]: row for row in _rows(labels / "vgmidi_per_measure.csv")}
    for row in _rows(labels / "vgmidi.csv"):
        score = read_score(work / ARCHIVES["vgmidi"] / f"{row['id']}.mid")
        series = np.array(
            [
                [float(value) for value in measures[row["id"]][f"{axis}_per_measure"].split(";")]
                for axis in ("valence", "arousal")
            ]
        ).T
        times = measure_middles_s(score, len(series))
        kin = row["game"] if row["series"] == "Other" else row["series"]
        piece = RatedPiece(
            "vgmidi", row["id"], f"vgmidi/{kin}", _notes_of(score), _va(row),
            times_s=times, series=series[: len(times)],
        )  # fmt: skip
        yield piece, score


def measure_middles_s(score: Score, measures: int) -> FloatArray:
    """Middles of the first measures of a score, in seconds of ``music_of(score)``, (K,) K <= M."""
    ticks = score.bar_ticks()
    edges = score.seconds(np.append(ticks, score.end_tick))
    first = min(score.seconds(part.spans[:1, 0])[0] for part in score.parts if part.family)
    if score.has_honest_bars:
        first = max((edge for edge in edges.tolist() if edge <= first + 1e-6), default=first)
    middles: FloatArray = (edges[:-1] + edges[1:])[:measures] / 2 - first
    return middles


def _memomusic(labels: Path, work: Path) -> Iterator[tuple[RatedPiece, Score]]:
    for row in _rows(labels / "memomusic.csv"):
        score = read_score(work / ARCHIVES["memomusic"] / f"{row['id']}.mid")
        notes = _notes_of(score)
        yield RatedPiece("memomusic", row["id"], _composer(row), notes, _va(row)), score


def _composer(row: dict[str, str]) -> str:
    """Composer of a classical piece from its title; a pop song stands for itself."""
    named = re.findall(r"\(([^()]*)\)?", row["title"])
    if row["category"] == "Classic" and named:
        return f"memomusic/{str(named[-1]).split('.')[-1].strip()}"
    return "memomusic/Yanni" if row["category"] == "Yanni" else f"memomusic/{row['id']}"


def _tegridy(labels: Path, work: Path) -> Iterator[tuple[RatedPiece, Score]]:
    for row in _rows(labels / "tegridy_seeds_mood.csv"):
        moods = tuple(MOODS.index(word) for word in row["mood"].split("_") if word in MOODS)
        score = read_score(work / ARCHIVES["tegridy"] / f"{row['id']}.mid")
        title = re.sub(r".*Seed-\d+-", "", row["id"]).split("-")[0]
        kin = row["id"] if title.startswith("Unknown") else title
        piece = RatedPiece(
            "tegridy", row["id"], f"tegridy/{kin}", _notes_of(score), np.full(2, np.nan), moods
        )
        yield piece, score
