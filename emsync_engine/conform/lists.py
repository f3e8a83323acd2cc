"""A new version of the edit known by its list of cuts: shots compared by source, or by length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from emsync_engine.conform.plan import ConformPlan, Kept, NewEdit, planned
from emsync_engine.errors import CutListError
from emsync_engine.project.model import Project, SceneCut, SegmentEmotion, Timeline
from emsync_engine.scenes.cutlists.edl import looks_like_edl, parse_edl
from emsync_engine.scenes.cutlists.fcpxml import looks_like_xml
from emsync_engine.scenes.cutlists.fitting import Footage
from emsync_engine.scenes.cutlists.listing import read_text
from emsync_engine.scenes.cutlists.otio import looks_like_otio
from emsync_engine.scenes.cutlists.reading import read_cut_list
from emsync_engine.scenes.cutlists.tables import table_cuts
from emsync_engine.timing import FrameRate, frame_of_timecode

_ENDINGS = frozenset({".edl", ".fcpxml", ".fcpxmld", ".otio", ".csv", ".txt", ".xml"})


def looks_like_list(path: Path) -> bool:
    """Whether a file is to be read as a list of cuts: by its ending."""
    return path.suffix.lower() in _ENDINGS


@dataclass(frozen=True, slots=True)
class Shot:
    """A stretch of an edit in frames; ``source`` names the material and where it begins in it."""

    start: int
    end: int
    source: tuple[str, int] | None = None

    @property
    def length(self) -> int:
        return self.end - self.start


def plan_by_list(
    project: Project, new: Path, *, old_list: Path | None = None, spacing_s: float = 4.0
) -> ConformPlan:
    """The plan for a list of the new cuts.

    With the list of the old edit, both CMX3600, a segment is kept where the same material in the
    same length lies; without it, segments and shots are aligned by their lengths, as texts are
    compared: the longest series of equal lengths in order. Moves against the order are found with
    source timecode only. A list shows no pictures: what is new gets the reading of what was there.

    Raises
    ------
    CutListError if a list cannot be read, or does not say where the edit ends
    """
    rate = FrameRate(project.video.frame_rate)
    shots = _shots(new, rate)
    if old_list is not None:
        pairs = _by_source(project.timeline, _shots(old_list, rate), shots, rate)
    else:
        pairs = _by_length(project.timeline, shots, rate)
    edges = [shot.start for shot in shots[1:]]
    cuts = tuple(SceneCut(rate.time_of(frame), frame, 1.0) for frame in edges)
    duration = rate.time_of(shots[-1].end)
    edit = NewEdit(
        video=None,
        duration=duration,
        cuts=cuts,
        emotions=_readings(project.timeline, cuts),
        remarks=(
            "The project still names the old film; conform it with the new one when that is there.",
        ),
    )
    kept = [Kept(segment, rate.time_of(frame)) for segment, frame in pairs]
    return planned(project.timeline, edit, kept, spacing_s=spacing_s)


def _readings(timeline: Timeline, cuts: Sequence[SceneCut]) -> tuple[SegmentEmotion, ...]:
    """For each shot the reading of the old segment that was there."""
    segments = timeline.segments
    starts = [Fraction(0), *(cut.time for cut in cuts)]
    return tuple(
        next((one for one in reversed(segments) if one.start <= start), segments[0]).emotion
        for start in starts
    )


def _shots(path: Path, rate: FrameRate) -> list[Shot]:
    """Shots of a list, from 0; with their source where it is a CMX3600 list."""
    text = read_text(path)
    if looks_like_edl(text) and (sourced := _edl_shots(text, rate)):
        return sourced
    end = _end_of(path, text, rate)
    if not end:
        raise CutListError(f"{path.name} does not say where the edit ends; an EDL or OTIO does.")
    imported = read_cut_list(path, Footage(path.name, rate.time_of(end), rate))
    edges = [0, *(cut.frame for cut in imported.cuts), end]
    return [Shot(a, b) for a, b in pairwise(edges) if b > a]


def _end_of(path: Path, text: str, rate: FrameRate) -> int | None:
    """Length of the listed edit in frames of the film's rate."""
    from emsync_engine.scenes.cutlists.fcpxml import fcpxml_cuts
    from emsync_engine.scenes.cutlists.otio import otio_cuts

    if looks_like_xml(text):
        listing = fcpxml_cuts(text, rate)
    elif looks_like_otio(text):
        listing = otio_cuts(text, rate)
    else:
        table = table_cuts(text, rate)
        if table is None:
            raise CutListError(f"{path.name} is no list of cuts that can be read.")
        listing = table
    if listing.last is None:
        return None
    length = (listing.last - (listing.first or 0)) / listing.rate.ratio
    return rate.nearest_frame(length)


