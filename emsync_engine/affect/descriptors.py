"""What can be measured of a stretch of notes: rhythm, register, melody, mode, chords, dissonance.

Everything is a sum over notes or over frames of 1/8 s, so that any number of windows costs two
look-ups in running totals. Velocities, programs and bars are never used: a composer's take has
none that mean anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.sounding import DRUMS, NoteArrays
from emsync_engine.music.keys import key_fits

FloatArray = NDArray[np.float64]

FRAME_S = 0.125
_TOGETHER_S = 0.03  # onsets closer than this are one
_HARMONY_S = 0.5  # a broken chord is heard as one chord over this long to either side
_LONGEST_S = 2.0  # of a note that still adds to its pitch class
_IOI_EDGES_S = np.array([0.11, 0.18, 0.27, 0.4, 0.6, 1.0, 2.0])
_OCTAVE_EDGES = np.array([41, 53, 60, 67, 74, 84])
_LEAP_EDGES = np.array([1, 2, 3, 5, 6, 8, 12])  # unison, semitone, tone, thirds, fourth, fifth, …
_TRIADS = {"major": (0, 4, 7), "minor": (0, 3, 7), "dim": (0, 3, 6), "aug": (0, 4, 8)}
_SEVENTHS = {"dom7": (0, 4, 7, 10), "maj7": (0, 4, 7, 11), "min7": (0, 3, 7, 10), "sus": (0, 5, 7)}

GROUPS: dict[str, tuple[str, ...]] = {
    "rhythm": (
        "onset_rate", "tonal_onset_rate", "note_rate", "busiest_family_rate", "notes_per_onset",
        "log_ioi", "log_ioi_spread", "unevenness",
        *(f"ioi_{place}" for place in range(len(_IOI_EDGES_S) + 1)),
    ),
    "lengths": ("log_length", "log_length_spread", "long_share", "short_share", "legato",
                "silence", "polyphony", "class_count"),
    "register": ("pitch", "pitch_spread", "melody", "melody_spread", "low_line", "span",
                 *(f"octave_{place}" for place in range(len(_OCTAVE_EDGES) + 1))),
    "melody": ("rising", "leap", *(f"leap_{place}" for place in range(len(_LEAP_EDGES) + 1))),
    "mode": ("mode", "major_fit", "minor_fit", "class_entropy"),
    "degrees": tuple(f"degree_{place}" for place in range(12)),
    "low_degrees": tuple(f"low_degree_{place}" for place in range(12)),
    "harmony": (*(f"chord_{name}" for name in (*_TRIADS, *_SEVENTHS)), "heard_major",
                "heard_minor", "heard_dim", "heard_aug", "chord_changes",
                *(f"interval_class_{place}" for place in range(1, 7)), "interval_semitone_low"),
}  # fmt: skip
NAMES: tuple[str, ...] = tuple(name for names in GROUPS.values() for name in names)


@dataclass(frozen=True, slots=True)
class _Totals:
    """Running totals of (M, F) contributions at (M,) times in increasing order."""

    times_s: FloatArray
    totals: FloatArray

    @classmethod
    def of(cls, times_s: FloatArray, contributions: FloatArray) -> _Totals:
        start = np.zeros((1, contributions.shape[1]))
        return cls(times_s, np.concatenate([start, np.cumsum(contributions, axis=0)]))

    def between(self, starts_s: FloatArray, ends_s: FloatArray) -> FloatArray:
        """(N, F) sums over start <= time < end."""
        first = np.searchsorted(self.times_s, starts_s)
        after = np.searchsorted(self.times_s, ends_s)
        sums: FloatArray = self.totals[after] - self.totals[first]
        return sums


def describe(notes: NoteArrays, starts_s: FloatArray, ends_s: FloatArray) -> FloatArray:
    """Descriptors of (N,) windows.

    Returns
    -------
    (N, D) float64, columns as ``NAMES``; NaN in rows where no pitched note starts or sounds, but
    for the rates, which are always known.
    """
    lengths_s = np.maximum(
        np.minimum(ends_s, notes.duration_s) - np.maximum(starts_s, 0.0), FRAME_S
    )
    tonal = notes.tonal
    spans = (starts_s, ends_s)
    by_group = {
        **_of_onsets(notes, tonal, spans, lengths_s),
        **_of_lengths(tonal, spans),
        **_of_pitches(tonal, spans),
        **_of_frames(tonal, spans),
    }
    return np.stack([by_group[name] for name in NAMES], axis=1)


Spans = tuple[FloatArray, FloatArray]


def _share(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Quotient, NaN where the whole is nothing."""
    return np.where(whole > 1e-9, part / np.where(whole > 1e-9, whole, 1.0), np.nan)


