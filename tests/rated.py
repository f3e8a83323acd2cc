"""Rated pieces made by rule, major being pleasant and speed arousing, and archives of them."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from emsync_engine.affect.sounding import arrays_of
from emsync_engine.training.affect_data import RatedPiece, RatedSet
from tests.data.make_music import MAJOR, MINOR, make_archive, song


def rated_pieces(count: int = 24, *, name: RatedSet = "vgmidi") -> list[RatedPiece]:
    """Pieces whose valence follows the mode and whose arousal follows the tempo."""
    rng = np.random.default_rng(5)
    pieces = []
    for number in range(count):
        major, beat_s = bool(number % 2), float(rng.uniform(0.25, 1.0))
        music = song(
            seed=number,
            bars=int(16 / beat_s / 4) + 2,
            beat_s=beat_s,
            triad=MAJOR if major else MINOR,
        )
        va = np.array([0.5 if major else -0.5, 0.6 - beat_s]) + rng.normal(0, 0.05, 2)
        kin = f"{name}/kin{number // 3}"
        pieces.append(RatedPiece(name, f"{name}{number}", kin, arrays_of(music), va))
    return pieces


def make_rated_archives(folder: Path) -> None:
    """Small archives of all three rated sets with their lists of labels."""
    labels = folder / "labels"
    labels.mkdir(parents=True)
    songs = {
        f"{mode}{number}": song(
            seed=number,
            bars=10,
            beat_s=0.3 + 0.1 * number,
            triad=MAJOR if mode == "Major" else MINOR,
        )
        for mode in ("Major", "Minor")
        for number in range(3)
    }
    said = {name: (0.5 if "Major" in name else -0.5, 0.3 - 0.2 * int(name[-1])) for name in songs}
    make_archive(folder, "vgmidi-labelled", songs)
    make_archive(folder, "memomusic", songs)
    seeds = {f"Seeds__Seed-00{place}-Title{name}-Happy": piece
             for place, (name, piece) in enumerate(songs.items())}  # fmt: skip
    make_archive(folder, "tegridy-multi", seeds)
    make_archive(folder, "groove-drums", {"one_120_beat_4-4": song(families=("drums",), bars=4)})
    _write(
        labels / "vgmidi.csv",
        [{"id": n, "valence": v, "arousal": a, "series": "Other", "game": f"game {n[-1]}"}
         for n, (v, a) in said.items()],
    )  # fmt: skip
    _write(
        labels / "vgmidi_per_measure.csv",
        [{"id": n, "valence_per_measure": ";".join([f"{v}"] * 10),
          "arousal_per_measure": ";".join([f"{a}"] * 10)} for n, (v, a) in said.items()],
    )  # fmt: skip
    _write(
        labels / "memomusic.csv",
        [{"id": n, "valence": v, "arousal": a, "category": "Classic",
          "title": f"Song {n} Op. {n[-1]}(F. Composer{n[-1]})"} for n, (v, a) in said.items()],
    )  # fmt: skip
    _write(
        labels / "tegridy_seeds_mood.csv",
        [{"id": name, "mood": "Happy_Uplifting" if "Major" in name else "Sad"} for name in seeds],
    )


def _write(path: Path, rows: list[dict[str, object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
