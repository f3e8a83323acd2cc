"""Ensembles from piano music, songs and quartets: the same notes, drawn for other families.

The permissive sources hold few real ensembles. Each drawing gives the parts of a piece to families
in their registers, adds a bass from the lowest line, a pad that holds the harmony, and a drummer
who plays at the piece's tempo.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi.reading import Part, Score, finished
from emsync_engine.project.notes import Family, Music, Note

Spans = NDArray[np.int64]  # (N, 4): onset and end in ticks, pitch, velocity

REGISTERS: dict[Family, tuple[int, int]] = {
    "bass": (28, 52),
    "guitar": (45, 76),
    "piano": (36, 88),
    "strings": (43, 86),
}
_BLOCK_BARS = 8


@dataclass(frozen=True, slots=True)
class Groove:
    """A drum performance in beats: (N, 4) float64 onset, end, pitch, velocity; at its own tempo."""

    strokes: NDArray[np.float64]
    beats: int
    bpm: float


@dataclass(frozen=True, slots=True)
class Habits:
    """How likely a kind of piece is drawn with each device."""

    bass: float
    pad: float
    drums: float
    melody_families: tuple[Family, ...]
    body_families: tuple[Family, ...]


HABITS: dict[str, Habits] = {
    "pop909": Habits(
        0.8, 0.55, 0.65, ("strings", "strings", "guitar", "piano"), ("piano", "piano", "guitar")
    ),
    "openscore-lieder": Habits(
        0.5, 0.35, 0.12, ("strings", "strings", "strings", "guitar"), ("piano", "piano", "guitar")
    ),
    "openscore-quartets": Habits(
        0.65, 0.1, 0.15, ("strings", "strings", "piano", "guitar"), ("strings", "strings", "piano")
    ),
    "musetrainer-piano": Habits(0.6, 0.3, 0.1, ("strings", "piano"), ("piano", "guitar")),
}


def lowest_line(spans: Spans) -> tuple[Spans, Spans]:
    """Part the lowest note of every onset below A3 from the rest."""
    if not len(spans):
        return spans, spans
    order = np.lexsort((spans[:, 2], spans[:, 0]))
    spans = spans[order]
    first = np.concatenate([[True], np.diff(spans[:, 0]) > 0])
    is_low = first & (spans[:, 2] < 57)
    return spans[is_low], spans[~is_low]


def in_register(spans: Spans, family: Family) -> Spans:
    """Move a part by octaves until its middle lies in the family's register."""
    if not len(spans) or family == "drums":
        return spans
    low, high = REGISTERS[family]
    moved = spans.copy()
    median = float(np.median(moved[:, 2]))
    while median < low + 4:
        moved[:, 2] += 12
        median += 12
    while median > high - 4:
        moved[:, 2] -= 12
        median -= 12
    return moved


def held_harmony(spans: Spans, bars: NDArray[np.int64], *, per_bar: int) -> Spans:
    """Chords that hold the three or four strongest pitch classes of each stretch of a bar."""
    if len(bars) < 2 or not len(spans):
        return spans[:0]
    inner = [np.linspace(a, b, per_bar + 1)[:-1] for a, b in pairwise(bars)]
    edges = np.unique(np.concatenate([*inner, bars[-1:]]).astype(np.int64))
    chords: list[tuple[int, int, int, int]] = []
    for start, end in pairwise(edges):
        inside = spans[(spans[:, 0] < end) & (spans[:, 1] > start)]
        lengths = np.minimum(inside[:, 1], end) - np.maximum(inside[:, 0], start)
        weights = np.bincount(inside[:, 2] % 12, weights=lengths, minlength=12)
        classes = [int(c) for c in np.argsort(-weights)[:4] if weights[c] > (end - start) * 0.3]
        if len(classes) < 3:
            continue
        chords.extend((int(start), int(end), 55 + (c - 55) % 12, 70) for c in classes)
    return np.array(chords, dtype=np.int64).reshape(-1, 4)


def with_rests(
    spans: Spans, bars: NDArray[np.int64], rng: np.random.Generator, *, rest: float
) -> Spans:
    """Let a part rest in some blocks of eight bars, as arrangements do."""
    edges = bars[::_BLOCK_BARS]
    if len(edges) < 2:
        return spans
    rests = rng.random(len(edges) + 1) < rest
    kept: Spans = spans[~rests[np.searchsorted(edges, spans[:, 0], side="right")]]
    return kept


