"""Scene cuts by interchangeable detectors, listed by name."""

from __future__ import annotations

import importlib
import importlib.util
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import InputUnusableError, MissingError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import SceneCut
from emsync_engine.scenes.kinds import cut_kind, is_closing_fade
from emsync_engine.scenes.strength import cut_strengths
from emsync_engine.video.decode import DecodedVideo

STAGE = "scene cuts"
_BLOCK_FRAMES = 256

logger = logging.getLogger(__name__)


class SceneDetector(Protocol):
    """Finds changes of shot in small pictures with exact times."""

    @property
    def name(self) -> str:
        """The name it is listed by."""

    def detect(self, video: DecodedVideo, *, monitor: Monitor = SILENT) -> list[SceneCut]:
        """Cuts in order of time, none at the first picture."""


@dataclass(frozen=True, slots=True)
class FfmpegDetector:
    """The thesis' detector: ffmpeg's ``select='gt(scene,0.27)'``.

    With m the mean absolute difference of luma between a picture and the one before, ffmpeg's
    scene score is min(m, abs(m - previous m)) / 100, at most 1: a change must be both large and
    sudden. A cut is where it passes the threshold. The thesis (section 6.2) words this as "27 % of
    the pixel value range"; what ffmpeg computes, and what is computed here, passes at a mean
    difference of 27 of 255.

    Here the luma (ITU-R BT.601, 16 to 235 as in most films) is that of the small pictures. Film
    grain averages out in them, so scores lie a little below ffmpeg's on the full pictures.
    """

    threshold: float = 0.27
    name: str = "ffmpeg"

    def detect(self, video: DecodedVideo, *, monitor: Monitor = SILENT) -> list[SceneCut]:
        scores = scene_scores(video.frames, monitor=monitor)
        return scene_cuts(video, np.flatnonzero(scores > self.threshold))


def scene_scores(frames: NDArray[np.uint8], *, monitor: Monitor = SILENT) -> NDArray[np.float64]:
    """ffmpeg's scene score of every picture, (N,) in [0, 1]; 0 for the first."""
    changes = np.zeros(len(frames))
    for start, luma in _luma_blocks(frames, monitor):
        changes[start + 1 : start + len(luma)] = np.mean(np.abs(np.diff(luma, axis=0)), axis=(1, 2))
    sudden = np.abs(np.diff(changes, prepend=0.0))
    return np.minimum(np.minimum(changes, sudden) / 100, 1.0)


