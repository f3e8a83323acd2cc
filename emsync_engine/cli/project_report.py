"""What the commands on a project answer: objects for ``--json``, lines for people."""

from __future__ import annotations

from typing import Any

from emsync_engine.music.current_hits import CurrentHit, current_hits
from emsync_engine.music.parts import part_states
from emsync_engine.music.ranking import findings_of, score_of
from emsync_engine.project.model import Hit, Project, Take
from emsync_engine.timing import FrameRate, timecode

Json = dict[str, Any]


def parts_json(project: Project) -> Json:
    """``segments`` with their states, ``hits`` and ``take``, None without one."""
    timeline, take = project.timeline, project.take
    states = part_states(timeline, take)
    return {
        "duration_s": float(timeline.duration),
        "segments": [
            {
                "start_s": float(segment.start),
                "end_s": float(segment.end),
                "state": state,
                "valence": segment.emotion.point.valence,
                "arousal": segment.emotion.point.arousal,
                "level_db": segment.level_db,
            }
            for segment, state in zip(timeline.segments, states, strict=True)
        ],
        "hits": [current_hit_json(one) for one in hits_of(project, take)],
        "take": None if take is None else take_json(take, project),
    }


def hit_json(hit: Hit) -> Json:
    """One hit, as in ``score --json``."""
    return {
        "time_s": hit.time_s,
        "landed_s": hit.landed_s,
        "error_ms": hit.error_ms,
        "error_frames": hit.error_frames,
        "what": hit.what,
        "status": hit.status,
    }


def hits_of(project: Project, take: Take | None) -> tuple[CurrentHit, ...]:
    """The hits of a project's timeline, and what a take has there."""
    return current_hits(project.timeline, take, frame_rate=project.video.frame_rate)


def current_hit_json(one: CurrentHit) -> Json:
    """One hit of the timeline by its number; ``state`` says whether the take was written for it."""
    return {"number": one.number, "state": one.state, **hit_json(one.hit)}


def takes_json(project: Project) -> Json:
    """``takes`` in the order of the project, each with its ``score``."""
    return {"takes": [take_json(take, project) for take in project.takes]}


def take_json(take: Take, project: Project) -> Json:
    """One take; ``sources`` are the takes that its parts come from."""
    return {
        "number": project.takes.index(take) + 1,
        "id": take.id,
        "name": take.name,
        "starred": take.is_starred,
        "chosen": take.id == project.chosen_take,
        "seed": take.seed,
        "notes": len(take.music.notes),
        "length_s": take.music.duration_s,
        "score": round(score_of(take), 4),
        "sources": list(dict.fromkeys(part.take_id for part in take.parts)),
    }


def parts_lines(project: Project) -> list[str]:
    """A table of the segments, and how the chosen take lands."""
    timeline, take = project.timeline, project.take
    rate = FrameRate(project.video.frame_rate)
    hits = {hit.time for hit in timeline.hits}
    lines = [f"  {'':>4}  {'from':<12}{'to':<12}{'music':<8}{'valence':>8}{'arousal':>8}  level"]
    for segment, state in zip(timeline.segments, part_states(timeline, take), strict=True):
        point = segment.emotion.point
        level = f"{segment.level_db:+.1f} dB" if segment.level_db else ""
        lines.append(
            f"{'*' if segment.start in hits else ' '} {segment.index + 1:>4}  "
            f"{_code(segment.start, rate):<12}{_code(segment.end, rate):<12}{state:<8}"
            f"{point.valence:>8.2f}{point.arousal:>8.2f}  {level}".rstrip()
        )
    lines += ["", "* begins with a hit"]
    if take is None:
        return [*lines, "There is no take yet."]
    lands = [f"{one.number} {one.words}" for one in hits_of(project, take)]
    lines += [_take_line(take, project), *(["hits: " + ", ".join(lands)] if lands else [])]
    return lines + [finding.sentence for finding in findings_of(take)]


def takes_lines(project: Project) -> list[str]:
    """The takes by number; the chosen one is marked."""
    if not project.takes:
        return ["There is no take yet."]
    return [_take_line(take, project) for take in project.takes]


def _take_line(take: Take, project: Project) -> str:
    chosen = ">" if take.id == project.chosen_take else " "
    name = take.name or take.id
    star = " *" if take.is_starred else ""
    hits = hits_of(project, take)
    landed = f", {sum(one.is_exact for one in hits)} of {len(hits)} hits exact" if hits else ""
    return (
        f"{chosen} take {project.takes.index(take) + 1}: {name}{star}, seed {take.seed}, "
        f"{len(take.music.notes)} notes{landed}, score {score_of(take):.2f}"
    )


def _code(time: Any, rate: FrameRate) -> str:
    return timecode(rate.nearest_frame(time), rate)