def _spread(squares: FloatArray, mean: FloatArray) -> FloatArray:
    return np.sqrt(np.maximum(squares - mean**2, 0.0))


def _one_hot(values: FloatArray | NDArray[np.int64], edges: FloatArray) -> FloatArray:
    """(M,) values to (M, E+1) indicators of the bins between the edges."""
    hot: FloatArray = np.eye(len(edges) + 1)[np.searchsorted(edges, values, side="right")]
    return hot


def group_starts(onsets_s: FloatArray) -> NDArray[np.int64]:
    """Places where a new onset begins, notes within 30 ms of the one before being together."""
    if not len(onsets_s):
        return np.zeros(0, dtype=np.int64)
    return np.flatnonzero(np.concatenate([[True], np.diff(onsets_s) > _TOGETHER_S]))


def _onset_count(onsets_s: FloatArray, spans: Spans) -> FloatArray:
    times = onsets_s[group_starts(onsets_s)]
    return (np.searchsorted(times, spans[1]) - np.searchsorted(times, spans[0])).astype(np.float64)


def _of_onsets(
    notes: NoteArrays, tonal: NoteArrays, spans: Spans, lengths_s: FloatArray
) -> dict[str, FloatArray]:
    """How fast, how dense and how even."""
    times = tonal.onsets_s[group_starts(tonal.onsets_s)]
    ioi = np.clip(np.diff(times, append=times[-1:] + 1.0), 0.03, 4.0)
    log_ioi = np.log2(ioi)
    change = np.abs(np.diff(log_ioi, prepend=log_ioi[:1]))
    bins = _one_hot(ioi, _IOI_EDGES_S)
    terms = np.column_stack([np.ones_like(ioi), log_ioi, log_ioi**2, np.minimum(change, 2.0), bins])
    sums = _Totals.of(times, terms).between(*spans)
    count = sums[:, 0]
    mean = _share(sums[:, 1], count)
    notes_in = _count(tonal.onsets_s, spans)
    rates = np.stack(
        [_onset_count(notes.onsets_s[notes.families == f], spans) for f in range(5) if f != DRUMS]
    )
    found = {
        "onset_rate": np.log2(_onset_count(notes.onsets_s, spans) / lengths_s + 0.25),
        "tonal_onset_rate": np.log2(count / lengths_s + 0.25),
        "note_rate": np.log2(notes_in / lengths_s + 0.25),
        "busiest_family_rate": np.log2(rates.max(axis=0) / lengths_s + 0.25),
        "notes_per_onset": np.log2(_share(notes_in, count)),
        "log_ioi": mean,
        "log_ioi_spread": _spread(_share(sums[:, 2], count), mean),
        "unevenness": _share(sums[:, 3], count),
    }
    found |= {f"ioi_{i}": _share(sums[:, 4 + i], count) for i in range(bins.shape[1])}
    return found


def _count(times_s: FloatArray, spans: Spans) -> FloatArray:
    first, after = np.searchsorted(times_s, spans[0]), np.searchsorted(times_s, spans[1])
    return (after - first).astype(np.float64)


def _of_lengths(tonal: NoteArrays, spans: Spans) -> dict[str, FloatArray]:
    """How long notes are, and how much they fill the time to the next onset."""
    lengths = np.maximum(tonal.ends_s - tonal.onsets_s, 0.02)
    heads = group_starts(tonal.onsets_s)
    following = np.append(tonal.onsets_s[heads[1:]], np.inf)
    group = np.cumsum(np.isin(np.arange(len(lengths)), heads)) - 1
    gap = following[group] - tonal.onsets_s if len(heads) else np.zeros(0)
    log_length = np.log2(np.minimum(lengths, 8.0))
    terms = np.column_stack(
        [
            np.ones_like(lengths),
            log_length,
            log_length**2,
            lengths > 1.0,
            lengths < 0.15,
            np.minimum(lengths / np.maximum(gap, 0.03), 2.0),
        ]
    )
    sums = _Totals.of(tonal.onsets_s, terms.astype(np.float64)).between(*spans)
    count = sums[:, 0]
    mean = _share(sums[:, 1], count)
    return {
        "log_length": mean,
        "log_length_spread": _spread(_share(sums[:, 2], count), mean),
        "long_share": _share(sums[:, 3], count),
        "short_share": _share(sums[:, 4], count),
        "legato": _share(sums[:, 5], count),
    }


