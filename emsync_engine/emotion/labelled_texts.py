"""The labelled comments that the text model learns from: GoEmotions, Demszky et al. (2020)."""

from __future__ import annotations

import csv
import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from emsync_engine.emotion.text_emotion import FINE_LABELS, TEXT_LABELS
from emsync_engine.errors import InputUnusableError

Split = Literal["train", "dev", "test"]
SPLITS: tuple[Split, ...] = get_args(Split)
_SETS = {"goemotions28": FINE_LABELS, "ekman": TEXT_LABELS}


@dataclass(frozen=True, slots=True)
class LabelledTexts:
    """Texts, and (N, 35) bool: which of ``text_emotion.ALL_LABELS`` people gave them."""

    texts: tuple[str, ...]
    labels: NDArray[np.bool_]


def read_labelled_texts(folder: Path) -> dict[Split, LabelledTexts]:
    """Read a folder of ``goemotions28_SPLIT.tsv.gz`` and ``ekman_SPLIT.tsv.gz`` with the same rows.

    InputUnusableError, naming what is wrong.
    """
    try:
        return {split: _read_split(folder, split) for split in SPLITS}
    except FileNotFoundError as error:
        name = Path(error.filename or "").name
        raise InputUnusableError(
            f"There are no labelled texts in {folder}: {name} is missing."
        ) from error
    except (OSError, EOFError, ValueError, IndexError) as error:
        raise InputUnusableError(
            f"The labelled texts in {folder} cannot be read: {error}."
        ) from error


def _read_split(folder: Path, split: Split) -> LabelledTexts:
    sets = [_read_set(folder, f"{name}_{split}.tsv.gz", labels) for name, labels in _SETS.items()]
    (texts, fine), (others, broad) = sets
    if texts != others:
        raise ValueError(f"the two files of {split} hold different texts")
    return LabelledTexts(texts, np.concatenate([fine, broad], axis=1))


def _read_set(
    folder: Path, name: str, labels: tuple[str, ...]
) -> tuple[tuple[str, ...], NDArray[np.bool_]]:
    listed = folder / f"{name.partition('_')[0]}_labels.txt"
    if tuple(listed.read_text(encoding="utf-8").split()) != labels:
        raise ValueError(f"{listed.name} lists other labels")
    with gzip.open(folder / name, "rt", encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    held = np.zeros((len(rows), len(labels)), bool)
    for row, (_, numbers, *_rest) in enumerate(rows):
        held[row, [int(number) for number in numbers.split(",")]] = True
    if not rows:
        raise ValueError(f"{name} is empty")
    return tuple(row[0] for row in rows), held
