"""The feature extractors by name, and one call that runs them all."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from emsync_engine.features.motion import MotionFeatures
from emsync_engine.features.picture import PictureFeatures
from emsync_engine.features.sequences import (
    FeatureExtractor,
    FeatureSequences,
    Film,
    FloatArray,
    NothingToMeasure,
    StepGrid,
)
from emsync_engine.features.sound import SoundFeatures
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import SceneCut

_log = logging.getLogger(__name__)

EXTRACTORS: Mapping[str, FeatureExtractor] = MappingProxyType(
    {"picture": PictureFeatures(), "motion": MotionFeatures(), "sound": SoundFeatures()}
)


def extract_features(
    film: Film,
    cuts: Sequence[SceneCut],
    *,
    step_s: float = 1.0,
    names: Sequence[str] | None = None,
    monitor: Monitor = SILENT,
) -> FeatureSequences:
    """Measure a decoded film step by step.

    Parameters
    ----------
    film : decoded film with at least one picture; ValueError without any
    cuts : scene cuts, across which no motion is measured
    step_s : seconds per value
    names : extractors to run, by their names in ``EXTRACTORS``; all of them if None
    """
    if len(film.frames) == 0:
        raise ValueError("a film without pictures has no features")
    grid = StepGrid(float(film.info.duration), step_s)
    sequences: dict[str, FloatArray] = {}
    missing: dict[str, str] = {}
    for name in names if names is not None else EXTRACTORS:
        try:
            sequences |= EXTRACTORS[name].extract(film, tuple(cuts), grid, monitor)
        except NothingToMeasure as reason:
            missing[name] = str(reason)
            _log.info("no %s features: %s", name, reason)
    return FeatureSequences(grid, MappingProxyType(sequences), MappingProxyType(missing))