def _of_pitches(tonal: NoteArrays, spans: Spans) -> dict[str, FloatArray]:
    """Register, melody, mode and the degrees of the scale."""
    pitch = (tonal.pitches - 60) / 12.0
    octaves = _one_hot(tonal.pitches, _OCTAVE_EDGES)
    terms = np.column_stack([np.ones_like(pitch), pitch, pitch**2, octaves])
    sums = _Totals.of(tonal.onsets_s, terms).between(*spans)
    mean = _share(sums[:, 1], sums[:, 0])
    found = {"pitch": mean, "pitch_spread": _spread(_share(sums[:, 2], sums[:, 0]), mean)}
    found |= {f"octave_{i}": _share(sums[:, 3 + i], sums[:, 0]) for i in range(octaves.shape[1])}
    found |= _of_lines(tonal, spans)
    weights = np.zeros((len(pitch), 12))
    weights[np.arange(len(pitch)), tonal.pitches % 12] = np.minimum(
        tonal.ends_s - tonal.onsets_s, _LONGEST_S
    )
    low = weights * (tonal.pitches < 55)[:, None]
    both = _Totals.of(tonal.onsets_s, np.concatenate([weights, low], axis=1)).between(*spans)
    return found | _of_classes(both[:, :12], both[:, 12:])


def _of_lines(tonal: NoteArrays, spans: Spans) -> dict[str, FloatArray]:
    """The highest and the lowest note of every onset, and the steps of the highest."""
    heads = group_starts(tonal.onsets_s)
    if not len(heads):
        empty = np.full(len(spans[0]), np.nan)
        names = ("melody", "melody_spread", "low_line", "span", *GROUPS["melody"])
        return dict.fromkeys(names, empty)
    times = tonal.onsets_s[heads]
    top = np.maximum.reduceat(tonal.pitches, heads)
    low = np.minimum.reduceat(tonal.pitches, heads)
    high, deep = (top - 60) / 12.0, (low - 60) / 12.0
    step = np.diff(top, prepend=top[:1])
    leaps = _one_hot(np.abs(step), _LEAP_EDGES)
    terms = np.column_stack(
        [np.ones_like(high), high, high**2, deep, high - deep, np.sign(step), np.abs(step), leaps]
    )
    sums = _Totals.of(times, terms).between(*spans)
    count = sums[:, 0]
    mean = _share(sums[:, 1], count)
    found = {
        "melody": mean,
        "melody_spread": _spread(_share(sums[:, 2], count), mean),
        "low_line": _share(sums[:, 3], count),
        "span": _share(sums[:, 4], count),
        "rising": _share(sums[:, 5], count),
        "leap": _share(sums[:, 6], count),
    }
    return found | {f"leap_{i}": _share(sums[:, 7 + i], count) for i in range(leaps.shape[1])}


def _of_classes(classes: FloatArray, low: FloatArray) -> dict[str, FloatArray]:
    """Mode, clarity of key, and the weight of each degree above the likeliest tonic."""
    whole = classes.sum(axis=1)
    major, minor = key_fits(classes)
    silent = np.where(whole > 1e-9, 0.0, np.nan)
    tonic = np.maximum(major, minor).argmax(axis=1)
    degrees = (np.arange(12) + tonic[:, None]) % 12
    share = _share(classes, whole[:, None])
    low_share = np.nan_to_num(_share(low, low.sum(axis=1)[:, None])) + silent[:, None]
    entropy = -np.sum(share * np.log2(np.maximum(share, 1e-9)), axis=1)
    found = {
        "mode": major.max(axis=1) - minor.max(axis=1) + silent,
        "major_fit": major.max(axis=1) + silent,
        "minor_fit": minor.max(axis=1) + silent,
        "class_entropy": entropy,
    }
    turned = np.take_along_axis(share, degrees, axis=1)
    low_turned = np.take_along_axis(low_share, degrees, axis=1)
    found |= {f"degree_{i}": turned[:, i] for i in range(12)}
    return found | {f"low_degree_{i}": low_turned[:, i] for i in range(12)}


