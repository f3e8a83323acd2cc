"""A new version of the edit known by its list of cuts: shots compared by source, or by length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

from emsync_engine.conform.plan import ConformPlan, Kept, NewEdit, Part, planned
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

_LEAST_SHARE = 0.25  # of a segment, or of a shot, that must be left to call it changed
_NO_PAIR = (-1, 0.0)
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
    same length lies, and changed where a good part of it does; without it, segments and shots are
    aligned by their lengths, as texts are compared: the longest series of equal lengths in order,
    and between them what is nearest in length counts as trimmed or extended. Moves against the
    order are found with source timecode only. A list shows no pictures: what is new gets the
    reading of what was there.

    Raises
    ------
    CutListError if a list cannot be read, or does not say where the edit ends
    """
    rate = FrameRate(project.video.frame_rate)
    shots = _shots(new, rate)
    if old_list is not None:
        old = _shots(old_list, rate)
        pairs = _by_source(project.timeline, old, shots, rate)
        parts = _parts_by_source(project.timeline, old, shots, rate, pairs)
    else:
        pairs, parts = _by_length(project.timeline, shots, rate)
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
    changed = [Part(one, rate.time_of(start), rate.time_of(end)) for one, start, end in parts]
    return planned(project.timeline, edit, kept, changed, spacing_s=spacing_s)


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


def _parts_by_source(
    timeline: Timeline,
    old: Sequence[Shot],
    new: Sequence[Shot],
    rate: FrameRate,
    pairs: Sequence[tuple[int, int]],
) -> list[tuple[int, int, int]]:
    """Of each other segment the longest stretch of its material that is left: where it is now."""
    whole = {segment for segment, _ in pairs}
    segments = timeline.segments
    lengths = [rate.nearest_frame(one.end) - rate.nearest_frame(one.start) for one in segments]
    taken = [(place, place + lengths[segment]) for segment, place in pairs]
    parts: list[tuple[int, int, int]] = []
    for segment in segments:
        start, end = rate.nearest_frame(segment.start), rate.nearest_frame(segment.end)
        source = _source_at(old, start, end)
        if segment.index in whole or source is None:
            continue
        left = max(
            (_left_of(source, end - start, shot, taken) for shot in new),
            key=lambda one: one[1] - one[0],
            default=(0, 0),
        )
        if left[1] - left[0] >= _LEAST_SHARE * (end - start):
            parts.append((segment.index, *left))
            taken.append(left)
    return parts


def _left_of(
    source: tuple[str, int], length: int, shot: Shot, taken: Sequence[tuple[int, int]]
) -> tuple[int, int]:
    """Where a stretch of a source lies in a shot: frames [start, end) of the new edit."""
    if shot.source is None or shot.source[0] != source[0]:
        return 0, 0
    place = shot.start + source[1] - shot.source[1]
    start, end = max(place, shot.start), min(place + length, shot.end)
    is_free = all(end <= a or b <= start for a, b in taken)
    return (start, end) if start < end and is_free else (0, 0)


def _by_length(
    timeline: Timeline, shots: Sequence[Shot], rate: FrameRate
) -> tuple[list[tuple[int, int]], list[tuple[int, int, int]]]:
    """Segments and shots in one order, each with at most one of the others (dynamic programme).

    As much as can be of equal length comes first; of the rest, as much as can be that is alike in
    length counts as trimmed or extended.

    Returns
    -------
    (segment, frame) of what is equal; (segment, first frame, last frame + 1) of what is alike
    """
    lengths = [
        rate.nearest_frame(segment.end) - rate.nearest_frame(segment.start)
        for segment in timeline.segments
    ]
    rows, columns = len(lengths), len(shots)
    best = [[(0, 0.0)] * (columns + 1) for _ in range(rows + 1)]
    for row in range(rows - 1, -1, -1):
        for column in range(columns - 1, -1, -1):
            paired = _worth(lengths[row], shots[column].length, best[row + 1][column + 1])
            best[row][column] = max(best[row + 1][column], best[row][column + 1], paired)
    equal: list[tuple[int, int]] = []
    alike: list[tuple[int, int, int]] = []
    row = column = 0
    while row < rows and column < columns:
        length, shot = lengths[row], shots[column]
        worth = _worth(length, shot.length, best[row + 1][column + 1])
        if worth != _NO_PAIR and best[row][column] == worth:
            if length == shot.length:
                equal.append((row, shot.start))
            else:
                alike.append((row, shot.start, shot.start + min(length, shot.length)))
            row, column = row + 1, column + 1
        elif best[row][column] == best[row + 1][column]:
            row += 1
        else:
            column += 1
    return equal, alike


def _worth(length: int, other: int, rest: tuple[int, float]) -> tuple[int, float]:
    """What it is worth to take a segment for a shot, and what follows: equal frames come first."""
    if length == other:
        return rest[0] + length, rest[1]
    shorter, longer = sorted((length, other))
    if shorter < _LEAST_SHARE * longer:
        return _NO_PAIR
    return rest[0], rest[1] + shorter / longer
