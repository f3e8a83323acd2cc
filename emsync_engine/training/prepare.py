"""MIDI archives to a packed token store, with several ensemble drawings of a piece."""

from __future__ import annotations

import logging
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import EmsyncError, InputUnusableError
from emsync_engine.midi.reading import Score, music_of, read_score
from emsync_engine.midi.tokenizer import encode, quantise
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.notes import Music
from emsync_engine.training.beats import with_found_bars
from emsync_engine.training.corpus import (
    OPEN_SOURCES,
    PERFORMED_TO_A_CLICK,
    WITHOUT_BEATS,
    Piece,
    pieces,
    split_together,
    unpack,
)
from emsync_engine.training.duplicates import Fragments, melody_fragments, same_music
from emsync_engine.training.features import FEATURES, second_by_second
from emsync_engine.training.orchestration import HABITS, Groove, draw
from emsync_engine.training.relabel import relabel
from emsync_engine.training.store import TokenStore, open_store, write_store

logger = logging.getLogger(__name__)

DRAWINGS = {"pop909": 2, "openscore-lieder": 2, "openscore-quartets": 1, "musetrainer-piano": 2}
STRETCH = (0.84, 1.19)
_MIN_TOKENS = 64

Drawn = tuple[dict[str, Any], NDArray[np.uint16], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Preparation:
    """The store, and what was left out of it for which reason."""

    store: TokenStore
    skipped: dict[str, int]


def prepare(
    archives: Path,
    work: Path,
    *,
    sources: Sequence[str] = OPEN_SOURCES,
    workers: int = 2,
    monitor: Monitor = SILENT,
) -> Preparation:
    """Unpack the sources, draw ensembles, label and pack them under ``work``/store.

    The same archives give the same store: every drawing is seeded by its piece's name. A piece,
    its near-duplicates and all drawings of it, the drummer's part too, stay on one side of the
    split.
    """
    unpack(archives, sources, work / "midi")
    found = list(pieces(work / "midi", sources))
    drawn: list[Drawn] = []
    skipped: Counter[str] = Counter()
    with ProcessPoolExecutor(workers) as pool:
        melodies = list(pool.map(melody_of, found, chunksize=32))
        found = split_together(found, same_music(melodies))
        grooves = {
            split: read_grooves([piece for piece in found if piece.split == split])
            for split in ("train", "validation", "test")
        }
        results = pool.map(partial(drawings_of, grooves=grooves), found, chunksize=16)
        for done, (piece, result) in enumerate(zip(found, results, strict=True)):
            monitor.advance("prepare", done + 1, len(found))
            if isinstance(result, str):
                skipped[piece.source] += 1
                logger.info("left out %s/%s: %s", piece.source, piece.id, result)
            else:
                drawn.extend(result)
    if not drawn:
        raise InputUnusableError(f"None of the {len(found)} MIDI files in {archives} can be used.")
    write_store(work / "store", drawn)
    relabel(work / "store", workers=workers, monitor=monitor)
    return Preparation(open_store(work / "store"), dict(skipped))


def melody_of(piece: Piece) -> Fragments:
    """Fragments of a piece's melody; none if it cannot be read."""
    try:
        notes = music_of(read_score(piece.path), trust_bars=False).notes
    except EmsyncError:
        notes = ()
    pitched = [note for note in notes if note.family != "drums"]
    return melody_fragments(
        np.array([note.onset_s for note in pitched]),
        np.array([note.pitch for note in pitched], dtype=np.int64),
        [note.family for note in pitched],
    )


def read_grooves(found: Iterable[Piece]) -> list[Groove]:
    """Drum performances of two bars of four or longer, in beats, with their tempo."""
    grooves: list[Groove] = []
    for piece in found:
        if piece.source not in PERFORMED_TO_A_CLICK or not piece.id.endswith("_beat_4-4"):
            continue
        score = read_score(piece.path)
        spans = np.concatenate([part.spans for part in score.parts]).astype(np.float64)
        spans[:, :2] /= score.ticks_per_beat
        beats = int(spans[:, 0].max() // 4) * 4
        if beats >= 8:
            grooves.append(Groove(spans, beats, 60.0 / score.beat_length_s(0.0)))
    return grooves


def drawings_of(piece: Piece, *, grooves: dict[str, list[Groove]]) -> list[Drawn] | str:
    """The piece as it is and its drawings for ensembles; a sentence if it cannot be used."""
    try:
        score = read_score(piece.path)
    except EmsyncError as error:
        return str(error)
    if not any(part.family and len(part.spans) for part in score.parts):
        return "it has no notes"
    honest = score.has_honest_bars or piece.source in PERFORMED_TO_A_CLICK
    if piece.source in WITHOUT_BEATS:
        honest = False
    elif not honest and (found := with_found_bars(score)) is not None:
        score, honest = found, True
    seed = zlib.crc32(f"{piece.source}/{piece.id}".encode())
    rng = np.random.default_rng(seed)
    results = [_packed(piece, piece.source, score, music_of(score, trust_bars=honest), 1.0)]
    for _ in range(DRAWINGS.get(piece.source, 0) if piece.source in HABITS else 0):
        stretch = float(np.exp(rng.uniform(*np.log(STRETCH))))
        music = draw(score, piece.source, grooves[piece.split], rng, honest=honest, stretch=stretch)
        results.append(_packed(piece, f"{piece.source}+ensemble", score, music, stretch))
    kept = [result for result in results if len(result[1]) >= _MIN_TOKENS]
    return kept or "it is too short"


def _packed(piece: Piece, group: str, score: Score, music: Music, stretch: float) -> Drawn:
    music = quantise(replace(music, duration_s=max(music.duration_s, 0.1)))
    tokens = np.array(encode(music), dtype=np.uint16)
    start = float(min((score.seconds(part.spans[:1, 0])[0] for part in score.parts), default=0.0))

    def bpm_at(time_s: float) -> float:
        return 60.0 / (score.beat_length_s(time_s / stretch + start) * stretch)

    features = second_by_second(music, bpm_at=bpm_at)
    facts = {
        "source": piece.source,
        "tier": piece.tier,
        "piece": piece.id,
        "group": group,
        "split": piece.split,
        "families": music.families,
        "has_bars": bool(music.bar_onsets_s),
        "chords": len(music.chord_onsets_s),
        "duration_s": music.duration_s,
        "bpm": _median(features, "bpm"),
        "notes_per_s": _median(features, "note_density"),
        "mode": _median(features, "mode"),
    }
    return facts, tokens, features


def _median(features: NDArray[np.float32], name: str) -> float | None:
    """Median of a feature over the seconds in which it is known."""
    values = features[:, FEATURES.index(name)]
    known = values[~np.isnan(values)]
    return round(float(np.median(known)), 3) if len(known) else None
