"""Where the results of a score go: known before the work, and put there all together after it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal, get_args

from emsync_engine.errors import OutputError, OutputExistsError, OutputUnwritableError
from emsync_engine.handoff.whole_folder import require_replaceable
from emsync_engine.output import output_error
from emsync_engine.project.notes import FAMILIES

Part = Literal[
    "film", "wav", "flac", "stems", "midi", "constant_midi", "hits", "project", "handoff"
]
PARTS: tuple[Part, ...] = get_args(Part)
EVERYTHING: frozenset[Part] = frozenset(("film", "wav", "midi", "project"))
"""What is written where nobody says what."""

_NAMED = {  # in the folder that results are made in: plain names that every library can take
    "wav": "music.wav",
    "flac": "music.flac",
    "midi": "music.mid",
    "project": "project.emsync",
    "stems": "stems",
    "handoff": "handoff",
}
_ENDINGS = {
    "wav": ".wav",
    "flac": ".flac",
    "midi": ".mid",
    "project": ".emsync",
    "stems": "_stems",
    "handoff": "_handoff",
    "constant_midi": "_constant.mid",
    "hits_csv": "_hits.csv",
    "hits_picture": "_hits.svg",
}
_FOLDERS = ("stems", "handoff")


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the results are; None for what was not asked for."""

    video: Path | None = None
    wav: Path | None = None
    midi: Path | None = None
    project: Path | None = None
    flac: Path | None = None
    stems: Path | None = None
    constant_midi: Path | None = None
    hits_csv: Path | None = None
    hits_picture: Path | None = None
    handoff: Path | None = None

    def named(self) -> dict[str, Path]:
        """All that there are, by their names here: what is seen and heard first."""
        heard = ("video", "wav", "flac", "stems")
        names = (*heard, *(one.name for one in fields(self) if one.name not in heard))
        every = {name: getattr(self, name) for name in names}
        return {name: path for name, path in every.items() if path is not None}

    def all(self) -> tuple[Path, ...]:
        return tuple(self.named().values())

    @property
    def place(self) -> Path:
        """The folder that they all lie in."""
        return next(iter(self.all())).parent

    def within(self, folder: Path) -> Outputs:
        """The same in another folder, under plain names that every library can take."""
        names = {
            name: "film" + path.suffix if name == "video" else name + path.suffix
            for name, path in self.named().items()
        }
        return Outputs(**{name: folder / _NAMED.get(name, named) for name, named in names.items()})


def planned_outputs(
    path: Path,
    *,
    extension: str,
    film: Path | None = None,
    folder: Path | None = None,
    stems: bool = False,
    constant_midi: bool = False,
    hit_report: bool = False,
    overwrite: bool = False,
    parts: frozenset[Part] = EVERYTHING,
) -> Outputs:
    """Where the results of scoring a video will be.

    Parameters
    ----------
    extension : of the film, with its dot, as its container needs it
    film : the film to write, or what else is written where that is one thing alone; NAME_scored
        without it
    folder : for all results; beside the film or the video without it

    Raises
    ------
    OutputExistsError if a result is there already and ``overwrite`` is not set; OutputError if it
    cannot be there: it is the video itself, a folder, or has the wrong extension.
    """
    more: dict[Part, bool] = {"stems": stems, "constant_midi": constant_midi, "hits": hit_report}
    parts = parts | {part for part, is_wanted in more.items() if is_wanted}
    if film is None:
        place = (folder or path.parent) / f"{path.stem}_scored{extension}"
    else:
        place = film if folder is None else folder / film
    try:
        outputs = _named_after(place, extension, parts, is_named=film is not None)
        for name, planned in outputs.named().items():
            _require_free(planned, path, is_folder=name in _FOLDERS, overwrite=overwrite)
        if outputs.handoff is not None:
            require_replaceable(outputs.handoff, overwrite=overwrite)
    except OSError as error:
        raise output_error(place, error) from error
    return outputs


