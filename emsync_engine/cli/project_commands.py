"""What the commands on a project do: read it, change it, write it whole, tell what it is now."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from emsync_engine.cli.progress import TerminalMonitor
from emsync_engine.cli.usage import UsageError
from emsync_engine.errors import InputUnusableError, OutputExistsError
from emsync_engine.project.file import load_project, save_project
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    Project,
    Take,
    Timeline,
    new_boundary_id,
)
from emsync_engine.project.tacet import is_time
from emsync_engine.project.take_list import (
    take_named,
    with_star,
    with_take_chosen,
    with_take_renamed,
    with_takes,
    without_take,
)
from emsync_engine.timing import FrameRate, frame_of_timecode

if TYPE_CHECKING:
    from emsync_engine.cli.parts import Numbers

Options = argparse.Namespace


class ProjectUseError(InputUnusableError):
    """A command asks a project for something that it does not have."""


def _changed(
    options: Options,
    monitor: TerminalMonitor,
    change: Callable[[Project], Project],
    *,
    remarks: Sequence[str] = (),
) -> None:
    """Read a project, change it, and put the result in its place or where ``-o`` says.

    ``remarks`` may be filled by the change; they are told with the result.
    """
    target: Path = options.out or options.project
    if options.out is not None and options.out.exists() and not options.overwrite:
        raise OutputExistsError(options.out)
    before = load_project(options.project)
    after = change(before)
    if after != before or options.out is not None:
        save_project(after, target, overwrite=True)
    monitor.clear()
    _tell(after, remarks, as_json=options.json, is_changed=after != before, target=target)


def _tell(
    project: Project, remarks: Sequence[str], *, as_json: bool, is_changed: bool, target: Path
) -> None:
    from emsync_engine.cli.project_report import parts_json, parts_lines

    if as_json:
        answer = {**parts_json(project), "changed": is_changed, "project": str(target)}
        print(json.dumps({**answer, "remarks": list(remarks)}), flush=True)
        return
    said = [f"written to {target}"] if is_changed else []
    if not is_changed and not remarks:
        said = ["nothing was to be changed"]
    print("\n".join([*parts_lines(project), "", *remarks, *said]), flush=True)


def parts(options: Options, monitor: TerminalMonitor) -> None:
    """Tell the state of every segment."""
    from emsync_engine.cli.project_report import parts_json, parts_lines

    project = load_project(options.project)
    if options.json:
        print(json.dumps(parts_json(project)), flush=True)
    else:
        print("\n".join(parts_lines(project)), flush=True)


def compose(options: Options, monitor: TerminalMonitor) -> None:
    """Write takes for a project: whole ones, or the chosen one with stale parts written anew."""
    is_part = options.only_stale or options.segments is not None
    if is_part and (options.takes > 1 or options.primer or options.no_start):
        raise UsageError("--takes, --primer and --no-start are for whole takes.")
    _changed(
        options,
        monitor,
        lambda project: (
            _with_parts_anew(project, options, monitor)
            if is_part
            else _with_new_takes(project, options, monitor)
        ),
    )


def _with_new_takes(project: Project, options: Options, monitor: TerminalMonitor) -> Project:
    from emsync_engine.music.devices import chosen_device
    from emsync_engine.music.parts import part_states
    from emsync_engine.music.takes import compose_takes_for

    states = part_states(project.timeline, project.take)
    if "locked" in states:
        unlocked = tuple(n for n, state in enumerate(states) if state in ("fresh", "stale"))
        return _with_takes_around_locked(project, unlocked, options, monitor)
    settings = opened(project.take.settings if project.take else GenerationSettings(), options)
    takes = compose_takes_for(
        project.timeline,
        settings=settings,
        seed=_seed(options, project),
        count=options.takes,
        frame_rate=project.video.frame_rate,
        device=chosen_device(options.device),
        monitor=monitor,
    )
    return with_takes(project, takes)


def _with_takes_around_locked(
    project: Project, unlocked: Sequence[int], options: Options, monitor: TerminalMonitor
) -> Project:
    """Other takes in which what is locked keeps its music."""
    if options.primer or options.no_start:
        raise UsageError("--primer and --no-start are for whole takes; unlock all segments first.")
    if not unlocked:
        raise ProjectUseError(
            "Every segment is locked or silent, so there is nothing to write; unlock one first."
        )
    from emsync_engine.music.composer import candidate_seed

    seed = _seed(options, project)
    takes = [
        _regenerated(project, options, monitor, seed=candidate_seed(seed, n), segments=unlocked)
        for n in range(options.takes)
    ]
    return with_takes(project, takes)


def opened(settings: GenerationSettings, options: Options) -> GenerationSettings:
    """The settings with the opening that the options ask for."""
    if options.primer is not None:
        from emsync_engine.music.ensembles import ensemble_named
        from emsync_engine.music.openings import primer_tokens

        families = ensemble_named(settings.ensemble).families
        settings = replace(settings, primer=primer_tokens(options.primer, families))
    return replace(settings, has_start=False) if options.no_start else settings


def _with_parts_anew(project: Project, options: Options, monitor: TerminalMonitor) -> Project:
    numbers: Numbers | None = options.segments
    segments = None if numbers is None else numbers.places(len(project.timeline.segments))
    seed = _seed(options, project)
    return with_takes(
        project, [_regenerated(project, options, monitor, seed=seed, segments=segments)]
    )


def _regenerated(
    project: Project,
    options: Options,
    monitor: TerminalMonitor,
    *,
    seed: int,
    segments: Sequence[int] | None,
) -> Take:
    """The chosen take with some segments written anew, or those that are stale."""
    from emsync_engine.music.devices import chosen_device
    from emsync_engine.music.regeneration import CANDIDATES, regenerate

    return regenerate(
        _chosen(project),
        project.timeline,
        frame_rate=project.video.frame_rate,
        seed=seed,
        segments=segments,
        candidates=options.candidates or CANDIDATES,
        device=chosen_device(options.device),
        monitor=monitor,
    )


def _seed(options: Options, project: Project) -> int:
    """The seed that was given, or one that no take of the project has from here."""
    return int(options.seed) if options.seed is not None else len(project.takes) + 1


def _chosen(project: Project) -> Take:
    if project.take is None:
        raise ProjectUseError("The project has no chosen take; compose one first.")
    return project.take


def fix(options: Options, monitor: TerminalMonitor) -> None:
    """Write what leads to one hit anew; keep the old music where nothing lands better."""
    from emsync_engine.music.current_hits import current_hits
    from emsync_engine.music.devices import chosen_device
    from emsync_engine.music.hit_repair import HitExactError, landing_words, repaired
    from emsync_engine.music.regeneration import FIX_CANDIDATES

    remarks: list[str] = []

    def change(project: Project) -> Project:
        before, rate = _chosen(project), project.video.frame_rate
        try:
            take = repaired(
                before,
                project.timeline,
                options.hit - 1,
                frame_rate=rate,
                seed=_seed(options, project),
                candidates=options.candidates or FIX_CANDIDATES,
                is_forced=options.force,
                device=chosen_device(options.device),
                monitor=monitor,
            )
        except HitExactError as nothing_to_do:
            remarks.append(str(nothing_to_do))
            return project
        was, now = (
            current_hits(project.timeline, one, frame_rate=rate)[options.hit - 1].hit
            for one in (before, take)
        )
        remarks.append(f"hit {options.hit} was {landing_words(was)}, is {landing_words(now)} now")
        return with_takes(project, [take])

    _changed(options, monitor, change, remarks=remarks)


def lock(options: Options, monitor: TerminalMonitor) -> None:
    """Lock segments."""
    _changed(options, monitor, lambda project: _locked(project, options.segments, True))


def unlock(options: Options, monitor: TerminalMonitor) -> None:
    """Unlock segments."""
    _changed(options, monitor, lambda project: _locked(project, options.segments, False))


def _locked(project: Project, numbers: Numbers, is_locked: bool) -> Project:
    if is_locked:
        _chosen(project)  # without music there is nothing to keep
    timeline = project.timeline
    for index in numbers.places(len(timeline.segments)):
        timeline = timeline.with_lock(index, is_locked)
    return replace(project, timeline=timeline)


def comp(options: Options, monitor: TerminalMonitor) -> None:
    """Put segments of one take into another."""
    from emsync_engine.music.comping import comped

    def change(project: Project) -> Project:
        into = _chosen(project) if options.into is None else take_named(project, options.into)
        take = comped(
            into,
            take_named(project, options.source),
            project.timeline,
            options.segments.places(len(project.timeline.segments)),
            frame_rate=project.video.frame_rate,
        )
        return with_takes(project, [take])

    _changed(options, monitor, change)


def takes(options: Options, monitor: TerminalMonitor) -> None:
    """List takes with their scores, or choose, star, rename and delete one."""
    from emsync_engine.cli.project_report import takes_json, takes_lines

    project = load_project(options.project)
    after = _kept(project, options)
    if after != project or options.out is not None:
        if options.out is not None and options.out.exists() and not options.overwrite:
            raise OutputExistsError(options.out)
        save_project(after, options.out or options.project, overwrite=True)
    if options.json:
        print(json.dumps(takes_json(after)), flush=True)
    else:
        print("\n".join(takes_lines(after)), flush=True)


def _kept(project: Project, options: Options) -> Project:
    """The project with its takes kept as the options say; names mean what they meant before."""
    named = {
        what: take_named(project, name).id
        for what in ("choose", "star", "unstar", "delete")
        if (name := getattr(options, what)) is not None
    }
    renamed = take_named(project, options.rename[0]).id if options.rename else None
    if renamed is not None:
        project = with_take_renamed(project, renamed, options.rename[1])
    if "choose" in named:
        project = with_take_chosen(project, named["choose"])
    for what, is_starred in (("star", True), ("unstar", False)):
        if what in named:
            project = with_star(project, named[what], is_starred)
    if "delete" not in named:
        return project
    if len(project.takes) == 1 and not options.overwrite:
        raise InputUnusableError(
            f"It is the only take of {options.project.name}, and a deleted take is gone: "
            "say --overwrite to delete it all the same."
        )
    return without_take(project, named["delete"])


def edit(options: Options, monitor: TerminalMonitor) -> None:
    """Change the timeline; numbers mean what they meant before the command."""
    _changed(options, monitor, lambda project: _with_cut_list(_edited(project, options), options))


def _with_cut_list(project: Project, options: Options) -> Project:
    """The project with a list of cuts brought in, if one was named; remarks to standard error."""
    if options.cuts is None:
        return project
    from emsync_engine.scenes.cutlists import (
        TOLERANCE_FRAMES,
        Footage,
        read_cut_list,
        with_cuts_imported,
    )

    film = Footage.of_source(project.video)
    imported = read_cut_list(options.cuts, film, start=options.cuts_start, rate=options.cuts_rate)
    print("\n".join(imported.remarks), end="\n" if imported.remarks else "", file=sys.stderr)
    timeline = with_cuts_imported(
        project.timeline,
        imported.cuts,
        options.cuts_with,
        tolerance=film.rate.time_of(TOLERANCE_FRAMES),
        scored=imported.scored,
    )
    return replace(project, timeline=timeline)


def _edited(project: Project, options: Options) -> Project:
    timeline, rate = project.timeline, FrameRate(project.video.frame_rate)
    count = len(timeline.segments)
    for number, point in options.va:
        timeline = timeline.with_point(_segment(timeline, number), point)
    for number, level_db in options.level:
        timeline = timeline.with_level(_segment(timeline, number), level_db)
    for numbers, is_tacet in ((options.tacet, True), (options.play, False)):
        for index in numbers.places(count) if numbers is not None else ():
            timeline = timeline.with_tacet(index, is_tacet)
    moved = [(_boundary(timeline, n), text) for n, text in options.move]
    marked = [(_boundary(timeline, n), True) for n in options.mark]
    marked += [(_boundary(timeline, n), False) for n in options.unmark]
    removed = [_boundary(timeline, n) for n in options.remove]
    for boundary_id, text in moved:
        timeline = timeline.with_boundary_at(boundary_id, time_of_text(text, timeline, rate))
    for boundary_id, is_hit in marked:
        timeline = timeline.with_hit_wanted(boundary_id, is_hit)
    for boundary_id in removed:
        timeline = timeline.without_boundary(boundary_id)
    for text in options.add:
        place = time_of_text(text, timeline, rate)
        added = Boundary(new_boundary_id(), place, origin="user")
        timeline = timeline.with_boundary(added)
    return replace(project, timeline=timeline)


def _segment(timeline: Timeline, number: int) -> int:
    if not 1 <= number <= len(timeline.segments):
        raise ProjectUseError(
            f"There is no segment {number}; the film has {len(timeline.segments)} of them."
        )
    return number - 1


def _boundary(timeline: Timeline, number: int) -> BoundaryId:
    if not 1 <= number <= len(timeline.boundaries):
        raise ProjectUseError(
            f"There is no boundary {number}; the film has {len(timeline.boundaries)} of them."
        )
    return timeline.boundaries[number - 1].id


def time_of_text(text: str, timeline: Timeline, rate: FrameRate) -> Fraction:
    """The start of the frame nearest to a time, in seconds or as timecode.

    Raises
    ------
    UsageError
        The text is no time in any film.
    ProjectUseError
        This film has no such time.
    """
    if not is_time(text):
        raise UsageError(f"{text!r} is no time such as 12.5 or 00:00:12:12.")
    try:
        time = rate.time_of(frame_of_timecode(text, rate)) if ":" in text else Fraction(text)
    except ValueError:
        raise ProjectUseError(f"{text!r} is no time at {rate} pictures a second.") from None
    if not 0 <= time <= timeline.duration:
        raise ProjectUseError(
            f"{text} lies outside the film, which is {float(timeline.duration):.3f} s long."
        )
    return rate.time_of(rate.nearest_frame(time))


PROJECT_COMMANDS: Mapping[str, Callable[[Options, TerminalMonitor], None]] = {
    "compose": compose,
    "fix": fix,
    "lock": lock,
    "unlock": unlock,
    "comp": comp,
    "takes": takes,
    "edit": edit,
    "parts": parts,
}
