"""Labels of a token store from the music-emotion regressor, without preparing it again."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.affect.sounding import arrays_of_tokens
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.training.batches import sampling_weight
from emsync_engine.training.labels import label_source, labels_of_ratings
from emsync_engine.training.store import TokenStore, open_store

logger = logging.getLogger(__name__)

_EVERY_S = 2.0
_PER_TASK = 32


@dataclass(frozen=True, slots=True)
class Relabelling:
    """How far the new labels agree with the old, by group: correlation of valence and arousal."""

    seconds: int
    agreement: dict[str, tuple[float, float]]


def relabel(
    folder: Path, *, out: Path | None = None, workers: int = 2, monitor: Monitor = SILENT
) -> Relabelling:
    """Label every second of a store anew and replace its labels, or write them to ``out``.

    Every piece and drawing is read as it is stored, tempo and all, so that a stretched drawing gets
    the labels of the stretched music. Beside the labels goes ``kinds``: where each came from.
    """
    store = open_store(folder)
    features = np.load(folder / "features.npy", mmap_mode="r")
    rated = rated_seconds(folder, store, workers=workers, monitor=monitor)
    ruled = np.full((len(rated), 2), np.nan, dtype=np.float32)
    groups = dict(rows_by_group(store))
    for rows in groups.values():
        ruled[rows] = label_source(np.asarray(features[rows]))
    labels, kinds = labels_of_ratings(rated, ruled, second_weights(store))
    agreement = {
        group: _agreement(np.asarray(store.labels[rows]), labels[rows])
        for group, rows in groups.items()
    }
    target = out or folder / "labels.npy"
    _replace(target, labels)
    _replace(target.with_name(target.name.replace("labels", "kinds")), kinds)
    return Relabelling(len(labels), agreement)


def second_weights(store: TokenStore) -> NDArray[np.float64]:
    """(S,) how often each second of the store is seen in training."""
    weights = np.zeros(len(store.labels))
    for entry in store.entries:
        weights[entry.first_second : entry.first_second + entry.seconds] = (
            sampling_weight(entry) / entry.seconds
        )
    return weights


def rows_by_group(store: TokenStore) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Each group of the store with its seconds' rows."""
    for group in sorted({entry.group for entry in store.entries}):
        spans = [
            np.arange(entry.first_second, entry.first_second + entry.seconds)
            for entry in store.entries
            if entry.group == group
        ]
        yield group, np.concatenate(spans)


def rated_seconds(
    folder: Path, store: TokenStore, *, workers: int = 2, monitor: Monitor = SILENT
) -> NDArray[np.float32]:
    """(S, 2) what the regressor says of the 12 s around every second, in deviations."""
    rated = np.full((len(store.labels), 2), np.nan, dtype=np.float32)
    count = len(store.entries)
    tasks = [range(start, min(start + _PER_TASK, count)) for start in range(0, count, _PER_TASK)]
    with ProcessPoolExecutor(workers) as pool:
        results = pool.map(partial(_rate_entries, folder), tasks)
        for done, (task, found) in enumerate(zip(tasks, results, strict=True)):
            monitor.advance("labels", done + 1, len(tasks))
            for place, values in zip(task, found, strict=True):
                first = store.entries[place].first_second
                rated[first : first + len(values)] = values
    return rated


def _rate_entries(folder: Path, places: range) -> list[NDArray[np.float32]]:
    store = open_store(folder)
    return [
        rate_tokens(store.tokens_of(store.entries[place]), store.entries[place].seconds)
        for place in places
    ]


def rate_tokens(tokens: NDArray[np.int64], seconds: int) -> NDArray[np.float32]:
    """(S, 2) ratings at the middle of every second of a piece, from windows every 2 s."""
    from emsync_engine.affect.regressor import shipped_regressor

    middles = np.arange(seconds) + 0.5
    centres = np.arange(0.5, max(seconds, 1), _EVERY_S)
    windows = shipped_regressor().rate_windows(arrays_of_tokens(tokens), centres)
    columns = []
    for axis in range(2):
        known = ~np.isnan(windows[:, axis])
        if not known.any():
            columns.append(np.full(seconds, np.nan))
            continue
        between = np.interp(middles, centres[known], windows[known, axis])
        nearest = np.abs(middles[:, None] - centres[known]).min(axis=1)
        columns.append(np.where(nearest <= _EVERY_S, between, np.nan))
    return np.stack(columns, axis=1).astype(np.float32)


def _agreement(old: NDArray[np.float32], new: NDArray[np.float32]) -> tuple[float, float]:
    found = []
    for axis in range(2):
        known = ~np.isnan(old[:, axis]) & ~np.isnan(new[:, axis])
        enough = known.sum() > 2
        found.append(
            float(np.corrcoef(old[known, axis], new[known, axis])[0, 1]) if enough else float("nan")
        )
    return found[0], found[1]


def _replace(path: Path, values: NDArray[np.generic]) -> None:
    """Write beside the target, then replace it."""
    partial_path = path.with_name(path.name + ".partial")
    with partial_path.open("wb") as file:
        np.save(file, values)
    partial_path.replace(path)
