"""What works on this machine, and how to get what does not.

Quick: libraries are found rather than imported; only the look for a GPU imports torch.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from emsync_engine.errors import EmsyncError, MissingError
from emsync_engine.project.model import GenerationSettings

OLDEST_PYTHON = (3, 11)
_TOOL_TIMEOUT_S = 10
_INCOMPLETE = "get a complete copy of EMSYNC Desktop: this file belongs to it"

# Packages of each thing, by package manager; the first manager on PATH is the one to name.
_PACKAGES = {
    "ffmpeg": {
        "apt-get": "ffmpeg",
        "dnf": "ffmpeg-free",
        "pacman": "ffmpeg",
        "brew": "ffmpeg",
        "winget": "Gyan.FFmpeg",
    },
    "fluidsynth": {
        "apt-get": "fluidsynth",
        "dnf": "fluidsynth",
        "pacman": "fluidsynth",
        "brew": "fluid-synth",
    },
    "soundfont": {
        "apt-get": "fluid-soundfont-gm",
        "dnf": "fluid-soundfont-gm",
        "pacman": "soundfont-fluid",
    },
    "python": {
        "apt-get": "python3",
        "dnf": "python3.12",
        "pacman": "python",
        "brew": "python@3.12",
        "winget": "Python.Python.3.12",
    },
}
_INSTALL_COMMANDS = {
    "apt-get": "sudo apt-get install {}",
    "dnf": "sudo dnf install {}",
    "pacman": "sudo pacman -S {}",
    "brew": "brew install {}",
    "winget": "winget install {}",
}
_MANAGERS = {
    "darwin": ("brew",),
    "win32": ("winget",),
    "linux": ("apt-get", "dnf", "pacman", "brew"),
}
_WEBSITES = {
    "ffmpeg": "https://ffmpeg.org/download.html",
    "fluidsynth": "https://www.fluidsynth.org/download",
    "soundfont": "https://member.keymusician.com/Member/FluidR3_GM",
    "python": "https://www.python.org/downloads",
}

# Libraries of the full analysis: module, distribution, what they read.
_OPTIONAL_LIBRARIES = (
    ("transformers", "transformers", "faces, sounds and sentiment"),
    ("open_clip", "open_clip_torch", "what the picture shows"),
    ("faster_whisper", "faster-whisper", "speech"),
    ("easyocr", "easyocr", "text in the picture"),
)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing the product uses: whether it works here, what was found, how to get it.

    Without a ``required`` one nothing can be scored; the others add to what can be done.
    ``how_to_get`` is empty where the check is ``ok``.
    """

    name: str
    ok: bool
    required: bool
    found: str
    how_to_get: str = ""


def examine() -> tuple[Check, ...]:
    """Look at everything the product uses on this machine; takes a second or two, mostly torch."""
    return (
        _python(),
        _tool("ffmpeg"),
        _tool("ffprobe", package="ffmpeg"),
        _fluidsynth(),
        _soundfont(),
        _library("torch", "torch", "composing", required=True),
        _gpu(),
        _audio_device(),
        _library("PySide6", "PySide6", "the window", required=False),
        _composer_weights(),
        _picture_weights(),
        *(
            _library(module, distribution, use, required=False)
            for module, distribution, use in _OPTIONAL_LIBRARIES
        ),
        *_models(),
    )


def is_ready(checks: Iterable[Check]) -> bool:
    """Whether a film can be scored here: nothing required is missing."""
    return all(check.ok for check in checks if check.required)


def checks_json(checks: Sequence[Check]) -> dict[str, object]:
    """The checks as JSON values."""
    return {"ready": is_ready(checks), "checks": [asdict(check) for check in checks]}


def checks_table(checks: Sequence[Check]) -> str:
    """The checks as a text of one line each, and how to get what is missing below its line."""
    width = max((len(check.name) for check in checks), default=0)
    lines: list[str] = []
    for check in checks:
        mark = "ok" if check.ok else "MISSING" if check.required else "off"
        lines.append(f"{mark:<8}{check.name:<{width + 2}}{check.found}".rstrip())
        if check.how_to_get:
            lines.append(" " * 8 + f"{'':<{width + 2}}{check.how_to_get}")
    missing = [check.name for check in checks if check.required and not check.ok]
    lines += ["", "Missing: " + ", ".join(missing) + "." if missing else "Ready to score a film."]
    return "\n".join(lines)


def how_to_get(thing: str) -> str:
    """The command that installs a tool on this system, or the address that offers it."""
    for manager in _MANAGERS.get(sys.platform, _MANAGERS["linux"]):
        package = _PACKAGES[thing].get(manager)
        if package is not None and shutil.which(manager) is not None:
            return "install it with: " + _INSTALL_COMMANDS[manager].format(package)
    return f"get it from {_WEBSITES[thing]}"


def _python() -> Check:
    version = platform.python_version()
    ok = sys.version_info[:2] >= OLDEST_PYTHON
    found = f"{version} ({sys.executable})"
    return Check("Python", ok, True, found, "" if ok else how_to_get("python"))


