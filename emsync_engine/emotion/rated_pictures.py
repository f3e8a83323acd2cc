"""The rated photographs that the picture model learns from, and what simple equations say of them.

OASIS, the Open Affective Standardized Image Set (Kurdi, Lozano and Banaji, 2017): ``labels.csv``
with file, theme, valence and arousal in [-1, 1], and ``images.tar``.
"""

from __future__ import annotations

import csv
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import InputUnusableError
from emsync_engine.features.descriptor import PICTURE_PX
from emsync_engine.features.picture import Picture, colours

FloatArray = NDArray[np.float64]
LABELS, PICTURES = "labels.csv", "images.tar"


@dataclass(frozen=True, slots=True)
class RatedPictures:
    """Small RGB pictures, (N, 2) valence and arousal, and the theme of each."""

    pictures: tuple[Picture, ...]
    ratings: FloatArray
    themes: tuple[str, ...]


def read_rated_pictures(folder: Path) -> RatedPictures:
    """Read a folder with labels and pictures; InputUnusableError, naming what is wrong."""
    try:
        with (folder / LABELS).open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        ratings = np.array([[float(row["valence"]), float(row["arousal"])] for row in rows])
        with tarfile.open(folder / PICTURES) as archive:
            members = {Path(one.name).name: one for one in archive if one.isfile()}
            pictures = tuple(_small(archive, members[row["file"]]) for row in rows)
        themes = tuple(row["theme"] for row in rows)
    except FileNotFoundError as error:
        raise InputUnusableError(
            f"There are no rated pictures in {folder}: {LABELS} and {PICTURES} are needed."
        ) from error
    except (KeyError, ValueError, tarfile.TarError, OSError) as error:
        raise InputUnusableError(
            f"The rated pictures in {folder} cannot be read: {error}."
        ) from error
    return RatedPictures(pictures, ratings, themes)


def _small(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Picture:
    """One picture at the size at which films are read."""
    import cv2

    file = archive.extractfile(member)
    coded = np.frombuffer(file.read() if file else b"", np.uint8)
    full = cv2.imdecode(coded, cv2.IMREAD_COLOR) if len(coded) else None
    if full is None:
        raise ValueError(f"{member.name} is no picture")
    scale = PICTURE_PX / max(full.shape[:2])
    size = (max(8, round(full.shape[1] * scale)), max(8, round(full.shape[0] * scale)))
    small = cv2.resize(full, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small[:, :, ::-1], dtype=np.uint8)


def colour_equations(pictures: Sequence[Picture]) -> FloatArray:
    """(N, 2) pleasure and arousal of Valdez and Mehrabian (1994), which need no training.

    From mean brightness B and saturation S: pleasure 0.69 B + 0.22 S, arousal -0.31 B + 0.60 S.
    """
    planes = [colours(picture) for picture in pictures]
    brightness = np.array([one.value.mean() for one in planes])
    saturation = np.array([one.saturation.mean() for one in planes])
    return np.stack(
        [0.69 * brightness + 0.22 * saturation, -0.31 * brightness + 0.60 * saturation], axis=1
    )
