"""Which notes lean where: to the key that the user names, else to the mode that valence asks for.

A model that has heard a few bars goes on in their mode, whatever it is told. So sampling leans: of
the notes of one family that may come next, those that are usual at the wanted valence gain and the
others lose; how likely the family is to play at all stays as it was. Major and a high register for
what is pleasant, minor and a low one for what is not, is how film composers write and what
listeners hear (Gabrielsson & Lindstroem 2010). How much was measured (``docs/decisions/0014``).
"""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from emsync_engine.midi import vocabulary as v
from emsync_engine.music import draw_kernel
from emsync_engine.music.keys import MAJOR_PROFILE, MINOR_PROFILE, Key
from emsync_engine.project.notes import LOWEST_PITCH, Family

DEGREES_LEAN = 0.4
"""How many times the logarithm of a degree's share at a valence over its share in all music."""

TONIC_LEAN = 0.15
"""Nats a deviation of the key profile, at full valence: says which of two related keys is meant."""

SCALE_LEAN = 0.5
"""Nats that a note outside the scale of the wanted mode loses, at full valence."""

REGISTER_LEAN = 0.6
"""Nats an octave, at full valence."""

_WIDEST_LEAN = 2.0  # octaves from middle C: beyond, music would rise or sink for ever

OUTSIDE_LOST = 4.0
KEY_LEAN = 1.0
"""Where a key is named: nats that a note outside its scale loses, and nats a deviation of the key
profile, which says which of two related keys is meant."""

MEMORY_S = 8.0
"""The key is that of the last seconds: what is older counts less and less."""

_LEAST_NOTES = 6.0  # before that, any key would fit
_STAYING = 0.05  # a new tonic has to fit better by this correlation
_VALENCE_STEPS = 20
_MIDDLE = 60  # the register that leans nowhere

_PITCHES = np.arange(v.PITCHES) + LOWEST_PITCH
_OCTAVES = np.clip((_PITCHES - _MIDDLE) / 12, -_WIDEST_LEAN, _WIDEST_LEAN)
_CLASSES = _PITCHES % 12

_LEVELS = np.array([-0.7, -0.25, 0.25, 0.7])
_SHARES = np.array(
    [
        [0.298, 0.029, 0.059, 0.128, 0.023, 0.087, 0.018, 0.164, 0.080, 0.019, 0.071, 0.026],
        [0.295, 0.022, 0.062, 0.097, 0.039, 0.092, 0.011, 0.164, 0.069, 0.033, 0.096, 0.021],
        [0.246, 0.012, 0.090, 0.045, 0.091, 0.117, 0.013, 0.184, 0.026, 0.081, 0.062, 0.035],
        [0.257, 0.006, 0.089, 0.024, 0.120, 0.113, 0.011, 0.192, 0.008, 0.092, 0.049, 0.039],
    ]
)
"""Shares of the twelve degrees above the tonic in 1,500 windows of ensembles, by their valence."""

_GAINS = np.log(_SHARES / _SHARES.mean(axis=0))


def _standard(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    standard: NDArray[np.float64] = (weights - weights.mean()) / weights.std()
    return standard


_OUTSIDE = tuple(
    np.array([degree not in scale for degree in range(12)], dtype=np.float64)
    for scale in ((0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10, 11))  # with both sevenths
)

_PROFILES = (_standard(MAJOR_PROFILE), _standard(MINOR_PROFILE))
_KEYS = tuple(
    np.stack([np.roll(profile, tonic) / 12 for tonic in range(12)]) for profile in _PROFILES
)
"""(12, 12) major keys, and minor ones: the product with standard weights is a correlation."""


class KeyHint:
    """What the notes of a growing take lean to.

    Parameters
    ----------
    families : those that play
    key : a key that the user named, if any; valence then moves the register alone
    degrees_share : how much valence leans to the degrees of its mode, of all that it may. Where the
        best of several ways on is kept, choosing says more, and leans besides make music plainer
        (``docs/decisions/0027-ostinato.md``)
    """

    def __init__(
        self, families: Collection[Family], *, key: Key | None = None, degrees_share: float = 1.0
    ) -> None:
        pitched = [family for family in families if family != "drums"]
        firsts = [v.on_token(family, LOWEST_PITCH) for family in pitched]
        self._firsts = np.array(firsts, dtype=np.int64)
        self._key = key
        self._degrees_share = degrees_share
        self._heard = np.zeros(12)
        self._heard_step = 0
        self._tonics: dict[bool, int] = {}
        self._known: set[bool] = set()  # modes whose tonic is that of all that was heard
        self._made_for: tuple[int | None, int] | None = None
        self._lean = np.zeros(v.PITCHES, dtype=np.float32)

    def take(self, token: int, step: int) -> None:
        """Follow a token at a time in steps."""
        if self._key is not None or not v.is_on(token):
            return
        family, pitch = v.note_of(token)
        if family == "drums":
            return
        if step > self._heard_step:
            self._heard *= np.exp((self._heard_step - step) * v.STEP_S / MEMORY_S)
            self._heard_step = step
        self._heard[pitch % 12] += 1.0
        self._known.clear()

    def shape(
        self,
        scores: NDArray[np.float32],
        valence: float,
        *,
        besides: NDArray[np.float32] | None = None,
    ) -> None:
        """Lean (V,) scores in place; within a family the sum of the probabilities stays.

        Parameters
        ----------
        besides : (88,) nats that each pitch gains besides, if any does
        """
        lean = self._lean_at(valence)
        if besides is not None:
            lean = lean + besides
        draw_kernel.lean(scores, self._firsts, lean)

    def _tonic(self, *, is_minor: bool) -> int | None:
        """The tonic that fits best in a mode, None where too little was heard."""
        if is_minor in self._known:
            return self._tonics.get(is_minor)
        self._known.add(is_minor)
        if self._heard.sum() < _LEAST_NOTES or self._heard.std() == 0:
            return None
        fits = _KEYS[is_minor] @ _standard(self._heard)
        best = int(np.argmax(fits))
        last = self._tonics.get(is_minor, best)
        self._tonics[is_minor] = best if fits[best] > fits[last] + _STAYING else last
        return self._tonics[is_minor]

    def _lean_at(self, valence: float) -> NDArray[np.float32]:
        """(88,) nats for each pitch."""
        tonic = None if self._key is not None else self._tonic(is_minor=valence < 0)
        wanted = (tonic, round(valence * _VALENCE_STEPS))
        if wanted != self._made_for:
            self._made_for = wanted
            lean = valence * REGISTER_LEAN * _OCTAVES
            if self._key is not None:
                profile = _PROFILES[self._key.is_minor][(_CLASSES - self._key.tonic) % 12]
                lean = lean + KEY_LEAN * profile
                lean = lean - OUTSIDE_LOST * ~np.isin(_CLASSES, list(self._key.scale))
            elif tonic is not None:
                degrees = (_CLASSES - tonic) % 12
                outside = SCALE_LEAN * abs(valence) * _OUTSIDE[valence < 0]
                lean = lean + self._degrees_share * (_by_degree(valence) - outside)[degrees]
            self._lean = lean.astype(np.float32)
        return self._lean


def _by_degree(valence: float) -> NDArray[np.float64]:
    """(12,) nats for each degree above the tonic."""
    gains = np.array([np.interp(valence, _LEVELS, _GAINS[:, degree]) for degree in range(12)])
    result: NDArray[np.float64] = (
        DEGREES_LEAN * gains + TONIC_LEAN * abs(valence) * _PROFILES[valence < 0]
    )
    return result