def _edl_shots(text: str, rate: FrameRate) -> list[Shot]:
    events = [
        event
        for event in parse_edl(text).events
        if event.is_picture and event.track == "V" and event.record_in != event.record_out
    ]
    if not events:
        return []
    try:
        starts, ends, sources = (
            [frame_of_timecode(getattr(event, column), rate) for event in events]
            for column in ("record_in", "record_out", "source_in")
        )
    except ValueError as error:
        raise CutListError(f"The list does not count at {rate} frames a second: {error}.") from None
    origin = min(starts)
    shots = [
        Shot(start - origin, end - origin, (event.reel, source))
        for event, start, end, source in zip(events, starts, ends, sources, strict=True)
        if end > start
    ]
    return sorted(shots, key=lambda shot: shot.start)


def _by_source(
    timeline: Timeline, old: Sequence[Shot], new: Sequence[Shot], rate: FrameRate
) -> list[tuple[int, int]]:
    """Segments whose material lies somewhere in the new edit without a break: (segment, frame)."""
    pairs: list[tuple[int, int]] = []
    taken: list[tuple[int, int]] = []
    for segment in timeline.segments:
        start, end = rate.nearest_frame(segment.start), rate.nearest_frame(segment.end)
        source = _source_at(old, start, end)
        place = None if source is None else _place_of(source, end - start, new, taken)
        if place is not None:
            pairs.append((segment.index, place))
            taken.append((place, place + end - start))
    return pairs


def _source_at(shots: Sequence[Shot], start: int, end: int) -> tuple[str, int] | None:
    for shot in shots:
        if shot.source is not None and shot.start <= start and end <= shot.end:
            return shot.source[0], shot.source[1] + start - shot.start
    return None


def _place_of(
    source: tuple[str, int], length: int, shots: Sequence[Shot], taken: Sequence[tuple[int, int]]
) -> int | None:
    reel, first = source
    for shot in shots:
        if shot.source is None or shot.source[0] != reel:
            continue
        place = shot.start + first - shot.source[1]
        is_inside = shot.start <= place and place + length <= shot.end
        if is_inside and all(place + length <= a or b <= place for a, b in taken):
            return place
    return None


def _by_length(timeline: Timeline, shots: Sequence[Shot], rate: FrameRate) -> list[tuple[int, int]]:
    """The longest series of segments and shots of equal length in order (dynamic programme)."""
    lengths = [
        rate.nearest_frame(segment.end) - rate.nearest_frame(segment.start)
        for segment in timeline.segments
    ]
    rows, columns = len(lengths), len(shots)
    best = [[0] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            skipped = max(best[row + 1][column], best[row][column + 1])
            is_equal = lengths[row] == shots[column].length
            with_pair = best[row + 1][column + 1] + lengths[row] if is_equal else 0
            best[row][column] = max(skipped, with_pair)
    pairs: list[tuple[int, int]] = []
    row = column = 0
    while row < rows and column < columns:
        is_equal = lengths[row] == shots[column].length
        if is_equal and best[row][column] == best[row + 1][column + 1] + lengths[row]:
            pairs.append((row, shots[column].start))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return pairs
