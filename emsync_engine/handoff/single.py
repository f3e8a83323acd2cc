"""One list or timeline of a project as a file of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

from emsync_engine.errors import OutputError, OutputExistsError
from emsync_engine.handoff.edit import Edit, Sound, edit_of
from emsync_engine.handoff.fcpxml import fcpxml_text
from emsync_engine.handoff.folder import film_facts
from emsync_engine.handoff.lists import cmx3600, markers_csv, resolve_markers, youtube_chapters
from emsync_engine.handoff.marks import FilmTimecode
from emsync_engine.handoff.otio import otio_text
from emsync_engine.output import written_whole
from emsync_engine.project.model import Project

ListFormat = Literal["edl", "resolve", "fcpxml", "otio", "csv", "chapters"]

ENDINGS: dict[ListFormat, str] = {
    "edl": "_cuts.edl",
    "resolve": "_resolve_markers.edl",
    "fcpxml": ".fcpxml",
    "otio": ".otio",
    "csv": "_markers.csv",
    "chapters": "_youtube_chapters.txt",
}
"""How a list is named after its project where nobody names it."""

_NO_MUSIC = (
    "The timeline holds the film and its marks, no music: --format handoff puts the stems into it."
)
_WRITERS: dict[ListFormat, Callable[[Edit], str]] = {
    **{"edl": cmx3600, "resolve": resolve_markers, "csv": markers_csv},
    **{"otio": otio_text, "fcpxml": fcpxml_text},
}


def write_list(
    place: Path,
    project: Project,
    path: Path | None,
    *,
    kind: ListFormat,
    start: str | None = None,
    overwrite: bool = False,
) -> tuple[Path, tuple[str, ...]]:
    """Write one list or timeline whole, or nothing; where it is, and what is to be said.

    A timeline holds the film, its marks, and the project's WAV where that lies beside the project
    and is as long as the film. Nothing is rendered, and a take is not needed.

    Parameters
    ----------
    place : of the project file, which the list is named after where ``path`` is None

    Raises
    ------
    InputUnusableError, OutputError, OutputExistsError
    """
    target = path or place.with_name(place.stem + ENDINGS[kind])
    if target.is_dir():
        raise OutputError(f"{target} is a folder; name the file in it.")
    if target.exists() and not overwrite:
        raise OutputExistsError(target)
    text, remarks = _list(place, project, kind, start)
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_whole(target) as partial:
        partial.write_text(text, encoding="utf-8", newline="")
    return target, remarks


def _list(
    place: Path, project: Project, kind: ListFormat, start: str | None
) -> tuple[str, tuple[str, ...]]:
    if kind == "chapters":
        text, said = youtube_chapters(project)
        return text, (said,) if said else ()
    code = FilmTimecode.of(project, start=start)
    if kind not in ("otio", "fcpxml"):
        return _WRITERS[kind](edit_of(project, code)), ()
    facts = film_facts(place, project)
    sounds = _music_beside(place, project)
    edit = edit_of(project, code, sounds=sounds, size=facts.size, film_has_sound=facts.has_sound)
    remarks = facts.remarks if sounds else (*facts.remarks, _NO_MUSIC)
    return _WRITERS[kind](edit), remarks


def _music_beside(place: Path, project: Project) -> tuple[Sound, ...]:
    """The WAV that a score was written with, if it lies beside the project and is as long."""
    import soundfile

    wav = place.with_suffix(".wav")
    try:
        facts = soundfile.info(str(wav))
    except (soundfile.SoundFileError, OSError):
        return ()
    expected = round(project.timeline.duration * facts.samplerate)
    return (Sound("music", wav.absolute().as_uri()),) if facts.frames == expected else ()