def drummed(bars: NDArray[np.int64], ticks_per_beat: int, groove: Groove) -> Spans:
    """The groove's strokes laid along the bars of four beats, again and again."""
    strokes: list[Spans] = []
    loop_bars = max(groove.beats // 4, 1)
    for place, bar in enumerate(bars[:-1]):
        first_beat = 4 * (place % loop_bars)
        inside = groove.strokes[
            (groove.strokes[:, 0] >= first_beat) & (groove.strokes[:, 0] < first_beat + 4)
        ]
        ticks = inside.copy()
        ticks[:, :2] = bar + (inside[:, :2] - first_beat) * ticks_per_beat
        strokes.append(np.round(ticks).astype(np.int64))
    return np.concatenate(strokes) if strokes else np.empty((0, 4), dtype=np.int64)


def groove_for(
    bpm: float, grooves: Sequence[Groove], rng: np.random.Generator
) -> tuple[Groove, float] | None:
    """A groove whose tempo fits a piece, once, half or twice as fast; with the ratio."""
    ratios = [ratio for ratio in (1.0, 2.0, 0.5) if 60 <= bpm * ratio <= 180]
    fitting = [
        (groove, ratio)
        for ratio in ratios
        for groove in grooves
        if 0.8 <= groove.bpm / (bpm * ratio) <= 1.25
    ]
    return fitting[int(rng.integers(len(fitting)))] if fitting else None


def draw(
    score: Score,
    source: str,
    grooves: Sequence[Groove],
    rng: np.random.Generator,
    *,
    honest: bool,
    stretch: float,
) -> Music:
    """One drawing of a piece for an ensemble, played ``stretch`` times as long.

    ``honest`` says whether the bars of the score are the music's; without them there is neither
    pad nor drummer.
    """
    habits = HABITS[source]
    bars = score.bar_ticks() if honest else np.empty(0, dtype=np.int64)
    melody, body = _melody_and_body(score.parts)
    voices: list[tuple[Family, Spans]] = []
    for spans in melody:
        family = habits.melody_families[int(rng.integers(len(habits.melody_families)))]
        voices.append((family, in_register(spans, family)))
    for spans in body:
        voices.extend(_body_voices(spans, bars, habits, rng))
    everything = np.concatenate([part.spans for part in score.parts])
    if honest and rng.random() < habits.pad:
        pad = held_harmony(everything, bars, per_bar=1 if rng.random() < 0.6 else 2)
        voices.append(("strings", with_rests(pad, bars, rng, rest=0.2)))
    meter_is_four = bool(score.meters) and score.meters[-1][1] in (2.0, 4.0)
    if honest and meter_is_four and rng.random() < habits.drums:
        voices.append(("drums", _drum_voice(score, bars, grooves, rng)))
    return music_of_voices(score, voices, honest=honest, stretch=stretch)


def _melody_and_body(parts: Sequence[Part]) -> tuple[list[Spans], list[Spans]]:
    """Parts that sing, one note at a time, and parts that accompany."""
    melody: list[Spans] = []
    body: list[Spans] = []
    for part in parts:
        overlaps = np.mean(part.spans[1:, 0] < part.spans[:-1, 1] - 1) if len(part.spans) > 1 else 0
        (melody if overlaps < 0.2 else body).append(part.spans)
    if len(melody) == len(parts) and len(parts) > 1:  # a quartet: its lowest part carries the rest
        lowest = min(range(len(melody)), key=lambda index: float(np.mean(melody[index][:, 2])))
        body.append(melody.pop(lowest))
    return melody, body


def _body_voices(
    spans: Spans, bars: NDArray[np.int64], habits: Habits, rng: np.random.Generator
) -> list[tuple[Family, Spans]]:
    voices: list[tuple[Family, Spans]] = []
    if rng.random() < habits.bass:
        bass, spans = lowest_line(spans)
        voices.append(("bass", with_rests(in_register(bass, "bass"), bars, rng, rest=0.1)))
    family = habits.body_families[int(rng.integers(len(habits.body_families)))]
    voices.append((family, with_rests(in_register(spans, family), bars, rng, rest=0.08)))
    return voices


def _drum_voice(
    score: Score, bars: NDArray[np.int64], grooves: Sequence[Groove], rng: np.random.Generator
) -> Spans:
    bpm = 60.0 / score.beat_length_s(0.0)
    found = groove_for(bpm, grooves, rng)
    if found is None:
        return np.empty((0, 4), dtype=np.int64)
    groove, ratio = found
    if score.meters[-1][1] == 2.0:  # a groove's bar has four beats
        bars = bars[::2]
    if ratio == 2.0:
        bars = np.unique(np.concatenate([bars, (bars[:-1] + bars[1:]) // 2]))
    elif ratio == 0.5:
        bars = bars[::2]
    ticks_per_beat = round(score.ticks_per_beat / ratio)
    strokes = drummed(bars, ticks_per_beat, groove)
    first = bars[int(rng.integers(max(min(len(bars) // 3, 12), 1)))] if len(bars) else 0
    strokes = strokes[strokes[:, 0] >= first]
    return with_rests(strokes, bars, rng, rest=0.12)


def music_of_voices(
    score: Score,
    voices: Sequence[tuple[Family, Spans]],
    *,
    honest: bool,
    stretch: float = 1.0,
) -> Music:
    """Music of parts in ticks, through the score's tempo map, played ``stretch`` times as long."""
    notes: list[Note] = []
    for family, spans in voices:
        if not len(spans):
            continue
        onsets = score.seconds(spans[:, 0]) * stretch
        ends = score.seconds(spans[:, 1]) * stretch
        notes.extend(
            Note(onset, max(end, onset + 0.008), family, pitch, velocity)
            for onset, end, (_, _, pitch, velocity) in zip(
                onsets.tolist(), ends.tolist(), spans.tolist(), strict=True
            )
        )
    bars = (score.seconds(score.bar_ticks()) * stretch).tolist() if honest else []
    beat_s = (lambda time: score.beat_length_s(time / stretch) * stretch) if honest else None
    return finished(notes, bars, beat_s=beat_s)