def _tool(name: str, package: str | None = None) -> Check:
    """A program on PATH that starts; the version is in the first line it prints."""
    path = shutil.which(name)
    get = how_to_get(package or name)
    if path is None:
        return Check(name, False, True, "not on PATH", get)
    try:
        done = subprocess.run(
            [path, "-version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_TOOL_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return Check(name, False, True, f"{path} does not start: {error}", get)
    if done.returncode != 0:
        return Check(name, False, True, f"{path} ends with exit code {done.returncode}", get)
    words = done.stdout.split()
    version = words[2] if len(words) > 2 and words[1] == "version" else "version not known"
    return Check(name, True, True, f"{version} ({path})")


def _fluidsynth() -> Check:
    from emsync_engine.render.synthesizer import fluidsynth_version

    try:
        return Check("FluidSynth", True, True, fluidsynth_version())
    except EmsyncError as error:
        return Check("FluidSynth", False, True, str(error), how_to_get("fluidsynth"))


def _soundfont() -> Check:
    """A soundfont; TimGM6mb plays too, and FluidR3 GM sounds better."""
    from emsync_engine.render.soundfont import ENVIRONMENT_VARIABLE, find_soundfont

    try:
        font = find_soundfont()
    except MissingError as error:
        return Check("soundfont", False, True, str(error), how_to_get("soundfont"))
    except EmsyncError as error:
        get = f"correct {ENVIRONMENT_VARIABLE}, or unset it"
        return Check("soundfont", False, True, str(error), get)
    return Check("soundfont", True, True, f"{font.name}, {font.licence} ({font.path})")


def _library(module: str, distribution: str, use: str, *, required: bool) -> Check:
    """A Python library, found without importing it."""
    if importlib.util.find_spec(module) is None:
        get = f"for {use}: {_pip()} install {distribution}"
        return Check(module, False, required, "not installed", get)
    try:
        version = importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        version = "version not known"
    return Check(module, True, required, version)


def _pip() -> str:
    """How this Python's pip is called; quoted where its path holds spaces."""
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f"{python} -m pip"


def _gpu() -> Check:
    """A GPU that torch can compute on; everything runs on the CPU too."""
    cores = f"none; the CPU composes ({os.cpu_count()} cores)"
    if importlib.util.find_spec("torch") is None:
        return Check("GPU", False, False, cores, "torch comes first")
    import torch

    if torch.cuda.is_available():
        properties = torch.cuda.get_device_properties(0)
        memory_gib = properties.total_memory / 2**30
        return Check("GPU", True, False, f"{properties.name}, {memory_gib:.0f} GiB")
    if torch.backends.mps.is_available():
        return Check("GPU", True, False, "Apple GPU (Metal)")
    return Check("GPU", False, False, cores, "not needed: everything runs on the CPU too")


def _audio_device() -> Check:
    found = _audio_output()
    if found is not None:
        return Check("audio device", True, False, found)
    return Check(
        "audio device",
        False,
        False,
        "none found; films can be scored, not listened to",
        "connect an output, or start the sound service (PipeWire or PulseAudio)",
    )


def _audio_output() -> str | None:
    """What plays sound here, without opening it; None where nothing does."""
    if sys.platform == "darwin":
        return "Core Audio"
    if sys.platform == "win32":
        import ctypes

        count = int(ctypes.windll.winmm.waveOutGetNumDevs())
        return f"{count} outputs" if count else None
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}")
    for name, place in (("PipeWire", "pipewire-0"), ("PulseAudio", "pulse/native")):
        if (runtime / place).exists():
            return name
    if server := os.environ.get("PULSE_SERVER"):
        return f"PulseAudio at {server}"
    return _alsa_output(Path("/proc/asound"))


def _alsa_output(folder: Path) -> str | None:
    """Name of the first sound card that can play, from the kernel's list."""
    try:
        lines = (folder / "pcm").read_text(errors="replace").splitlines()
    except OSError:
        return None
    for line in lines:  # such as "00-03: HDMI 0 : HDMI 0 : playback 1"
        if "playback" in line:
            return "ALSA, " + line.split(":")[1].strip()
    return None


def _composer_weights() -> Check:
    """The trained composer that scores films unless another is asked for, whole by its SHA-256."""
    from emsync_engine.weights import sha256_of, weights_entry

    name = "composer weights"
    try:
        entry = weights_entry(GenerationSettings().weights)
        whole = sha256_of(entry.path) == entry.sha256
    except EmsyncError as error:
        return Check(name, False, True, str(error), _INCOMPLETE)
    except (OSError, ValueError, TypeError) as error:
        return Check(name, False, True, f"the list of weights is damaged: {error}", _INCOMPLETE)
    if not whole:
        return Check(name, False, True, f"{entry.path} is damaged", _INCOMPLETE)
    return Check(name, True, True, f"{entry.name}, {entry.licence} ({entry.path})")


def _picture_weights() -> Check:
    """The model that reads valence and arousal from the picture."""
    from emsync_engine.emotion.picture_model import SHIPPED

    found = SHIPPED.is_file()
    text = str(SHIPPED) if found else f"{SHIPPED} is missing"
    return Check("picture weights", found, True, text, "" if found else _INCOMPLETE)


def _models() -> Iterator[Check]:
    """The models of the full analysis, none of which is required."""
    from emsync_engine.models.store import State, states

    for state in states():
        model = state.model
        ok = state.state is State.INSTALLED
        found = model.purpose if ok else f"{state.state.value}: {model.purpose}"
        way = "" if ok else f"emsync models install {model.name}"
        yield Check(f"model {model.name}", ok, False, found, way)
