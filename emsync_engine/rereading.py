"""Reading the emotions of a timeline anew, as after a model was installed; its boundaries stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.errors import InputUnusableError
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import SceneCut, SegmentEmotion, Timeline

if TYPE_CHECKING:
    from emsync_engine.video.decode import DecodedVideo

Edges = tuple[Fraction, Fraction]


class AnotherFilmError(InputUnusableError):
    """The film is not as long as the timeline that was made for it."""


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What is read now of each segment, by its edges in seconds.

    ``ran`` are the extractors that had a part, ``faults`` one sentence for each that could not cope
    with the film.
    """

    emotions: Mapping[Edges, SegmentEmotion]
    ran: tuple[str, ...] = field(default=())
    faults: tuple[str, ...] = field(default=())

    def applied_to(self, timeline: Timeline) -> Timeline:
        """The timeline with what was read; points that the user chose stay.

        Segments whose edges moved meanwhile keep what was read of them before.
        """
        emotions = tuple(
            replace(self.emotions.get((one.start, one.end), one.emotion), chosen=one.emotion.chosen)
            for one in timeline.segments
        )
        return replace(timeline, emotions=emotions)


def read_again(
    path: Path,
    timeline: Timeline,
    *,
    device: str = "auto",
    tries_again: bool = True,
    monitor: Monitor = SILENT,
) -> ReadAgain:
    """Read the emotion of every segment of a timeline from its film.

    Parameters
    ----------
    device : where installed models run: auto, cpu, cuda or mps
    tries_again : also models that failed on this film before

    Raises
    ------
    VideoUnreadableError
    AnotherFilmError
        The film's length is not the timeline's.
    """
    from emsync_engine.emotion.builtin import read_segment_emotions
    from emsync_engine.emotion.full_reading import read_with_models
    from emsync_engine.video.decode import decode
    from emsync_engine.video.probe import probe
    from emsync_engine.video.subtitles import read_subtitles

    video = decode(probe(path), monitor=monitor)
    if video.info.duration != timeline.duration:
        raise AnotherFilmError(
            f"{path.name} has {float(video.info.duration):.3f} s and the timeline "
            f"{float(timeline.duration):.3f} s, so it was not read again; locate the right film "
            "first, or fit the timeline to this one."
        )
    edges = [*(one.start for one in timeline.segments), timeline.duration]
    cuts = _cuts(video, timeline, monitor)
    lines = read_subtitles(video.info).lines
    built_in = read_segment_emotions(video, edges, cuts, lines=lines, monitor=monitor)
    found = read_with_models(
        video, edges, built_in, device=device, tries_again=tries_again, monitor=monitor
    )
    spans = [(one.start, one.end) for one in timeline.segments]
    return ReadAgain(dict(zip(spans, found.emotions, strict=True)), found.ran, found.faults)


def _cuts(video: DecodedVideo, timeline: Timeline, monitor: Monitor) -> tuple[SceneCut, ...]:
    """The changes of shot, which tell the pace: those of a list where the boundaries are its."""
    from emsync_engine.scenes.detectors import DEFAULT_DETECTOR, detect_scene_cuts

    listed = [one for one in timeline.boundaries if one.origin == "imported"]
    if not listed or any(one.origin == "detected" for one in timeline.boundaries):
        return tuple(detect_scene_cuts(video, DEFAULT_DETECTOR, monitor=monitor))
    rate = video.info.frame_rate.ratio
    return tuple(SceneCut(one.time, round(one.time * rate), one.score) for one in listed)
