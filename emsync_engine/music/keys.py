"""Keys: how well pitch classes fit them, and what their names mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from emsync_engine.project.key_names import KEYS

MAJOR_PROFILE = np.array([6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88])
MINOR_PROFILE = np.array([6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17])
"""How well each pitch class fits a major and a minor key on C (Krumhansl & Kessler 1982)."""


def key_fits(classes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Correlation of pitch-class weights with the 12 major and the 12 minor keys.

    Parameters
    ----------
    classes : (N, 12) weights of the pitch classes

    Returns
    -------
    two of (N, 12), -1 to 1, 0 where nothing sounds: the key on each pitch class
    """

    def fits(profile: NDArray[np.float64]) -> NDArray[np.float64]:
        keys = np.stack([np.roll(profile, tonic) for tonic in range(12)])
        keys = keys - keys.mean(axis=1, keepdims=True)
        centred = classes - classes.mean(axis=1, keepdims=True)
        norms = np.linalg.norm(centred, axis=1, keepdims=True) * np.linalg.norm(keys, axis=1)
        result: NDArray[np.float64] = centred @ keys.T / np.maximum(norms, 1e-9)
        return result

    return fits(MAJOR_PROFILE), fits(MINOR_PROFILE)


_MAJOR_SCALE = frozenset((0, 2, 4, 5, 7, 9, 11))
_MINOR_SCALE = frozenset((0, 2, 3, 5, 7, 8, 10, 11))  # with the leading note


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic (pitch class 0..11, C is 0) and whether its third is minor."""

    tonic: int
    is_minor: bool

    @property
    def triad(self) -> tuple[int, int, int]:
        """Pitch classes of root, third and fifth."""
        third = 3 if self.is_minor else 4
        return self.tonic, (self.tonic + third) % 12, (self.tonic + 7) % 12

    @property
    def scale(self) -> frozenset[int]:
        """Pitch classes of the scale, the minor one with its leading note."""
        degrees = _MINOR_SCALE if self.is_minor else _MAJOR_SCALE
        return frozenset((degree + self.tonic) % 12 for degree in degrees)


def key_called(name: str) -> Key:
    """The key of one of the names in ``key_names.KEYS``; ValueError for any other."""
    is_minor, tonic = divmod(KEYS.index(name), 12)
    return Key(tonic, bool(is_minor))
