"""Markers and cuts as text: CMX3600, Resolve's marker EDL, CSV, YouTube chapters."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from emsync_engine.emotion.mapping import display_label
from emsync_engine.handoff.edit import Edit
from emsync_engine.handoff.marks import Colour, FilmTimecode, emotion_of
from emsync_engine.project.model import Project
from emsync_engine.scenes.hits import choose_hits

_RESOLVE_COLOURS: dict[Colour, str] = {
    **{"green": "ResolveColorGreen", "yellow": "ResolveColorYellow", "red": "ResolveColorRed"},
    **{"blue": "ResolveColorBlue", "purple": "ResolveColorPurple"},
}
_AVID_COLOURS: dict[Colour, str] = {
    **{"green": "GREEN", "yellow": "YELLOW", "red": "RED", "blue": "BLUE", "purple": "MAGENTA"},
}
_CSV_FIELDS = (
    *("mark", "timecode", "frame", "time_s", "type", "strength", "status", "error_ms"),
    *("error_frames", "note"),
)
_CUE_FIELDS = (
    *("cue", "title", "timecode_in", "timecode_out", "duration", "usage", "moods"),
    *("composer", "publisher", "made_with", "seed"),
)

SHORTEST_CHAPTER_S = 10
FEWEST_CHAPTERS = 3
"""What YouTube asks for: the first at 0:00, three at least, each of ten seconds or more."""


def cmx3600(edit: Edit) -> str:
    """A CMX3600 list: one event for each segment of the film, a locator at each mark.

    Read back as a list of cuts, it gives the boundaries again. The note of a mark is left out
    where it could be taken for another line.
    """
    code = edit.code
    lines = [*_head(edit), ""]
    reel = _reel(edit.film_name)
    by_frame = {mark.frame: mark for mark in edit.marks}
    for shot in edit.shots:
        times = [code.media(shot.start), code.media(shot.end)]
        times += [code.record(shot.start), code.record(shot.end)]
        lines.append(f"{shot.number:03d}  {reel:<8} V     C        {' '.join(times)}")
        lines.append(f"* FROM CLIP NAME: {_one_line(edit.film_name)}")
        if mark := by_frame.get(shot.start):
            colour = _AVID_COLOURS[mark.colour]
            text = f"{mark.name}: {_one_line(mark.note)}"
            lines.append(f"* LOC: {code.record(mark.frame)} {colour:<7} {text}")
    return _text(lines)


def resolve_markers(edit: Edit) -> str:
    """A list that Resolve imports as timeline markers: an event of one frame for each mark."""
    lines = [*_head(edit), ""]
    for number, mark in enumerate(edit.marks, start=1):
        at, end = edit.code.record(mark.frame), edit.code.record(mark.frame + 1)
        lines += [
            f"{number:03d}  001      V     C        {at} {end} {at} {end}  ",
            f"{_one_line(mark.note)} |C:{_RESOLVE_COLOURS[mark.colour]} |M:{mark.name} |D:1",
            "",
        ]
    return _text(lines)


def _head(edit: Edit) -> list[str]:
    counting = "DROP FRAME" if edit.code.drop_frame else "NON-DROP FRAME"
    return [f"TITLE: {_one_line(edit.name)}", f"FCM: {counting}"]


def _text(lines: Sequence[str]) -> str:
    return "\r\n".join(lines) + "\r\n"  # as tape editors had it, and all programs take it


def _reel(name: str) -> str:
    """A name for the film of eight letters and digits at most, as the format wants."""
    letters = re.sub(r"[^A-Z0-9]", "", name.upper().rpartition(".")[0] or name.upper())[:8]
    return letters if letters not in ("", "BL", "AX") else "FILM"


def _one_line(text: str) -> str:
    """Text without what would begin a new line or a field of a marker."""
    return " ".join(text.split()).replace("|", "/")


def markers_csv(edit: Edit) -> str:
    """One line for each mark; ``frame`` counts from 0, ``time_s`` from the first picture."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_CSV_FIELDS)
    for mark in edit.marks:
        hit = mark.hit
        writer.writerow(
            [
                mark.name,
                edit.code.record(mark.frame),
                mark.frame,
                f"{float(mark.time):.6f}",
                mark.kind,
                f"{mark.strength:.3f}",
                "" if hit is None else hit.status,
                "" if hit is None or hit.error_ms is None else f"{hit.error_ms:.3f}",
                "" if hit is None or hit.error_frames is None else f"{hit.error_frames:.3f}",
                mark.note,
            ]
        )
    return text.getvalue()


def youtube_chapters(project: Project) -> tuple[str, str]:
    """Chapters for the description of a video, and a sentence where YouTube would not take them.

    Of the boundaries the strongest are taken under a spacing of ten seconds; a chapter begins with
    the first whole second in which its own picture is seen.
    """
    duration = project.timeline.duration
    spacing = Fraction(SHORTEST_CHAPTER_S)
    free = [
        replace(one, wanted=None, origin="detected", is_hit=False)
        for one in project.timeline.boundaries
        if one.time >= spacing and math.ceil(one.time) + spacing <= duration
    ]
    starts = [Fraction(0)]
    starts += [one.time for one in choose_hits(free, spacing_s=SHORTEST_CHAPTER_S) if one.is_hit]
    segments = {segment.start: segment for segment in project.timeline.segments}
    has_hours = duration >= 3600
    lines = [
        f"{_clock(math.ceil(start), has_hours)} "
        f"{number}: {display_label(segments[start].emotion.point)}"
        for number, start in enumerate(starts, start=1)
    ]
    said = ""
    if len(starts) < FEWEST_CHAPTERS:
        said = (
            f"YouTube shows chapters where there are {FEWEST_CHAPTERS} of "
            f"{SHORTEST_CHAPTER_S} s or more; this film gives {len(starts)}."
        )
    return "\n".join(lines) + "\n", said


def _clock(seconds: int, has_hours: bool) -> str:
    minutes, rest = divmod(seconds, 60)
    if not has_hours:
        return f"{minutes}:{rest:02d}"
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"


def cue_sheet_csv(project: Project, code: FilmTimecode, *, title: str) -> str:
    """The cue sheet that broadcasters and collecting societies ask for: one line for each cue.

    A cue is a stretch in which the music plays, from a cue in to a cue out.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(_CUE_FIELDS)
    take = project.take
    for number, (start, end) in enumerate(_cues(project), start=1):
        moods = dict.fromkeys(
            emotion_of(segment)
            for segment in project.timeline.segments
            if start <= segment.start < end
        )
        length = end - start
        writer.writerow(
            [
                f"1M{number}",
                f"{title} {number}",
                code.record(code.frame_of(start)),
                code.record(code.frame_of(end)),
                f"{_clock(int(length), False)}.{int(length * 100) % 100:02d}",
                "background instrumental",
                ", ".join(moods),
                "none: generated",
                "none",
                f"EMSYNC Desktop {'' if take is None else take.engine_version}".strip(),
                "" if take is None else take.seed,
            ]
        )
    return text.getvalue()


def _cues(project: Project) -> list[tuple[Fraction, Fraction]]:
    """Stretches between the silences."""
    cues: list[tuple[Fraction, Fraction]] = []
    now = Fraction(0)
    for start, end in project.timeline.tacet_spans:
        if start > now:
            cues.append((now, start))
        now = end
    if now < project.timeline.duration:
        cues.append((now, project.timeline.duration))
    return cues