def sounding_classes(tonal: NoteArrays, frames: int) -> NDArray[np.int64]:
    """(frames, 12) how many notes of each pitch class sound in each frame of 1/8 s."""
    first = np.minimum((tonal.onsets_s / FRAME_S).astype(np.int64), frames - 1)
    after = np.clip(np.ceil(tonal.ends_s / FRAME_S - 0.25).astype(np.int64), first + 1, frames)
    change = np.zeros((frames + 1, 12), dtype=np.int64)
    np.add.at(change, (first, tonal.pitches % 12), 1)
    np.add.at(change, (after, tonal.pitches % 12), -1)
    return np.cumsum(change, axis=0)[:frames]


def _of_frames(tonal: NoteArrays, spans: Spans) -> dict[str, FloatArray]:
    """Silence, polyphony, chords as they sound and as they are heard, and dissonance."""
    frames = max(int(np.ceil(tonal.duration_s / FRAME_S)), 1)
    count = sounding_classes(tonal, frames)
    present = (count > 0).astype(np.float64)
    sounds = present.any(axis=1).astype(np.float64)
    pairs = np.stack(
        [(present * np.roll(present, -k, axis=1)).sum(axis=1) for k in range(1, 7)], axis=1
    )
    pairs[:, 5] /= 2  # a tritone is counted from both ends
    low = (sounding_classes(tonal.where(tonal.pitches < 60), frames) > 0).astype(np.float64)
    low_rub = (low * np.roll(low, -1, axis=1)).sum(axis=1)
    heard, changes = _heard_chords(count.astype(np.float64))
    terms = np.column_stack(
        [np.ones(frames), sounds, count.sum(axis=1), present.sum(axis=1),
         _spelled_chords(present), heard, changes, pairs.sum(axis=1), pairs, low_rub]
    )  # fmt: skip
    times = np.asarray((np.arange(frames) + 0.5) * FRAME_S, dtype=np.float64)
    sums = _Totals.of(times, terms).between(*spans)
    total, sounding, pair_total = sums[:, 0], sums[:, 1], sums[:, 17]
    found = {
        "silence": 1.0 - np.nan_to_num(_share(sounding, total)),
        "polyphony": _share(sums[:, 2], sounding),
        "class_count": _share(sums[:, 3], sounding),
    }
    names = [name for name in GROUPS["harmony"] if not name.startswith("interval")]
    found |= {name: _share(sums[:, 4 + i], sounding) for i, name in enumerate(names)}
    known = np.where(sounding > 0, 0.0, np.nan)
    found |= {
        f"interval_class_{k}": np.nan_to_num(_share(sums[:, 17 + k], pair_total)) + known
        for k in range(1, 7)
    }
    return found | {"interval_semitone_low": _share(sums[:, 24], sounding)}


def _spelled_chords(present: FloatArray) -> FloatArray:
    """(frames, 8) whether the classes that sound hold a chord of each kind on any root."""
    columns = []
    for steps in (*_TRIADS.values(), *_SEVENTHS.values()):
        held = np.ones_like(present)
        for step in steps:
            held = held * np.roll(present, -step, axis=1)
        columns.append(held.max(axis=1))
    return np.stack(columns, axis=1)


def _heard_chords(count: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Kind of triad that fits a second of sound best, and where the chord changes.

    Returns
    -------
    (frames, 4) indicators of major, minor, diminished and augmented; (frames,) changes
    """
    reach = round(_HARMONY_S / FRAME_S)
    totals = np.concatenate([np.zeros((1, 12)), np.cumsum(np.minimum(count, 2.0), axis=0)])
    frames = np.arange(len(count))
    after, first = np.minimum(frames + reach + 1, len(count)), np.maximum(frames - reach, 0)
    around = totals[after] - totals[first]
    templates = np.zeros((4, 12, 12))
    for kind, steps in enumerate(_TRIADS.values()):
        for root in range(12):
            templates[kind, root, [(root + step) % 12 for step in steps]] = 1.0
    templates[2:] *= 0.97  # in doubt a chord is major or minor
    fits = around @ templates.reshape(48, 12).T
    best = fits.argmax(axis=1)
    heard = np.eye(4)[best // 12] * (around.sum(axis=1) > 0)[:, None]
    changes = np.diff(best, prepend=best[:1]) != 0
    return heard, changes.astype(np.float64)
