"""Bringing a new version of the edit into a project: first a plan to look at, then the project."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from emsync_engine.conform.fingerprints import Fingerprints, fingerprints
from emsync_engine.conform.lists import looks_like_list, plan_by_list
from emsync_engine.conform.matching import Found, Stretch, find_segments
from emsync_engine.conform.old_film import old_film
from emsync_engine.conform.plan import ConformPlan, Kept, NewEdit, Part, planned
from emsync_engine.conform.takes import conformed_take
from emsync_engine.monitor import SILENT, Monitor
from emsync_engine.project.model import Project, Timeline, VideoSource
from emsync_engine.timing import FrameRate


def plan_conform(
    project: Project,
    new: Path,
    *,
    old_list: Path | None = None,
    spacing_s: float = 4.0,
    monitor: Monitor = SILENT,
) -> ConformPlan:
    """What becomes of a project's segments in a new version of the edit; nothing is changed yet.

    Parameters
    ----------
    new : a film, or a list of cuts
    old_list : the list of the edit that the project was made for, which lets a new list be compared
        by source timecode instead of by the lengths of shots
    spacing_s : of the hits among boundaries that are new

    Raises
    ------
    VideoUnreadableError, CutListError
        The new version cannot be read.
    InputUnusableError
        The old film is neither where it was nor in the cache.
    """
    if looks_like_list(new):
        return plan_by_list(project, new, old_list=old_list, spacing_s=spacing_s)
    from emsync_engine.pipeline import AnalysisRequest, analysed_film

    before = old_film(project, monitor=monitor)
    request = AnalysisRequest(hit_spacing_s=spacing_s)
    analysis, after = analysed_film(new, request, monitor=monitor)
    rate = after.info.frame_rate
    old_prints = fingerprints(before, rate, monitor=monitor)
    new_prints = fingerprints(after, rate, monitor=monitor)
    found = find_segments(
        old_prints, _stretches(project.timeline, old_prints), new_prints, monitor=monitor
    )
    edit = NewEdit(
        video=VideoSource(
            path=str(new.absolute()),
            content_hash=after.info.content_hash,
            duration=after.info.duration,
            frame_rate=rate.ratio,
            start_timecode=after.info.start_timecode,
        ),
        duration=after.info.duration,
        cuts=analysis.cuts,
        emotions=analysis.timeline.emotions,
        loudness_db=analysis.timeline.loudness_db,
        remarks=analysis.warnings,
    )
    kept, parts = _found_in_time(project.timeline, found, rate, old_prints)
    return planned(project.timeline, edit, kept, parts, spacing_s=spacing_s)


def _stretches(timeline: Timeline, prints: Fingerprints) -> list[Stretch]:
    return [
        Stretch(prints.step_of(segment.start), prints.step_of(segment.end))
        for segment in timeline.segments
    ]


def _found_in_time(
    timeline: Timeline,
    found: tuple[Found | None, ...],
    rate: FrameRate,
    prints: Fingerprints,
) -> tuple[list[Kept], list[Part]]:
    """Steps back to seconds; a segment that is where it was stays exactly there."""
    kept: list[Kept] = []
    parts: list[Part] = []
    for segment, one in zip(timeline.segments, found, strict=True):
        if one is None:
            continue
        if one.is_whole:
            steps = one.place.start - prints.step_of(segment.start)
            kept.append(Kept(segment.index, segment.start + rate.time_of(steps)))
        else:
            start, end = (rate.time_of(step) for step in (one.place.start, one.place.end))
            parts.append(Part(segment.index, start, end))
    return kept, parts


def conformed(project: Project, plan: ConformPlan) -> Project:
    """The project for the new edit: film, timeline, and every take carried over.

    What was kept is fresh or locked as it was; everything else is stale, and ``regenerate`` writes
    it between what was kept.
    """
    rate = plan.edit.video.frame_rate if plan.edit.video else project.video.frame_rate
    takes = [conformed_take(take, plan, frame_s=float(1 / rate)) for take in project.takes]
    names = {old.id: new.id for old, new in zip(project.takes, takes, strict=True)}
    chosen = project.chosen_take
    return replace(
        project,
        video=plan.edit.video or project.video,
        timeline=plan.timeline,
        takes=tuple(takes),
        chosen_take=None if chosen is None else names[chosen],
    )
