"""Cues to valence and arousal: what each feature says, how strongly, and in which words.

A cue is a feature in standard deviations from what films usually show. Valence and arousal are
weighted means of the cues, bent onto the mapped range of the circumplex.

References
----------
Hanjalic and Xu (2005), "Affective video content representation and modeling": arousal from motion,
shot length and sound energy. Valdez and Mehrabian (1994): pleasure rises with brightness and
saturation. Juslin and Laukka (2004): loud, fast and bright sound is aroused; major mode is
positive. Cutting, DeLong and Nothelfer (2010): shot lengths of films are log-normal, about 5 s in
recent ones. The weights and the remaining reference values are ours: they were set once, on freely
licensed clips, by what such films usually measure, and do not adapt to the film at hand: an even
film stays even.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Axis = Literal["valence", "arousal"]

LIMIT = 2.5  # standard deviations; a single cue says no more than that
_NOTABLE = 0.45  # standard deviations from which a cue is worth a word
_MARKED = 0.2  # valence or arousal from which it is called positive, negative, high or low
_CAUTION = 0.15  # weight of "nothing known": little evidence stays near the middle
_REACH = 0.8  # as the mapped means of Ekman's emotions (DESIGN 3)
_GAIN = {"valence": 1.1, "arousal": 1.1}


@dataclass(frozen=True, slots=True)
class Cue:
    """One feature as evidence: usual value and spread, weight per axis, words for either side.

    ``logarithmic`` features are compared in octaves: ``usual`` is in the feature's unit, ``spread``
    in octaves, and ``least`` what counts as zero.
    """

    feature: str
    usual: float
    spread: float
    valence: float
    arousal: float
    low: str
    high: str
    logarithmic: bool = False
    least: float = 0.0

    def standardise(self, values: FloatArray) -> FloatArray:
        """Feature values in standard deviations from the usual, within +-``LIMIT``."""
        if self.logarithmic:
            offset = np.log2(np.maximum(values, self.least) / self.usual)
        else:
            offset = values - self.usual
        standardised: FloatArray = np.clip(offset / self.spread, -LIMIT, LIMIT)
        return standardised

    def weight(self, axis: Axis) -> float:
        return self.valence if axis == "valence" else self.arousal

    def word(self, standardised: float) -> str:
        return self.high if standardised > 0 else self.low


CUES: tuple[Cue, ...] = (
    Cue("picture_valence", 0, 1, 0.40, 0, "uninviting pictures", "inviting pictures"),
    Cue("picture_arousal", 0, 1, 0, 0.15, "calm pictures", "tense pictures"),
    Cue("lightness", 0.42, 0.22, 0.20, 0, "dark", "bright"),
    Cue("saturation", 0.33, 0.18, 0.10, 0.05, "pale", "vivid"),
    Cue("motion", 0.016, 1.6, 0, 0.25, "still", "fast movement", logarithmic=True, least=5e-4),
    Cue("cut_rate", 0.2, 1.4, 0, 0.15, "long shots", "quick cuts", logarithmic=True, least=0.01),
    Cue("loudness_db", -26, 10, 0, 0.25, "quiet", "loud"),
    Cue("brightness_hz", 1200, 0.7, 0.05, 0.05, "dull sound", "bright sound", True, 50),
    Cue("onset_rate", 1.5, 1.0, 0, 0.10, "sparse sound", "busy sound"),
    Cue("mode", 0, 0.4, 0.25, 0, "minor harmony", "major harmony"),
)

WORD_CUES: tuple[Cue, ...] = (
    Cue("words_valence", 0, 1, 0.15, 0, "bitter words", "glad words"),
    Cue("words_arousal", 0, 1, 0, 0.10, "quiet words", "heated words"),
)
"""What is said (``words``), where a film has subtitles. In a stretch without words these count for
nothing; where words fill all of it, their weight is about an eighth of valence, a tenth of arousal.
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the cues of one stretch add up to on one axis.

    ``value`` lies within +-0.8; ``evidence`` is the share of the cues' weight that was there to be
    measured; ``agreement`` is 1 if all cues point the same way and near 0 if they cancel out.
    """

    axis: Axis
    value: float
    evidence: float
    agreement: float
    contributions: Mapping[str, float]


def read_axis(axis: Axis, cues: Mapping[str, float], evidence: Mapping[str, float]) -> Reading:
    """Weigh the cues of one stretch.

    Parameters
    ----------
    cues : standardised value of each measured feature
    evidence : 0..1 for each of them: how much there was to measure
    """
    usual = [cue for cue in CUES if cue.weight(axis) > 0]
    spoken = [cue for cue in WORD_CUES if cue.weight(axis) * evidence.get(cue.feature, 0.0) > 0]
    weights = {
        cue.feature: cue.weight(axis) * evidence.get(cue.feature, 0.0) for cue in (*usual, *spoken)
    }
    parts = {name: weight * cues.get(name, 0.0) for name, weight in weights.items()}
    present = sum(weights.values())
    total = sum(cue.weight(axis) for cue in usual) + sum(weights[cue.feature] for cue in spoken)
    score = sum(parts.values()) / (present + _CAUTION * total)
    said = sum(map(abs, parts.values()))
    return Reading(
        axis=axis,
        value=float(_REACH * np.tanh(_GAIN[axis] * score)),
        evidence=present / total,
        agreement=(abs(sum(parts.values())) + 0.05) / (said + 0.05),
        contributions=parts,
    )


def explain(readings: tuple[Reading, ...], cues: Mapping[str, float]) -> str:
    """Plain words for what was read, such as "dark, still, quiet: low arousal"."""
    return "; ".join(f"{_reasons(reading, cues)}: {_verdict(reading)}" for reading in readings)


def _verdict(reading: Reading) -> str:
    low, middle, high = ("negative", "neutral", "positive")
    if reading.axis == "arousal":
        low, middle, high = ("low", "medium", "high")
    word = middle if abs(reading.value) < _MARKED else high if reading.value > 0 else low
    return f"{word} {reading.axis}"


def _reasons(reading: Reading, cues: Mapping[str, float]) -> str:
    """Up to three strongest cues on the side of the verdict, or the two sides of a middling one.

    Single words come first, as people say it: "dark, uninviting pictures, minor harmony".
    """
    words = {cue.feature: cue.word(cues.get(cue.feature, 0.0)) for cue in (*CUES, *WORD_CUES)}
    strongest = sorted(reading.contributions.items(), key=lambda item: -abs(item[1]))
    least = max(abs(strongest[0][1]) / 10, 1e-9)  # a cue without evidence is no reason
    notable = [
        (name, part)
        for name, part in strongest
        if abs(part) >= least and abs(cues.get(name, 0.0)) >= _NOTABLE
    ]
    upwards = [words[name] for name, part in notable if part > 0]
    downwards = [words[name] for name, part in notable if part < 0]
    if abs(reading.value) >= _MARKED:
        chosen = (upwards if reading.value > 0 else downwards)[:3]
        return ", ".join(sorted(chosen, key=lambda word: " " in word)) or "many small signs"
    if upwards and downwards:
        return f"{downwards[0]} but {upwards[0]}"
    return (upwards or downwards or ["nothing marked"])[0]