def _named_after(place: Path, extension: str, parts: frozenset[Part], *, is_named: bool) -> Outputs:
    names = [name for part in PARTS if part in parts for name in _names_of(part)]
    if is_named and "film" not in parts and len(names) == 1:
        return Outputs(**{names[0]: _alone(place, names[0])})
    if "film" in parts:
        if place.is_dir():
            raise OutputError(f"{place} is a folder; name the film in it, or use --out-dir.")
        if place.suffix.lower() != extension:
            raise OutputError(
                f"{place.name} cannot hold all that this film has; name it {place.stem}{extension}."
            )
    known = {extension, *(ending for ending in _ENDINGS.values() if ending.startswith("."))}
    base = place.with_suffix("") if place.suffix.lower() in known else place
    paths = {name: base.with_name(base.name + _ENDINGS.get(name, extension)) for name in names}
    if "video" in paths:
        paths["video"] = place
    return Outputs(**paths)


def usual_ending(part: Part) -> str:
    """What the name of a result that is written alone ends in."""
    return _ENDINGS[_names_of(part)[0]]


def _names_of(part: Part) -> tuple[str, ...]:
    """Fields of ``Outputs`` that a part fills."""
    return {"film": ("video",), "hits": ("hits_csv", "hits_picture")}.get(part, (part,))


def _alone(place: Path, name: str) -> Path:
    """A single result under the very name that it was given."""
    ending = "." + _ENDINGS[name].rpartition(".")[2]
    if name in _FOLDERS:
        return place
    if place.is_dir():
        raise OutputError(f"{place} is a folder; name the file in it, or use --out-dir.")
    if place.suffix.lower() != ending:
        raise OutputError(f"{place.name} must end in {ending}.")
    return place


def _require_free(planned: Path, source: Path, *, is_folder: bool, overwrite: bool) -> None:
    if not planned.exists():
        return
    if source.exists() and planned.samefile(source):
        raise OutputError(f"{planned} is the video itself; choose another name or folder.")
    if planned.is_dir() != is_folder:
        raise OutputError(f"{planned} is in the way; choose another name or folder.")
    if not overwrite:
        raise OutputExistsError(planned)


def require_writable(folder: Path) -> None:
    """OutputError if nothing can be written in a folder; it is not made yet."""
    there = folder.absolute()
    try:
        while not there.exists():
            there = there.parent
        if not there.is_dir():
            raise OutputError(f"{there} is a file, not a folder; choose another place.")
        Path(tempfile.mkdtemp(prefix=".emsync-", dir=there)).rmdir()
    except OSError as error:
        raise output_error(folder, error) from error


@contextmanager
def arriving_together(outputs: Outputs, *, overwrite: bool) -> Iterator[Outputs]:
    """Yield places in a hidden folder beside; at the end move everything where it belongs."""
    folder = outputs.place
    try:
        with _hidden_folder(folder) as work:
            places = outputs.within(work)
            yield places
            for planned in outputs.all():
                if planned.exists() and not overwrite:
                    raise OutputExistsError(planned)
            for made, planned in zip(places.all(), outputs.all(), strict=True):
                _move(made, planned)
    except OutputUnwritableError as error:
        if folder not in error.path.parents:
            raise
        raise OutputUnwritableError(folder, error.reason) from error  # the hidden name says nothing
    except OSError as error:
        raise output_error(folder, error) from error


@contextmanager
def _hidden_folder(folder: Path) -> Iterator[Path]:
    """A folder to work in that goes at the end; so do its parents if made for it and left empty."""
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".emsync-", dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        for place in made:
            with suppress(OSError):
                place.rmdir()


def _move(made: Path, planned: Path) -> None:
    """Put a result in its place; of a folder of stems only the stems of an earlier run are lost."""
    if not made.is_dir() or not planned.exists():
        made.replace(planned)
    elif made.name == "handoff":
        old = made.with_name("old")
        planned.replace(old)  # goes with the hidden folder
        made.replace(planned)
    else:
        for family in FAMILIES:
            (planned / f"{family}.wav").unlink(missing_ok=True)
        for stem in made.iterdir():
            stem.replace(planned / stem.name)
