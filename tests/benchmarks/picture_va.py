"""How well the picture model reads photographs of themes it has not seen; with --write, train it.

    python -m tests.benchmarks.picture_va [--oasis FOLDER]
        [--write resources/picture_va.safetensors]

Data: OASIS (Kurdi, Lozano and Banaji, 2017) as ``labels.csv`` and ``images.tar`` in one folder.
Measure: Pearson's r between predictions and human means, ten folds by theme, mean over five
divisions into folds; beside it the colour equations of Valdez and Mehrabian (1994), which need no
training: pleasure 0.69 B + 0.22 S, arousal -0.31 B + 0.60 S.
"""

import argparse
import csv
import io
import sys
import tarfile
import time
from pathlib import Path

import cv2
import numpy as np

from emsync_engine.emotion.picture_model import describe_pictures, save_picture_model
from emsync_engine.emotion.picture_training import (
    AROUSAL,
    VALENCE,
    fit_picture_model,
    predict_unseen_themes,
)
from emsync_engine.features.picture import colours

OASIS = Path(__file__).resolve().parents[3] / "shared" / "data" / "affect" / "oasis"
LONG_SIDE_PX = 96  # as the analysis decodes films
DIVISIONS = range(10, 15)


def read_oasis(folder):
    """RGB pictures, (N, 2) valence and arousal, and themes."""
    rows = list(csv.DictReader(io.StringIO((folder / "labels.csv").read_text(encoding="utf-8"))))
    with tarfile.open(folder / "images.tar") as archive:
        members = {Path(member.name).name: member for member in archive if member.isfile()}
        pictures = [small_picture(archive.extractfile(members[row["file"]]).read()) for row in rows]
    ratings = np.array([[float(row["valence"]), float(row["arousal"])] for row in rows])
    return pictures, ratings, [row["theme"] for row in rows]


def small_picture(jpeg):
    full = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)[:, :, ::-1]
    scale = LONG_SIDE_PX / max(full.shape[:2])
    size = (round(full.shape[1] * scale), round(full.shape[0] * scale))
    return cv2.resize(np.ascontiguousarray(full), size, interpolation=cv2.INTER_AREA)


def colour_equations(pictures):
    """(N, 2) pleasure and arousal of Valdez and Mehrabian from mean brightness and saturation."""
    planes = [colours(picture) for picture in pictures]
    brightness = np.array([one.value.mean() for one in planes])
    saturation = np.array([one.saturation.mean() for one in planes])
    return np.stack(
        [0.69 * brightness + 0.22 * saturation, -0.31 * brightness + 0.60 * saturation], axis=1
    )


def correlation(predicted, rated):
    return float(np.corrcoef(predicted, rated)[0, 1])


def main(argv=None):
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--oasis", type=Path, default=OASIS)
    arguments.add_argument("--write", type=Path)
    chosen = arguments.parse_args(argv)
    if not (chosen.oasis / "labels.csv").is_file():
        sys.exit(f"no OASIS pictures in {chosen.oasis}")
    pictures, ratings, themes = read_oasis(chosen.oasis)
    started = time.perf_counter()
    descriptors = describe_pictures(pictures)
    each_ms = (time.perf_counter() - started) / len(pictures) * 1000
    print(f"{len(pictures)} pictures, {len(set(themes))} themes; {each_ms:.1f} ms to describe one")
    equations = colour_equations(pictures)
    for column, (name, recipe) in enumerate((("valence", VALENCE), ("arousal", AROUSAL))):
        rated = ratings[:, column]
        found = [
            correlation(predict_unseen_themes(descriptors, rated, themes, recipe, seed=seed), rated)
            for seed in DIVISIONS
        ]
        by_equation = correlation(equations[:, column], rated)
        print(
            f"{name}: r = {np.mean(found):.3f} (five divisions: {min(found):.3f} to"
            f" {max(found):.3f}); Valdez and Mehrabian {by_equation:.3f}"
        )
    if chosen.write:
        model = fit_picture_model(descriptors, ratings, themes)
        notes = {"trained_on": "OASIS, Kurdi, Lozano and Banaji (2017), 661 pictures"}
        save_picture_model(model, chosen.write, notes)
        for name, axis in model.axes.items():
            print(
                f"{name}: unseen predictions {axis.reference_mean:.3f} +- {axis.reference_std:.3f}"
            )
        print(f"wrote {chosen.write} ({chosen.write.stat().st_size} bytes)")


if __name__ == "__main__":
    main()
