"""Finding a General MIDI soundfont on this machine."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from emsync_engine.errors import InputUnusableError, ToolMissingError

ENVIRONMENT_VARIABLE = "EMSYNC_SOUNDFONT"

_LICENCES = (
    ("fluidr3", "FluidR3 GM", "MIT (Frank Wen)"),
    ("timgm6mb", "TimGM6mb", "GPL-2.0-or-later (Tim Brechbill)"),
    ("musescore_general", "MuseScore General", "MIT (S. Christian Collins)"),
    ("generaluser", "GeneralUser GS", "GeneralUser GS licence 2.0 (S. Christian Collins)"),
)
_FLUID_NAMES = ("FluidR3_GM.sf2", "fluidr3_gm.sf2", "FluidR3_GM.sf3", "FluidR3_GM2-2.sf2")
_SIGNATURE = b"RIFF"


@dataclass(frozen=True, slots=True)
class Soundfont:
    """A soundfont, with the name and licence that an export sheet states."""

    path: Path
    name: str
    licence: str

    @property
    def sha256(self) -> str:
        """SHA-256 of the file; read when first asked for (150 MB take some 0.2 s)."""
        status = self.path.stat()
        return _sha256(self.path, status.st_size, status.st_mtime_ns)


def find_soundfont() -> Soundfont:
    """The soundfont to render with.

    In this order: the file that EMSYNC_SOUNDFONT names (InputUnusableError if it is none), FluidR3
    GM from the usual places of Linux, macOS and Windows, TimGM6mb as pretty_midi brings it.
    ToolMissingError if there is none.
    """
    wanted = os.environ.get(ENVIRONMENT_VARIABLE)
    if wanted:
        return soundfont_at(Path(wanted).expanduser())
    for path in (*_fluid_places(), *_bundled_places()):
        if _is_soundfont(path):
            return soundfont_at(path)
    raise ToolMissingError(
        "A General MIDI soundfont",
        "install the package fluid-soundfont-gm, "
        f"or set {ENVIRONMENT_VARIABLE} to an SF2 or SF3 file",
    )


def soundfont_at(path: Path) -> Soundfont:
    """The soundfont in a file; InputUnusableError if it holds none."""
    if not _is_soundfont(path):
        raise InputUnusableError(f"{path} is not a soundfont (SF2 or SF3).")
    for sign, name, licence in _LICENCES:
        if sign in path.name.lower().replace(" ", "_"):
            return Soundfont(path, name, licence)
    return Soundfont(path, path.stem, "not known: ask whoever made it")


def _fluid_places() -> Iterator[Path]:
    for folder in _folders():
        for name in _FLUID_NAMES:
            yield folder / name


def _folders() -> Iterator[Path]:
    home = Path.home()
    if sys.platform == "darwin":
        for prefix in (Path("/opt/homebrew"), Path("/usr/local")):
            yield prefix / "share" / "soundfonts"
            yield prefix / "share" / "sounds" / "sf2"
        yield home / "Library" / "Audio" / "Sounds" / "Banks"
        yield Path("/Library/Audio/Sounds/Banks")
    elif sys.platform == "win32":
        for variable in ("LOCALAPPDATA", "PROGRAMDATA", "PROGRAMFILES"):
            if folder := os.environ.get(variable):
                yield Path(folder) / "soundfonts"
                yield Path(folder) / "SoundFonts"
                yield Path(folder) / "FluidSynth"
        yield Path("C:/soundfonts")
    else:
        for prefix in (Path("/usr/share"), Path("/usr/local/share")):
            yield prefix / "sounds" / "sf2"
            yield prefix / "soundfonts"
            yield prefix / "sounds" / "sf3"
        data_home = os.environ.get("XDG_DATA_HOME")
        data = Path(data_home) if data_home else home / ".local" / "share"
        yield data / "sounds" / "sf2"
        yield data / "soundfonts"


def _bundled_places() -> Iterator[Path]:
    """TimGM6mb beside pretty_midi, found without importing it."""
    specification = importlib.util.find_spec("pretty_midi")
    if specification is not None and specification.origin is not None:
        yield Path(specification.origin).parent / "TimGM6mb.sf2"


def _is_soundfont(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(12)
    except OSError:
        return False
    return head[:4] == _SIGNATURE and head[8:12] == b"sfbk"


@cache
def _sha256(path: Path, size: int, modified_ns: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
