"""Music and MIDI archives for the tests, made by rule: small, but with the shape of real ones."""

from __future__ import annotations

import csv
import tarfile
from pathlib import Path

import numpy as np

from emsync_engine.midi.writing import write_midi
from emsync_engine.project.notes import Family, Music, Note

MAJOR = (0, 4, 7)
MINOR = (0, 3, 7)


def song(
    *,
    seed: int = 0,
    bars: int = 16,
    beat_s: float = 0.5,
    triad: tuple[int, int, int] = MAJOR,
    families: tuple[Family, ...] = ("piano", "strings"),
) -> Music:
    """Four beats to the bar: a held chord, a melody in eighths, a bass and drums if asked."""
    rng = np.random.default_rng(seed)
    notes: list[Note] = []
    for bar in range(bars):
        start = bar * 4 * beat_s
        root = 48 + int(rng.choice([0, 5, 7]))
        pad: Family = "strings" if "strings" in families else families[-1]
        notes += [Note(start, start + 4 * beat_s, pad, root + step) for step in triad]
        if "piano" in families:
            notes += [
                Note(
                    start + place * beat_s / 2,
                    start + (place + 1) * beat_s / 2,
                    "piano",
                    root + 24 + int(rng.choice(triad)),
                )
                for place in range(8)
            ]
        if "bass" in families:
            notes.append(Note(start, start + 2 * beat_s, "bass", root - 12))
        if "drums" in families:
            notes += [
                Note(
                    start + place * beat_s,
                    start + place * beat_s + 0.1,
                    "drums",
                    36 + 2 * (place % 2),
                )
                for place in range(4)
            ]
    duration_s = bars * 4 * beat_s
    return Music(
        duration_s,
        tuple(sorted(notes)),
        bar_onsets_s=tuple(bar * 4 * beat_s for bar in range(bars)),
    )


def make_archive(folder: Path, source: str, pieces: dict[str, Music]) -> Path:
    """``SOURCE.tar.xz`` with an index and the MIDI files, as the training data is kept."""
    content = folder / source
    content.mkdir(parents=True)
    with (content / "index.csv").open("w", encoding="utf-8", newline="") as index:
        writer = csv.writer(index)
        writer.writerow(["id", "seconds"])
        for name, music in pieces.items():
            write_midi(music, content / f"{name}.mid", title=name)
            writer.writerow([name, round(music.duration_s, 1)])
    archive = folder / f"{source}.tar.xz"
    with tarfile.open(archive, "w:xz") as tar:
        tar.add(content, arcname=source)
    return archive
