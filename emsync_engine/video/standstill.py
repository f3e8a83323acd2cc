"""Where a pass over a long film stood when it was stopped, so that the next one goes on there."""

from __future__ import annotations

import logging
import os
import zipfile
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from emsync_engine.video.cache import CONTINUES

_PARTIAL = "standstill.partial"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Standstill:
    """Where a pass stopped; the pictures until there lie in two files beside it.

    Attributes
    ----------
    ticks : (N,) int64, container times of the pictures kept, strictly increasing
    key_tick : of the last one among them from which decoding can begin
    still_times_s : (K,) float64, seconds from the first picture, of those kept one a second
    """

    ticks: NDArray[np.int64]
    key_tick: int
    time_base: Fraction
    last_duration: int
    misplaced_pictures: int
    still_times_s: NDArray[np.float64]


def write_standstill(folder: Path, at: Standstill) -> None:
    """Keep where a pass stands; what was there before is replaced at once, or not at all."""
    numbers = (
        *(at.key_tick, at.time_base.numerator, at.time_base.denominator, at.last_duration),
        at.misplaced_pictures,
    )
    with (folder / _PARTIAL).open("wb") as file:
        np.savez(
            file,
            ticks=at.ticks,
            numbers=np.array(numbers, np.int64),
            still_times_s=at.still_times_s,
        )
        file.flush()
        os.fsync(file.fileno())
    (folder / _PARTIAL).replace(folder / CONTINUES)


def read_standstill(folder: Path) -> Standstill | None:
    """Where an earlier pass stopped; None if there was none, or if it cannot be read."""
    if not (folder / CONTINUES).is_file():
        return None
    try:
        with np.load(folder / CONTINUES, allow_pickle=False) as kept:
            key, above, below, last_duration, misplaced = map(int, kept["numbers"])
            return Standstill(
                kept["ticks"],
                key,
                Fraction(above, below),
                last_duration,
                misplaced,
                kept["still_times_s"],
            )
    except (OSError, ValueError, KeyError, ZeroDivisionError, zipfile.BadZipFile) as error:
        logger.warning("where an earlier pass stopped cannot be read: %s", error)
        return None


def forget_standstill(folder: Path) -> None:
    """The pass is done, or begins anew."""
    (folder / CONTINUES).unlink(missing_ok=True)
