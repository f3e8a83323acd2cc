"""Makes the projects whose lists and timelines are compared, and the golden files of them.

python -m tests.data.make_handoff        # writes tests/data/handoff anew
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from emsync_engine.handoff.edit import Edit, Sound, edit_of
from emsync_engine.handoff.fcpxml import fcpxml_text
from emsync_engine.handoff.lists import (
    cmx3600,
    cue_sheet_csv,
    markers_csv,
    resolve_markers,
    youtube_chapters,
)
from emsync_engine.handoff.marks import FilmTimecode
from emsync_engine.handoff.otio import otio_text
from emsync_engine.music.parts import with_provenance
from emsync_engine.project.model import (
    Boundary,
    BoundaryId,
    GenerationSettings,
    Hit,
    Project,
    SegmentEmotion,
    Take,
    Timeline,
    VAPoint,
    VideoSource,
)
from emsync_engine.project.notes import Music
from emsync_engine.timing import FrameRate

GOLDEN = Path(__file__).parent / "handoff"
SECONDS = 200


@dataclass(frozen=True)
class Counting:
    """A way of counting frames: the rate, and the timecode of the film's first picture."""

    name: str
    rate: FrameRate
    start: str | None

    @property
    def folder(self) -> str:
        return self.name.replace(", ", "-").replace(" ", "-")


COUNTINGS = tuple(
    Counting(name, FrameRate.parse(ratio), start)
    for name, ratio, start in (
        ("23.976", "24000/1001", "00:58:58:11"),
        ("24", "24", None),
        ("25", "25", "10:00:00:00"),
        ("29.97, drop", "30000/1001", "00:58:58;10"),
        ("29.97, non-drop", "30000/1001", "00:58:58:10"),
        ("30", "30", None),
        ("50", "50", "09:58:58:25"),
        ("59.94, drop", "60000/1001", "00:58:58;20"),
        ("59.94, non-drop", "60000/1001", "00:58:58:20"),
        ("60", "60", "01:00:00:00"),
    )
)


def mark_frames(rate: FrameRate) -> tuple[int, ...]:
    """Frames around the turns of minutes, where drop frame leaves out numbers."""
    n = rate.nominal
    return (1, 13 * n + 7, 61 * n - 1, 61 * n, 62 * n + 1, 121 * n + 10, 150 * n, 181 * n + n - 1)


def project_at(counting: Counting) -> Project:
    """A film of 200 s with eight boundaries and a silence; the second boundary is an exact hit."""
    rate = counting.rate
    times = [rate.time_of(frame) for frame in mark_frames(rate)]
    boundaries = tuple(
        Boundary(BoundaryId(f"b{number}"), time, "detected", 1 - number / 10, number in (1, 4))
        for number, time in enumerate(times)
    )
    points = [VAPoint(0.8, 0.3), VAPoint(-0.6, -0.4), VAPoint(0.6, -0.6)] * 3
    emotions = tuple(SegmentEmotion((1 / 6,) * 6, point, 0.5) for point in points)
    tacet = tuple(number == 6 for number in range(9))
    duration = rate.time_of(round(SECONDS * rate.ratio))
    first, second = float(times[1]), float(times[4])
    hits = (
        Hit(first, first, 0.0, 0.0, "chord of strings (C E G)", "exact"),
        Hit(second, None, None, None, "no strong chord within 2 s", "missed"),
    )
    take = Take(
        id="take",
        seed=7,
        settings=GenerationSettings(),
        tokens=(),
        music=Music(float(duration), ()),
        hits=hits,
        weights_sha256="ab" * 32,
        engine_version="0.1.0",
    )
    timeline = Timeline(duration, boundaries, emotions, tacet)
    return Project(
        video=VideoSource(
            "/films/Größe & “Maß”.mov", "cd" * 32, duration, rate.ratio, counting.start
        ),
        timeline=timeline,
        takes=(with_provenance(take, timeline),),
        chosen_take="take",
    )


def edit_at(counting: Counting) -> tuple[Edit, FilmTimecode]:
    """The edit of that project with two stems, and how its frames are numbered."""
    project = project_at(counting)
    code = FilmTimecode.of(project)
    sounds = tuple(
        Sound(f"music: {family}", f"audio/stems/film_{family}.wav") for family in ("bass", "piano")
    )
    return edit_of(project, code, sounds=sounds, size=(1920, 1080)), code


def lists_at(counting: Counting) -> Iterator[tuple[str, str]]:
    """Names and contents of all lists of one counting."""
    edit, code = edit_at(counting)
    project = project_at(counting)
    yield "film.otio", otio_text(edit)
    yield "film.fcpxml", fcpxml_text(edit)
    yield "cuts.edl", cmx3600(edit)
    yield "resolve.edl", resolve_markers(edit)
    yield "markers.csv", markers_csv(edit)
    yield "chapters.txt", youtube_chapters(project)[0]
    yield "cue_sheet.csv", cue_sheet_csv(project, code, title="film")


def write_golden_files(folder: Path = GOLDEN) -> None:
    """Write all lists at all countings."""
    for counting in COUNTINGS:
        (folder / counting.folder).mkdir(parents=True, exist_ok=True)
        for name, text in lists_at(counting):
            (folder / counting.folder / name).write_text(text, encoding="utf-8", newline="")


def exact_seconds(text: str) -> Fraction:
    """``1001/24000s`` as a fraction: a reading of FCPXML that shares nothing with the engine's."""
    return Fraction(text.removesuffix("s"))


if __name__ == "__main__":
    write_golden_files()
