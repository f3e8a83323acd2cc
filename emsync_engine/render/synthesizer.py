"""FluidSynth's library, through ctypes: the few calls that rendering needs.

The library rather than the program, because the program's MIDI player counts whole milliseconds
and writes a file, while the library takes notes at a place in the samples and fills an array.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import os
import shutil
import sys
import threading
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from emsync_engine.errors import ToolFailedError, ToolMissingError
from emsync_engine.render.soundfont import Soundfont

SAMPLE_RATE = 48_000
BLOCK = 64  # FluidSynth starts and ends notes between blocks of this many samples
GAIN = 0.5  # fixed: stems keep their balance, and the level is set when they are mixed

_HOW_TO_GET = {
    "linux": "install the package fluidsynth (apt, dnf or pacman)",
    "darwin": "install it with: brew install fluid-synth",
    "win32": "unpack it from fluidsynth.org and put its bin folder on PATH",
}
_NAMES = (
    *("libfluidsynth.so.3", "libfluidsynth.so.2", "libfluidsynth.3.dylib", "libfluidsynth.dylib"),
    *("libfluidsynth-3.dll", "fluidsynth-3.dll", "libfluidsynth-2.dll", "fluidsynth.dll"),
)
_FAILED = -1
_DRUM_CHANNEL = 9

_POINTER, _INT, _TEXT = ctypes.c_void_p, ctypes.c_int, ctypes.c_char_p
_SIGNATURES: dict[str, tuple[Any, tuple[Any, ...]]] = {
    "new_fluid_settings": (_POINTER, ()),
    "delete_fluid_settings": (None, (_POINTER,)),
    "fluid_settings_setnum": (_INT, (_POINTER, _TEXT, ctypes.c_double)),
    "fluid_settings_setint": (_INT, (_POINTER, _TEXT, _INT)),
    "new_fluid_synth": (_POINTER, (_POINTER,)),
    "delete_fluid_synth": (None, (_POINTER,)),
    "fluid_synth_sfload": (_INT, (_POINTER, _TEXT, _INT)),
    "fluid_synth_program_change": (_INT, (_POINTER, _INT, _INT)),
    "fluid_synth_noteon": (_INT, (_POINTER, _INT, _INT, _INT)),
    "fluid_synth_noteoff": (_INT, (_POINTER, _INT, _INT)),
    "fluid_synth_all_sounds_off": (_INT, (_POINTER, _INT)),
    "fluid_synth_write_float": (
        _INT,
        (_POINTER, _INT, _POINTER, _INT, _INT, _POINTER, _INT, _INT),
    ),
    "fluid_version_str": (_TEXT, ()),
    "fluid_set_log_function": (_POINTER, (_INT, _POINTER, _POINTER)),
}
_LOG_LEVELS = range(5)

_loading = threading.Lock()
"""FluidSynth keeps samples for all synthesizers of a process; loading them from two threads at once
has ended in a segmentation fault (its issues 1043, 1256 and 1457). Playing needs no lock.
"""


def fluidsynth_version() -> str:
    """Version of the library; ToolMissingError if there is none."""
    version: bytes = _library().fluid_version_str()
    return version.decode()


class Synthesizer:
    """One instrument family on one soundfont: dry, stereo, 48 kHz, one note per key at a time."""

    def __init__(self, soundfont: Soundfont, program: int, *, is_drums: bool = False) -> None:
        self._library = _library()
        self._channel = _DRUM_CHANNEL if is_drums else 0
        self._settings = self._library.new_fluid_settings()
        self._set_up()
        self._synth = self._library.new_fluid_synth(self._settings)
        if not self._synth:
            self.close()
            raise ToolFailedError(("fluidsynth",), 1, "no synthesizer could be made")
        if not self._load(soundfont.path.absolute(), program):
            self.close()
            raise ToolFailedError(
                ("fluidsynth", str(soundfont.path)), 1, f"{soundfont.path} cannot be loaded"
            )

    def _load(self, path: Path, program: int) -> bool:
        """Load the soundfont and the samples of a program; whether that could be done."""
        with _loading:
            if self._library.fluid_synth_sfload(self._synth, os.fsencode(path), 1) == _FAILED:
                return False
            self._library.fluid_synth_program_change(self._synth, self._channel, program)
        return True

    def _set_up(self) -> None:
        self._library.fluid_settings_setnum(self._settings, b"synth.sample-rate", SAMPLE_RATE)
        self._library.fluid_settings_setnum(self._settings, b"synth.gain", GAIN)
        for name, value in (
            (b"synth.reverb.active", 0),
            (b"synth.chorus.active", 0),
            (b"synth.dynamic-sample-loading", 1),  # only the program's own samples are read
            (b"synth.lock-memory", 0),
            (b"synth.cpu-cores", 1),  # more would make the sum depend on the order of threads
        ):
            self._library.fluid_settings_setint(self._settings, name, value)

    def note_on(self, pitch: int, velocity: int) -> None:
        self._library.fluid_synth_noteon(self._synth, self._channel, pitch, velocity)

    def note_off(self, pitch: int) -> None:
        self._library.fluid_synth_noteoff(self._synth, self._channel, pitch)

    def silence(self) -> None:
        """Cut off whatever sounds, without its release."""
        self._library.fluid_synth_all_sounds_off(self._synth, self._channel)

    def fill(self, samples: NDArray[np.float32]) -> None:
        """Fill (N, 2) samples, C-contiguous, with what sounds from here on."""
        left = samples.ctypes.data
        self._library.fluid_synth_write_float(
            self._synth, len(samples), left, 0, 2, left + samples.itemsize, 0, 2
        )

    def close(self) -> None:
        if getattr(self, "_synth", None):
            with _loading:
                self._library.delete_fluid_synth(self._synth)
            self._synth = None
        if self._settings:
            self._library.delete_fluid_settings(self._settings)
            self._settings = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


@cache
def _library() -> Any:
    """The library with typed calls, silent on standard error; ToolMissingError if not found."""
    for name in _candidates():
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        try:
            for function, (result, arguments) in _SIGNATURES.items():
                getattr(library, function).restype = result
                getattr(library, function).argtypes = arguments
        except AttributeError:
            continue  # version 1, or another library of that name
        for level in _LOG_LEVELS:
            library.fluid_set_log_function(level, None, None)
        return library
    raise ToolMissingError("FluidSynth", _HOW_TO_GET.get(sys.platform, _HOW_TO_GET["linux"]))


def _candidates() -> Iterator[str]:
    if found := ctypes.util.find_library("fluidsynth"):
        yield found
    yield from _NAMES
    folders = [Path("/opt/homebrew/lib"), Path("/usr/local/lib")]
    if program := shutil.which("fluidsynth"):
        binaries = Path(program).resolve().parent
        folders += [binaries, binaries.parent / "lib"]
    for folder in folders:
        for name in _NAMES:
            if (folder / name).exists():
                yield str(folder / name)
