"""Measures of one piece of music that do not ask whether it is good, only what it is like.

After Wu & Yang 2020 ("The Jazz Transformer on the front line"): pitch-class entropy, groove
similarity and structure indicators; with polyphony and density (MusPy, Dong et al. 2020).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from emsync_engine.evaluation.structure import structure_indicators
from emsync_engine.project.notes import Music, Note

FloatArray = NDArray[np.float64]

ENTROPY_WINDOW_S = 8.0
PLACES_PER_BAR = 16
PLAIN_BAR_S = 2.0
"""Bars of music that has none: four beats at 120 bpm."""

_SAME_TIME_S = 0.03
_PHRASE = 4  # notes


@dataclass(frozen=True, slots=True)
class Measures:
    """What one piece is like.

    ``pitch_class_entropy`` in bits (0 to 3.58), mean of windows of 8 s; ``groove_similarity`` 0 to
    1; ``polyphony`` notes that sound at once, while any does; ``notes_per_s`` and ``onsets_per_s``;
    ``structure_*`` 0 to 1, how well sections of 3-8, 8-15 and over 15 s come back; ``repetition``
    share of the four-note phrases that were heard before; ``longest_note_s`` of the pitched notes:
    a note that nobody ends is a fault that no other measure sees. NaN where a piece has too little
    music.
    """

    pitch_class_entropy: float
    groove_similarity: float
    polyphony: float
    notes_per_s: float
    onsets_per_s: float
    structure_short: float
    structure_mid: float
    structure_long: float
    repetition: float
    longest_note_s: float


NAMES: tuple[str, ...] = tuple(Measures.__dataclass_fields__)


def measures_of_piece(music: Music) -> Measures:
    """Every measure of one piece; pieces to be compared should be of one length."""
    duration_s = max(music.duration_s, 1e-9)
    short, mid, long = structure_indicators(music)
    return Measures(
        pitch_class_entropy=pitch_class_entropy(music),
        groove_similarity=groove_similarity(music),
        polyphony=polyphony(music),
        notes_per_s=len(music.notes) / duration_s,
        onsets_per_s=len(distinct_onsets(music.notes)) / duration_s,
        structure_short=short,
        structure_mid=mid,
        structure_long=long,
        repetition=repetition(music),
        longest_note_s=max(
            (note.end_s - note.onset_s for note in music.notes if note.family != "drums"),
            default=float("nan"),
        ),
    )


def as_row(measures: Measures) -> list[float]:
    """The values in the order of ``NAMES``."""
    return [float(value) for value in asdict(measures).values()]


def excerpt(music: Music, start_s: float, seconds: float) -> Music:
    """The stretch [start, start + seconds) as a piece of its own; held notes are cut to it."""
    end_s = start_s + seconds
    notes = tuple(
        replace(
            note,
            onset_s=max(note.onset_s, start_s) - start_s,
            end_s=min(note.end_s, end_s) - start_s,
        )
        for note in music.notes
        if note.onset_s < end_s and note.end_s > start_s
    )
    return replace(
        music,
        duration_s=seconds,
        notes=tuple(sorted(notes)),
        bar_onsets_s=_within(music.bar_onsets_s, start_s, end_s),
        chord_onsets_s=_within(music.chord_onsets_s, start_s, end_s),
    )


def _within(times_s: Sequence[float], start_s: float, end_s: float) -> tuple[float, ...]:
    return tuple(time - start_s for time in times_s if start_s <= time < end_s)


def distinct_onsets(notes: Sequence[Note]) -> list[float]:
    """Times at which something starts; what starts within 30 ms counts as one."""
    onsets: list[float] = []
    for time in sorted(note.onset_s for note in notes):
        if not onsets or time - onsets[-1] > _SAME_TIME_S:
            onsets.append(time)
    return onsets


def pitch_class_entropy(music: Music) -> float:
    """Mean entropy of the pitch classes struck in windows of 8 s, bits; NaN without pitches."""
    windows = max(round(music.duration_s / ENTROPY_WINDOW_S), 1)
    counts = np.zeros((windows, 12))
    for note in music.notes:
        if note.family != "drums":
            window = min(int(note.onset_s / ENTROPY_WINDOW_S), windows - 1)
            counts[window, note.pitch % 12] += 1
    counts = counts[counts.sum(axis=1) > 0]
    if not len(counts):
        return float("nan")
    shares = counts / counts.sum(axis=1, keepdims=True)
    logs = np.log2(shares, where=shares > 0, out=np.zeros_like(shares))
    return float(-(shares * logs).sum(axis=1).mean())


def groove_similarity(music: Music) -> float:
    """Mean likeness of the onset patterns of any two bars; NaN with fewer than two bars, or no
    notes.

    Each bar is 16 places that are struck or not; likeness is the share of the places on which two
    bars agree (Wu & Yang 2020, who take 64 places; ours forgive players who are not machines).
    Bars of more than 1.5 times the median length are left out; music without bars is cut into
    stretches of 2 s.
    """
    patterns = _onset_patterns(music)
    if len(patterns) < 2 or not music.notes:
        return float("nan")
    likeness = [float((one == other).mean()) for one, other in combinations(patterns, 2)]
    return float(np.mean(likeness))


def _onset_patterns(music: Music) -> list[NDArray[np.bool_]]:
    edges = list(music.bar_onsets_s)
    if len(edges) < 3:
        edges = np.arange(0.0, music.duration_s + 1e-6, PLAIN_BAR_S).tolist()
    lengths = np.diff(edges)
    if not len(lengths):
        return []
    usual_s = float(np.median(lengths))
    onsets = np.array([note.onset_s for note in music.notes])
    patterns = []
    for start, end in pairwise(edges):
        if 0 < end - start <= 1.5 * usual_s:
            places = np.round((onsets - start) / (end - start) * PLACES_PER_BAR).astype(int)
            pattern = np.zeros(PLACES_PER_BAR, dtype=bool)
            pattern[places[(places >= 0) & (places < PLACES_PER_BAR)]] = True
            patterns.append(pattern)
    return patterns


def polyphony(music: Music) -> float:
    """Mean number of pitched notes that sound at once, while any does; NaN if none ever does."""
    spans = [(note.onset_s, note.end_s) for note in music.notes if note.family != "drums"]
    changes = sorted([(start, 1) for start, _ in spans] + [(end, -1) for _, end in spans])
    sounding, last, held_s, any_s = 0, 0.0, 0.0, 0.0
    for time, change in changes:
        if sounding:
            held_s += sounding * (time - last)
            any_s += time - last
        sounding += change
        last = time
    return held_s / any_s if any_s > 0 else float("nan")


def repetition(music: Music) -> float:
    """Share of the phrases of four pitched onsets of a family that were heard before.

    A phrase is the highest notes' intervals and the times between them in sixteenths of a second;
    a transposed phrase is the same phrase. NaN without phrases.
    """
    heard: set[tuple[tuple[int, int], ...]] = set()
    again = phrases = 0
    for family in music.families:
        if family == "drums":
            continue
        line = _skyline([note for note in music.notes if note.family == family])
        steps = [(b[1] - a[1], round((b[0] - a[0]) * 16)) for a, b in pairwise(line)]
        for first in range(len(steps) - _PHRASE + 2):
            phrase = tuple(steps[first : first + _PHRASE - 1])
            phrases += 1
            again += phrase in heard
            heard.add(phrase)
    return again / phrases if phrases else float("nan")


def _skyline(notes: Sequence[Note]) -> list[tuple[float, int]]:
    """Onset and pitch of the highest note at every onset."""
    line: list[tuple[float, int]] = []
    for note in sorted(notes):
        if line and note.onset_s - line[-1][0] <= _SAME_TIME_S:
            line[-1] = (line[-1][0], max(line[-1][1], note.pitch))
        else:
            line.append((note.onset_s, note.pitch))
    return line
