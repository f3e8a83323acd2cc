"""Where the results of a score go: known before the work, and put there all together after it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from emsync_engine.errors import OutputError, OutputExistsError, OutputUnwritableError
from emsync_engine.output import output_error
from emsync_engine.project.notes import FAMILIES


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the results are."""

    video: Path
    wav: Path
    midi: Path
    project: Path
    stems: Path | None = None
    constant_midi: Path | None = None
    hits_csv: Path | None = None
    hits_picture: Path | None = None

    def all(self) -> tuple[Path, ...]:
        always = (self.video, self.wav, self.midi, self.project)
        stems = () if self.stems is None else (self.stems,)
        return (*always, *stems, *self.on_request().values())

    def on_request(self) -> dict[str, Path]:
        """Files that are written only where they are asked for, by their names."""
        named = {
            "constant_midi": self.constant_midi,
            "hits_csv": self.hits_csv,
            "hits_picture": self.hits_picture,
        }
        return {name: path for name, path in named.items() if path is not None}

    def within(self, folder: Path) -> Outputs:
        """The same in another folder, under plain names that every library can take."""
        return Outputs(
            video=folder / f"film{self.video.suffix}",
            wav=folder / "music.wav",
            midi=folder / "music.mid",
            project=folder / "project.emsync",
            stems=None if self.stems is None else folder / "stems",
            **{name: folder / f"{name}{path.suffix}" for name, path in self.on_request().items()},
        )


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
) -> Outputs:
    """Where the results of scoring a video will be.

    Parameters
    ----------
    extension : of the film, with its dot, as its container needs it
    film : the film to write; NAME_scored without it
    folder : for all results; beside the film or the video without it

    Raises
    ------
    OutputExistsError if a result is there already and ``overwrite`` is not set; OutputError if it
    cannot be there: it is the video itself, a folder, or has the wrong extension.
    """
    if film is None:
        place = (folder or path.parent) / f"{path.stem}_scored{extension}"
    else:
        place = film if folder is None else folder / film
    try:
        outputs = _named_after(place, extension)
        outputs = replace(
            outputs,
            stems=_beside(place, "_stems") if stems else None,
            constant_midi=_beside(place, "_constant.mid") if constant_midi else None,
            hits_csv=_beside(place, "_hits.csv") if hit_report else None,
            hits_picture=_beside(place, "_hits.svg") if hit_report else None,
        )
        for planned in outputs.all():
            _require_free(planned, path, is_folder=planned == outputs.stems, overwrite=overwrite)
    except OSError as error:
        raise output_error(place, error) from error
    return outputs


def _named_after(video: Path, extension: str) -> Outputs:
    if video.is_dir():
        raise OutputError(f"{video} is a folder; name the film in it, or use --out-dir.")
    if video.suffix.lower() != extension:
        raise OutputError(
            f"{video.name} cannot hold all that this film has; name it {video.stem}{extension}."
        )
    return Outputs(
        video=video,
        wav=_beside(video, ".wav"),
        midi=_beside(video, ".mid"),
        project=_beside(video, ".emsync"),
    )


def _beside(video: Path, ending: str) -> Path:
    """A name that begins as the film's does."""
    base = video.with_suffix("")
    return base.with_name(base.name + ending)


def _require_free(planned: Path, source: Path, *, is_folder: bool, overwrite: bool) -> None:
    if not planned.exists():
        return
    if planned.samefile(source):
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
    folder = outputs.video.parent
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
    if not made.is_dir():
        made.replace(planned)
        return
    planned.mkdir(exist_ok=True)
    for family in FAMILIES:
        (planned / f"{family}.wav").unlink(missing_ok=True)
    for stem in made.iterdir():
        stem.replace(planned / stem.name)