def _luma_blocks(
    frames: NDArray[np.uint8], monitor: Monitor
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Luma of consecutive pictures, (n, h, w), each block starting with the last one's end."""
    weights = np.array([0.299, 0.587, 0.114], np.float32) * (219 / 255)
    for start in range(0, max(1, len(frames) - 1), _BLOCK_FRAMES):
        yield start, frames[start : start + _BLOCK_FRAMES + 1].astype(np.float32) @ weights
        monitor.advance(STAGE, min(start + _BLOCK_FRAMES, len(frames)), len(frames))


@dataclass(frozen=True, slots=True)
class PySceneDetector:
    """One of PySceneDetect's detectors, fed with the small pictures in order.

    Its frame numbers are used, its times are not: those come from the film. Shots may be as short
    as ``shortest_shot_s``, because trailers cut faster than the library's 15 frames allow.
    """

    name: str
    library_class: str
    shortest_shot_s: float = 1 / 3
    options: Mapping[str, Any] = field(default_factory=dict)

    def detect(self, video: DecodedVideo, *, monitor: Monitor = SILENT) -> list[SceneCut]:
        common = importlib.import_module("scenedetect.common")
        detectors = importlib.import_module("scenedetect.detectors")
        rate = video.info.frame_rate.ratio
        detector = getattr(detectors, self.library_class)(
            min_scene_len=max(1, round(self.shortest_shot_s * rate)), **self.options
        )
        count = len(video.frames)
        found: set[int] = set()
        place = common.FrameTimecode(0, rate)
        for number, picture in enumerate(video.frames):
            place = common.FrameTimecode(number, rate)
            bgr = np.ascontiguousarray(picture[:, :, ::-1])
            found.update(cut.frame_num for cut in detector.process_frame(place, bgr))
            if number % 32 == 0:
                monitor.advance(STAGE, number, count)
        found.update(cut.frame_num for cut in detector.post_process(place))
        return scene_cuts(video, np.array(sorted(found), dtype=np.int64))


def scene_cuts(video: DecodedVideo, frames: NDArray[np.integer[Any]]) -> list[SceneCut]:
    """Cuts at the given pictures, with exact times and comparable strengths as scores.

    A fade after which no picture comes any more is left out: it ends a shot and begins none.
    """
    inside = [int(frame) for frame in frames if 0 < frame < len(video.frames)]
    times_s = video.times_s()
    strengths = cut_strengths(video.frames, times_s, inside)
    cuts = [
        SceneCut(
            time=video.time_of(frame),
            frame=frame,
            score=float(strength),
            kind=cut_kind(video.frames, times_s, frame),
        )
        for frame, strength in zip(inside, strengths, strict=True)
    ]
    return [
        cut for cut in cuts if cut.kind != "fade" or not is_closing_fade(video.frames, cut.frame)
    ]


LIBRARY_CLASSES = {
    "content": "ContentDetector",
    "adaptive": "AdaptiveDetector",
    "hash": "HashDetector",
    "histogram": "HistogramDetector",
}
"""PySceneDetect's detectors, by the names they have here."""


def _available() -> tuple[dict[str, Callable[[], SceneDetector]], dict[str, str]]:
    detectors: dict[str, Callable[[], SceneDetector]] = {"ffmpeg": FfmpegDetector}
    unavailable: dict[str, str] = {}
    if reason := _missing("cv2", "numba"):
        unavailable["emsync"] = reason
    else:
        detectors["emsync"] = _transition_detector
    if reason := _missing("scenedetect", "cv2"):
        unavailable.update(dict.fromkeys(LIBRARY_CLASSES, reason))
    else:
        for name, library_class in LIBRARY_CLASSES.items():
            detectors[name] = _from_library(name, library_class)
    return detectors, unavailable


def _missing(*packages: str) -> str:
    """Why detectors that need these packages are not there; nothing if all are."""
    missing = [name for name in packages if importlib.util.find_spec(name) is None]
    return f"the Python package {' and '.join(missing)} is not installed" if missing else ""


def _transition_detector() -> SceneDetector:
    from emsync_engine.scenes.transitions import TransitionDetector  # compiles: not before it runs

    return TransitionDetector()


def _from_library(name: str, library_class: str) -> Callable[[], SceneDetector]:
    return lambda: PySceneDetector(name, library_class)


DETECTORS, UNAVAILABLE = _available()
"""Makers of detectors by name; and the reasons, by name, why others are not there."""

DEFAULT_DETECTOR = next(name for name in ("emsync", "content", "ffmpeg") if name in DETECTORS)
"""Best on films labelled by eye and on films cut together by a script; see ``docs/cuts.md``."""


def detect_scene_cuts(
    video: DecodedVideo, detector: str = DEFAULT_DETECTOR, *, monitor: Monitor = SILENT
) -> list[SceneCut]:
    """Changes of shot in a film, in order of time, by a detector of ``DETECTORS``.

    The time of a cut is the exact time of the new shot's first picture; its score is its strength
    in [0, 1), comparable between detectors. InputUnusableError for a detector that nobody knows,
    MissingError for one whose library is not installed.
    """
    if detector not in DETECTORS:
        reason = UNAVAILABLE.get(detector, "there is none of that name")
        names = ", ".join(sorted(DETECTORS))
        kind = MissingError if detector in UNAVAILABLE else InputUnusableError
        raise kind(
            f"The scene detector {detector!r} cannot be used: {reason}; choose from: {names}."
        )
    cuts = DETECTORS[detector]().detect(video, monitor=monitor)
    logger.info("%s: %d scene cuts in %s", detector, len(cuts), video.info.path.name)
    return cuts
