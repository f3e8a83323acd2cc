"""The edit that timelines describe: the film, the music under it, and the marks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from emsync_engine.handoff.marks import FilmTimecode, Mark, Shot, marks_of, plain_name, shots_of
from emsync_engine.project.model import Project


@dataclass(frozen=True, slots=True)
class Sound:
    """A WAV of the music that lies under the whole film. ``url`` may be relative to the list."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class Edit:
    """What a timeline for an editing program holds.

    The sounds begin with the film's first picture, and bear its timecode. ``size`` is the film's
    width and height, where they are known.
    """

    name: str
    film_name: str
    film_url: str
    code: FilmTimecode
    marks: tuple[Mark, ...]
    shots: tuple[Shot, ...]
    sounds: tuple[Sound, ...] = ()
    size: tuple[int, int] | None = None
    film_has_sound: bool = True


def edit_of(
    project: Project,
    code: FilmTimecode,
    *,
    sounds: tuple[Sound, ...] = (),
    size: tuple[int, int] | None = None,
    film_has_sound: bool = True,
) -> Edit:
    """The edit of a project; the film is named where it lies."""
    film = Path(project.video.path)
    return Edit(
        name=f"{plain_name(film)} with music",
        film_name=film.name.encode(errors="replace").decode(),
        film_url=_file_url(film),
        code=code,
        marks=marks_of(project, code),
        shots=shots_of(project, code),
        sounds=sounds,
        size=size,
        film_has_sound=film_has_sound,
    )


def relative_url(path: str) -> str:
    """A path inside the folder of the list, as a URL."""
    return quote(path)


def _file_url(path: Path) -> str:
    try:
        return path.absolute().as_uri()
    except ValueError:
        return quote(path.name)
